/** `zegel verify -o json` and `zegel verify-attestation -o json`. */

import { z } from 'zod'
import {
  attachmentKind,
  attachmentProblem,
  type DeepReadonly,
  digest,
  keyReference,
  place,
  verdictStatus,
} from './common.ts'

export const finding = z.object({
  check: z.string().describe('What was checked: envelope, key, signature, subject …'),
  outcome: z
    .enum(['pass', 'fail', 'warn', 'inconclusive'])
    .describe('warn: it failed or is not known, and the trust policy only logs it'),
  code: z.string().describe('OK, or why not; explained in docs/errors.md'),
  detail: z.string(),
  fix: z.string().optional(),
})

export const reason = z.object({ code: z.string(), detail: z.string(), fix: z.string().optional() })

export const candidateVerdict = z
  .enum(['passed', 'unproven', 'failed', 'not-judged', 'unreadable'])
  .describe('unproven: a trust policy of the level audit lets it through')

export const candidate = z.object({
  kind: attachmentKind,
  place,
  manifest: digest,
  layer: digest,
  size: z.int().nonnegative().describe('Bytes of the layer'),
  predicateType: z.string().optional().describe('What it says it states, believed or not'),
  signedName: z.string().optional().describe('The repository name inside; it counts only when it was asked for'),
  verdict: candidateVerdict,
  keys: z.array(keyReference).describe('Those of the given keys, and the accepted certificates, that signed it'),
  annotations: z.record(z.string(), z.string()).optional().describe('Signed annotations, of one that passed'),
  statement: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('The in-toto statement, of an attestation that passed'),
  findings: z.array(finding),
})

export const verdict = z
  .enum(['verified', 'unproven', 'refused', 'unknown'])
  .describe(
    'verified: proven · unproven: let through by a trust policy that demands no proof · refused: seen, and not proven · unknown: something that could prove it was not seen',
  )

export const childReport = z.object({
  digest,
  mediaType: z.string(),
  platform: z.string().optional(),
  provenBy: z
    .enum(['itself', 'index', 'nothing', 'unsigned-metadata'])
    .describe(
      'its own signature, the signed index that names it, nothing; or metadata of the build, which is no platform',
    ),
  verdict: verdict.optional().describe('Of its own signatures, as are reason, candidates and problems'),
  reason: reason.optional(),
  candidates: z.array(candidate).optional(),
  problems: z.array(attachmentProblem).optional(),
  unseen: reason.optional().describe('Why the images below a nested index were not looked at'),
  get children(): z.ZodOptional<z.ZodArray<typeof childReport>> {
    return z.array(childReport).optional()
  },
})

export const imageReport = z.object({
  image: z.string().describe('As it was asked for'),
  repository: z.string().describe('The normalised repository, or the path of a layout or archive'),
  digest: digest.optional().describe('What was verified; absent when the tag could not be resolved'),
  verdict,
  status: verdictStatus,
  reason,
  signers: z.array(keyReference).describe('The different signers behind the candidates that passed'),
  candidates: z.array(candidate),
  problems: z.array(attachmentProblem),
  children: z.array(childReport).optional().describe('With --recursive: the images of the index'),
})

const report = {
  at: z.iso.datetime().describe('The moment as of which it was verified'),
  status: verdictStatus.describe('The exit status: of several images 1 outranks 3, which outranks 0'),
  images: z.array(imageReport),
}

export const verifyReport = z.object({ schema: z.literal('zegel.dev/verify/v1'), ...report })
export const verifyAttestationReport = z.object({ schema: z.literal('zegel.dev/verify-attestation/v1'), ...report })

export type VerifyFinding = DeepReadonly<z.infer<typeof finding>>
export type VerifyCandidate = DeepReadonly<z.infer<typeof candidate>>
export type VerifyChild = DeepReadonly<z.infer<typeof childReport>>
export type VerifyImage = DeepReadonly<z.infer<typeof imageReport>>
export type VerifyReport = DeepReadonly<z.infer<typeof verifyReport>>
export type VerifyAttestationReport = DeepReadonly<z.infer<typeof verifyAttestationReport>>
