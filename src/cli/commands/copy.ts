/** `zegel copy SOURCE DESTINATION`. */

import {
  type AttachmentRole,
  type CopyOptions,
  type CopyProgress,
  type CopyResult,
  copyImage,
  parsePlatform,
  withEvidence,
} from '../../attachments/index.ts'
import { formatBytes, forTerminal } from '../../base/index.ts'
import type { CopyReport } from '../../contract/index.ts'
import { parseImageSource } from '../../oci/index.ts'
import type { Status } from '../command.ts'
import type { Context } from '../context.ts'
import { type Destination, openDestination, tagOfSource } from '../destination.ts'
import { cliFault } from '../faults.ts'
import { openForReading } from '../images.ts'
import type { copySpec } from '../table/move.ts'
import type { InputOf } from '../table/types.ts'
import { problemLines } from '../terminal/attachments.ts'
import { startProgress } from '../terminal/progress.ts'

type Options = InputOf<typeof copySpec>['options']

export async function run(context: Context, { options, arguments: names }: InputOf<typeof copySpec>): Promise<Status> {
  const [from = '', to = ''] = names
  const source = parseImageSource(from)
  const chosen = chosenParts(options)
  const opened = await openForReading(context, from, options)
  const destination = await openDestination(context, to, source, options)
  const tag = destination.tag ?? tagOfSource(source)
  const progress = startProgress(context)
  const { image, evidence } = opened
  const read = evidence === image ? image : withEvidence(image, evidence)
  const copied = await copyImage(read, destination.store, opened.target, {
    ...chosen,
    ...(tag === undefined ? {} : { tag }),
    ...(destination.mountFrom === undefined ? {} : { mountFrom: destination.mountFrom }),
    overwrite: options.force,
    isAllOrNothing: destination.isAllOrNothing,
    pause: destination.pause,
    onProgress: (at) => progress.update(() => progressText(at)),
  }).finally(() => progress.done())
  await destination.finish()
  if (context.isJson) await context.printJson(report(from, to, copied))
  else await context.print(text(from, to, destination, copied, options))
  for (const line of problemLines(copied.problems)) context.say(line)
  return copied.isIncomplete ? 3 : 0
}

const ROLES: Readonly<Record<string, AttachmentRole>> = { sig: 'signature', att: 'attestation', sbom: 'sbom' }

function chosenParts(options: Options): Pick<CopyOptions, 'only' | 'platform' | 'withoutAttachments'> {
  const words = [...(options.only?.split(',') ?? []), ...(options.sigOnly ? ['sig'] : [])]
  const only = words.map((word) => {
    const role = Object.hasOwn(ROLES, word.trim()) ? ROLES[word.trim()] : undefined
    if (role !== undefined) return role
    throw cliFault('USAGE_VALUE_INVALID', `"${word.slice(0, 60)}" is not a value of --only.`, {
      fix: 'It is a list of sig, att and sbom, separated by commas.',
    })
  })
  if (only.length > 0 && options.withoutAttachments) {
    throw cliFault('USAGE', '--only copies attachments alone, --without-attachments copies none.', {
      fix: 'Give one of them.',
    })
  }
  return {
    ...(only.length === 0 ? {} : { only }),
    ...(options.platform === undefined ? {} : { platform: parsePlatform(options.platform) }),
    withoutAttachments: options.withoutAttachments,
  }
}

function progressText({ bytes, totalBytes, items, totalItems }: CopyProgress): string {
  const percent = totalBytes === 0 ? 100 : Math.floor((100 * bytes) / totalBytes)
  return `copying  ${percent}%  ${formatBytes(bytes)} of ${formatBytes(totalBytes)}  (${items}/${totalItems})`
}

function report(source: string, destination: string, result: CopyResult): CopyReport {
  const { digest, index, tag, blobs, manifests, attachments, mergedTags, isIncomplete, problems } = result
  return {
    schema: 'zegel.dev/copy/v1',
    source,
    destination,
    digest,
    ...(index === undefined ? {} : { index }),
    tags: tag === undefined ? [] : [tag],
    manifests: {
      copied: { count: manifests.sent, bytes: manifests.bytesSent },
      present: { count: manifests.present, bytes: manifests.bytesSkipped },
    },
    blobs: {
      copied: { count: blobs.sent, bytes: blobs.bytesSent },
      present: { count: blobs.present, bytes: blobs.bytesSkipped },
      foreign: blobs.foreign,
    },
    attachments,
    mergedTags,
    isIncomplete,
    problems: problems.map(({ subject: _, ...problem }) => problem),
  }
}

function text(from: string, to: string, { store }: Destination, result: CopyResult, options: Options): string {
  const { digest, index, tag, blobs, manifests, attachments, mergedTags } = result
  const what = options.only === undefined && !options.sigOnly ? 'Copied' : 'Copied what is attached to'
  const skipped = blobs.present + manifests.present
  const there = skipped === 0 ? '' : `; ${skipped} (${formatBytes(result.bytesSkipped)}) were there`
  const lines = [
    `${what} ${forTerminal(from)} to ${forTerminal(to)}`,
    `  digest    ${digest}`,
    ...(tag === undefined ? [] : [`  tag       ${forTerminal(`${store.name}:${tag}`)}`]),
    `  sent      ${blobs.sent} blobs and ${manifests.sent} manifests (${formatBytes(result.bytesSent)})${there}`,
    `  attached  ${attachments} ${attachments === 1 ? 'manifest' : 'manifests'}`,
  ]
  if (mergedTags.length > 0) lines.push(`  merged    ${mergedTags.join(', ')}`)
  if (blobs.foreign > 0) lines.push(`  left      ${blobs.foreign} layers that may not be distributed`)
  if (index !== undefined)
    lines.push(`  note      what is attached to the index ${index} did not come along: it is about the index`)
  return lines.join('\n')
}
