/** `zegel download attestation [--predicate-type TYPE] [--predicate-out FILE] IMAGE`. */

import { readDownload } from '../../attachments/index.ts'
import { parseStatement, predicateContent, predicateTypeOf } from '../../attestation/index.ts'
import type { Bytes } from '../../base/index.ts'
import { parseBundle, parseDsse } from '../../envelope/index.ts'
import type { Status } from '../command.ts'
import type { Context } from '../context.ts'
import { type Found, findAll, tell, writeAll } from '../download-all.ts'
import { cliFault } from '../faults.ts'
import { resultFile, writeFileAtomically } from '../files.ts'
import type { downloadAttestationSpec } from '../table/move.ts'
import type { InputOf } from '../table/types.ts'

export async function run(
  context: Context,
  { options, arguments: names }: InputOf<typeof downloadAttestationSpec>,
): Promise<Status> {
  const [name = ''] = names
  const type = options.predicateType === undefined ? undefined : predicateTypeOf(options.predicateType)
  const found = await findAll(context, name, options, {
    role: 'attestation',
    ...(type === undefined ? {} : { predicateType: type.uri }),
  })
  if (options.predicateOut === undefined) return writeAll(context, name, found)
  if (found.downloads.length === 0) return tell(context, name, found)
  const predicate = await onePredicate(found, type?.form ?? 'object')
  await writeFileAtomically(context, options.predicateOut, [predicate], resultFile)
  return tell(context, name, found)
}

async function onePredicate(
  { reader, downloads }: Found,
  form: Parameters<typeof predicateContent>[1],
): Promise<Bytes> {
  const [download, ...others] = downloads
  if (download === undefined || others.length > 0) {
    throw cliFault('DOWNLOAD_AMBIGUOUS', `--predicate-out takes one predicate; ${downloads.length} are attached.`, {
      fix: 'Choose one with --predicate-type, or take all without --predicate-out.',
    })
  }
  const bytes = await readDownload(reader, download)
  const statement = parseStatement(payloadOf(bytes, download.attachment.kind === 'bundle'))
  if (statement.predicate === undefined)
    throw cliFault('DOWNLOAD_AMBIGUOUS', 'The attestation has no predicate.', {
      fix: 'Take it whole, without --predicate-out.',
    })
  return predicateContent(statement.predicate, form)
}

function payloadOf(bytes: Bytes, isBundle: boolean): Bytes {
  if (!isBundle) return parseDsse(bytes).payload
  const { content } = parseBundle(bytes)
  // Only bundles with an envelope count as attestations.
  return content.kind === 'dsse' ? content.envelope.payload : new Uint8Array()
}
