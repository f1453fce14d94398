/** What is wrong with a chain of certificates: data, not an exception, since a chain comes from whoever signed. */

import { clip } from '../base/index.ts'
import type { Certificate } from './certificate.ts'
import { formatName } from './format-name.ts'

export type ChainPurpose = 'code-signing' | 'timestamping'

/** The rule that a certificate breaks: the Notary specification's ("Certificate requirements"), and RFC 5280's where it says so. */
export type ChainRule =
  | 'empty'
  | 'too-long'
  | 'malformed'
  | 'issuer'
  | 'signature'
  | 'signature-algorithm'
  | 'root'
  | 'self-signed'
  | 'basic-constraints'
  | 'path-length'
  | 'key-usage'
  | 'extended-key-usage'
  | 'key'
  | 'critical-extension'
  | 'name-constraints'
  | 'validity'

export interface ChainProblem {
  /** Of the certificate in the chain, the leaf being 0. */
  readonly index: number
  /** Its subject as text; '' where there is no certificate. Foreign text: escape it for where it is shown. */
  readonly subject: string
  readonly rule: ChainRule
  /** One sentence that names the certificate and the extension. */
  readonly detail: string
  readonly fix: string
}

const MOST_OF_A_NAME = 200

/** 'Certificate 2 of the chain ("CN=Intermediate,O=ACME")': for the beginning of a sentence. */
export function certificateLabel(certificate: Certificate, index: number): string {
  return `Certificate ${index + 1} of the chain ("${clip(formatName(certificate.subject), MOST_OF_A_NAME)}")`
}

/** @param problem goes on after the certificate's name: "has no key usage" */
export function chainProblem(
  chain: readonly Certificate[],
  index: number,
  rule: ChainRule,
  problem: string,
  fix: string,
): ChainProblem {
  const certificate = chain[index]
  if (certificate === undefined) return { index, subject: '', rule, detail: `The chain ${problem}.`, fix }
  const detail = `${certificateLabel(certificate, index)} ${problem}.`
  return { index, subject: formatName(certificate.subject), rule, detail, fix }
}
