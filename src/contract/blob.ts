/** The outputs of the four commands about files: sign-blob, attest-blob, verify-blob, verify-blob-attestation. */

import { z } from 'zod'
import { type DeepReadonly, digest, keyReference, verdictStatus } from './common.ts'
import { candidateVerdict, finding } from './verify.ts'

const signed = {
  file: z.string().describe('As it was named; - is standard input'),
  digest,
  key: keyReference,
  bundle: z.string().optional().describe('The file that the bundle was written to'),
}

export const signBlobReport = z.object({ schema: z.literal('zegel.dev/sign-blob/v1'), ...signed })
export const attestBlobReport = z.object({
  schema: z.literal('zegel.dev/attest-blob/v1'),
  ...signed,
  predicateType: z.string(),
})

const judged = {
  status: verdictStatus,
  artifact: z.string().describe('The file, - or the digest'),
  verdict: candidateVerdict,
  signers: z.array(keyReference),
  findings: z.array(finding),
}

export const verifyBlobReport = z.object({ schema: z.literal('zegel.dev/verify-blob/v1'), ...judged })
export const verifyBlobAttestationReport = z.object({
  schema: z.literal('zegel.dev/verify-blob-attestation/v1'),
  ...judged,
  predicateType: z.string().optional(),
  statement: z.record(z.string(), z.unknown()).optional(),
})

export type SignBlobReport = DeepReadonly<z.infer<typeof signBlobReport>>
export type AttestBlobReport = DeepReadonly<z.infer<typeof attestBlobReport>>
export type VerifyBlobReport = DeepReadonly<z.infer<typeof verifyBlobReport>>
export type VerifyBlobAttestationReport = DeepReadonly<z.infer<typeof verifyBlobAttestationReport>>
