/** The outputs of `zegel trust`. */

import { z } from 'zod'
import { type DeepReadonly, digest, keyType } from './common.ts'

const storeType = z.enum(['ca', 'signingAuthority', 'tsa'])

const certificate = z.object({
  file: z.string().describe('Its name in the store'),
  subject: z.string().describe('RFC 4514'),
  issuer: z.string(),
  serial: z.string().describe('Lower-case hex'),
  notBefore: z.string().describe('RFC 3339'),
  notAfter: z.string().describe('RFC 3339'),
  fingerprint: digest.describe('SHA-256 of the certificate (DER)'),
  kind: z.enum(['root', 'intermediate', 'leaf']).describe('root: signed by its own key'),
  validity: z.enum(['valid', 'expired', 'not-yet-valid']),
  type: keyType.optional().describe('Of the key; absent, as are bits, where the key cannot be used'),
  bits: z.int().positive().optional(),
  problem: z.string().optional().describe('Why a chain with it will be refused, or why it may not be in this store'),
})

const store = z.object({
  type: storeType,
  name: z.string(),
  folder: z.string(),
  certificates: z.array(certificate),
  problem: z
    .object({ code: z.string(), detail: z.string(), fix: z.string().optional() })
    .optional()
    .describe('Why the store cannot be used'),
})

export const trustAddReport = z.object({
  schema: z.literal('zegel.dev/trust-add/v1'),
  directory: z.string().describe('The folder that holds x509/'),
  type: storeType,
  name: z.string(),
  certificates: z.array(certificate.extend({ isNew: z.boolean().describe('false: it was there already') })),
})

export const trustStoresReport = z.object({
  schema: z.literal('zegel.dev/trust-stores/v1'),
  directory: z.string().describe('The folder that holds x509/'),
  stores: z.array(store),
})

export const trustRemoveReport = z.object({
  schema: z.literal('zegel.dev/trust-remove/v1'),
  directory: z.string(),
  type: storeType,
  name: z.string(),
  files: z.array(z.string()).describe('Files that are gone, or that have lost a certificate'),
  isStoreGone: z.boolean(),
})

const action = z.enum(['enforce', 'log', 'skip'])

const statement = z.object({
  name: z.string(),
  registryScopes: z.array(z.string()),
  level: z.enum(['strict', 'permissive', 'audit', 'skip']),
  actions: z
    .object({
      integrity: action,
      authenticity: action,
      authenticTimestamp: action,
      expiry: action,
      revocation: action,
    })
    .describe('What is done with each check that does not pass: the level with its overrides'),
  verifyTimestamp: z.enum(['always', 'afterCertExpiry']),
  trustStores: z.array(z.string()).describe('ca:NAME, signingAuthority:NAME, tsa:NAME'),
  trustedIdentities: z.array(z.string()),
})

export const trustPolicyReport = z.object({
  schema: z.literal('zegel.dev/trust-policy/v1'),
  status: z.union([z.literal(0), z.literal(1)]).describe('1: no statement is about the repository that was asked for'),
  file: z.string(),
  statements: z.array(statement).describe('All, or the one for the repository'),
  repository: z.string().optional().describe('That of --scope, in full'),
  scope: z.string().optional().describe('The scope of the statement that is about the repository'),
  notes: z.array(z.string()).describe('Of a policy that was made: what nobody chose'),
})

export const trustPolicyCheckReport = z.object({
  schema: z.literal('zegel.dev/trust-policy-check/v1'),
  status: z.union([z.literal(0), z.literal(1)]).describe('1: a trust store is missing or cannot be used'),
  file: z.string(),
  statements: z.int().positive().describe('How many'),
  notes: z.array(
    z.object({
      kind: z
        .enum(['error', 'warning', 'notation'])
        .describe(
          'error: verification cannot begin; warning: it may not be what was meant; notation: it reads it otherwise',
        ),
      code: z.string(),
      statement: z.string(),
      detail: z.string(),
      fix: z.string(),
    }),
  ),
})

export type TrustCertificate = DeepReadonly<z.infer<typeof certificate>>
export type TrustStoreReport = DeepReadonly<z.infer<typeof store>>
export type TrustAddReport = DeepReadonly<z.infer<typeof trustAddReport>>
export type TrustStoresReport = DeepReadonly<z.infer<typeof trustStoresReport>>
export type TrustRemoveReport = DeepReadonly<z.infer<typeof trustRemoveReport>>
export type TrustPolicyReport = DeepReadonly<z.infer<typeof trustPolicyReport>>
export type TrustPolicyCheckReport = DeepReadonly<z.infer<typeof trustPolicyCheckReport>>
