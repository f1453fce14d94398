/** The rules for chains (Notary Project signature specification, "Certificate Requirements"): a certificate for each that breaks it. */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Bytes } from '../../src/base/index.ts'
import { derWrite, type PrivateKey, readPem } from '../../src/crypto/index.ts'
import { type ChainRule, checkChain, parseCertificate, validAt } from '../../src/pki/index.ts'
import {
  type CertificateParts,
  extension,
  make,
  makeCertificate,
  makeChain,
  notAfter,
  notBefore,
  parsed,
  purposes,
  type TestCertificate,
  usual,
} from '../support/certificates.ts'
import { makeKey } from '../support/make-key.ts'

const ca = makeKey()
const signs = make.keyUsage(['digitalSignature'])
const issues = make.keyUsage(['keyCertSign'])
const root = makeCertificate({ subject: 'Root', key: ca, extensions: usual.authority() })
const rsa1024Spki = Buffer.from(
  `30819f300d06092a864886f70d010101050003818d0030818902818100${'c7'.repeat(128)}0203010001`,
  'hex',
)

function policies(...types: readonly string[]): Bytes {
  return derWrite.sequence(...types.map((type) => derWrite.sequence(derWrite.oid(type))))
}

function leafOf(parts: CertificateParts): TestCertificate {
  return makeCertificate({ subject: 'Leaf', key: ca, issuer: root, ...parts })
}

function brokenBy(chain: readonly TestCertificate[], purpose: 'code-signing' | 'timestamping' = 'code-signing') {
  const problem = checkChain(parsed(...chain), purpose)
  return problem === undefined ? undefined : ([problem.index, problem.rule] as const)
}

describe('a code-signing leaf', () => {
  const { codeSigning, timeStamping, any, serverAuth, clientAuth, emailProtection, ocspSigning } = purposes
  it.each<[string, readonly Bytes[], ChainRule | undefined]>([
    ['has critical key usage digitalSignature', [signs], undefined],
    ['may have contentCommitment', [make.keyUsage(['digitalSignature', 'contentCommitment'])], undefined],
    ['may have basic constraints cA=false', [make.basicConstraints(false), signs], undefined],
    ['may have them not critical', [make.basicConstraints(false, undefined, false), signs], undefined],
    ['must not have cA=true', [make.basicConstraints(true), signs], 'basic-constraints'],
    ['must not have a path length without cA', [make.basicConstraints(false, 0), signs], 'malformed'],
    ['must have key usage', [make.extendedKeyUsage([codeSigning])], 'key-usage'],
    ['must have it critical', [make.keyUsage(['digitalSignature'], false)], 'key-usage'],
    ['must have digitalSignature', [make.keyUsage(['contentCommitment'])], 'key-usage'],
    ['must not have keyEncipherment', [make.keyUsage(['digitalSignature', 'keyEncipherment'])], 'key-usage'],
    ['must not have dataEncipherment', [make.keyUsage(['digitalSignature', 'dataEncipherment'])], 'key-usage'],
    ['must not have keyAgreement', [make.keyUsage(['digitalSignature', 'keyAgreement'])], 'key-usage'],
    ['must not have keyCertSign', [make.keyUsage(['digitalSignature', 'keyCertSign'])], 'key-usage'],
    ['must not have cRLSign', [make.keyUsage(['digitalSignature', 'cRLSign'])], 'key-usage'],
    ['must not have encipherOnly', [make.keyUsage(['digitalSignature', 'encipherOnly'])], 'key-usage'],
    ['must not have decipherOnly', [make.keyUsage(['digitalSignature', 'decipherOnly'])], 'key-usage'],
    ['may have codeSigning', [signs, make.extendedKeyUsage([codeSigning])], undefined],
    ['may have it critical', [signs, make.extendedKeyUsage([codeSigning], true)], undefined],
    ['may have a purpose of its own', [signs, make.extendedKeyUsage(['1.3.6.1.4.1.99999.1'])], undefined],
    ['must not have anyExtendedKeyUsage', [signs, make.extendedKeyUsage([codeSigning, any])], 'extended-key-usage'],
    ['must not have serverAuth', [signs, make.extendedKeyUsage([codeSigning, serverAuth])], 'extended-key-usage'],
    ['must not have clientAuth', [signs, make.extendedKeyUsage([clientAuth])], 'extended-key-usage'],
    ['must not have emailProtection', [signs, make.extendedKeyUsage([emailProtection])], 'extended-key-usage'],
    ['must not have timeStamping', [signs, make.extendedKeyUsage([codeSigning, timeStamping])], 'extended-key-usage'],
    ['must not have OCSPSigning', [signs, make.extendedKeyUsage([ocspSigning])], 'extended-key-usage'],
    ['must not have an empty extended key usage', [signs, make.extendedKeyUsage([])], 'malformed'],
    ['must not have an empty key usage', [extension('2.5.29.15', Uint8Array.of(3, 1, 0), true)], 'malformed'],
    [
      'must not have a key usage with wrong padding',
      [extension('2.5.29.15', Uint8Array.of(3, 2, 7, 0xa0), true)],
      'malformed',
    ],
    [
      'must not have a usage that there is not',
      [extension('2.5.29.15', Uint8Array.of(3, 3, 6, 0x80, 0x40), true)],
      'malformed',
    ],
    [
      'must not have more after a key usage',
      [extension('2.5.29.15', Uint8Array.of(3, 2, 7, 0x80, 5, 0), true)],
      'malformed',
    ],
    ['must not have a malformed key identifier', [signs, extension('2.5.29.14', Uint8Array.of(1))], 'malformed'],
    [
      'must not have an unknown critical extension',
      [signs, extension('1.2.3.4', derWrite.null(), true)],
      'critical-extension',
    ],
    ['may have an unknown one that is not critical', [signs, extension('1.2.3.4', derWrite.null())], undefined],
    [
      'must not have critical policy constraints',
      [signs, extension('2.5.29.36', derWrite.sequence(), true)],
      'critical-extension',
    ],
    ['may have critical policies', [signs, extension('2.5.29.32', policies('2.23.140.1.4.1'), true)], undefined],
    ['must not have malformed ones', [signs, extension('2.5.29.32', derWrite.sequence(), true)], 'malformed'],
    ['must not have malformed CRL distribution points', [signs, extension('2.5.29.31', derWrite.null())], 'malformed'],
    [
      'must not have a malformed authority information access',
      [signs, extension('1.3.6.1.5.5.7.1.1', derWrite.null())],
      'malformed',
    ],
  ])('%s', (_, extensions, rule) => {
    expect(brokenBy([leafOf({ extensions }), root])).toEqual(rule === undefined ? undefined : [0, rule])
    // Alone, it is held to the same rules.
    const alone = makeCertificate({ subject: 'Alone', key: ca, extensions })
    expect(brokenBy([alone])).toEqual(rule === undefined ? undefined : [0, rule])
  })
})

describe('a timestamping leaf', () => {
  const { timeStamping, codeSigning, any } = purposes
  const stamps = make.extendedKeyUsage([timeStamping], true)
  it.each<[string, readonly Bytes[], ChainRule | undefined]>([
    ['has critical timeStamping alone', [signs, stamps], undefined],
    [
      'should have its key usage critical, and is taken if not',
      [make.keyUsage(['digitalSignature'], false), stamps],
      undefined,
    ],
    ['may have contentCommitment', [make.keyUsage(['digitalSignature', 'contentCommitment']), stamps], undefined],
    ['must have extended key usage', [signs], 'extended-key-usage'],
    ['must have it critical', [signs, make.extendedKeyUsage([timeStamping])], 'extended-key-usage'],
    [
      'must not have another purpose',
      [signs, make.extendedKeyUsage([timeStamping, codeSigning], true)],
      'extended-key-usage',
    ],
    ['must not have anyExtendedKeyUsage', [signs, make.extendedKeyUsage([any], true)], 'extended-key-usage'],
    [
      'must not have timeStamping twice',
      [signs, make.extendedKeyUsage([timeStamping, timeStamping], true)],
      'extended-key-usage',
    ],
    ['must not be for code signing', [signs, make.extendedKeyUsage([codeSigning], true)], 'extended-key-usage'],
    ['must have key usage', [stamps], 'key-usage'],
    ['must not have keyCertSign', [make.keyUsage(['digitalSignature', 'keyCertSign']), stamps], 'key-usage'],
    ['must not be an authority', [make.basicConstraints(true), signs, stamps], 'basic-constraints'],
  ])('%s', (_, extensions, rule) => {
    expect(brokenBy([leafOf({ extensions }), root], 'timestamping')).toEqual(rule === undefined ? undefined : [0, rule])
  })

  it('is no code-signing leaf', () => {
    expect(brokenBy([leafOf({ extensions: usual.timestamping() }), root])).toEqual([0, 'extended-key-usage'])
  })
})

describe('an authority', () => {
  const rows: readonly (readonly [string, readonly Bytes[], ChainRule | undefined])[] = [
    ['has critical basic constraints and key usage', [make.basicConstraints(true), issues], undefined],
    [
      'may have more usages',
      [make.basicConstraints(true), make.keyUsage(['keyCertSign', 'cRLSign', 'digitalSignature'])],
      undefined,
    ],
    ['must have basic constraints', [issues], 'basic-constraints'],
    ['must have them critical', [make.basicConstraints(true, undefined, false), issues], 'basic-constraints'],
    ['must have cA=true', [make.basicConstraints(false), issues], 'basic-constraints'],
    [
      'must not have malformed ones',
      [extension('2.5.29.19', derWrite.sequence(derWrite.boolean(true), derWrite.null()), true), issues],
      'malformed',
    ],
    ['must have key usage', [make.basicConstraints(true)], 'key-usage'],
    ['must have it critical', [make.basicConstraints(true), make.keyUsage(['keyCertSign'], false)], 'key-usage'],
    [
      'must have keyCertSign',
      [make.basicConstraints(true), make.keyUsage(['cRLSign', 'digitalSignature'])],
      'key-usage',
    ],
    [
      'must not have an unknown critical extension',
      [make.basicConstraints(true), issues, extension('1.2.3', derWrite.null(), true)],
      'critical-extension',
    ],
    [
      'may have any extended key usage',
      [make.basicConstraints(true), issues, make.extendedKeyUsage([purposes.serverAuth])],
      undefined,
    ],
  ]

  it.each(rows)('as a root: %s', (_, extensions, rule) => {
    const issuer = makeCertificate({ subject: 'Root', key: ca, extensions })
    const chain = [leafOf({ issuer, extensions: usual.codeSigning() }), issuer]
    expect(brokenBy(chain)).toEqual(rule === undefined ? undefined : [1, rule])
  })

  it.each(rows)('as an intermediate: %s', (_, extensions, rule) => {
    const issuer = makeCertificate({ subject: 'Intermediate', key: ca, issuer: root, extensions })
    const chain = [leafOf({ issuer, extensions: usual.codeSigning() }), issuer, root]
    expect(brokenBy(chain)).toEqual(rule === undefined ? undefined : [1, rule])
  })

  // pathLen of the root, of the upper and of the lower intermediate.
  it.each<[number | undefined, number | undefined, number | undefined, readonly [number, string] | undefined]>([
    [undefined, undefined, undefined, undefined],
    [2, 1, 0, undefined],
    [1, 1, 0, [3, 'path-length']],
    [0, 0, 0, [2, 'path-length']],
    [2, 0, 0, [2, 'path-length']],
    [9, 9, 9, undefined],
  ])('path lengths %s, %s, %s', (top, upper, lower, expected) => {
    const first = makeCertificate({ subject: 'Root', key: ca, extensions: usual.authority(top) })
    const second = makeCertificate({ subject: 'Upper', key: ca, issuer: first, extensions: usual.authority(upper) })
    const third = makeCertificate({ subject: 'Lower', key: ca, issuer: second, extensions: usual.authority(lower) })
    const leaf = leafOf({ issuer: third, extensions: usual.codeSigning() })
    expect(brokenBy([leaf, third, second, first])).toEqual(expected)
  })

  it('may be longer than the validity of what it issued: nesting is not asked for', () => {
    const issuer = makeCertificate({
      subject: 'Old',
      key: ca,
      notAfter: Date.UTC(2027, 0),
      extensions: usual.authority(),
    })
    expect(brokenBy([leafOf({ issuer, extensions: usual.codeSigning() }), issuer])).toBeUndefined()
  })
})

describe('keys and algorithms', () => {
  const withKey = (key: PrivateKey): readonly TestCertificate[] => [
    leafOf({ key, extensions: usual.codeSigning() }),
    root,
  ]
  it.each<[string, () => PrivateKey, ChainRule | undefined]>([
    ['P-256', () => makeKey('ecdsa-p256'), undefined],
    ['P-384', () => makeKey('ecdsa-p384'), undefined],
    ['P-521', () => makeKey('ecdsa-p521'), undefined],
    ['RSA 2048', () => makeKey('rsa'), undefined],
    ['RSA 2304', () => makeKey('rsa', 2304), 'key'],
    ['Ed25519', () => makeKey('ed25519'), 'key'],
  ])('a leaf with %s', (_, key, rule) => {
    expect(brokenBy(withKey(key()))).toEqual(rule === undefined ? undefined : [0, rule])
  })

  it('a leaf with RSA 1024', () => {
    expect(brokenBy([leafOf({ spki: rsa1024Spki, extensions: usual.codeSigning() }), root])).toEqual([0, 'key'])
  })

  it('an authority with RSA 1024 is told by its own name', () => {
    const weak = makeCertificate({
      subject: 'Weak',
      key: ca,
      issuer: root,
      spki: rsa1024Spki,
      extensions: usual.authority(),
    })
    expect(brokenBy([leafOf({ issuer: weak, extensions: usual.codeSigning() }), weak, root])).toEqual([1, 'key'])
  })

  it('an authority may have Ed25519', () => {
    const issuer = makeCertificate({ subject: 'Ed', key: makeKey('ed25519'), extensions: usual.authority() })
    expect(brokenBy([leafOf({ issuer, extensions: usual.codeSigning() }), issuer])).toBeUndefined()
  })

  it.each([
    ['SHA-1', '1.2.840.10045.4.1'],
    ['an unknown one', '1.2.3.4'],
  ])('a certificate signed with %s', (_, type) => {
    const innerAlgorithm = derWrite.sequence(derWrite.oid(type))
    expect(brokenBy([leafOf({ innerAlgorithm, extensions: usual.codeSigning() }), root])).toEqual([
      0,
      'signature-algorithm',
    ])
    const odd = makeCertificate({ subject: 'Root', key: ca, innerAlgorithm, extensions: usual.authority() })
    expect(brokenBy([leafOf({ issuer: odd, extensions: usual.codeSigning() }), odd])).toEqual([
      1,
      'signature-algorithm',
    ])
  })
})

describe('the chain as a whole', () => {
  const { leaf, intermediate, root: top } = makeChain()
  const stranger = makeChain()
  const forged = makeCertificate({
    subject: 'Leaf',
    issuer: { ...intermediate, key: makeKey() },
    extensions: usual.codeSigning(),
  })
  const impostor = makeCertificate({ subject: 'Root', extensions: usual.authority() })
  const selfSigned = makeCertificate({ subject: 'Alone', extensions: usual.codeSigning() })
  const lying = makeCertificate({
    subject: 'Alone',
    key: ca,
    signature: selfSigned.der.subarray(-70),
    extensions: usual.codeSigning(),
  })

  it.each<[string, readonly TestCertificate[], readonly [number, ChainRule] | undefined]>([
    ['complete and in order', [leaf, intermediate, top], undefined],
    ['a leaf that signs itself', [selfSigned], undefined],
    ['nothing', [], [0, 'empty']],
    ['the leaf alone', [leaf], [0, 'root']],
    ['the root missing', [leaf, intermediate], [1, 'root']],
    ['the intermediate missing', [leaf, top], [0, 'issuer']],
    ['the root alone', [top], [0, 'basic-constraints']],
    ['the two authorities exchanged', [leaf, top, intermediate], [2, 'path-length']],
    ['the leaf last', [intermediate, top, leaf], [0, 'basic-constraints']],
    ['the root twice', [leaf, intermediate, top, top], [2, 'self-signed']],
    ['a stranger after the root', [leaf, intermediate, top, stranger.root], [2, 'self-signed']],
    ['a stranger in between', [leaf, stranger.intermediate, intermediate, top], [2, 'path-length']],
    ['another intermediate of the same name', [leaf, stranger.intermediate, stranger.root], [0, 'signature']],
    ['another root of the same name', [leaf, intermediate, impostor], [1, 'signature']],
    ['a leaf of another key under a true chain', [forged, intermediate, top], [0, 'signature']],
    ['a leaf that signs itself before a true root', [selfSigned, top], [0, 'self-signed']],
    ['a self-signed leaf whose signature is another', [lying], [0, 'root']],
  ])('%s', (_, chain, expected) => {
    expect(brokenBy(chain)).toEqual(expected)
  })

  it('a self-signed intermediate', () => {
    const inner = makeCertificate({ subject: 'Root', key: ca, extensions: usual.authority() })
    const outer = makeCertificate({ subject: 'Root', key: ca, extensions: usual.authority() })
    const end = leafOf({ issuer: inner, extensions: usual.codeSigning() })
    expect(brokenBy([end, inner, outer])).toEqual([1, 'self-signed'])
  })

  it('more certificates than are read', () => {
    expect(brokenBy([leaf, ...Array.from({ length: 16 }, () => intermediate)])).toEqual([0, 'too-long'])
  })

  it('names that are equal as text but not as bytes', () => {
    const issuerName = derWrite.sequence(
      ...[
        ['2.5.4.6', 'US'],
        ['2.5.4.8', 'WA'],
        ['2.5.4.10', 'Zegel tests'],
        ['2.5.4.3', 'Root'],
      ].map(([type = '', text = '']) =>
        derWrite.set(derWrite.sequence(derWrite.oid(type), derWrite.printableString(text))),
      ),
    )
    expect(brokenBy([leafOf({ issuerName, extensions: usual.codeSigning() }), root])).toEqual([0, 'issuer'])
  })

  it('says whose certificate breaks which rule', () => {
    const odd = leafOf({
      subject: [['2.5.4.3', 'evil\u001b[31m']],
      extensions: [make.extendedKeyUsage(['2.5.29.37.0'])],
    })
    const problem = checkChain(parsed(odd, root), 'code-signing')
    expect(problem?.subject).toBe('CN=evil\\1B[31m')
    expect(problem?.detail).toContain('key usage')
    expect(problem?.detail).not.toContain('\u001b')
  })
})

describe('a chain whose links were seen before', () => {
  const good = makeChain()

  it('a signature that was good for one certificate is not for another', () => {
    expect(checkChain(good.certificates, 'code-signing')).toBeUndefined()
    const [leaf, intermediate, top] = good.certificates
    if (leaf === undefined || intermediate === undefined || top === undefined) throw new Error('no chain')
    const changed = Uint8Array.from(intermediate.raw)
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1
    expect(checkChain([leaf, parseCertificate(changed), top], 'code-signing')?.rule).toBe('signature')
    expect(checkChain([leaf, parseCertificate(changed), top], 'code-signing')?.rule).toBe('signature')
  })
})

describe('validity', () => {
  const { certificates } = makeChain({
    intermediate: { subject: 'Short', extensions: usual.authority(), notAfter: Date.UTC(2027, 0) },
  })
  it.each([
    ['the first moment', notBefore, undefined],
    ['the last moment of the shortest', Date.UTC(2027, 0), undefined],
    ['a second later', Date.UTC(2027, 0) + 1000, 1],
    ['before all', notBefore - 1, 0],
    ['after all', notAfter + 1, 0],
    ['no time', Number.NaN, 0],
  ])('%s', (_, time, index) => {
    expect(validAt(certificates, time)?.index).toBe(index)
  })

  it('of no certificate there is none', () => {
    expect(validAt([], notBefore)?.rule).toBe('empty')
  })
})

describe('chains that notation has a verdict on', () => {
  const accepted = [
    'crl-good',
    'crl-revoked',
    'email-dn',
    'neg-expired',
    'neg-otheridentity',
    'neg-untrusted',
    'ocsp-good',
    'p256',
    'p384',
    'p521',
    'rsa2048',
    'rsa3072',
    'rsa4096',
    'selfsigned',
    'shortlived',
    'old-expired',
  ]
  // Notation takes neg-anyeku against its specification.
  const refused = {
    'neg-anyeku': 'extended-key-usage',
    'neg-ed25519': 'key',
    'neg-kunoncrit': 'key-usage',
    'neg-noku': 'key-usage',
    'neg-rsa1024': 'key',
    'neg-serverauth': 'extended-key-usage',
  }
  const rows = [...accepted.map((name) => [name, undefined] as const), ...Object.entries(refused)]

  it.each(rows)('%s: %s', (name, rule) => {
    const file = `chain-${name}.pem`
    const bytes = readFileSync(new URL(`../vectors/notation/pki/${file}`, import.meta.url))
    const chain = readPem(bytes, file).map((block) => parseCertificate(block.bytes))
    expect(checkChain(chain, 'code-signing')?.rule).toBe(rule)
  })

  it('of the timestamping authority', () => {
    const read = (name: string) =>
      readPem(readFileSync(new URL(`../vectors/notation/pki/${name}`, import.meta.url)), name).map(({ bytes }) =>
        parseCertificate(bytes),
      )
    expect(checkChain([...read('tsa.crt').slice(0, 1), ...read('tsaroot.crt')], 'timestamping')).toBeUndefined()
    expect(checkChain([...read('tsa2.crt').slice(0, 1), ...read('tsa2root.crt')], 'timestamping')).toBeUndefined()
  })
})
