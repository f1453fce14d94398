import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { concat, utf8 } from '../../src/base/index.ts'
import {
  generatePrivateKey,
  type KeyType,
  keyHint,
  type PrivateKey,
  prepareKey,
  publicKeyFromSpki,
  readPrivateKey,
  type SignatureScheme,
  schemesOf,
  signParts,
  verifyParts,
} from '../../src/crypto/index.ts'
import { integer, sequence } from '../support/der.ts'
import { codeOf } from '../support/fuzz.ts'

const types: readonly KeyType[] = ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'rsa', 'ed25519']
const keys = new Map<KeyType, PrivateKey>()
const allSchemes = types.flatMap((type) => schemesOf(type))
const keyOf = (type: KeyType): PrivateKey => keys.get(type) ?? generatePrivateKey(type, 2048)

beforeAll(async () => {
  for (const type of types) keys.set(type, generatePrivateKey(type, 2048))
  await prepareKey({ type: 'ed25519' })
})

const small = [utf8('DSSEv1 '), utf8(''), utf8('payload')]
const large = [utf8('DSSEv1 '), new Uint8Array(100_000).fill(1), new Uint8Array(100_000).fill(2)]

describe.each(types.flatMap((type) => schemesOf(type).map((scheme) => [type, scheme] as const)))(
  '%s with %s',
  (type, scheme) => {
    test.each([
      ['small', small],
      ['large', large],
      ['empty', []],
    ])('signs and verifies, however the %s message is cut', (_, parts) => {
      const key = keyOf(type)
      const whole = [concat(...parts)]
      for (const [signed, checked] of [
        [parts, whole],
        [whole, parts],
      ] as const) {
        const signature = signParts(key, scheme, signed)
        expect(verifyParts(key.publicKey, scheme, checked, signature)).toBe(true)
        expect(verifyParts(key.publicKey, scheme, [...checked, utf8('x')], signature)).toBe(false)
      }
    })

    test('another key of the same type does not verify', () => {
      const signature = signParts(keyOf(type), scheme, small)
      expect(verifyParts(generatePrivateKey(type, 2048).publicKey, scheme, small, signature)).toBe(false)
    })

    test('no other scheme takes the signature, and none of another type signs with the key', () => {
      const key = keyOf(type)
      const signature = signParts(key, scheme, small)
      for (const other of allSchemes.filter((name) => name !== scheme)) {
        expect(verifyParts(key.publicKey, other, small, signature)).toBe(false)
        if (!schemesOf(type).includes(other)) expect(codeOf(() => signParts(key, other, small))).toBe('SCHEME_MISMATCH')
      }
      for (const otherType of types.filter((name) => name !== type))
        for (const each of allSchemes)
          expect(verifyParts(keyOf(otherType).publicKey, each, small, signature)).toBe(false)
    })

    test('every cut and every grown signature is false, not an exception', () => {
      const key = keyOf(type)
      const signature = signParts(key, scheme, small)
      for (let length = 0; length < signature.length; length++)
        expect(verifyParts(key.publicKey, scheme, small, signature.subarray(0, length))).toBe(false)
      for (const extra of ['\0', 'x']) {
        expect(verifyParts(key.publicKey, scheme, small, concat(signature, utf8(extra)))).toBe(false)
        expect(verifyParts(key.publicKey, scheme, small, concat(utf8(extra), signature))).toBe(false)
      }
    })
  },
)

describe("a key's own hash and no other", () => {
  test.each<[KeyType, string, SignatureScheme]>([
    ['ecdsa-p384', 'sha256', 'ecdsa-p384-sha384'],
    ['ecdsa-p521', 'sha256', 'ecdsa-p521-sha512'],
    ['ecdsa-p256', 'sha384', 'ecdsa-p256-sha256'],
    ['rsa', 'sha512', 'rsa-pkcs1-sha256'],
    ['rsa', 'sha1', 'rsa-pkcs1-sha256'],
  ])('%s with %s is refused', (type, hash, scheme) => {
    const key = keyOf(type)
    const signature = sign(hash, utf8('m'), key.keyObject)
    expect(verify(hash, utf8('m'), key.publicKey.keyObject, signature)).toBe(true)
    expect(verifyParts(key.publicKey, scheme, [utf8('m')], signature)).toBe(false)
  })

  test('RSASSA-PSS by an RSA key is refused', () => {
    const key = keyOf('rsa')
    const signature = sign('sha256', utf8('m'), { key: key.keyObject, padding: 6 })
    expect(verifyParts(key.publicKey, 'rsa-pkcs1-sha256', [utf8('m')], signature)).toBe(false)
  })
})

describe('ECDSA signatures have one encoding', () => {
  const message = [utf8('m')]
  const numbers = (signature: Uint8Array): [bigint, bigint] => {
    const raw = Buffer.from(signature)
    const rLength = raw[3] ?? 0
    const big = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`)
    return [big(raw.subarray(4, 4 + rLength)), big(raw.subarray(6 + rLength))]
  }
  const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

  test('the other s of the same signature counts as well: nobody normalises it', () => {
    const key = keyOf('ecdsa-p256')
    const [r, s] = numbers(signParts(key, 'ecdsa-p256-sha256', message))
    expect(verifyParts(key.publicKey, 'ecdsa-p256-sha256', message, sequence(integer(r), integer(N - s)))).toBe(true)
  })

  test('other encodings and impossible numbers are refused', () => {
    const key = keyOf('ecdsa-p256')
    const [r, s] = numbers(signParts(key, 'ecdsa-p256-sha256', message))
    const der = sequence(integer(r), integer(s))
    const content = der.subarray(2)
    const raw = Buffer.from(r.toString(16).padStart(64, '0') + s.toString(16).padStart(64, '0'), 'hex')
    const padded = (value: bigint): Buffer => {
      const plain = integer(value)
      return Buffer.concat([Buffer.from([2, (plain[1] ?? 0) + 1, 0]), plain.subarray(2)])
    }
    const variants: readonly Buffer[] = [
      raw,
      Buffer.concat([Buffer.from([0x30, 0x81, content.length]), content]),
      Buffer.concat([Buffer.from([0x30, 0x80]), content, Buffer.from([0, 0])]),
      Buffer.concat([Buffer.from([0x31, content.length]), content]),
      sequence(padded(r), integer(s)),
      sequence(integer(r), padded(s)),
      sequence(integer(r), integer(s), integer(0)),
      sequence(integer(r)),
      sequence(integer(0), integer(s)),
      sequence(integer(r), integer(0)),
      sequence(integer(r + N), integer(s)),
      sequence(integer(r), integer(s + N)),
      sequence(integer(N), integer(N)),
      sequence(integer(0), integer(0)),
      sequence(integer(2n ** 2000n), integer(s)),
    ]
    expect(verifyParts(key.publicKey, 'ecdsa-p256-sha256', message, der)).toBe(true)
    for (const variant of variants)
      expect(verifyParts(key.publicKey, 'ecdsa-p256-sha256', message, variant), variant.toString('hex')).toBe(false)
  })
})

describe('Ed25519ph', () => {
  /** RFC 8032 section 7.3, -----TEST abc. */
  const seed = '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42'
  const publicHex = 'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf'
  const expected =
    '98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406'

  test('RFC 8032 section 7.3', async () => {
    const der = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex')
    const key = await readPrivateKey(der, 'rfc8032', async () => undefined)
    expect(Buffer.from(key.publicKey.spki).toString('hex').endsWith(publicHex)).toBe(true)
    expect(Buffer.from(signParts(key, 'ed25519ph', [utf8('a'), utf8('bc')])).toString('hex')).toBe(expected)
    expect(verifyParts(key.publicKey, 'ed25519ph', [utf8('abc')], Buffer.from(expected, 'hex'))).toBe(true)
  })

  test('plain and prehashed signatures are not each other, also not of the hash itself', () => {
    const key = keyOf('ed25519')
    const digest = createHash('sha512').update('m').digest()
    const plainOfDigest = signParts(key, 'ed25519', [digest])
    const prehashed = signParts(key, 'ed25519ph', [utf8('m')])
    expect(verifyParts(key.publicKey, 'ed25519ph', [utf8('m')], plainOfDigest)).toBe(false)
    expect(verifyParts(key.publicKey, 'ed25519', [digest], prehashed)).toBe(false)
  })

  test('a key of small order verifies nothing', () => {
    const zero = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from([1]), Buffer.alloc(31)])
    const key = publicKeyFromSpki(zero, 'small order')
    const identity = Buffer.concat([Buffer.from([1]), Buffer.alloc(63)])
    for (const scheme of schemesOf('ed25519')) expect(verifyParts(key, scheme, [utf8('any')], identity)).toBe(false)
  })
})

test('the hint is base64 of the SHA-256 of SubjectPublicKeyInfo', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  expect(keyHint(publicKeyFromSpki(spki, 'key'))).toBe(createHash('sha256').update(spki).digest('base64'))
})
