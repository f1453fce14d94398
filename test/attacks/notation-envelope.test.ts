/** Notation envelopes that a naive verifier believes (attack checklist 1 to 3 and 6): floods, sizes, substitution, two ways to read one text. */

import { describe, expect, test } from 'vitest'
import { type Bytes, concat, digestOf, limits, toBase64Url, utf8 } from '../../src/base/index.ts'
import { type ContentReader, type Descriptor, mediaTypes, type RawManifest } from '../../src/oci/index.ts'
import { verifyImage } from '../../src/verification/index.ts'
import { makeCertificate, makeChain, usual } from '../support/certificates.ts'
import { putImage } from '../support/image.ts'
import {
  attach,
  authorityHeader,
  COSE,
  codesOf,
  cose,
  header,
  JWS,
  judged,
  jws,
  PAYLOAD_TYPE,
  payloadOf,
  place,
  questionOf,
  raw,
  release,
  SIGNATURE_TYPE,
  storeOf,
  trustOf,
  usualCose,
  usualHeader,
} from '../support/notation-attack.ts'

const malformed = ['refused', 'ENVELOPE_MALFORMED']

describe('what the attacks begin with is verified', () => {
  test.each([
    ['JWS', jws],
    ['COSE', cose],
  ])('%s', async (_, make) => {
    expect(await judged((image) => make(image))).toEqual(['verified'])
  })
  test('under a signing authority', async () => {
    const trusts = [trustOf('strict', { stores: [storeOf('signingAuthority', release.root)] })]
    expect(await judged((image) => jws(image, { protected: authorityHeader }), { trusts })).toEqual(['verified'])
  })
})

describe('1. a flood of signatures (CVE-2023-33957, CVE-2023-33958)', () => {
  test('two hundred that nobody trusts do not hide the one that counts, nor count themselves', async () => {
    const where = await place()
    const stranger = makeChain()
    const chain = [stranger.leaf, stranger.intermediate, stranger.root]
    for (let at = 0; at < 200; at++)
      await attach(where, jws(where.image, { chain, protected: { 'x.test/at': at } }), {
        manifest: { annotations: { at: String(at) } },
      })
    const alone = await verifyImage({ image: where.store }, where.image.digest, questionOf())
    expect([alone.verdict, new Set(codesOf(alone))]).toEqual([
      'refused',
      new Set(['NOT_IN_TRUST_STORE', 'REVOCATION_UNKNOWN']),
    ])
    await attach(where, cose(where.image))
    expect((await verifyImage({ image: where.store }, where.image.digest, questionOf())).verdict).toBe('verified')
  })
  test('more than are read is unknown, not unsigned', async () => {
    const { store, image } = await place()
    const listed = Array.from({ length: limits.attachments + 1 }, (_, at): Descriptor => {
      const digest = digestOf(utf8(String(at)))
      return { mediaType: mediaTypes.manifest, digest, size: 100, artifactType: SIGNATURE_TYPE }
    })
    const reader: ContentReader = Object.assign(Object.create(store) as ContentReader, {
      referrers: async () => ({ by: 'api', manifests: listed, problems: [] }),
    })
    const found = await verifyImage({ image: reader }, image.digest, questionOf())
    expect([found.verdict, found.problems.at(-1)?.code]).toEqual(['unknown', 'ATTACHMENT_BOUND_REACHED'])
  })
})

describe('2. what is too large, or nested without end', () => {
  const deep = 1_000_000
  const nest = (bytes: number): Bytes => Buffer.concat([Buffer.alloc(bytes, 0x81), Buffer.from([0])])
  test.each<[string, (image: Descriptor) => Bytes, readonly string[]]>([
    [
      'a COSE payload of arrays in arrays',
      (image) => cose(image, { payload: nest(deep) }),
      ['refused', 'STATEMENT_MALFORMED'],
    ],
    ['a COSE envelope of arrays in arrays', () => concat(Buffer.of(0xd2), nest(deep)), malformed],
    ['a protected header of arrays in arrays', (image) => cose(image, { protectedBytes: nest(deep) }), malformed],
    ['a chain of arrays in arrays', (image) => cose(image, { x5chain: nest(deep) }), malformed],
    ['a JWS of arrays in arrays', () => Buffer.from(`{"payload":${'['.repeat(deep)}`), malformed],
    [
      'a JWS payload of arrays in arrays',
      (image) => jws(image, { payload: utf8('['.repeat(deep)) }),
      ['refused', 'STATEMENT_MALFORMED'],
    ],
    [
      'an array that says it has 2^32 members',
      () => Buffer.from('d2849a ffffffff'.replaceAll(' ', ''), 'hex'),
      malformed,
    ],
    ['bytes that say they are 2^63 long', () => Buffer.from('d2845b7fffffffffffffff', 'hex'), malformed],
    ['a chain of 17', (image) => jws(image, { chain: Array.from({ length: 17 }, () => release.leaf) }), malformed],
    [
      'a chain of 17 in COSE',
      (image) => cose(image, { chain: Array.from({ length: 17 }, () => release.leaf) }),
      malformed,
    ],
    ['a signature of a mebibyte', (image) => jws(image, { sign: () => Buffer.alloc(1 << 20) }), malformed],
    ['a timestamp of a mebibyte in JWS', (image) => jws(image, { timestamp: Buffer.alloc(1 << 20) }), malformed],
    [
      'a thousand critical headers',
      (image) => jws(image, { protected: { crit: Array.from({ length: 1000 }, String) } }),
      malformed,
    ],
    ['a timestamp of a mebibyte', (image) => cose(image, { timestamp: Buffer.alloc(1 << 20) }), malformed],
  ])('%s', async (_, make, expected) => {
    const [verdict, ...codes] = await judged(make)
    expect([verdict, codes[0]]).toEqual(expected)
  })
  test('an envelope that is larger than is read was not seen', async () => {
    const found = await judged(Buffer.alloc(limits.signatureBytes + 1, 0x20))
    expect(found).toEqual(['unknown', 'CONTENT_TOO_LARGE'])
  })
})

describe('3. substitution (CVE-2023-33959)', () => {
  test.each<[string, object]>([
    ['another digest', { digest: digestOf(utf8('other')) }],
    ['another size', { size: 1 }],
    ['another media type', { mediaType: mediaTypes.index }],
    ['a media type in another case', { mediaType: mediaTypes.manifest.toUpperCase() }],
  ])('%s is signed', async (_, other) => {
    for (const make of [jws, cose])
      expect(await judged((image) => make(image, { payload: payloadOf({ ...image, ...other }) }))).toEqual([
        'refused',
        'SUBJECT_OTHER',
        'REVOCATION_UNKNOWN',
      ])
  })
  test('what a referrer says of its subject is not what the image is', async () => {
    for (const lie of [{ mediaType: mediaTypes.index }, { size: 7 }]) {
      const where = await place()
      const subject = { ...where.image, ...lie }
      await attach(where, jws(where.image, { payload: payloadOf(subject) }), { subject })
      const found = await verifyImage({ image: where.store }, where.image.digest, questionOf())
      expect([found.verdict, ...codesOf(found)]).toEqual(['refused', 'SUBJECT_OTHER', 'REVOCATION_UNKNOWN'])
    }
  })
  test('a good signature whose referrer lies about the subject still counts for the image that it signs', async () => {
    const where = await place()
    await attach(where, jws(where.image), { subject: { ...where.image, mediaType: mediaTypes.index, size: 7 } })
    expect((await verifyImage({ image: where.store }, where.image.digest, questionOf())).verdict).toBe('verified')
  })
  test('the signature of another image, hung on this one', async () => {
    const where = await place()
    const other = await putImage(where.store, 'other')
    await attach(where, jws(other))
    await attach(where, cose(other))
    const found = await verifyImage({ image: where.store }, where.image.digest, questionOf())
    expect([found.verdict, codesOf(found).filter((code) => code === 'SUBJECT_OTHER')]).toEqual([
      'refused',
      ['SUBJECT_OTHER', 'SUBJECT_OTHER'],
    ])
  })
  test('a tag that moves while it is looked at is asked for once', async () => {
    const where = await place()
    const other = await putImage(where.store, 'evil')
    await attach(where, jws(where.image))
    const targets = [where.image, other]
    const reader: ContentReader = Object.assign(Object.create(where.store) as ContentReader, {
      resolve: async () => targets.shift(),
      manifest: async (target: string): Promise<RawManifest | undefined> => {
        if (target === '1.4') throw new Error('A tag was asked for twice.')
        return where.store.manifest(target)
      },
    })
    const found = await verifyImage({ image: reader }, '1.4', questionOf())
    expect([found.verdict, found.digest, targets]).toEqual(['verified', where.image.digest, [other]])
  })
  test('an image whose manifest cannot be read is unknown', async () => {
    const where = await place()
    await attach(where, jws(where.image))
    const reader: ContentReader = Object.assign(Object.create(where.store) as ContentReader, {
      manifest: async (target: string) => (target === where.image.digest ? undefined : where.store.manifest(target)),
    })
    const found = await verifyImage({ image: reader }, where.image.digest, questionOf())
    expect([found.verdict, codesOf(found)[0]]).toEqual(['unknown', 'CONTENT_UNREADABLE'])
  })
})

describe('6. two ways to read one text', () => {
  const json = JSON.stringify(usualHeader)
  const doubled = (name: string, value: unknown): string =>
    `${json.slice(0, -1)},${JSON.stringify(name)}:${JSON.stringify(value)}}`
  const evil = (image: Descriptor): string =>
    `{"targetArtifact":{"mediaType":"${image.mediaType}","digest":"${digestOf(utf8('x'))}","size":${image.size}}`
  test.each<[string, (image: Descriptor) => Bytes, string]>([
    ['a signed header twice', (image) => jws(image, { protectedText: doubled('alg', 'ES256') }), 'ENVELOPE_MALFORMED'],
    [
      'a signed header in another case',
      (image) => jws(image, { protectedText: doubled('ALG', 'none') }),
      'ENVELOPE_MALFORMED',
    ],
    [
      'the scheme in another case',
      (image) => jws(image, { protectedText: doubled(header('SigningScheme'), 'x') }),
      'ENVELOPE_MALFORMED',
    ],
    [
      'a name spelled with an escape',
      (image) => jws(image, { protectedText: json.replace('"alg"', '"\\u0061lg"').replace('}', ',"alg":"ES256"}') }),
      'ENVELOPE_MALFORMED',
    ],
    [
      'a member twice',
      (image) => jws(image, { edit: (all) => all.replace('{', `{"payload":"${toBase64Url(payloadOf(image))}",`) }),
      'ENVELOPE_MALFORMED',
    ],
    ['a member in another case', (image) => jws(image, { members: { Payload: 'e30' } }), 'ENVELOPE_MALFORMED'],
    ['a member beside', (image) => jws(image, { members: { signatures: [] } }), 'ENVELOPE_MALFORMED'],
    [
      'the chain twice',
      (image) => jws(image, { edit: (all) => all.replace('"header":{', '"header":{"x5c":[],') }),
      'ENVELOPE_MALFORMED',
    ],
    [
      'an artifact twice',
      (image) =>
        jws(image, {
          payload: utf8(`${evil(image)},"targetArtifact":${Buffer.from(payloadOf(image)).toString().slice(18)}`),
        }),
      'STATEMENT_MALFORMED',
    ],
    [
      'an artifact in another case',
      (image) => jws(image, { payload: payloadOf(image, { Digest: digestOf(utf8('x')) }) }),
      'STATEMENT_MALFORMED',
    ],
    [
      'an unknown member of the artifact',
      (image) => jws(image, { payload: payloadOf(image, { urls: [] }) }),
      'STATEMENT_MALFORMED',
    ],
    ['a byte order mark', (image) => concat(Buffer.from('efbbbf', 'hex'), jws(image)), 'ENVELOPE_MALFORMED'],
    [
      'a byte order mark in the payload',
      (image) => jws(image, { payload: concat(Buffer.from('efbbbf', 'hex'), payloadOf(image)) }),
      'STATEMENT_MALFORMED',
    ],
    ['something after the end', (image) => concat(jws(image), utf8('{}')), 'ENVELOPE_MALFORMED'],
    [
      'something after the payload',
      (image) => jws(image, { payload: concat(payloadOf(image), utf8('null')) }),
      'STATEMENT_MALFORMED',
    ],
    [
      'padding',
      (image) => jws(image, { edit: (all) => all.replace(/"signature":"([^"]+)"/, '"signature":"$1=="') }),
      'ENVELOPE_MALFORMED',
    ],
    ['the other alphabet', (image) => jws(image, { members: { signature: '+/'.repeat(43) } }), 'ENVELOPE_MALFORMED'],
    [
      'bits after the end of base64',
      (image) =>
        jws(image, {
          edit: (all) =>
            all.replace(/(.)"\}$/, (_, last: string) => `${String.fromCharCode(last.charCodeAt(0) + 1)}"}`),
        }),
      'ENVELOPE_MALFORMED',
    ],
    [
      'a chain in base64url',
      (image) => jws(image, { header: { x5c: [toBase64Url(release.leaf.der)] } }),
      'ENVELOPE_MALFORMED',
    ],
    [
      'a line break in base64',
      (image) => jws(image, { edit: (all) => all.replace('"payload":"', '"payload":"\\n') }),
      'ENVELOPE_MALFORMED',
    ],
    [
      'a compact JWS',
      (image) => utf8(`${toBase64Url(utf8(json))}.${toBase64Url(payloadOf(image))}.AAAA`),
      'ENVELOPE_MALFORMED',
    ],
    [
      'a time in fractions',
      (image) => jws(image, { protected: { [header('signingTime')]: '2026-11-22T14:00:00.5Z' } }),
      'ENVELOPE_MALFORMED',
    ],
    [
      'a time that does not exist',
      (image) => jws(image, { protected: { [header('signingTime')]: '2026-02-30T14:00:00Z' } }),
      'ENVELOPE_MALFORMED',
    ],
  ])('%s', async (_, make, code) => {
    const found = await judged(make)
    expect([found[0], found[1]]).toEqual(['refused', code])
  })
  const entry = (name: string): readonly [Bytes, Bytes] => [raw.text(name), raw.text('notary.x509')]
  const indefinite = (image: Descriptor): Bytes => {
    const map = raw.map(
      ...Object.entries(usualCose).map(
        ([name, value]) => [/^\d/.test(name) ? raw.int(Number(name)) : raw.text(name), value] as const,
      ),
    )
    return cose(image, { protectedBytes: concat(Buffer.of(0xbf), map.subarray(1), Buffer.of(0xff)) })
  }
  test.each<[string, (image: Descriptor) => Bytes]>([
    ['a signed header twice', (image) => cose(image, { more: [entry(header('signingScheme'))] })],
    ['the algorithm twice', (image) => cose(image, { more: [[raw.int(1), raw.int(-7)]] })],
    [
      'the algorithm twice, once in more octets',
      (image) => cose(image, { more: [[Buffer.from('1801', 'hex'), raw.int(-7)]] }),
    ],
    [
      'the algorithm twice, once as 1.0',
      (image) => cose(image, { more: [[Buffer.from('f93c00', 'hex'), raw.int(-35)]] }),
    ],
    [
      'the chain twice',
      (image) => cose(image, { unprotected: [[raw.int(33), raw.array(raw.bytes(release.leaf.der))]] }),
    ],
    ['an indefinite length', indefinite],
    [
      'bytes in pieces',
      (image) => cose(image, { x5chain: concat(Buffer.of(0x81, 0x5f), raw.bytes(release.leaf.der), Buffer.of(0xff)) }),
    ],
    ['one certificate without a list', (image) => cose(image, { x5chain: raw.bytes(release.leaf.der) })],
    ['something after the end', (image) => concat(cose(image), Buffer.of(0xf6))],
    [
      'something after the signed header',
      (image) => cose(image, { protectedBytes: concat(raw.map(), Buffer.of(0xf6)) }),
    ],
    ['no tag', (image) => cose(image, { edit: (whole) => whole.subarray(1) })],
    ['two tags', (image) => cose(image, { edit: (whole) => concat(Buffer.of(0xd2), whole) })],
    [
      'the tag of COSE_Sign',
      (image) => cose(image, { edit: (whole) => concat(Buffer.from('d862', 'hex'), whole.subarray(1)) }),
    ],
    ['the tag of COSE_Mac0', (image) => cose(image, { edit: (whole) => concat(Buffer.of(0xd1), whole.subarray(1)) })],
    ['a text that is not UTF-8', (image) => cose(image, { more: [[Buffer.from('61ff', 'hex'), raw.int(0)]] })],
    [
      'a payload that is not there',
      (image) =>
        cose(image, {
          edit: (whole) =>
            concat(whole.subarray(0, 2), raw.bytes(raw.map()), raw.map(), Buffer.of(0xf6), raw.bytes(Buffer.alloc(64))),
        }),
    ],
  ])('COSE: %s', async (_, make) => {
    const found = await judged(make, { attach: { mediaType: COSE } })
    expect([found[0], found[1]]).toEqual(['refused', 'ENVELOPE_MALFORMED'])
  })
  test.each([
    ['JWS under the type of COSE', jws, COSE],
    ['COSE under the type of JWS', cose, JWS],
    ['JWS under the type of its payload', jws, PAYLOAD_TYPE],
    ['JWS under no type', jws, 'application/octet-stream'],
  ] as const)('%s', async (_, make, mediaType) => {
    const found = await judged((image) => make(image), { attach: { mediaType } })
    expect(found).toEqual(['refused', 'ENVELOPE_MALFORMED'])
  })
  test('a leaf that stands alone, unsigned by whoever is trusted, with the trusted name', async () => {
    const twin = makeCertificate({ subject: 'Root', extensions: usual.codeSigning() })
    expect((await judged((image) => jws(image, { chain: [twin] })))[1]).toBe('NOT_IN_TRUST_STORE')
  })
})
