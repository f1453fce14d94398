/** `zegel pki revoke`: puts a certificate of a testing authority on its list. */

import { join } from 'node:path'
import {
  findIssued,
  REVOKED_FILE,
  type Revocation,
  readAuthority,
  readRevoked,
  writeRevoked,
} from '../../authority/index.ts'
import { clip, hex, limits, rfc3339, sameBytes } from '../../base/index.ts'
import type { PkiRevokeReport } from '../../contract/index.ts'
import { type Certificate, readCertificates } from '../../pki/index.ts'
import { certificateReport } from '../certificate-report.ts'
import type { Context } from '../context.ts'
import { readNamedFile, writeFileAtomically } from '../files.ts'
import type { pkiRevokeSpec } from '../table/pki.ts'
import type { InputOf } from '../table/types.ts'

const SERIAL = /^[0-9A-Fa-f]{2}(?::?[0-9A-Fa-f]{2})*$/

export async function run(context: Context, input: InputOf<typeof pkiRevokeSpec>): Promise<0> {
  const [directory = '', named = ''] = input.arguments
  const read = (path: string): Promise<Uint8Array> => readNamedFile(context, path, limits.keyFileBytes)
  const { issued } = await readAuthority((path) => read(join(directory, path)))
  const serial = SERIAL.test(named) ? named : serialOf(readCertificates(await read(named), named))
  const certificate = findIssued(serial, issued)
  const file = join(directory, REVOKED_FILE)
  const before = readRevoked(await read(file))
  const known = before.find((it) => sameBytes(it.serial, certificate.serial))
  const revocation = known ?? revocationOf(context, certificate, input.options.reason)
  if (known === undefined)
    await writeFileAtomically(context, file, [writeRevoked([...before, revocation])], { mode: 0o600, overwrite: true })
  await tell(context, certificate, revocation, known !== undefined)
  return 0
}

function serialOf([first]: readonly Certificate[]): string {
  return hex(first?.serial ?? new Uint8Array())
}

function revocationOf({ io }: Context, { serial }: Certificate, reason: Revocation['reason']): Revocation {
  return { serial, at: io.clock(), ...(reason === undefined ? {} : { reason }) }
}

async function tell(
  context: Context,
  certificate: Certificate,
  { at, reason }: Revocation,
  wasRevoked: boolean,
): Promise<void> {
  const report: PkiRevokeReport = {
    schema: 'zegel.dev/pki-revoke/v1',
    certificate: certificateReport(certificate),
    revokedAt: rfc3339(at),
    ...(reason === undefined ? {} : { reason }),
    wasRevoked,
  }
  if (context.isJson) return await context.printJson(report)
  const { subject, serial } = report.certificate
  const when = wasRevoked ? `was revoked already, at ${report.revokedAt}` : `is revoked since ${report.revokedAt}`
  await context.print(`${clip(subject)} (${serial}) ${when}${reason === undefined ? '' : `: ${reason}`}`)
}
