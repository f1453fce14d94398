/** `zegel pki init`: a testing authority in a folder. */

import { join } from 'node:path'
import {
  type Authority,
  authorityFiles,
  createAuthority,
  type Member,
  PRIVATE_FOLDER,
  subjectName,
} from '../../authority/index.ts'
import { forShell } from '../../base/index.ts'
import type { PkiInitReport } from '../../contract/index.ts'
import { keyName } from '../../crypto/index.ts'
import { certificateReport } from '../certificate-report.ts'
import type { Context } from '../context.ts'
import { cliFault } from '../faults.ts'
import { writeNewFiles } from '../new-files.ts'
import { newKey } from '../new-key.ts'
import type { pkiInitSpec } from '../table/pki.ts'
import type { InputOf } from '../table/types.ts'

const DAY = 86_400_000
const MOST_DAYS = 3650

export async function run(context: Context, { options }: InputOf<typeof pkiInitSpec>): Promise<0> {
  const { days, subject, out } = options
  if (days > MOST_DAYS)
    throw cliFault('USAGE_VALUE_INVALID', `"${days}" is not a value of --days.`, { fix: `Write at most ${MOST_DAYS}.` })
  const revocationUrl = options.revocationUrl === undefined ? undefined : parseUrl(options.revocationUrl)
  const { clock, random } = context.io
  const authority = createAuthority({ clock, random, ...(revocationUrl === undefined ? {} : { revocationUrl }) })
  const { notBefore } = authority.intermediate.certificate
  const signing = authority.issueSigning({
    key: newKey(options.type),
    notBefore,
    notAfter: notBefore + days * DAY,
    ...(subject === undefined ? {} : { subject: subjectName(subject) }),
  })
  const files = authorityFiles(authority, signing).map(({ isSecret, ...file }) => ({
    ...file,
    mode: isSecret ? 0o600 : 0o644,
  }))
  const folders = [
    { path: out, mode: 0o755 },
    { path: join(out, PRIVATE_FOLDER), mode: 0o700 },
  ]
  await writeNewFiles(context, out, folders, files)
  await tell(context, report(out, authority, signing, revocationUrl), signing)
  return 0
}

/** Plain HTTP, as revocation is asked everywhere, without a slash at its end. */
function parseUrl(written: string): string {
  const url = URL.canParse(written) ? new URL(written) : undefined
  if (url?.protocol === 'http:' && url.search === '' && url.hash === '' && url.username === '' && url.password === '')
    return url.href.replace(/\/+$/, '')
  throw cliFault('USAGE_VALUE_INVALID', `"${written.slice(0, 60)}" is not a value of --revocation-url.`, {
    fix: 'Write where "pki serve" will be reached: http://127.0.0.1:3003',
  })
}

function report(out: string, authority: Authority, signing: Member, revocationUrl: string | undefined): PkiInitReport {
  const { type, bits } = signing.key.publicKey
  return {
    schema: 'zegel.dev/pki-init/v1',
    directory: out,
    files: {
      root: join(out, 'root.pem'),
      signingKey: join(out, 'signing.key'),
      signingChain: join(out, 'signing.pem'),
      timestampRoot: join(out, 'tsa-root.pem'),
      authority: join(out, PRIVATE_FOLDER),
    },
    root: certificateReport(authority.root.certificate),
    signing: { ...certificateReport(signing.certificate), type, bits },
    timestampRoot: certificateReport(authority.tsaRoot.certificate),
    ...(revocationUrl === undefined ? {} : { revocationUrl }),
  }
}

async function tell(context: Context, told: PkiInitReport, signing: Member): Promise<void> {
  const { files, directory } = told
  if (context.isJson) return await context.printJson(told)
  await context.print(`${told.signing.subject}  ${keyName(signing.key.publicKey)}, until ${told.signing.notAfter}`)
  await context.print(
    `  to sign:       --key ${forShell(files.signingKey)} --cert-chain ${forShell(files.signingChain)}`,
  )
  await context.print(`  to trust:      ${forShell(files.root)}`)
  await context.print(
    `  of timestamps: ${forShell(files.timestampRoot)}, served by: zegel pki serve ${forShell(directory)}`,
  )
  context.say(
    `For testing only: the keys are not encrypted, and whoever reads ${forShell(directory)} can sign as anybody in it.`,
  )
}
