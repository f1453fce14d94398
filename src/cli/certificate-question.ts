/** What `--certificate-identity`, `--ca-roots` and `--ca-intermediates` ask of the certificate in a bundle. */

import { limits } from '../base/index.ts'
import { type Certificate, formatName, readCertificates } from '../pki/index.ts'
import { isRoot, parseCertificateIdentity } from '../trust/index.ts'
import type { CertificateQuestion } from '../verification/index.ts'
import type { CertificateOptions } from './certificate-options.ts'
import type { Context } from './context.ts'
import { cliFault } from './faults.ts'
import { readNamedFile } from './files.ts'

export async function readCertificateQuestion(
  context: Context,
  { certificateIdentity, caRoots, caIntermediates }: CertificateOptions,
  at: number,
): Promise<CertificateQuestion> {
  if (certificateIdentity.length === 0) {
    const flag = caRoots.length === 0 ? '--ca-intermediates' : '--ca-roots'
    throw missing(
      `${flag} says nothing of who may sign.`,
      'Add --certificate-identity NAME, the alternative name of the certificate.',
    )
  }
  if (caRoots.length === 0) {
    const detail = '--certificate-identity names somebody, and no root that must stand behind the certificate.'
    throw missing(detail, 'Add --ca-roots FILE.')
  }
  const identities = certificateIdentity.map(parseCertificateIdentity)
  const roots = await readAll(context, caRoots, refuseOthers)
  const intermediates = await readAll(context, caIntermediates)
  return { identities, roots, intermediates, at }
}

async function readAll(
  context: Context,
  files: readonly string[],
  check: (certificate: Certificate, file: string) => void = () => {},
): Promise<readonly Certificate[]> {
  const all: Certificate[] = []
  // One after another: standard input can be read once.
  for (const file of files) {
    const certificates = readCertificates(await readNamedFile(context, file, limits.keyFileBytes), file)
    for (const certificate of certificates) check(certificate, file)
    all.push(...certificates)
  }
  return all
}

/** What stands behind others because somebody issued it is no root, however it came into the file. */
function refuseOthers(certificate: Certificate, file: string): void {
  if (isRoot(certificate)) return
  const { subject, issuer } = certificate
  const detail = `${file} holds the certificate of ${formatName(subject)}, which is no root: ${formatName(issuer)} issued it.`
  throw cliFault('USAGE_VALUE_INVALID', detail, {
    fix: 'Give the self-signed root with --ca-roots, and the authorities between with --ca-intermediates.',
  })
}

function missing(detail: string, fix: string): Error {
  return cliFault('USAGE_FLAG_MISSING', detail, { fix })
}
