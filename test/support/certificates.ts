/** Makes X.509 certificates for tests, right ones and ones that no authority would issue: every part can be given as bytes. */

import type { Bytes } from '../../src/base/index.ts'
import { derValue, derWrite, type NamedAlgorithm, type PrivateKey, signNamed } from '../../src/crypto/index.ts'
import { type Certificate, keyPurposes, parseCertificate, writeSignatureAlgorithm } from '../../src/pki/index.ts'
import { makeKey } from './make-key.ts'

const { sequence, set, oid, octets, boolean, unsigned, explicit, implicit, bits, time, utf8String } = derWrite

export interface TestCertificate {
  readonly der: Bytes
  readonly key: PrivateKey
  /** DER of the subject. */
  readonly subject: Bytes
}

export interface CertificateParts {
  /** The common name, or the attributes by their identifiers, or the whole name in DER. */
  readonly subject?: string | readonly (readonly [oid: string, text: string])[] | Bytes
  /** Absent: signed by itself. */
  readonly issuer?: TestCertificate
  /** DER of the issuer, where it must not be the issuer's subject. */
  readonly issuerName?: Bytes
  readonly key?: PrivateKey
  /** Written instead of the key's own. */
  readonly spki?: Bytes
  readonly serial?: number | Bytes
  readonly notBefore?: number
  readonly notAfter?: number
  /** DER of the Validity, instead of the two times. */
  readonly validity?: Bytes
  readonly extensions?: readonly Bytes[]
  /** 3 unless said otherwise. */
  readonly version?: number
  readonly algorithm?: NamedAlgorithm
  /** DER of the AlgorithmIdentifiers inside and outside of what is signed. */
  readonly innerAlgorithm?: Bytes
  readonly outerAlgorithm?: Bytes
  readonly signature?: Bytes
}

/** 2026-01-01 and 2036-01-01. */
export const notBefore = Date.UTC(2026, 0, 1)
export const notAfter = Date.UTC(2036, 0, 1)

/** Purposes of extended key usage by their short names. */
export const purposes = keyPurposes

let serials = 1000

export function makeCertificate(parts: CertificateParts = {}): TestCertificate {
  const key = parts.key ?? makeKey()
  const signer = parts.issuer?.key ?? key
  const subject = nameOf(parts.subject ?? 'Test')
  const algorithm = parts.algorithm ?? usualAlgorithm(signer)
  const inner = parts.innerAlgorithm ?? writeSignatureAlgorithm(algorithm)
  const version = parts.version ?? 3
  const tbs = sequence(
    ...(version === 1 ? [] : [explicit(0, unsigned(version - 1))]),
    unsigned(parts.serial ?? serials++),
    inner,
    parts.issuerName ?? parts.issuer?.subject ?? subject,
    parts.validity ?? sequence(time(parts.notBefore ?? notBefore), time(parts.notAfter ?? notAfter)),
    subject,
    parts.spki ?? key.publicKey.spki,
    ...(parts.extensions === undefined || parts.extensions.length === 0
      ? []
      : [explicit(3, sequence(...parts.extensions))]),
  )
  const signature = parts.signature ?? signNamed(signer, algorithm, [tbs])
  return { der: sequence(tbs, parts.outerAlgorithm ?? inner, bits(signature)), key, subject }
}

/** SHA-256 for P-256, and so on, as everybody signs. */
export function usualAlgorithm({ publicKey }: PrivateKey): NamedAlgorithm {
  switch (publicKey.type) {
    case 'ed25519':
      return { kind: 'ed25519' }
    case 'rsa':
      return { kind: 'rsa-pkcs1', hash: 'sha256' }
    case 'ecdsa-p384':
      return { kind: 'ecdsa', hash: 'sha384', encoding: 'der' }
    case 'ecdsa-p521':
      return { kind: 'ecdsa', hash: 'sha512', encoding: 'der' }
    default:
      return { kind: 'ecdsa', hash: 'sha256', encoding: 'der' }
  }
}

export function nameOf(subject: NonNullable<CertificateParts['subject']>): Bytes {
  if (subject instanceof Uint8Array) return subject
  const attributes: readonly (readonly [string, string])[] =
    typeof subject === 'string'
      ? [
          ['2.5.4.6', 'US'],
          ['2.5.4.8', 'WA'],
          ['2.5.4.10', 'Zegel tests'],
          ['2.5.4.3', subject],
        ]
      : subject
  return sequence(...attributes.map(([type, text]) => set(sequence(oid(type), utf8String(text)))))
}

/** One extension; `value` is what goes into its OCTET STRING. */
export function extension(type: string, value: Bytes, isCritical = false): Bytes {
  return sequence(oid(type), ...(isCritical ? [boolean(true)] : []), octets(value))
}

const USAGES = [
  'digitalSignature',
  'contentCommitment',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const

const uri = (url: string): Bytes => implicit(6, Buffer.from(url, 'latin1'))

export const make = {
  basicConstraints: (isAuthority: boolean, pathLength?: number, isCritical = true): Bytes =>
    extension(
      '2.5.29.19',
      sequence(...(isAuthority ? [boolean(true)] : []), ...(pathLength === undefined ? [] : [unsigned(pathLength)])),
      isCritical,
    ),
  keyUsage: (usages: readonly (typeof USAGES)[number][], isCritical = true): Bytes =>
    extension('2.5.29.15', usageBits(usages), isCritical),
  extendedKeyUsage: (types: readonly string[], isCritical = false): Bytes =>
    extension('2.5.29.37', sequence(...types.map((type) => oid(type))), isCritical),
  /** The content of each GeneralName: `generalName.dns('example.org')`. */
  subjectAltName: (names: readonly Bytes[], isCritical = false): Bytes =>
    extension('2.5.29.17', sequence(...names), isCritical),
  ocspAt: (...urls: readonly string[]): Bytes =>
    extension('1.3.6.1.5.5.7.1.1', sequence(...urls.map((url) => sequence(oid('1.3.6.1.5.5.7.48.1'), uri(url))))),
  crlAt: (...urls: readonly string[]): Bytes => extension('2.5.29.31', distributionPoints(urls)),
  freshestCrlAt: (...urls: readonly string[]): Bytes => extension('2.5.29.46', distributionPoints(urls)),
  ocspNoCheck: (): Bytes => extension('1.3.6.1.5.5.7.48.1.5', derWrite.null()),
  /** Subtrees: a GeneralName each. */
  nameConstraints: (permitted: readonly Bytes[], excluded: readonly Bytes[], isCritical = true): Bytes => {
    const subtrees = (number: number, names: readonly Bytes[]): readonly Bytes[] =>
      names.length === 0 ? [] : [derValue(0xa0 | number, ...names.map((name) => sequence(name)))]
    return extension('2.5.29.30', sequence(...subtrees(0, permitted), ...subtrees(1, excluded)), isCritical)
  },
} as const

export const generalName = {
  other: (content: Bytes): Bytes => implicit(0, content, true),
  email: (address: string): Bytes => implicit(1, Buffer.from(address, 'latin1')),
  dns: (name: string): Bytes => implicit(2, Buffer.from(name, 'latin1')),
  directory: (name: Bytes): Bytes => explicit(4, name),
  uri,
  ip: (...octetsOf: readonly number[]): Bytes => implicit(7, Uint8Array.from(octetsOf)),
} as const

function distributionPoints(urls: readonly string[]): Bytes {
  return sequence(...urls.map((url) => sequence(explicit(0, explicit(0, uri(url))))))
}

function usageBits(usages: readonly (typeof USAGES)[number][]): Bytes {
  const numbers = usages.map((usage) => USAGES.indexOf(usage))
  const last = Math.max(...numbers, 0)
  const content = new Uint8Array(Math.floor(last / 8) + 1)
  for (const number of numbers) content[number >> 3] = (content[number >> 3] ?? 0) | (0x80 >> (number & 7))
  return bits(content, 7 - (last % 8))
}

/** The extensions of a root, an intermediate authority, a code-signing leaf and a timestamping leaf, as the Notary specification has them. */
export const usual = {
  authority: (pathLength?: number): readonly Bytes[] => [
    make.basicConstraints(true, pathLength),
    make.keyUsage(['keyCertSign', 'cRLSign']),
  ],
  codeSigning: (): readonly Bytes[] => [
    make.basicConstraints(false),
    make.keyUsage(['digitalSignature']),
    make.extendedKeyUsage([purposes.codeSigning]),
  ],
  timestamping: (): readonly Bytes[] => [
    make.keyUsage(['digitalSignature']),
    make.extendedKeyUsage([purposes.timeStamping], true),
  ],
} as const

export interface TestChain {
  readonly root: TestCertificate
  readonly intermediate: TestCertificate
  readonly leaf: TestCertificate
  /** Leaf, intermediate, root, parsed. */
  readonly certificates: readonly Certificate[]
}

/** A chain of three that every rule accepts; each part can be changed. */
export function makeChain(
  parts: {
    readonly leaf?: CertificateParts
    readonly intermediate?: CertificateParts
    readonly root?: CertificateParts
  } = {},
): TestChain {
  const root = makeCertificate({ subject: 'Root', extensions: usual.authority(), ...parts.root })
  const intermediate = makeCertificate({
    subject: 'Intermediate',
    issuer: root,
    extensions: usual.authority(0),
    ...parts.intermediate,
  })
  const leaf = makeCertificate({
    subject: 'Leaf',
    issuer: intermediate,
    extensions: usual.codeSigning(),
    ...parts.leaf,
  })
  return { root, intermediate, leaf, certificates: parsed(leaf, intermediate, root) }
}

export function parsed(...certificates: readonly TestCertificate[]): readonly Certificate[] {
  return certificates.map(({ der }) => parseCertificate(der))
}
