/** Members of a hierarchy: certificates with their keys and their way up to the root, issued with the usual names, times and addresses. */

import type { Clock } from '../base/index.ts'
import { generatePrivateKey, type NamedAlgorithm, type PrivateKey, type Random } from '../crypto/index.ts'
import type { Certificate } from '../pki/index.ts'
import type { NewExtension } from './extensions.ts'
import { type Issued, issueCertificate } from './issue.ts'
import type { NamePart } from './name.ts'
import type { Profile, ProfileOptions } from './profiles.ts'

export interface Member extends Issued {
  /** This certificate first, the root last. */
  readonly chain: readonly Certificate[]
}

export interface MemberOptions extends ProfileOptions {
  readonly profile: Profile
  readonly subject: readonly NamePart[]
  /** Left out: the key signs its own certificate. */
  readonly issuer?: Member
  /** A new P-256 key when left out. */
  readonly key?: PrivateKey
  /** Milliseconds since 1970; five minutes ago when left out, so that clocks may differ. */
  readonly notBefore?: number
  /** A year after `notBefore` when left out; of authorities, ten. */
  readonly notAfter?: number
  readonly serial?: Uint8Array
  readonly algorithm?: NamedAlgorithm
  /** Changes the extensions of the profile: for certificates that must be refused. */
  readonly change?: (extensions: readonly NewExtension[]) => readonly NewExtension[]
}

export interface Circumstances {
  readonly clock: Clock
  readonly random: Random
}

const MINUTE = 60_000
export const DAY = 1440 * MINUTE

export function issueMember(options: MemberOptions, { clock, random }: Circumstances): Member {
  const { issuer, profile } = options
  const key = options.key ?? generatePrivateKey('ecdsa-p256')
  const notBefore = options.notBefore ?? clock() - 5 * MINUTE
  const isAuthority = profile === 'root' || profile === 'intermediate'
  const certificate = issueCertificate({
    ...options,
    key: key.publicKey,
    issuer: issuer ?? { key },
    notBefore,
    notAfter: options.notAfter ?? notBefore + (isAuthority ? 3650 : 365) * DAY,
    random,
  })
  return { key, certificate, chain: [certificate, ...(issuer?.chain ?? [])] }
}
