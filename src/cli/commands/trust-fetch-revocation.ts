/** `zegel trust fetch-revocation`: what verification will ask, asked now and kept. */

import { mkdir } from 'node:fs/promises'
import { forTerminal, limits } from '../../base/index.ts'
import type { FetchRevocationReport } from '../../contract/index.ts'
import { type Certificate, completeChain, formatName, readCertificates } from '../../pki/index.ts'
import {
  collectRevocation,
  keepingRevocation,
  type RevocationSource,
  rememberingRevocation,
} from '../../trust/index.ts'
import type { Context } from '../context.ts'
import { cliFault } from '../faults.ts'
import { readNamedFile } from '../files.ts'
import type { fetchRevocationSpec } from '../table/revocation.ts'
import type { InputOf } from '../table/types.ts'
import { verifyImages } from '../verify-images.ts'
import { freshSource, openX509Question } from '../x509-question.ts'

type Options = InputOf<typeof fetchRevocationSpec>['options']

export async function run(
  context: Context,
  { options, arguments: names }: InputOf<typeof fetchRevocationSpec>,
): Promise<0 | 3> {
  if (names.length === 0 && options.certChain.length === 0) {
    throw cliFault('USAGE_ARGUMENT_MISSING', 'Nothing says whose revocation is asked.', {
      fix: 'Name a chain with --cert-chain FILE, or images with --trust-policy FILE --trust-store DIR.',
    })
  }
  const files: string[] = []
  // An older list out of the cache would be carried where nobody can ask again.
  const network = freshSource(context, options)
  const source = rememberingRevocation(keepingRevocation(network, options.out, (path) => files.push(path)))
  const certificates: FetchRevocationReport['certificates'][number][] = []
  for (const file of options.certChain) certificates.push(...(await ofChain(context, file, source)))
  const images = names.length === 0 ? [] : await ofImages(context, names, options, source)
  await makeFolder(options.out)
  const isComplete =
    certificates.every(({ status }) => status !== 'unknown') && images.every(({ verdict }) => verdict !== 'unknown')
  const status = isComplete ? 0 : 3
  const { out: folder } = options
  const report = { schema: 'zegel.dev/trust-fetch-revocation/v1', status, folder, files, certificates, images } as const
  if (context.isJson) await context.printJson(report)
  else await context.print(textOf(report))
  if (files.length === 0 && status === 0)
    context.say('Nobody had to be asked: no certificate names a place where it could be revoked.')
  if (certificates.some(({ status: found }) => found === 'unknown'))
    context.say('Of what is unknown try again; a host in your own network is asked with --revocation-host HOST.')
  return status
}

/** Also when there was nothing to collect: a folder that is missing is taken for a misspelt one. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  } catch (cause) {
    throw cliFault('FILE_NOT_WRITABLE', `The folder ${folder} cannot be made.`, {
      fix: 'Name a folder that you may write to.',
      cause,
    })
  }
}

async function ofChain(
  context: Context,
  file: string,
  source: RevocationSource,
): Promise<FetchRevocationReport['certificates']> {
  const chain = chainIn(readCertificates(await readNamedFile(context, file, limits.keyFileBytes), file), file)
  const { certificates } = await collectRevocation(chain, context.io.clock(), source, { everything: true })
  return certificates.map(({ status, detail }, at) => ({ ...described(chain[at]), status, detail }))
}

function chainIn(certificates: readonly Certificate[], file: string): readonly Certificate[] {
  const completed = completeChain(certificates, certificates)
  if (completed.ok) return completed.chain
  throw cliFault('USAGE_VALUE_INVALID', `${file}: ${completed.problem.detail}`, { fix: completed.problem.fix })
}

function described(certificate: Certificate | undefined): { subject: string; fingerprint: string } {
  if (certificate === undefined) throw new TypeError('Each answer is about a certificate of the chain.')
  return { subject: formatName(certificate.subject), fingerprint: certificate.fingerprint }
}

async function ofImages(
  context: Context,
  names: readonly string[],
  options: Options,
  source: RevocationSource,
): Promise<FetchRevocationReport['images']> {
  const at = context.io.clock()
  const x509 = { ...options, x509Identity: [], root: [], store: [], offline: false, revocationDir: [] }
  if (options.trustPolicy.length === 0) {
    throw cliFault(
      'USAGE_FLAG_MISSING',
      'Whose certificates count, of all that hang on an image, a trust policy says.',
      {
        fix: 'Add --trust-policy FILE --trust-store DIR.',
      },
    )
  }
  const question = { about: { kind: 'signature' }, keys: [], threshold: 1, annotations: {} } as const
  const x509Of = await openX509Question(context, x509, at, source)
  const images = { ...options, recursive: false, each: false, index: undefined, digest: undefined }
  const verdicts = await verifyImages(context, names, { question, x509Of }, images)
  return verdicts.map(({ name, verdict }) => ({
    image: name,
    verdict: verdict.verdict,
    detail: verdict.reason.detail,
  }))
}

function textOf({ folder, files, certificates, images }: FetchRevocationReport): string {
  const lines = [
    `Collected ${files.length} ${files.length === 1 ? 'answer' : 'answers'} in ${forTerminal(folder)}`,
    ...certificates.map(
      ({ subject, status, detail }) => `  ${status.padEnd(9)}${forTerminal(subject)}: ${forTerminal(detail)}`,
    ),
    ...images.map(
      ({ image, verdict, detail }) => `  ${verdict.padEnd(9)}${forTerminal(image)}: ${forTerminal(detail)}`,
    ),
  ]
  return lines.join('\n')
}
