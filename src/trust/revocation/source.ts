/** Where answers about revocation come from: the network, a folder of what was collected beforehand, or nowhere. */

import { type Bytes, Fault } from '../../base/index.ts'
import { type Crl, parseCrl } from '../../pki/index.ts'
import { trustFault } from '../faults.ts'

export interface OcspQuestion {
  /** As the certificate spells it. */
  readonly url: string
  /** OCSPRequest, DER. */
  readonly request: Bytes
  /** The DER of the CertID in the request: what names the certificate. */
  readonly certId: Bytes
  /** Whether a response answers the question: what is kept. */
  isUseful(response: Bytes): boolean
}

/** A complete CRL as it came, with its delta CRL where it says that there are some and one could be had. */
export interface CrlBytes {
  readonly base: Bytes
  readonly delta?: Bytes
}

export interface CrlQuestion {
  /** As the certificate spells it. */
  readonly url: string
  /** Whether a list answers the question: what is kept, and what a cache hands out. */
  isUseful(list: CrlBytes): boolean
}

/** Hands out bytes that anybody may have written: `judgeOcsp` and `judgeCrl` say what they are worth. Each throws a Fault where there are none. */
export interface RevocationSource {
  ocsp(question: OcspQuestion): Promise<Bytes>
  crl(question: CrlQuestion): Promise<CrlBytes>
}

/** `--offline` without a folder: asks nobody, so that whatever can be revoked is unknown. */
export const offlineRevocation: RevocationSource = {
  ocsp: () => Promise.reject(notCollected('OCSP responders are not asked offline.')),
  crl: () => Promise.reject(notCollected('Revocation lists are not fetched offline.')),
}

export function notCollected(sentence: string): Error {
  return trustFault('REVOCATION_NOT_COLLECTED', sentence, {
    fix: 'Collect the answers where there is a network: zegel trust fetch-revocation --out DIR',
  })
}

/** A CRL and, from the first place that has it, its delta; what is no CRL has none. */
export async function withDelta(base: Bytes, read: (url: string) => Promise<Bytes>): Promise<CrlBytes> {
  for (const url of deltaUrls(base)) {
    const delta = await read(url).catch((error: unknown) => {
      if (error instanceof Fault) return undefined
      throw error
    })
    if (delta !== undefined) return { base, delta }
  }
  return { base }
}

function deltaUrls(base: Bytes): readonly string[] {
  const crl = readableCrl(base)
  return crl?.baseNumber === undefined ? (crl?.freshest ?? []) : []
}

export function readableCrl(bytes: Bytes): Crl | undefined {
  try {
    return parseCrl(bytes)
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}
