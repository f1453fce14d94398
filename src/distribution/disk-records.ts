/** The records of a repository: one small file for each link, so that a change is one rename. */

import { join } from 'node:path'
import { type Digest, digestAlgorithm, digestHex, digestOf, utf8 } from '../base/index.ts'
import type { Records } from './driver.ts'
import { createDurably, removeDurably, writeDurably } from './durable-files.ts'

/** No part of a repository's name starts with `_`, so these are no repositories. */
export const recordFolders = { blobs: '_blobs', manifests: '_manifests', tags: '_tags' } as const

export function repositoriesPath(dir: string): string {
  return join(dir, 'repositories')
}

export function diskRecords(dir: string): Records {
  const link = (name: string, kind: 'blobs' | 'manifests', digest: Digest): string =>
    join(repositoriesPath(dir), name, recordFolders[kind], digestAlgorithm(digest), digestHex(digest))
  // Not the tag itself: two tags may differ in their letters' case only, which not every file system tells apart.
  const tagPath = (name: string, tag: string): string =>
    join(repositoriesPath(dir), name, recordFolders.tags, digestHex(digestOf(utf8(tag))))
  return {
    putBlob: (name, digest) => createDurably(link(name, 'blobs', digest)),
    removeBlob: (name, digest) => removeDurably(link(name, 'blobs', digest)),
    putManifest: (name, digest, record) => writeDurably(link(name, 'manifests', digest), utf8(JSON.stringify(record))),
    removeManifest: (name, digest) => removeDurably(link(name, 'manifests', digest)),
    putTag: (name, tag, digest) => writeDurably(tagPath(name, tag), utf8(JSON.stringify({ tag, digest }))),
    removeTag: (name, tag) => removeDurably(tagPath(name, tag)),
  }
}
