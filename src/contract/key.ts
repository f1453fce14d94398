/** The outputs of `zegel key`. */

import { z } from 'zod'
import { type DeepReadonly, digest, keyType } from './common.ts'

const publicPart = {
  type: keyType,
  bits: z.int().positive(),
  fingerprint: digest.describe('SHA-256 of the public key (DER SubjectPublicKeyInfo)'),
}

export const keyPairReport = z.object({
  schema: z.literal('zegel.dev/key-pair/v1'),
  ...publicPart,
  privateKey: z.string().describe('The file of the encrypted private key'),
  publicKey: z.string().describe('The file of the public key'),
})

export const keyPublicReport = z.object({
  schema: z.literal('zegel.dev/key-public/v1'),
  ...publicPart,
  pem: z.string(),
  file: z.string().optional(),
})

export const keyInspectReport = z.object({
  schema: z.literal('zegel.dev/key-inspect/v1'),
  key: z.string().describe('As it was named'),
  kind: z.enum(['private', 'public', 'certificate']),
  isEncrypted: z.boolean(),
  type: keyType
    .optional()
    .describe('Absent of an encrypted key that was not decrypted, as are bits, fingerprint and hint'),
  bits: z.int().positive().optional(),
  fingerprint: digest.optional(),
  hint: z.string().optional().describe('What a Sigstore bundle calls the key by: the same digest in base64'),
})

export type KeyPairReport = DeepReadonly<z.infer<typeof keyPairReport>>
export type KeyPublicReport = DeepReadonly<z.infer<typeof keyPublicReport>>
export type KeyInspectReport = DeepReadonly<z.infer<typeof keyInspectReport>>
