/** What is attached to an image, and what was moved: inspect, copy, download, attach, clean. */

import { z } from 'zod'
import { attachmentKind, attachmentProblem, type DeepReadonly, digest, place } from './common.ts'

export const attachmentNode = z.object({
  kind: attachmentKind,
  place,
  manifest: digest,
  artifactType: z.string().optional(),
  layer: digest,
  mediaType: z.string().describe('Of the layer'),
  size: z.int().nonnegative().describe('Bytes of the layer'),
  predicateType: z.string().optional().describe('What it says it states: not verified'),
  annotations: z.record(z.string(), z.string()).optional(),
  get attachments(): z.ZodOptional<z.ZodArray<typeof attachmentNode>> {
    return z.array(attachmentNode).optional().describe('What is attached to this in turn')
  },
})

const imageNode = {
  digest,
  mediaType: z.string(),
  size: z.int().nonnegative().describe('Bytes of the manifest, its config and its layers'),
  attachments: z.array(attachmentNode),
  problems: z.array(attachmentProblem),
}

export const inspectChild = z.object({
  platform: z.string().optional(),
  digest: imageNode.digest,
  mediaType: imageNode.mediaType,
  size: imageNode.size,
  attachments: imageNode.attachments,
  problems: imageNode.problems,
  get children(): z.ZodOptional<z.ZodArray<typeof inspectChild>> {
    return z.array(inspectChild).optional()
  },
})

export const inspectReport = z.object({
  schema: z.literal('zegel.dev/inspect/v1'),
  image: z.string(),
  trust: z.literal('nothing-verified').describe('This shows what is there; verify says what it proves'),
  ...imageNode,
  children: z.array(inspectChild).optional().describe('The images of an index'),
})

const counted = z.object({ count: z.int().nonnegative(), bytes: z.int().nonnegative() })

export const copyReport = z.object({
  schema: z.literal('zegel.dev/copy/v1'),
  source: z.string(),
  destination: z.string(),
  digest,
  tags: z.array(z.string()).describe('Every tag written at the destination'),
  manifests: counted.describe('Written'),
  blobs: z.object({ copied: counted, mounted: counted, present: counted }),
  attachments: z.int().nonnegative().describe('Signatures, attestations and other referrers that came along'),
  problems: z.array(attachmentProblem),
})

export const downloadReport = z.object({
  schema: z.literal('zegel.dev/download/v1'),
  image: z.string(),
  digest,
  items: z.array(
    z.object({
      kind: attachmentKind,
      place,
      manifest: digest,
      layer: digest,
      mediaType: z.string(),
      size: z.int().nonnegative(),
      predicateType: z.string().optional(),
      file: z.string().optional().describe('Where it was written'),
      content: z.unknown().optional().describe('The document itself where no file was asked for and it is JSON'),
    }),
  ),
  problems: z.array(attachmentProblem),
})

export const attachReport = z.object({
  schema: z.literal('zegel.dev/attach/v1'),
  image: z.string(),
  digest,
  kind: attachmentKind,
  outcome: z.enum(['pushed', 'already-there']),
  repository: z.string(),
  place,
  manifest: digest,
})

export const cleanReport = z.object({
  schema: z.literal('zegel.dev/clean/v1'),
  image: z.string(),
  digest,
  isDryRun: z.boolean(),
  removed: z
    .array(z.object({ kind: attachmentKind, place, manifest: digest, tag: z.string().optional() }))
    .describe('With --dry-run: what would be removed'),
  problems: z.array(attachmentProblem),
})

export type AttachmentNode = DeepReadonly<z.infer<typeof attachmentNode>>
export type InspectChild = DeepReadonly<z.infer<typeof inspectChild>>
export type InspectReport = DeepReadonly<z.infer<typeof inspectReport>>
export type CopyReport = DeepReadonly<z.infer<typeof copyReport>>
export type DownloadReport = DeepReadonly<z.infer<typeof downloadReport>>
export type AttachReport = DeepReadonly<z.infer<typeof attachReport>>
export type CleanReport = DeepReadonly<z.infer<typeof cleanReport>>
