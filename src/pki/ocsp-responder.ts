/** Who signed an OCSP response, and whether he may (RFC 6960 section 4.2.2.2): the issuer itself, or whom it delegated directly. */

import { Fault, rfc3339, sameBytes } from '../base/index.ts'
import { type Certificate, parseCertificate } from './certificate.ts'
import { extendedKeyUsage, extensionIds, hasOcspNoCheck, keyPurposes, keyUsage } from './certificate-extensions.ts'
import { keyHashOf } from './ocsp-request.ts'
import type { BasicOcspResponse } from './ocsp-response.ts'
import type { RevocationCode } from './revocation-answer.ts'
import { verifySignedData } from './signature-algorithm.ts'

/** Critical extensions of a responder's certificate that are looked at here, or that say nothing about signing responses. */
const HANDLED: readonly string[] = [
  extensionIds.keyUsage,
  extensionIds.extendedKeyUsage,
  extensionIds.basicConstraints,
  extensionIds.ocspNoCheck,
]

export type Responder =
  | { readonly kind: 'issuer' }
  /** `isChecked`: its certificate says that it need not be checked (id-pkix-ocsp-nocheck). */
  | { readonly kind: 'delegate'; readonly isChecked: boolean }
  | { readonly kind: 'refused'; readonly code: RevocationCode; readonly detail: string }

/** The certificate whose key verified the response is the one that the response names, and the one that is judged. */
export function responderOf(response: BasicOcspResponse, issuer: Certificate, at: number): Responder {
  if (isNamed(response, issuer) && isSignedBy(response, issuer)) return { kind: 'issuer' }
  const named = response.certificates.flatMap(readable).filter((certificate) => isNamed(response, certificate))
  if (named.length === 0 && !isNamed(response, issuer))
    return refused('OCSP_RESPONDER_MISSING', 'The certificate of the responder is not in its response.')
  const signer = named.find((certificate) => isSignedBy(response, certificate))
  if (signer === undefined)
    return refused('OCSP_SIGNATURE_INVALID', 'The OCSP response is not signed by the responder that it names.')
  return judgeDelegate(signer, issuer, at)
}

function judgeDelegate(delegate: Certificate, issuer: Certificate, at: number): Responder {
  const problem = delegationProblem(delegate, issuer)
  if (problem !== undefined)
    return refused('OCSP_RESPONDER_NOT_DELEGATED', `The responder may not speak for the issuer: ${problem}.`)
  if (!(at >= delegate.notBefore && at <= delegate.notAfter)) {
    const validity = `from ${rfc3339(delegate.notBefore)} to ${rfc3339(delegate.notAfter)}`
    return refused('OCSP_RESPONDER_EXPIRED', `The certificate of the responder is valid ${validity}.`)
  }
  return { kind: 'delegate', isChecked: hasOcspNoCheck(delegate) }
}

function delegationProblem(delegate: Certificate, issuer: Certificate): string | undefined {
  if (!sameBytes(delegate.issuer.raw, issuer.subject.raw)) return 'its certificate is from another issuer'
  if (!verifySignedData(issuer.publicKey(), delegate.signatureAlgorithm, delegate.tbs, delegate.signature))
    return 'its certificate is not signed by the issuer'
  if (extendedKeyUsage(delegate)?.purposes.includes(keyPurposes.ocspSigning) !== true)
    return 'its certificate has no extended key usage OCSPSigning'
  if (keyUsage(delegate)?.usages.has('digitalSignature') === false)
    return 'the key usage of its certificate is not digitalSignature'
  const unknown = [...delegate.extensions.values()].find(({ oid, isCritical }) => isCritical && !HANDLED.includes(oid))
  return unknown === undefined
    ? undefined
    : `its certificate has a critical extension ${unknown.oid} that is not understood`
}

function isNamed({ responder }: BasicOcspResponse, certificate: Certificate): boolean {
  return sameBytes(responder.value, responder.kind === 'name' ? certificate.subject.raw : keyHashOf(certificate))
}

function isSignedBy(response: BasicOcspResponse, certificate: Certificate): boolean {
  try {
    return verifySignedData(certificate.publicKey(), response.signatureAlgorithm, response.tbs, response.signature)
  } catch (error) {
    // A key of a type that is not used here has signed nothing.
    if (error instanceof Fault) return false
    throw error
  }
}

/** What is no certificate helps nobody, and hinders nobody. */
function readable(der: Uint8Array): readonly Certificate[] {
  try {
    return [parseCertificate(der, 'A certificate of the OCSP response')]
  } catch (error) {
    if (error instanceof Fault) return []
    throw error
  }
}

function refused(code: RevocationCode, detail: string): Responder {
  return { kind: 'refused', code, detail }
}
