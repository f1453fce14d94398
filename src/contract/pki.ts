/** The outputs of `zegel pki`. */

import { z } from 'zod'
import { type DeepReadonly, digest, keyType } from './common.ts'

const certificate = z.object({
  subject: z.string().describe('RFC 4514'),
  serial: z.string().describe('Lower-case hex'),
  fingerprint: digest.describe('SHA-256 of the certificate (DER)'),
  notBefore: z.string().describe('RFC 3339'),
  notAfter: z.string().describe('RFC 3339'),
})

export const pkiInitReport = z.object({
  schema: z.literal('zegel.dev/pki-init/v1'),
  directory: z.string(),
  files: z.object({
    root: z.string().describe('The root to trust'),
    signingKey: z.string().describe('The private key, not encrypted'),
    signingChain: z.string().describe('Its certificate, the intermediate, the root'),
    timestampRoot: z.string().describe('The root of the timestamp authority'),
    authority: z.string().describe('The folder of what "pki serve" needs'),
  }),
  root: certificate,
  signing: certificate.extend({ type: keyType, bits: z.int().positive() }),
  timestampRoot: certificate,
  revocationUrl: z.string().optional().describe('Absent: the certificates name no CRL and no OCSP'),
})

export const pkiServeReport = z.object({
  schema: z.literal('zegel.dev/pki-serve/v1'),
  directory: z.string(),
  address: z.string().describe('Host and port'),
  url: z.string(),
  timestampUrl: z.string(),
  ocspUrl: z.string(),
  crlUrls: z.array(z.string()),
})

export const pkiRevokeReport = z.object({
  schema: z.literal('zegel.dev/pki-revoke/v1'),
  certificate,
  revokedAt: z.string().describe('RFC 3339; the first time, if it was revoked before'),
  reason: z.string().optional(),
  wasRevoked: z.boolean(),
})

export type PkiInitReport = DeepReadonly<z.infer<typeof pkiInitReport>>
export type PkiServeReport = DeepReadonly<z.infer<typeof pkiServeReport>>
export type PkiRevokeReport = DeepReadonly<z.infer<typeof pkiRevokeReport>>
