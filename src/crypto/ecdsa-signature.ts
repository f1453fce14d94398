/** The one DER encoding of an ECDSA signature, `SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279 section 2.2.3). */

import type { Bytes } from '../base/index.ts'

/**
 * Whether the bytes are strict DER of two positive integers no longer than the curve's order. The exact range (1 to n - 1) is checked by
 * the verification itself. A high s is as good as a low one: no signer of this world normalises it.
 */
export function isEcdsaSignature(signature: Bytes, orderBytes: number): boolean {
  if (signature[0] !== 0x30) return false
  const long = signature[1] === 0x81
  const length = long ? (signature[2] ?? 0) : (signature[1] ?? 0)
  const start = long ? 3 : 2
  // The longest, of P-521, has 138 octets of content: one length octet after 0x81 is always enough.
  if ((long ? length < 0x80 : length > 0x7f) || start + length !== signature.length) return false
  const afterR = endOfInteger(signature, start, orderBytes)
  return afterR > 0 && endOfInteger(signature, afterR, orderBytes) === signature.length
}

/** The offset after a positive INTEGER, or 0 where there is none. */
function endOfInteger(bytes: Bytes, at: number, orderBytes: number): number {
  const length = bytes[at + 1] ?? 0
  const first = bytes[at + 2] ?? 0x80
  if (bytes[at] !== 0x02 || length === 0 || length > orderBytes + 1 || first > 0x7f) return 0
  const isPadded = first === 0
  if (isPadded && (length === 1 || (bytes[at + 3] ?? 0) < 0x80)) return 0
  if (!isPadded && length > orderBytes) return 0
  const end = at + 2 + length
  return end <= bytes.length ? end : 0
}
