/** What a refusal tells first, of several candidates. */

import { expect, test } from 'vitest'
import { memoryStore } from '../../src/layout/index.ts'
import { offlineRevocation } from '../../src/trust/index.ts'
import type { Candidate } from '../../src/verification/candidate.ts'
import { type Finding, fail, inconclusive } from '../../src/verification/finding.ts'
import { verifyImage } from '../../src/verification/index.ts'
import { reasonOf } from '../../src/verification/reason.ts'
import { attachBundle, signatureStatement, simplePayload, tagLegacySignature } from '../support/attach.ts'
import { putImage } from '../support/image.ts'
import { attestationQuestion, signatureQuestion, testSigner } from '../support/keys.ts'
import { notationSample } from '../support/notation-vectors.ts'

const release = testSigner('release.pub')
const x509 = { trusts: [], uncovered: 'say --scope', at: 0, revocation: offlineRevocation }
const SBOM = 'https://cyclonedx.org/bom'

test('what a key made is not judged where no key was given, in every format', async () => {
  const store = memoryStore('registry.test/shop/api')
  const image = await putImage(store)
  const statement = signatureStatement(image)
  await attachBundle(store, image, { key: release.key, statement })
  await tagLegacySignature(store, image, { key: release.key, payload: simplePayload(image) })
  const found = await verifyImage({ image: store }, image.digest, signatureQuestion([], { x509 }))
  expect(found).toMatchObject({ verdict: 'refused', reason: { code: 'NOTHING_JUDGED' } })
  expect(found.candidates.map(({ verdict, findings }) => [verdict, findings.at(-1)?.code])).toEqual([
    ['not-judged', 'NEEDS_KEY'],
    ['not-judged', 'NEEDS_KEY'],
  ])
  const attested = await verifyImage({ image: store }, image.digest, attestationQuestion([], SBOM, { x509 }))
  expect(attested.verdict).toBe('refused')
})

test('a policy that says nothing of the image is told before a key that nobody asked about', async () => {
  const { store, digest } = await notationSample('ours/jws-verification-plugin')
  const { mediaType, size } = (await store.resolve(digest)) ?? { mediaType: '', size: 0 }
  const image = { digest, mediaType, size }
  await attachBundle(store, image, { key: release.key, statement: signatureStatement(image) })
  const found = await verifyImage({ image: store }, digest, signatureQuestion([], { x509 }))
  expect(found.candidates).toHaveLength(2)
  expect(found).toMatchObject({ verdict: 'refused', reason: { code: 'NOTHING_JUDGED', detail: 'say --scope' } })
})

test('of as many failures the candidate counts of which more is known', async () => {
  const { digest } = await putImage(memoryStore('registry.test/shop/api'))
  const origin = { kind: 'notation', place: 'referrers', manifest: digest, layer: digest, size: 1 } as const
  const failed = (...findings: readonly Finding[]): Candidate => ({ verdict: 'failed', signers: [], origin, findings })
  const unstamped = failed(
    fail('timestamp', 'TIMESTAMP_MISSING', 'no timestamp'),
    inconclusive('revocation', 'REVOCATION_UNKNOWN', 'not asked'),
  )
  const revoked = failed(fail('revocation', 'CERTIFICATE_REVOKED', 'revoked'))
  for (const candidates of [
    [unstamped, revoked],
    [revoked, unstamped],
  ])
    expect(reasonOf('refused', candidates, [], [], signatureQuestion([])).detail).toContain('revoked')
})
