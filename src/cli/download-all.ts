/** What the `download` commands share: the image (of an index, of one platform), the documents, the report. */

import {
  type AttachmentProblem,
  choosePlatform,
  type Download,
  type DownloadOptions,
  findDownloads,
  openDownload,
  parsePlatform,
  readDownload,
} from '../attachments/index.ts'
import { type Bytes, concat, type Digest, Fault, forTerminal, limits, readJson } from '../base/index.ts'
import type { DownloadReport } from '../contract/index.ts'
import { type ContentReader, parseManifest } from '../oci/index.ts'
import type { Status } from './command.ts'
import type { Context } from './context.ts'
import { cliFault } from './faults.ts'
import { type ImageOptions, type OpenedImage, openForReading } from './images.ts'
import { verbatimJson } from './json-output.ts'
import { problemLines } from './terminal/attachments.ts'

export interface DownloadFlags extends ImageOptions {
  readonly platform: string | undefined
}

export interface Found {
  readonly reader: ContentReader
  readonly digest: Digest
  readonly downloads: readonly Download[]
  readonly problems: readonly AttachmentProblem[]
}

export async function findAll(
  context: Context,
  name: string,
  options: DownloadFlags,
  what: DownloadOptions,
): Promise<Found> {
  const opened = await openForReading(context, name, options)
  const digest = await digestOf(opened, options.platform)
  const { downloads, problems } = await findDownloads(opened.evidence, digest, what)
  return { reader: opened.evidence, digest, downloads, problems }
}

async function digestOf({ image, target }: OpenedImage, platform: string | undefined): Promise<Digest> {
  const raw = await image.manifest(target)
  if (raw === undefined) throw cliFault('IMAGE_NOT_FOUND', `There is no image ${target} in ${image.name}.`)
  if (platform === undefined) return raw.descriptor.digest
  const parsed = parseManifest(raw.bytes, raw.descriptor.mediaType)
  const chosen = await choosePlatform(image, parsed, parsePlatform(platform))
  return chosen?.digest ?? raw.descriptor.digest
}

/** Writes every document, and tells what could not be read. */
export async function writeAll(context: Context, name: string, found: Found): Promise<Status> {
  if (context.isJson) await context.printJson(await report(name, found))
  else
    for (const download of found.downloads)
      for await (const chunk of openDownload(found.reader, download)) await context.io.stdout.write(chunk)
  return tell(context, name, found)
}

/** Nothing found is 1 when all was seen, and 3 when not. */
export function tell(context: Context, name: string, { downloads, problems }: Found): Status {
  for (const line of problemLines(problems)) context.say(line)
  if (problems.some(({ isUnseen }) => isUnseen)) return 3
  if (downloads.length > 0) return 0
  context.say(`Nothing of the kind is attached to ${forTerminal(name)}: "zegel inspect" shows what is.`)
  return 1
}

async function report(name: string, { reader, digest, downloads, problems }: Found): Promise<DownloadReport> {
  const items: DownloadReport['items'][number][] = []
  for (const download of downloads) {
    const { attachment, predicateType } = download
    const { kind, place, manifest, layer } = attachment
    items.push({
      kind,
      place,
      manifest: manifest.descriptor.digest,
      layer: layer.digest,
      mediaType: layer.mediaType,
      size: layer.size,
      ...(predicateType === undefined ? {} : { predicateType }),
      ...(await content(reader, download)),
    })
  }
  return { schema: 'zegel.dev/download/v1', image: name, digest, items, problems }
}

/** Large documents, and those that are no strict JSON, are had without `-o json`; the others stand there as they were written. */
async function content(reader: ContentReader, download: Download): Promise<{ content?: unknown }> {
  if (download.attachment.layer.size > limits.signatureBytes) return {}
  const bytes = await documentOf(reader, download)
  try {
    readJson(bytes, { what: 'The document', validateOnly: true })
    return { content: verbatimJson(bytes) }
  } catch (error) {
    if (error instanceof Fault) return {}
    throw error
  }
}

async function documentOf(reader: ContentReader, download: Download): Promise<Bytes> {
  if (download.attachment.kind !== 'cosign-signature') return readDownload(reader, download)
  const parts: Bytes[] = []
  for await (const part of openDownload(reader, download)) parts.push(part)
  return concat(...parts)
}
