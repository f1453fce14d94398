/** What `sign` and `attest` share: the key, the images (and those below an index), the writing of bundles, the report. */

import type { SignedReport } from '../contract/index.ts'
import type { ContentStore, RawManifest } from '../oci/index.ts'
import {
  keySigner,
  type ManifestToSign,
  manifestsToSign,
  type SignedContent,
  type Signer,
  type SigningContext,
  type SigningTarget,
} from '../signing/index.ts'
import type { Context } from './context.ts'
import { cliFault } from './faults.ts'
import { resultFile, writeFileAtomically } from './files.ts'
import { type ImageOptions, type OpenedImage, openForSigning, requireManifest } from './images.ts'
import { openPrivateKey } from './keys.ts'
import type { PasswordOptions } from './password.ts'
import { pauseOf } from './pause.ts'

export interface SignOptions extends ImageOptions, PasswordOptions {
  readonly bundle: string | undefined
  readonly noUpload: boolean
  readonly recursive: boolean
}

interface ToSign extends ManifestToSign {
  readonly opened: OpenedImage<ContentStore>
}

/** Makes one signature or attestation. */
export type SignOne = (target: SigningTarget, context: SigningContext) => Promise<SignedContent>

/** How a signer is told: as a key, and with its certificate where it has one. */
export type SignerReport = SignedReport['key']

export interface OpenedSigner {
  readonly sign: SignOne
  /** @param signed a plugin's key is known once it has signed */
  readonly report: (signed: SignedContent) => SignerReport
}

export interface KeySignerOptions extends PasswordOptions {
  readonly certChain: string | undefined
}

/** The key of `--key`, with its certificate where one is named. */
export async function openNamedSigner(context: Context, named: string, options: KeySignerOptions): Promise<Signer> {
  if (options.certChain === undefined) return keySigner(await openPrivateKey(context, named, options))
  // Certificates are a world of their own: a call about keys loads none of it.
  const { openCertifiedKey } = await import('./certified-key-signer.ts')
  return openCertifiedKey(context, named, options.certChain, options)
}

/** As `openNamedSigner`, for the formats that need no certificate. */
export async function openKeySigner(
  context: Context,
  named: string,
  options: KeySignerOptions,
  sign: (target: SigningTarget, signer: Signer, context: SigningContext) => Promise<SignedContent>,
): Promise<OpenedSigner> {
  const signer = await openNamedSigner(context, named, options)
  const { type, fingerprint } = signer.publicKey
  return {
    sign: (target, signing) => sign(target, signer, signing),
    report: () => ({ type, fingerprint, file: named }),
  }
}

/** Signs every manifest that was named, one after another: a failure says which are done. */
export async function signAll(
  context: Context,
  names: readonly string[],
  options: SignOptions,
  openSigner: () => Promise<OpenedSigner>,
): Promise<readonly SignedReport[]> {
  if (options.noUpload && options.bundle === undefined) {
    throw cliFault(
      'USAGE_FLAG_MISSING',
      'With --no-upload and without --bundle nothing of the signature would be left.',
      {
        fix: 'Add --bundle FILE.',
      },
    )
  }
  const signer = await openSigner()
  const all = await findAll(context, names, options)
  if (options.bundle !== undefined && all.length > 1) {
    throw cliFault('USAGE', `--bundle names one file, but ${all.length} manifests would be signed.`, {
      fix: 'Sign one image, without --recursive, where its bundle is wanted as a file.',
    })
  }
  const reports: SignedReport[] = []
  for (const one of all) {
    const signed = await signer.sign(targetOf(one, options), signingContext(context))
    if (options.bundle !== undefined)
      await writeFileAtomically(context, options.bundle, await signed.content(), resultFile)
    reports.push(reportOf(one, signed, options, signer))
  }
  return reports
}

function targetOf({ opened, subject }: ToSign, { noUpload }: SignOptions): SigningTarget {
  return { subject, repository: opened.repository, store: noUpload ? undefined : opened.evidence }
}

export function signingContext(context: Context): SigningContext {
  return { clock: context.io.clock, pause: pauseOf(context) }
}

async function findAll(context: Context, names: readonly string[], options: SignOptions): Promise<readonly ToSign[]> {
  const all: ToSign[] = []
  for (const name of names) {
    const opened = await openForSigning(context, name, options)
    const read = (target: string): Promise<RawManifest> => requireManifest({ ...opened, target })
    const manifests = await manifestsToSign(read, opened.target, opened.name, options)
    all.push(...manifests.map((manifest) => ({ opened, ...manifest })))
  }
  return all
}

function reportOf(
  { opened, platform }: ToSign,
  signed: SignedContent,
  options: SignOptions,
  signer: OpenedSigner,
): SignedReport {
  const { subject, outcome, format, manifest, replaced } = signed
  return {
    image: opened.name,
    digest: subject,
    ...(platform === undefined ? {} : { platform }),
    outcome,
    format,
    key: signer.report(signed),
    repository: opened.evidence.name,
    ...(manifest === undefined ? {} : { manifest }),
    ...(options.bundle === undefined ? {} : { bundle: options.bundle }),
    ...(replaced === undefined ? {} : { replaced }),
  }
}

const OUTCOMES = {
  pushed: 'pushed',
  'already-there': 'was there already, nothing was pushed',
  'not-uploaded': 'made, not pushed',
} as const

/** @param what "Signed", "Attested cyclonedx of" */
export function signedText(what: string, reports: readonly SignedReport[]): string {
  return reports
    .map(({ image, digest, platform, outcome, manifest, bundle, replaced }) => {
      const lines = [
        `${what} ${image}${platform === undefined ? '' : ` (${platform})`}: ${OUTCOMES[outcome]}`,
        `  digest    ${digest}`,
      ]
      if (manifest !== undefined) lines.push(`  manifest  ${manifest}`)
      if (bundle !== undefined) lines.push(`  file      ${bundle}`)
      if (replaced !== undefined) lines.push(`  replaced  ${replaced.length}`)
      return lines.join('\n')
    })
    .join('\n')
}
