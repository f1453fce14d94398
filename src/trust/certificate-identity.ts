/** The identity of `--certificate-identity`: one subject alternative name, written as the certificate has it. */

import type { Certificate } from '../pki/index.ts'
import { alternativeNames, type SanForm, sanValue } from './alternative-name.ts'
import { trustFault } from './faults.ts'
import type { Identity } from './identity.ts'
import { parseIdentity } from './identity.ts'

export type SanIdentity = Extract<Identity, { readonly kind: 'san' }>

/** What a value is read as; an address of a workflow (`https://…@refs/heads/main`) is a URI before it is anything else. */
const FORMS: readonly SanForm[] = ['uri', 'email', 'ip', 'dns']

/**
 * A value of one form is never one of another: `a@example.org` accepts an address of mail and no URI or host that is called so.
 * @param text `release@example.org`, `https://…`, `build.example.org`, or with its form: `san:email:release@example.org`
 * @throws TRUST_IDENTITY_INVALID
 * @example parseCertificateIdentity('release@example.org')
 */
export function parseCertificateIdentity(text: string): SanIdentity {
  const written = text.trim()
  const identity = written.startsWith('san:')
    ? parseIdentity(`x509.san: ${written.slice('san:'.length)}`)
    : guess(written)
  if (identity?.kind === 'san') return { ...identity, text: `${identity.form}:${identity.value}` }
  throw trustFault('TRUST_IDENTITY_INVALID', `"${text.slice(0, 200)}" is no identity of a certificate.`, {
    fix: 'Write one alternative name exactly as the certificate has it: release@example.org, https://…, build.example.org; patterns are not known.',
  })
}

function guess(written: string): SanIdentity | undefined {
  for (const form of FORMS) {
    const value = sanValue(form, written)
    if (value !== undefined) return { kind: 'san', form, value, text: written }
  }
  return undefined
}

/** Every alternative name of the leaf that can be asked for; none where it has none, or none that can be read. */
export function certificateIdentitiesOf(leaf: Certificate): readonly SanIdentity[] {
  return alternativeNames(leaf).map(({ form, value }) => ({ kind: 'san', form, value, text: `${form}:${value}` }))
}
