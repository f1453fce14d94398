/** Parts that several outputs share. Members may be added within a version; nothing is taken away or changes its meaning. */

import { z } from 'zod'

export type DeepReadonly<T> = T extends readonly (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T

export const digest = z
  .string()
  .regex(/^sha(?:256|384|512):[0-9a-f]+$/)
  .describe('A digest: algorithm, colon, lower-case hex')

export const verdictStatus = z
  .union([z.literal(0), z.literal(1), z.literal(3)])
  .describe('The exit status that this alone would give: 0 verified (or let through), 1 refused, 3 could not tell')

export const keyType = z.enum(['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'rsa', 'ed25519'])

export const keyReference = z.object({
  type: z.string().describe('ecdsa-p256, ecdsa-p384, ecdsa-p521, rsa, ed25519'),
  fingerprint: digest.describe('SHA-256 of the public key (DER SubjectPublicKeyInfo)'),
  file: z.string().optional().describe('How the key was given: a file, env://NAME'),
  policy: z.string().optional().describe('Of a certificate: the statement of the trust policy that accepts it'),
  certificate: z
    .object({
      subject: z.string().describe('As RFC 4514 writes it'),
      issuer: z.string(),
      fingerprint: digest.describe('SHA-256 of the certificate'),
      notAfter: z.iso.datetime(),
    })
    .optional()
    .describe('Where the key was accepted for the identity in its certificate'),
})

export const place = z
  .enum(['referrers', 'fallback-tag', 'signature-tag', 'attestation-tag', 'sbom-tag'])
  .describe('Where it hangs: the Referrers API (or a layout), its fallback tag, one of the tags of Cosign')

export const attachmentKind = z.enum([
  'bundle',
  'cosign-signature',
  'cosign-attestation',
  'sbom',
  'notation',
  'unknown',
])

export const attachmentProblem = z.object({
  place,
  digest: digest.optional(),
  code: z.string(),
  detail: z.string(),
  isUnseen: z.boolean().describe('There may be evidence here that was not seen'),
})

export const format = z
  .enum(['bundle', 'cosign', 'notation-jws', 'notation-cose'])
  .describe(
    'A Sigstore bundle as a referrer, the tags that older versions of Cosign read, or a Notation signature as a referrer',
  )
