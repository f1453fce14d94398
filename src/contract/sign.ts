/** `zegel sign -o json` and `zegel attest -o json`. */

import { z } from 'zod'
import { type DeepReadonly, digest, format, keyReference, place } from './common.ts'

const signed = z.object({
  image: z.string(),
  digest,
  platform: z.string().optional().describe('Of an image below an index'),
  outcome: z
    .enum(['pushed', 'already-there', 'not-uploaded'])
    .describe('already-there: the same by the same key was there and verified, so nothing was pushed'),
  format,
  key: keyReference,
  repository: z.string().describe('Where it was written'),
  place: place.optional(),
  manifest: digest.optional().describe('The manifest that holds it'),
  bundle: z.string().optional().describe('The file that the bundle was written to'),
  predicateType: z.string().optional(),
  replaced: z.array(digest).optional().describe('With --replace: the manifests that were taken away'),
})

export const signReport = z.object({ schema: z.literal('zegel.dev/sign/v1'), images: z.array(signed) })
export const attestReport = z.object({ schema: z.literal('zegel.dev/attest/v1'), images: z.array(signed) })

export type SignedReport = DeepReadonly<z.infer<typeof signed>>
export type SignReport = DeepReadonly<z.infer<typeof signReport>>
export type AttestReport = DeepReadonly<z.infer<typeof attestReport>>
