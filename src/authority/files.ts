/**
 * The folder of `zegel pki init`: what lies in it, made and read back. Its keys are plain PKCS#8 (RFC 5958), because nothing that they sign is worth
 * anything.
 */

import { type Bytes, sameBytes } from '../base/index.ts'
import { type PrivateKey, readPrivateKey, writePem } from '../crypto/index.ts'
import { type Certificate, readCertificates } from '../pki/index.ts'
import type { Issuers } from './authority.ts'
import { authorityFault } from './faults.ts'
import type { Issued } from './issue.ts'
import type { Member } from './member.ts'
import { writeRevoked } from './revoked.ts'

export interface AuthorityFile {
  /** Relative to the folder. */
  readonly path: string
  readonly content: Bytes
  /** For its owner alone. */
  readonly isSecret: boolean
}

/** The folder in it that only `pki serve` and `pki revoke` read. */
export const PRIVATE_FOLDER = 'authority'

const KEYS = {
  root: 'root.key',
  intermediate: 'intermediate.key',
  tsaRoot: 'tsa-root.key',
  tsa: 'tsa.key',
} as const satisfies Readonly<Record<keyof Issuers, string>>

const CERTIFICATES = `${PRIVATE_FOLDER}/certificates.pem`
export const REVOKED_FILE = `${PRIVATE_FOLDER}/revoked.json`

/** Everything of a new authority with one signing certificate, in the order of writing. */
export function authorityFiles(issuers: Issuers, signing: Member): readonly AuthorityFile[] {
  const { root, intermediate, tsaRoot, tsa } = issuers
  return [
    open('root.pem', pem([root.certificate])),
    secret('signing.key', plainKey(signing.key)),
    open('signing.pem', pem(signing.chain)),
    open('tsa-root.pem', pem([tsaRoot.certificate])),
    ...Object.entries(KEYS).map(([name, file]) =>
      secret(`${PRIVATE_FOLDER}/${file}`, plainKey(issuers[name as keyof Issuers].key)),
    ),
    secret(CERTIFICATES, pem([root, intermediate, tsaRoot, tsa, signing].map(({ certificate }) => certificate))),
    secret(REVOKED_FILE, writeRevoked([])),
  ]
}

function open(path: string, content: Bytes): AuthorityFile {
  return { path, content, isSecret: false }
}

function secret(path: string, content: Bytes): AuthorityFile {
  return { path, content, isSecret: true }
}

function pem(certificates: readonly Certificate[]): Bytes {
  return Buffer.concat(certificates.map(({ raw }) => writePem('CERTIFICATE', raw)))
}

function plainKey({ keyObject }: PrivateKey): Bytes {
  return writePem('PRIVATE KEY', keyObject.export({ format: 'der', type: 'pkcs8' }))
}

export interface KeptAuthority {
  readonly issuers: Issuers
  /** Everything that it issued, the authorities' own certificates too. */
  readonly issued: readonly Certificate[]
}

/**
 * @param read gives the content of a file of the folder by its relative path
 * @throws AUTHORITY_DAMAGED, CERTIFICATE_FILE_INVALID, KEY_…, what `read` throws
 */
export async function readAuthority(read: (path: string) => Promise<Bytes>): Promise<KeptAuthority> {
  const issued = readCertificates(await read(CERTIFICATES), CERTIFICATES)
  const keyed = async (name: keyof Issuers): Promise<Issued> => {
    const path = `${PRIVATE_FOLDER}/${KEYS[name]}`
    return withCertificate(await readKey(await read(path), path), issued, path)
  }
  const root = below(await keyed('root'), undefined)
  const intermediate = below(await keyed('intermediate'), root)
  const tsaRoot = below(await keyed('tsaRoot'), undefined)
  const tsa = below(await keyed('tsa'), tsaRoot)
  return { issuers: { root, intermediate, tsaRoot, tsa }, issued }
}

async function readKey(content: Bytes, path: string): Promise<PrivateKey> {
  return await readPrivateKey(content, path, async () => undefined)
}

function withCertificate(key: PrivateKey, issued: readonly Certificate[], path: string): Issued {
  const certificate = issued.find(({ spki }) => sameBytes(spki, key.publicKey.spki))
  if (certificate === undefined) throw damaged(`${CERTIFICATES} has no certificate for ${path}`)
  return { key, certificate }
}

function below(issued: Issued, issuer: Member | undefined): Member {
  const expected = issuer?.certificate ?? issued.certificate
  if (!sameBytes(issued.certificate.issuer.raw, expected.subject.raw))
    throw damaged('its certificates do not belong together')
  return { ...issued, chain: [issued.certificate, ...(issuer?.chain ?? [])] }
}

function damaged(problem: string): Error {
  return authorityFault('AUTHORITY_DAMAGED', `This is no folder of "zegel pki init" any more: ${problem}.`, {
    fix: 'Make a new one: zegel pki init --out DIR',
  })
}
