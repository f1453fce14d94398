/** A public key that the asker trusts, and the check of a signature against the keys given. */

import type { Bytes } from '../base/index.ts'
import { keyHint, keyName, type PublicKey, schemesOf, verifyParts } from '../crypto/index.ts'
import { type Finding, fail, pass } from './finding.ts'

export interface TrustedKey {
  /** As the asker wrote it: `release.pub`. */
  readonly name: string
  readonly key: PublicKey
}

/** The first given key that made the signature over the parts, with the scheme that the key's type fixes. */
export function signerOf(
  keys: readonly TrustedKey[],
  parts: readonly Bytes[],
  signature: Bytes,
): TrustedKey | undefined {
  return keys.find(({ key }) => schemesOf(key.type).some((scheme) => verifyParts(key, scheme, parts, signature)))
}

/** @param hint what the envelope says of the key (unsigned): only used to name the nearest miss */
export function signatureFinding(keys: readonly TrustedKey[], signer: TrustedKey | undefined, hint?: string): Finding {
  if (signer !== undefined) return pass('signature', `Made with ${nameKey(signer)}.`)
  const named = hint === undefined ? undefined : keys.find(({ key }) => keyHint(key) === hint)
  if (named !== undefined) {
    return fail(
      'signature',
      'SIGNATURE_INVALID',
      `It names ${nameKey(named)}, but that key did not make this signature: the content was changed.`,
    )
  }
  const given = keys.length === 0 ? 'a key that was given' : keys.map(nameKey).join(', ')
  const other = hint === undefined || hint === '' ? '' : ` It names a key with the hint ${hint}.`
  return fail(
    'signature',
    'SIGNATURE_BY_OTHER_KEY',
    `Not made with ${given}, or changed since.${other}`,
    'Give the public key of whoever signed with --key, or sign the image with your own key.',
  )
}

export function nameKey({ name, key }: TrustedKey): string {
  return `${name} (${keyName(key)})`
}
