/** The detached bundle of Cosign 1 and 2 (`sign-blob --bundle` without the new format; cosign pkg/cosign, LocalSignedPayload). */

import { asString, type Bytes, fromBase64, limits, readJson } from '../base/index.ts'
import { invalid } from './faults.ts'
import { member, message } from './fields.ts'
import { type RekorBundle, readRekorBundle } from './rekor-bundle.ts'

export interface LegacyBundle {
  /** `sign-blob`: the raw signature. `attest-blob`: a DSSE envelope. */
  readonly signature: Bytes
  /** PEM of a certificate or of a public key; unsigned. */
  readonly certificate?: Bytes
  readonly rekorBundle?: RekorBundle
  readonly raw: Bytes
}

/** @throws ENVELOPE_INVALID, JSON_INVALID, JSON_SHAPE, BASE64_INVALID, LIMIT_EXCEEDED */
export function parseLegacyBundle(bytes: Bytes): LegacyBundle {
  const where = 'The detached bundle'
  const document = readJson(bytes, { what: where, maxBytes: limits.attestationBytes })
  const bundle = message(document, ['base64Signature', 'cert', 'rekorBundle'], where)
  const signature = fromBase64(asString(bundle['base64Signature'], 'base64Signature'), 'base64Signature')
  if (signature.length === 0) throw invalid(`${where} has an empty signature.`)
  const certificate = member(bundle, 'cert')
  const rekorBundle = member(bundle, 'rekorBundle')
  const pem = certificate === undefined ? '' : asString(certificate, 'cert')
  return {
    signature,
    ...(pem === '' ? {} : { certificate: fromBase64(pem, 'cert') }),
    ...(rekorBundle === undefined ? {} : { rekorBundle: readRekorBundle(rekorBundle, 'rekorBundle') }),
    raw: bytes,
  }
}
