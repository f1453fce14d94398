/** The output of `zegel trust fetch-revocation`. */

import { z } from 'zod'
import { type DeepReadonly, digest } from './common.ts'
import { verdict } from './verify.ts'

const certificate = z.object({
  subject: z.string().describe('As RFC 4514 writes it'),
  fingerprint: digest.describe('SHA-256 of the certificate'),
  status: z.enum(['good', 'revoked', 'unknown']),
  detail: z.string(),
})

export const fetchRevocationReport = z.object({
  schema: z.literal('zegel.dev/trust-fetch-revocation/v1'),
  status: z.union([z.literal(0), z.literal(3)]).describe('The exit status: 3 when something could not be collected'),
  folder: z.string(),
  files: z.array(z.string()).describe('What was written, in the folder'),
  certificates: z.array(certificate).describe('Of --cert-chain'),
  images: z
    .array(z.object({ image: z.string(), verdict, detail: z.string() }))
    .describe('Of images: what verify says of them'),
})

export type FetchRevocationReport = DeepReadonly<z.infer<typeof fetchRevocationReport>>
