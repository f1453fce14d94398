/** Statements and payloads that two readers would read differently, and names that are said of something else. */

import { createPublicKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { digestOf, utf8 } from '../../src/base/index.ts'
import { prepareKey, publicKeyFromSpki, readPublicKey, verifyParts, writePublicKey } from '../../src/crypto/index.ts'
import { memoryStore } from '../../src/layout/index.ts'
import type { ContentStore, Descriptor } from '../../src/oci/index.ts'
import { type Question, verifyImage } from '../../src/verification/index.ts'
import { attachBundle, signatureStatement, simplePayload, tagLegacySignature } from '../support/attach.ts'
import { putImage } from '../support/image.ts'
import { attestationQuestion, signatureQuestion, testSigner } from '../support/keys.ts'

const release = testSigner('release.pub')
const rsa = testSigner('rsa.pub', 'rsa')
const ask = signatureQuestion([release.trusted])
const NAME = 'registry.test/shop/api'
const VULN = 'https://cosign.sigstore.dev/attestation/vuln/v1'

async function scene(): Promise<{ store: ContentStore; image: Descriptor }> {
  const store = memoryStore(NAME)
  return { store, image: await putImage(store) }
}

async function verdictOf(store: ContentStore, image: Descriptor, question: Question = ask): Promise<string> {
  return (await verifyImage({ image: store }, image.digest, question)).verdict
}

describe('a statement about several things', () => {
  const other = { sha256: digestOf(utf8('another image')).slice(7) }
  const named = { ...ask, name: NAME }
  const cases: readonly [string, (own: object) => readonly object[], string][] = [
    [
      'the name stands beside the digest',
      (own) => [
        { name: 'x', digest: other },
        { name: NAME, digest: own },
      ],
      'verified',
    ],
    [
      'the name stands beside another digest',
      (own) => [
        { name: NAME, digest: other },
        { name: 'x', digest: own },
      ],
      'refused',
    ],
    ['the name differs by its case', (own) => [{ name: NAME.toUpperCase(), digest: own }], 'refused'],
    ['the name has a tag', (own) => [{ name: `${NAME}:1.4`, digest: own }], 'refused'],
    ['the name goes on after a null', (own) => [{ name: `${NAME}\u0000`, digest: own }], 'refused'],
    ['there is no name', (own) => [{ digest: own }], 'refused'],
  ]
  test.each(cases)('%s', async (_, subject, verdict) => {
    const { store, image } = await scene()
    const statement = signatureStatement(image, { subject: subject({ sha256: image.digest.slice(7) }) })
    await attachBundle(store, image, { key: release.key, statement })
    expect(await verdictOf(store, image, named)).toBe(verdict)
  })
  test('annotations of another subject do not count', async () => {
    const { store, image } = await scene()
    const subject = [
      { digest: other, annotations: { env: 'prod' } },
      { digest: { sha256: image.digest.slice(7) }, annotations: { env: 'dev' } },
    ]
    await attachBundle(store, image, { key: release.key, statement: signatureStatement(image, { subject }) })
    expect(await verdictOf(store, image, { ...ask, annotations: { env: 'prod' } })).toBe('refused')
  })
})

describe('a document that two readers read differently', () => {
  const edits: readonly [string, (json: string) => string][] = [
    ['a member twice, the second escaped', (json) => json.replace('{"_type"', '{"predicat\\u0065Type":"x","_type"')],
    ['a member twice in a subject', (json) => json.replace('{"digest"', '{"digest":{},"digest"')],
    ['a member twice in the predicate', (json) => json.replace('"predicate":{}', '"predicate":{"a":1,"a":2}')],
    [
      'a member twice deep in a list of the predicate',
      (json) => json.replace('"predicate":{}', '"predicate":{"a":[[{"b":1,"\\u0062":2}]]}'),
    ],
    ['a folded name with the long s', (json) => json.replace('{"_type"', '{"\u017fubject":[],"_type"')],
    ['a byte order mark', (json) => `\ufeff${json}`],
    ['a number that loses value', (json) => json.replace('{"_type"', '{"n":9007199254740993,"_type"')],
    ['half of a surrogate pair', (json) => json.replace('{"_type"', '{"n":"\\ud800","_type"')],
    ['a null after its end', (json) => `${json}\u0000`],
    ['a comment', (json) => `${json}//`],
    [
      'nested beyond the bound',
      (json) => json.replace('"predicate":{}', `"predicate":${'['.repeat(200)}${']'.repeat(200)}`),
    ],
  ]
  test.each(edits)('a signed statement with %s', async (_, edit) => {
    const { store, image } = await scene()
    const json = JSON.stringify(signatureStatement(image))
    expect(edit(json)).not.toBe(json)
    await attachBundle(store, image, { key: release.key, statement: edit(json) })
    expect(await verdictOf(store, image)).toBe('refused')
  })
  const payloads: readonly [string, (json: string) => string][] = [
    ['a member twice in optional', (json) => json.replace('"optional":null', '"optional":{"a":"1","a":"2"}')],
    ['a member twice deep in optional', (json) => json.replace('"optional":null', '"optional":{"a":{"b":1,"b":2}}')],
    ['critical twice', (json) => json.replace('{"critical"', '{"critical":{},"critical"')],
    ['a folded critical', (json) => json.replace('{"critical"', '{"Critical":{},"critical"')],
    [
      'a folded digest',
      (json) => json.replace('{"docker-manifest-digest"', '{"Docker-Manifest-Digest":"x","docker-manifest-digest"'),
    ],
  ]
  test.each(payloads)('a signed Cosign payload with %s', async (_, edit) => {
    const { store, image } = await scene()
    const json = simplePayload(image)
    expect(edit(json)).not.toBe(json)
    await tagLegacySignature(store, image, { key: release.key, payload: edit(json) })
    expect(await verdictOf(store, image)).toBe('refused')
  })
})

describe('one key in several spellings', () => {
  test('does not meet a threshold of two', async () => {
    const { store, image } = await scene()
    await attachBundle(store, image, { key: rsa.key, statement: signatureStatement(image) })
    const { publicKey } = rsa.key
    const pkcs1 = createPublicKey(publicKey.keyObject.export({ format: 'pem', type: 'spki' }))
    const spellings = [
      writePublicKey(publicKey),
      utf8(String(pkcs1.export({ format: 'pem', type: 'pkcs1' }))),
      publicKey.spki,
    ]
    const keys = spellings.map((bytes, at) => ({ name: `${at}.pub`, key: readPublicKey(bytes, `${at}.pub`) }))
    await expect(
      verifyImage({ image: store }, image.digest, signatureQuestion(keys, { threshold: 2 })),
    ).rejects.toMatchObject({ code: 'VERIFY_THRESHOLD_INVALID' })
    const both = signatureQuestion([...keys, release.trusted], { threshold: 2 })
    expect(await verdictOf(store, image, both)).toBe('refused')
  })
  test('nor do two statements of one key, or an attestation beside a signature', async () => {
    const { store, image } = await scene()
    const other = testSigner('other.pub')
    await attachBundle(store, image, { key: release.key, statement: signatureStatement(image) })
    await attachBundle(store, image, {
      key: release.key,
      statement: signatureStatement(image, { predicate: { a: 1 } }),
    })
    await tagLegacySignature(store, image, { key: release.key, payload: simplePayload(image) })
    await attachBundle(store, image, { key: other.key, statement: signatureStatement(image, { predicateType: VULN }) })
    const keys = [release.trusted, other.trusted]
    expect(await verdictOf(store, image, signatureQuestion(keys, { threshold: 2 }))).toBe('refused')
    expect(await verdictOf(store, image, attestationQuestion(keys, VULN, { threshold: 2 }))).toBe('refused')
  })
})

/** Points of small order: with such a key anybody's signature would be as good as its owner's. */
const SMALL = [
  '00',
  '01',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
]
test.each(SMALL)('an Ed25519 key of small order verifies nothing: %s', async (hex) => {
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(hex.padEnd(64, '0'), 'hex')])
  const key = publicKeyFromSpki(spki, 'small.pub')
  await prepareKey(key)
  const base = Buffer.concat([Buffer.from([0x58]), Buffer.alloc(31, 0x66), Buffer.from([1]), Buffer.alloc(31)])
  const zero = Buffer.concat([Buffer.from([1]), Buffer.alloc(63)])
  for (let at = 0; at < 16; at++)
    for (const signature of [base, zero])
      for (const scheme of ['ed25519', 'ed25519ph'] as const)
        expect(verifyParts(key, scheme, [utf8(`message ${at}`)], signature)).toBe(false)
})
