/** Registries under test: in memory and on disk, closed and removed at the end of the file. */

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { digestOf, silentLog, utf8 } from '../../src/base/index.ts'
import { type RegistryOptions, type RegistryServer, startRegistry } from '../../src/distribution/index.ts'
import { type Answer, call } from './http.ts'

const ends: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'zegel-distribution-'))
  ends.push(() => rm(dir, { recursive: true, force: true }))
  return dir
}

export async function start(options: Partial<RegistryOptions> = {}): Promise<RegistryServer> {
  const registry = await startRegistry({ log: silentLog, clock: Date.now, random: randomBytes, ...options })
  ends.push(() => registry.close())
  return registry
}

/** Both storages: the tables run against each. */
export const storages = [
  { storage: 'memory', options: async (): Promise<Partial<RegistryOptions>> => ({}) },
  { storage: 'disk', options: async (): Promise<Partial<RegistryOptions>> => ({ dir: await temporaryFolder() }) },
] as const

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'

export async function pushBlob(url: string, name: string, content: string | Uint8Array): Promise<string> {
  const bytes = typeof content === 'string' ? utf8(content) : content
  const digest = digestOf(bytes)
  const answer = await call(url, 'POST', `/v2/${name}/blobs/uploads/?digest=${digest}`, { body: bytes })
  if (answer.status !== 201) throw new Error(`pushing a blob: ${answer.status} ${answer.body.toString()}`)
  return digest
}

export interface Pushed {
  readonly digest: string
  readonly text: string
  readonly answer: Answer
}

export async function pushJson(
  url: string,
  name: string,
  reference: string | undefined,
  value: object,
): Promise<Pushed> {
  const text = JSON.stringify(value)
  const digest = digestOf(utf8(text))
  const type = 'mediaType' in value && typeof value.mediaType === 'string' ? value.mediaType : OCI_MANIFEST
  const path = `/v2/${name}/manifests/${reference ?? digest}`
  return { digest, text, answer: await call(url, 'PUT', path, { body: text, headers: { 'content-type': type } }) }
}

export function describeBlob(content: string, mediaType: string): object {
  return { mediaType, digest: digestOf(utf8(content)), size: Buffer.byteLength(content) }
}

/** An image with a config and one layer that lie in the repository. */
export async function pushImage(
  url: string,
  name: string,
  reference: string | undefined,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Pushed> {
  await pushBlob(url, name, '{}')
  await pushBlob(url, name, 'layer')
  return pushJson(url, name, reference, imageOf(more))
}

export function imageOf(more: Readonly<Record<string, unknown>> = {}): object {
  return {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: describeBlob('{}', 'application/vnd.oci.image.config.v1+json'),
    layers: [describeBlob('layer', 'application/vnd.oci.image.layer.v1.tar')],
    ...more,
  }
}
