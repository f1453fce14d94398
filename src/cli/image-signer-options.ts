/** The flags of `sign` that say who signs and how. */

import type { NotationFormat, SignatureFormat } from '../signing/index.ts'
import { cliFault } from './faults.ts'
import type { PasswordOptions } from './password.ts'

export interface ImageSignerOptions extends PasswordOptions {
  readonly key: string | undefined
  readonly format: SignatureFormat | NotationFormat
  readonly annotations: readonly string[]
  readonly signContainerIdentity: string | undefined
  readonly certChain: string | undefined
  readonly keyName: string | undefined
  readonly plugin: string | undefined
  readonly id: string | undefined
  readonly pluginConfig: readonly string[]
  readonly expiry: number | undefined
  readonly userMetadata: readonly string[]
  readonly timestampUrl: string | undefined
  readonly timestampRootCert: string | undefined
}

export function noKey(): Error {
  return cliFault('USAGE_FLAG_MISSING', 'Nothing says which key signs.', {
    fix: 'Add --key FILE; make one with "zegel key generate --out release".',
  })
}
