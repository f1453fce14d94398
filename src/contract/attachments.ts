/** What is attached to an image, and what was moved: inspect, copy, download, attach, clean. */

import { z } from 'zod'
import { attachmentKind, attachmentProblem, type DeepReadonly, digest, place } from './common.ts'

const time = z.iso.datetime()

const notationFacts = z.object({
  encoding: z.enum(['jws', 'cose']),
  algorithm: z.string().describe('PS256, PS384, PS512, ES256, ES384, ES512'),
  scheme: z.string(),
  signingTime: time.optional().describe('As the signer says'),
  authenticSigningTime: time.optional().describe('As a signing authority says'),
  expiry: time.optional(),
  contentType: z.string(),
  artifact: z.object({ mediaType: z.string(), digest, size: z.int().nonnegative() }).optional(),
  userMetadata: z.record(z.string(), z.string()).optional(),
  headers: z
    .array(z.object({ name: z.string(), isCritical: z.boolean() }))
    .optional()
    .describe('Signed headers beyond those of the specification'),
  verificationPlugin: z.object({ name: z.string(), minVersion: z.string().optional() }).optional(),
  signingAgent: z.string().optional().describe('Unsigned'),
  timestamp: z.union([z.object({ time }), z.object({ problem: z.string() })]).optional(),
  certificates: z
    .array(
      z.object({
        fingerprint: digest.describe('SHA-256 of the certificate'),
        subject: z.string().optional().describe('As RFC 4514 writes it'),
        issuer: z.string().optional(),
        notBefore: time.optional(),
        notAfter: time.optional(),
        problem: z.string().optional().describe('Why nothing of it could be read'),
      }),
    )
    .describe('Leaf first'),
})

export const attachmentNode = z.object({
  kind: attachmentKind,
  place,
  manifest: digest,
  artifactType: z.string().optional(),
  layer: digest.optional().describe('Left out where the manifest has no layer'),
  mediaType: z.string().describe('Of the layer, or of a manifest without layers'),
  size: z.int().nonnegative().describe('Bytes of the layer, or of a manifest without layers'),
  predicateType: z.string().optional().describe('What it says it states: not verified'),
  annotations: z.record(z.string(), z.string()).optional(),
  notation: notationFacts
    .optional()
    .describe('What a Notation signature says of itself, its certificates and timestamp too: not verified'),
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
  isMissing: z.boolean().optional().describe('The index names it, and it is not there'),
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
  index: digest.optional().describe('With --platform: the index that the image was taken from'),
  tags: z.array(z.string()).describe('Every tag that names the image at the destination now'),
  manifests: z.object({ copied: counted, present: counted }),
  blobs: z.object({
    copied: counted,
    present: counted.describe('There already, or mounted from another repository of the registry'),
    foreign: z.int().nonnegative().describe('Layers that may not be distributed and were left where their URLs say'),
  }),
  attachments: z.int().nonnegative().describe('Signatures, attestations and other referrers that came along'),
  mergedTags: z
    .array(z.string())
    .describe('Tags of Cosign that held something else, which stayed beside what was copied'),
  isIncomplete: z.boolean().describe('Something attached could not be read, and may be missing from the copy'),
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
    .array(
      z.object({
        kind: attachmentKind,
        place,
        manifest: digest,
        layer: digest.optional(),
        tag: z.string().optional(),
      }),
    )
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
