/** Predicate types by the short names that cosign's `--type` taught people, and by their URI. */

import { attestationFault } from './faults.ts'

export { imageSignaturePredicateType } from '../envelope/index.ts'

/** object: JSON as given · text: the whole text as one JSON string · custom: cosign's `{"Data", "Timestamp"}` around the text. */
export type PredicateForm = 'object' | 'text' | 'custom'

export interface PredicateType {
  readonly uri: string
  readonly form: PredicateForm
}

const named: Readonly<Record<string, PredicateType>> = {
  slsaprovenance: { uri: 'https://slsa.dev/provenance/v0.2', form: 'object' },
  slsaprovenance02: { uri: 'https://slsa.dev/provenance/v0.2', form: 'object' },
  slsaprovenance1: { uri: 'https://slsa.dev/provenance/v1', form: 'object' },
  link: { uri: 'https://in-toto.io/Link/v1', form: 'object' },
  spdx: { uri: 'https://spdx.dev/Document', form: 'text' },
  spdxjson: { uri: 'https://spdx.dev/Document', form: 'object' },
  cyclonedx: { uri: 'https://cyclonedx.org/bom', form: 'object' },
  vuln: { uri: 'https://cosign.sigstore.dev/attestation/vuln/v1', form: 'object' },
  openvex: { uri: 'https://openvex.dev/ns', form: 'object' },
  vsa: { uri: 'https://slsa.dev/verification_summary/v1', form: 'object' },
  custom: { uri: 'https://cosign.sigstore.dev/attestation/v1', form: 'custom' },
}

export const predicateTypeNames: readonly string[] = Object.keys(named)

/**
 * The type behind a short name or a URI.
 * @throws PREDICATE_TYPE_UNKNOWN
 * @example predicateTypeOf('cyclonedx').uri // 'https://cyclonedx.org/bom'
 */
export function predicateTypeOf(nameOrUri: string): PredicateType {
  const known = Object.hasOwn(named, nameOrUri) ? named[nameOrUri] : undefined
  if (known !== undefined) return known
  if (/^[a-z][a-z0-9+.-]*:[^\s\p{Cc}]+$/iu.test(nameOrUri)) return { uri: nameOrUri, form: 'object' }
  throw attestationFault(
    'PREDICATE_TYPE_UNKNOWN',
    `"${nameOrUri.slice(0, 100)}" is neither a known predicate type nor a URI.`,
    {
      fix: `Use one of ${predicateTypeNames.join(', ')}, or the full URI of the type.`,
    },
  )
}

/** The short name people know, else the URI: `cyclonedx`. */
export function predicateTypeName(uri: string): string {
  const found = Object.entries(named).find(
    ([name, type]) => type.uri === uri && name !== 'spdxjson' && name !== 'slsaprovenance',
  )
  return found?.[0] ?? uri
}
