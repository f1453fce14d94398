/** The recorded signatures of test/vectors/notation: put into a store as they were served, with the trust that gave notation's own verdicts. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Bytes, type Digest, digestOf } from '../../src/base/index.ts'
import { readPrivateKey } from '../../src/crypto/index.ts'
import { memoryStore } from '../../src/layout/index.ts'
import type { ContentStore } from '../../src/oci/index.ts'
import { readCertificates } from '../../src/pki/index.ts'
import { certifiedSigner, type RawNotationSigner } from '../../src/signing/index.ts'
import {
  offlineRevocation,
  openTrustStores,
  parseTrustPolicy,
  type RevocationSource,
  resolveTrust,
} from '../../src/trust/index.ts'
import type { Question } from '../../src/verification/index.ts'

const root = join(import.meta.dirname, '../vectors/notation')

export function notationVector(...parts: readonly string[]): string {
  return join(root, ...parts)
}

export interface RecordedVerdict {
  readonly sample: string
  readonly envelope: string
  readonly repo: string
  readonly accepted: boolean
  readonly reason: string
}

export const recordedVerdicts: readonly RecordedVerdict[] = JSON.parse(
  readFileSync(notationVector('verdicts.json'), 'utf8'),
)

/** When they were made: some have expired since. */
export const vectorTime = Date.parse('2026-11-22T15:00:00Z')

export async function notationSample(sample: string): Promise<{ store: ContentStore; digest: Digest }> {
  const store = memoryStore(sample, { referrers: 'scan' })
  const read = (name: string): Bytes => readFileSync(notationVector(sample, name))
  const artifact = read('manifest.json')
  await putManifest(store, artifact)
  for (const name of readdirSync(notationVector(sample)).filter((it) => it.startsWith('envelope'))) {
    const bytes = read(name)
    await store.putBlob({ mediaType: '', digest: digestOf(bytes), size: bytes.length }, { parts: [bytes] })
  }
  for (const name of readdirSync(notationVector(sample)).filter((it) => it.startsWith('sig-manifest')))
    await putManifest(store, read(name))
  return { store, digest: digestOf(artifact) }
}

async function putManifest(store: ContentStore, bytes: Bytes): Promise<void> {
  const { mediaType } = JSON.parse(Buffer.from(bytes).toString('utf8'))
  await store.putManifest({ descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes })
}

const lists = readdirSync(notationVector('pki'))
  .filter((name) => name.endsWith('.crl'))
  .map((name) => readFileSync(notationVector('pki', name)))

/** The lists that were served; of OCSP nothing was recorded. */
export const recordedRevocation: RevocationSource = {
  ocsp: offlineRevocation.ocsp,
  crl: async ({ isUseful }) => {
    const found = lists.map((base) => ({ base })).find(isUseful)
    if (found === undefined) return offlineRevocation.crl({ url: '', isUseful })
    return found
  },
}

export async function notationQuestion(repository: string, revocation = recordedRevocation): Promise<Question> {
  const policy = parseTrustPolicy(readFileSync(notationVector('trust/trustpolicy.json')), 'trustpolicy.json')
  const trust = await resolveTrust(policy, repository, openTrustStores(notationVector('trust/truststore')))
  const trusts = trust === undefined ? [] : [trust]
  return {
    about: { kind: 'signature' },
    keys: [],
    x509: { trusts, at: vectorTime, revocation },
    threshold: 1,
    annotations: {},
  }
}

/** Signs with a key of the samples. @param name `p256`, `rsa2048`, … */
export async function vectorSigner(name: string): Promise<RawNotationSigner> {
  const key = readFileSync(notationVector('pki', `leaf-${name}.key`))
  const chain = readCertificates(readFileSync(notationVector('pki', `chain-${name}.pem`)), name)
  return certifiedSigner(await readPrivateKey(key, name, async () => undefined), chain, name, vectorTime)
}
