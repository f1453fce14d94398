/** The words of Notation's plugin contract 1.0 (Notary Project plugin-extensibility.md): commands, capabilities, names of keys and algorithms. */

import type { NotationAlgorithm } from '../../envelope/index.ts'

export const contractVersion = '1.0'

export type PluginCommand =
  | 'get-plugin-metadata'
  | 'describe-key'
  | 'generate-signature'
  | 'generate-envelope'
  | 'verify-signature'

export const capabilities = {
  raw: 'SIGNATURE_GENERATOR.RAW',
  envelope: 'SIGNATURE_GENERATOR.ENVELOPE',
  trustedIdentity: 'SIGNATURE_VERIFIER.TRUSTED_IDENTITY',
  revocationCheck: 'SIGNATURE_VERIFIER.REVOCATION_CHECK',
} as const

export type VerifierCapability = (typeof capabilities)['trustedIdentity' | 'revocationCheck']

/** What a plugin says on standard error when it fails, as `errorCode`. */
export const pluginErrorCodes = [
  'VALIDATION_ERROR',
  'UNSUPPORTED_CONTRACT_VERSION',
  'ACCESS_DENIED',
  'TIMEOUT',
  'THROTTLED',
  'ERROR',
] as const
export type PluginErrorCode = (typeof pluginErrorCodes)[number]

/** The key and the names of its algorithms, by the algorithm that such a key signs with. */
interface PluginAlgorithm {
  readonly keySpec: string
  readonly hashAlgorithm: string
  readonly signingAlgorithm: string
}

export const pluginAlgorithms: Readonly<Record<NotationAlgorithm, PluginAlgorithm>> = {
  PS256: { keySpec: 'RSA-2048', hashAlgorithm: 'SHA-256', signingAlgorithm: 'RSASSA-PSS-SHA-256' },
  PS384: { keySpec: 'RSA-3072', hashAlgorithm: 'SHA-384', signingAlgorithm: 'RSASSA-PSS-SHA-384' },
  PS512: { keySpec: 'RSA-4096', hashAlgorithm: 'SHA-512', signingAlgorithm: 'RSASSA-PSS-SHA-512' },
  ES256: { keySpec: 'EC-256', hashAlgorithm: 'SHA-256', signingAlgorithm: 'ECDSA-SHA-256' },
  ES384: { keySpec: 'EC-384', hashAlgorithm: 'SHA-384', signingAlgorithm: 'ECDSA-SHA-384' },
  ES512: { keySpec: 'EC-521', hashAlgorithm: 'SHA-512', signingAlgorithm: 'ECDSA-SHA-512' },
}

/** Undefined for a key that makes no Notation signatures. */
export function algorithmOfKeySpec(keySpec: string): NotationAlgorithm | undefined {
  return NAMES.find((name) => pluginAlgorithms[name].keySpec === keySpec)
}

const NAMES: readonly NotationAlgorithm[] = ['PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512']
