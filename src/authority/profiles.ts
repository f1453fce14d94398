/** What a certificate is for, as the extensions that say so: exactly what the Notary Project's certificate requirements and RFC 3161 and 6960 demand. */

import type { Bytes } from '../base/index.ts'
import type { PublicKey } from '../crypto/index.ts'
import { keyPurposes } from '../pki/index.ts'
import {
  alternativeNames,
  authorityKeyIdentifier,
  basicConstraints,
  crlDistributionPoint,
  extendedKeyUsage,
  keyUsage,
  type NewExtension,
  ocspAddress,
  ocspNoCheck,
  subjectKeyIdentifier,
} from './extensions.ts'

export type Profile = 'root' | 'intermediate' | 'code-signing' | 'timestamping' | 'ocsp-responder'

export interface ProfileOptions {
  /** Of an authority: how many authorities may follow. Left out: any number for a root, none for an intermediate. */
  readonly pathLength?: number
  readonly crlUrl?: string
  readonly ocspUrl?: string
  /** GeneralNames of `uriName`, `emailName`, `dnsName`. */
  readonly alternativeNames?: readonly Bytes[]
}

/** @param issuer undefined: the key signs itself */
export function profileExtensions(
  profile: Profile,
  key: PublicKey,
  issuer: PublicKey | undefined,
  options: ProfileOptions = {},
): readonly NewExtension[] {
  const { crlUrl, ocspUrl, alternativeNames: names } = options
  return [
    ...purpose(profile, options.pathLength),
    subjectKeyIdentifier(key),
    ...(issuer === undefined ? [] : [authorityKeyIdentifier(issuer)]),
    ...(names === undefined ? [] : [alternativeNames(names)]),
    ...(crlUrl === undefined ? [] : [crlDistributionPoint(crlUrl)]),
    ...(ocspUrl === undefined ? [] : [ocspAddress(ocspUrl)]),
  ]
}

function purpose(profile: Profile, pathLength: number | undefined): readonly NewExtension[] {
  switch (profile) {
    case 'root':
    case 'intermediate':
      // digitalSignature, because these keys answer OCSP themselves.
      return [
        basicConstraints(true, pathLength ?? (profile === 'intermediate' ? 0 : undefined)),
        keyUsage(['digitalSignature', 'keyCertSign', 'cRLSign']),
      ]
    case 'code-signing':
      return [keyUsage(['digitalSignature']), extendedKeyUsage([keyPurposes.codeSigning])]
    case 'timestamping':
      return [keyUsage(['digitalSignature']), extendedKeyUsage([keyPurposes.timeStamping], true)]
    case 'ocsp-responder':
      return [keyUsage(['digitalSignature']), extendedKeyUsage([keyPurposes.ocspSigning]), ocspNoCheck()]
  }
}
