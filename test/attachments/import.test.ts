import { describe, expect, test } from 'vitest'
import {
  findDownloads,
  type ImportTarget,
  importAttestation,
  importBundle,
  importSbom,
  importSignature,
  openDownload,
  type ReadStatement,
} from '../../src/attachments/index.ts'
import { parseStatement, subjectOf } from '../../src/attestation/index.ts'
import { type Bytes, toBase64, utf8 } from '../../src/base/index.ts'
import { signParts } from '../../src/crypto/index.ts'
import {
  cosignAnnotations,
  cosignTag,
  paeParts,
  writeBundle,
  writeDsse,
  writeSimpleSigning,
} from '../../src/envelope/index.ts'
import { memoryStore } from '../../src/layout/index.ts'
import type { ContentStore, Descriptor } from '../../src/oci/index.ts'
import { verifyImage } from '../../src/verification/index.ts'
import { bundleOf, otherDigest, signatureStatement } from '../support/attach.ts'
import { putImage } from '../support/image.ts'
import { attestationQuestion, signatureQuestion, testSigner } from '../support/keys.ts'
import { clock, noWait } from './helpers.ts'

const { key, trusted } = testSigner()
const BOM = 'https://cyclonedx.org/bom'

const readStatement: ReadStatement = (payload) => {
  const statement = parseStatement(payload)
  return { predicateType: statement.predicateType, isAbout: (digest) => subjectOf(statement, digest) !== undefined }
}

async function target(referrers: 'api' | 'unsupported' = 'api'): Promise<ImportTarget & { store: ContentStore }> {
  const store = memoryStore('registry.test/shop/api', { referrers })
  return { store, subject: await putImage(store), pause: noWait, clock }
}

function payloadOf(digest: Descriptor['digest']): Bytes {
  return writeSimpleSigning({ dockerReference: 'registry.test/shop/api', manifestDigest: digest })
}

function sign(payload: Bytes): Bytes {
  return utf8(`${toBase64(signParts(key, 'ecdsa-p256-sha256', [payload]))}\n`)
}

function envelopeOf(statement: object, payloadType = 'application/vnd.in-toto+json'): Bytes {
  const payload = [utf8(JSON.stringify(statement))]
  const sig = signParts(key, 'ecdsa-p256-sha256', paeParts(payloadType, payload))
  return Buffer.concat(writeDsse({ payloadType, payload, signatures: [{ sig }] }))
}

async function nothingPushed({ store, subject }: ImportTarget): Promise<void> {
  expect((await store.referrers(subject.digest)).manifests).toEqual([])
  for (const suffix of ['sig', 'att', 'sbom'] as const)
    expect(await store.resolve(cosignTag(subject.digest, suffix))).toBeUndefined()
}

describe('a signature', () => {
  test('is attached, verifies, and is not attached twice', async () => {
    const to = await target()
    const payload = payloadOf(to.subject.digest)
    const signature = { payload, signature: sign(payload) }
    expect(await importSignature(to, signature)).toMatchObject({ outcome: 'pushed', place: 'signature-tag' })
    expect(await importSignature(to, signature)).toMatchObject({ outcome: 'already-there' })
    const verdict = await verifyImage({ image: to.store }, to.subject.digest, signatureQuestion([trusted]))
    expect(verdict).toMatchObject({ verdict: 'verified', candidates: [{ verdict: 'passed' }] })
  })

  test('carries what proves signer and time', async () => {
    const to = await target()
    const payload = payloadOf(to.subject.digest)
    await importSignature(to, { payload, signature: sign(payload), timestamp: utf8('time') })
    const { downloads } = await findDownloads(to.store, to.subject.digest, { role: 'signature' })
    expect(downloads[0]?.attachment.layer.annotations?.[cosignAnnotations.rfc3161Timestamp]).toBe(
      '{"SignedRFC3161Timestamp":"dGltZQ=="}',
    )
  })

  test.each<[string, (digest: Descriptor['digest']) => Parameters<typeof importSignature>[1], string]>([
    [
      'a payload about another image',
      () => ({ payload: payloadOf(otherDigest() as Descriptor['digest']), signature: utf8('AAAA') }),
      'ATTACH_OTHER_IMAGE',
    ],
    ['a payload that is none', () => ({ payload: utf8('{}'), signature: utf8('AAAA') }), 'ATTACH_CONTENT_INVALID'],
    ['no signature', (digest) => ({ payload: payloadOf(digest), signature: utf8('\n') }), 'ATTACH_CONTENT_INVALID'],
    ['no base64', (digest) => ({ payload: payloadOf(digest), signature: utf8('{}') }), 'ATTACH_CONTENT_INVALID'],
    [
      'a certificate that is none',
      (digest) => ({ payload: payloadOf(digest), signature: utf8('AAAA'), certificate: utf8('text') }),
      'ATTACH_CONTENT_INVALID',
    ],
    [
      'a log proof that is none',
      (digest) => ({ payload: payloadOf(digest), signature: utf8('AAAA'), rekorBundle: utf8('{}') }),
      'ATTACH_CONTENT_INVALID',
    ],
  ])('%s is refused before anything is pushed', async (_, make, code) => {
    const to = await target()
    await expect(importSignature(to, make(to.subject.digest))).rejects.toMatchObject({ code, status: 2 })
    await nothingPushed(to)
  })
})

describe.each(['api', 'unsupported'] as const)('a bundle, where referrers are %s', (referrers) => {
  test('becomes a referrer, verifies, and is not attached twice', async () => {
    const to = await target(referrers)
    const bytes = bundleOf({ key, statement: signatureStatement(to.subject) })
    const place = referrers === 'api' ? 'referrers' : 'fallback-tag'
    expect(await importBundle(to, bytes, readStatement)).toMatchObject({ outcome: 'pushed', place, kind: 'bundle' })
    expect(await importAttestation(to, bytes, readStatement)).toMatchObject({ outcome: 'already-there', place })
    const verdict = await verifyImage({ image: to.store }, to.subject.digest, signatureQuestion([trusted]))
    expect(verdict.verdict).toBe('verified')
  })
})

describe('an attestation', () => {
  test('a DSSE envelope goes to .att as it is', async () => {
    const to = await target()
    const bytes = envelopeOf(signatureStatement(to.subject, { predicateType: BOM }))
    expect(await importAttestation(to, bytes, readStatement)).toMatchObject({ place: 'attestation-tag' })
    expect(await importAttestation(to, bytes, readStatement)).toMatchObject({ outcome: 'already-there' })
    const verdict = await verifyImage({ image: to.store }, to.subject.digest, attestationQuestion([trusted], BOM))
    expect(verdict.verdict).toBe('verified')
    const { downloads } = await findDownloads(to.store, to.subject.digest, { role: 'attestation', predicateType: BOM })
    expect(downloads).toMatchObject([{ predicateType: BOM }])
  })

  test.each<[string, (subject: Descriptor) => Bytes, string]>([
    ['no JSON', () => utf8('nothing'), 'ATTACH_CONTENT_INVALID'],
    ['a list', () => utf8('[]'), 'ATTACH_CONTENT_INVALID'],
    [
      'an envelope of something else',
      (subject) => envelopeOf(signatureStatement(subject), 'text/plain'),
      'ATTACH_CONTENT_INVALID',
    ],
    ['no statement', () => envelopeOf({}), 'ATTACH_CONTENT_INVALID'],
    [
      'a statement about another image',
      () => envelopeOf(signatureStatement({ digest: otherDigest() } as Descriptor)),
      'ATTACH_OTHER_IMAGE',
    ],
    [
      'a bundle about another image',
      () => bundleOf({ key, statement: signatureStatement({ digest: otherDigest() } as Descriptor) }),
      'ATTACH_OTHER_IMAGE',
    ],
    [
      'a bundle that signs bytes',
      () =>
        Buffer.concat(
          writeBundle({
            content: {
              kind: 'message-signature',
              signature: utf8('x'),
              digest: { algorithm: 'sha256', value: new Uint8Array(32) },
            },
            material: { kind: 'public-key', hint: '' },
          }),
        ),
      'ATTACH_CONTENT_INVALID',
    ],
    ['a bundle with a member twice', () => utf8('{"mediaType":"a","mediaType":"b"}'), 'ATTACH_CONTENT_INVALID'],
  ])('%s is refused before anything is pushed', async (_, make, code) => {
    const to = await target()
    await expect(importAttestation(to, make(to.subject), readStatement)).rejects.toMatchObject({ code, status: 2 })
    await nothingPushed(to)
  })
})

describe('an SBOM', () => {
  test.each([
    ['SPDX as JSON', '{"spdxVersion":"SPDX-2.3","packages":[]}', 'application/spdx+json', 'text/spdx+json'],
    ['SPDX tag-value', '# comment\nSPDXVersion: SPDX-2.3\n', 'text/spdx', 'text/spdx'],
    [
      'CycloneDX as JSON',
      '{"bomFormat":"CycloneDX"}',
      'application/vnd.cyclonedx+json',
      'application/vnd.cyclonedx+json',
    ],
    [
      'CycloneDX as XML',
      '<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>',
      'application/vnd.cyclonedx+xml',
      'application/vnd.cyclonedx+xml',
    ],
    ['Syft', '{"artifacts":[],"schema":{}}', 'application/vnd.syft+json', 'application/vnd.syft+json'],
  ])('%s, as a referrer and under the .sbom tag', async (_, text, referrerType, tagType) => {
    const to = await target()
    expect(await importSbom(to, utf8(text), 'referrer')).toMatchObject({ outcome: 'pushed', place: 'referrers' })
    expect(await importSbom(to, utf8(text), 'referrer')).toMatchObject({ outcome: 'already-there' })
    expect(await importSbom(to, utf8(text), 'sbom-tag')).toMatchObject({ outcome: 'pushed', place: 'sbom-tag' })
    expect(await importSbom(to, utf8(text), 'sbom-tag')).toMatchObject({ outcome: 'already-there' })
    const { downloads } = await findDownloads(to.store, to.subject.digest, { role: 'sbom' })
    expect(downloads.map(({ attachment }) => attachment.layer.mediaType)).toEqual([referrerType, tagType])
    const [first] = downloads
    const parts: Bytes[] = []
    if (first !== undefined) for await (const part of openDownload(to.store, first)) parts.push(part)
    expect(Buffer.concat(parts).toString()).toBe(text)
  })

  test('another one under the .sbom tag is refused', async () => {
    const to = await target()
    await importSbom(to, utf8('{"bomFormat":"CycloneDX"}'), 'sbom-tag')
    const another = utf8('{"bomFormat":"CycloneDX","version":2}')
    await expect(importSbom(to, another, 'sbom-tag')).rejects.toMatchObject({ code: 'ATTACH_TAG_TAKEN', status: 2 })
  })

  test.each(['', 'text', '{}', '{"spdxVersion":', '[1]', '<html/>'])('%j is none', async (text) => {
    const to = await target()
    await expect(importSbom(to, utf8(text), 'referrer')).rejects.toMatchObject({ code: 'ATTACH_CONTENT_INVALID' })
    await nothingPushed(to)
  })
})

test('a pretty-printed envelope is downloaded as one line', async () => {
  const to = await target()
  const envelope = JSON.parse(
    Buffer.from(envelopeOf(signatureStatement(to.subject, { predicateType: BOM }))).toString(),
  )
  await importAttestation(to, utf8(JSON.stringify(envelope, null, 2)), readStatement)
  const { downloads } = await findDownloads(to.store, to.subject.digest, { role: 'attestation' })
  let text = ''
  for (const download of downloads)
    for await (const part of openDownload(to.store, download)) text += Buffer.from(part).toString()
  expect(text.trimEnd()).not.toContain('\n')
  expect(JSON.parse(text)).toEqual(envelope)
})
