/** Trust stores and their certificates as the outputs of `zegel trust` show them. */

import { Fault, forTerminal } from '../base/index.ts'
import type { TrustCertificate, TrustStoreReport } from '../contract/index.ts'
import { brokenAuthorityRule, type Certificate, formatName } from '../pki/index.ts'
import {
  isAuthority,
  isRoot,
  readStoreFiles,
  type StoredCertificate,
  type StoreName,
  storeFolder,
  type TrustStoreType,
  unfit,
} from '../trust/index.ts'
import { certificateReport } from './certificate-report.ts'
import type { Style } from './terminal/style.ts'

/** @param now milliseconds since 1970 */
export function trustCertificate(
  { file, certificate }: StoredCertificate,
  type: TrustStoreType,
  now: number,
): TrustCertificate {
  const problem = problemOf(certificate, type)
  return {
    file,
    ...certificateReport(certificate),
    issuer: formatName(certificate.issuer),
    kind: isRoot(certificate) ? 'root' : isAuthority(certificate) ? 'intermediate' : 'leaf',
    validity: now > certificate.notAfter ? 'expired' : now < certificate.notBefore ? 'not-yet-valid' : 'valid',
    ...keyOf(certificate),
    ...(problem === undefined ? {} : { problem }),
  }
}

/** Whether it may be there, and whether the rules for chains will let it vouch for anything. */
function problemOf(certificate: Certificate, type: TrustStoreType): string | undefined {
  const misplaced = unfit(type, certificate)
  if (misplaced !== undefined) return `${misplaced}.`
  try {
    const broken = isAuthority(certificate) ? brokenAuthorityRule(certificate, 0) : undefined
    return broken === undefined ? undefined : `Chains with it are refused: it ${broken.problem}. ${broken.fix}`
  } catch (error) {
    if (error instanceof Fault) return error.message
    throw error
  }
}

function keyOf(certificate: Certificate): Pick<TrustCertificate, 'type' | 'bits'> {
  try {
    const { type, bits } = certificate.publicKey()
    return { type, bits }
  } catch (error) {
    if (error instanceof Fault) return {}
    throw error
  }
}

/** A store that cannot be read says why; it hides no other. */
export async function storeReport(directory: string, store: StoreName, now: number): Promise<TrustStoreReport> {
  const named = { type: store.type, name: store.name }
  try {
    const folder = storeFolder(directory, store)
    try {
      const found = await readStoreFiles(folder, store)
      return { ...named, folder, certificates: found.map((one) => trustCertificate(one, store.type, now)) }
    } catch (error) {
      return { ...named, folder, certificates: [], problem: asProblem(error) }
    }
  } catch (error) {
    return { ...named, folder: directory, certificates: [], problem: asProblem(error) }
  }
}

function asProblem(error: unknown): NonNullable<TrustStoreReport['problem']> {
  if (!(error instanceof Fault)) throw error
  const { code, message, fix } = error
  return { code, detail: message, ...(fix === undefined ? {} : { fix }) }
}

const KINDS: Readonly<Record<TrustCertificate['kind'], string>> = {
  root: 'root',
  intermediate: 'intermediate authority',
  leaf: 'leaf',
}

/** What a person compares with what was handed over: name, dates, fingerprint. */
export function certificateLines(certificate: TrustCertificate, style: Style): readonly string[] {
  const { subject, issuer, kind, notBefore, notAfter, validity, fingerprint, type, bits, serial, problem } = certificate
  const dates = `${notBefore} to ${notAfter}`
  return [
    `subject      ${forTerminal(subject)}`,
    `issuer       ${kind === 'root' ? 'itself' : forTerminal(issuer)}`,
    `kind         ${KINDS[kind]}`,
    `valid        ${validity === 'valid' ? dates : style.bad(`${dates} (${validityText(validity)})`)}`,
    `key          ${type === undefined ? 'cannot be used' : `${type}${type === 'rsa' ? `-${bits}` : ''}`}`,
    `serial       ${serial}`,
    `fingerprint  ${fingerprint}`,
    ...(problem === undefined ? [] : [`problem      ${style.bad(forTerminal(problem))}`]),
  ]
}

export function validityText(validity: TrustCertificate['validity']): string {
  return validity === 'not-yet-valid' ? 'not valid yet' : validity
}
