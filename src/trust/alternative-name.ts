/** Subject alternative names (RFC 5280 section 4.2.1.6) as identities: one value, compared whole. */

import { isIPv4, isIPv6 } from 'node:net'
import { Fault } from '../base/index.ts'
import { type Certificate, ipText, subjectAltNames } from '../pki/index.ts'

export type SanForm = 'dns' | 'email' | 'uri' | 'ip'
export const sanForms: readonly SanForm[] = ['dns', 'email', 'uri', 'ip']

export interface AlternativeName {
  readonly form: SanForm
  readonly value: string
}

const FORMS: Readonly<Record<Exclude<SanForm, 'ip'>, RegExp>> = {
  dns: /^(?!-)[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/,
  email: /^[^@\s]+@[^@\s]+$/,
  uri: /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/,
}

/** What a person wrote, as names of certificates are compared; undefined where it is none of this form, or a pattern. */
export function sanValue(form: SanForm, written: string): string | undefined {
  if (form === 'ip') return addressText(written)
  return FORMS[form].test(written) && !written.includes('*') ? comparable(form, written) : undefined
}

/** Host names have no case; of an address or a URI only its owner knows what has. */
function comparable(form: SanForm, value: string): string {
  return form === 'dns' ? value.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : value
}

/** Those that can be an identity. None where the extension cannot be read. */
export function alternativeNames(leaf: Certificate): readonly AlternativeName[] {
  try {
    return subjectAltNames(leaf).flatMap((name): readonly AlternativeName[] => {
      if (name.kind === 'directory' || name.kind === 'other') return []
      if (name.kind !== 'ip') return [{ form: name.kind, value: comparable(name.kind, name.value) }]
      const value = ipText(name.octets)
      return value === undefined ? [] : [{ form: name.kind, value }]
    })
  } catch (error) {
    if (error instanceof Fault) return []
    throw error
  }
}

/** As `ipText` writes it: the same address has one text. */
function addressText(written: string): string | undefined {
  if (isIPv4(written)) return written
  if (!isIPv6(written) || written.includes('%')) return undefined
  const [head = '', tail] = withoutDots(written).split('::')
  const [first, last] = [groupsOf(head), groupsOf(tail ?? '')]
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length
  return [...first, ...Array.from({ length: zeros }, () => '0'), ...last].join(':')
}

function groupsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16).toString(16))
}

/** `::ffff:10.0.0.1` ends in an IPv4 address. */
function withoutDots(address: string): string {
  return address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: readonly string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number)
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  })
}
