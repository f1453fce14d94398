/** The recorded repositories of test/vectors/cosign/oci: what cosign 3.1 wrote, put into a store as it was served. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { digestOf, isDigest } from '../../src/base/index.ts'
import { readPublicKey } from '../../src/crypto/index.ts'
import { memoryStore } from '../../src/layout/index.ts'
import type { ContentStore, Descriptor } from '../../src/oci/index.ts'
import type { TrustedKey } from '../../src/verification/index.ts'

const root = join(import.meta.dirname, '../vectors/cosign')

export function vectorPath(...parts: readonly string[]): string {
  return join(root, ...parts)
}

export function vectorKey(name: string): TrustedKey {
  return { name, key: readPublicKey(readFileSync(vectorPath('keys', name)), name) }
}

export interface VectorRepository {
  readonly store: ContentStore
  readonly image: Descriptor | undefined
}

/** @param folder such as `01-legacy-sig-key` */
export async function vectorRepository(folder: string): Promise<VectorRepository> {
  const store = memoryStore(`vectors/${folder}`, { referrers: 'scan' })
  for (const name of readdirSync(vectorPath('oci', folder, 'blobs'))) {
    const bytes = readFileSync(vectorPath('oci', folder, 'blobs', name))
    await store.putBlob({ mediaType: '', digest: digestOf(bytes), size: bytes.length }, { parts: [bytes] })
  }
  let image: Descriptor | undefined
  for (const line of readFileSync(vectorPath('oci', folder, 'index.txt'), 'utf8')
    .trim()
    .split('\n')) {
    const [label = '', reference = '', , mediaType = ''] = line.split('\t')
    const bytes = readFileSync(vectorPath('oci', folder, `${label}.manifest.json`))
    const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length }
    await store.putManifest({ descriptor, bytes }, isDigest(reference) ? undefined : reference)
    if (label === 'image') image = descriptor
  }
  return { store, image }
}
