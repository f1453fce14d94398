/** Every output's schema by its file name, and as JSON Schema (draft 2020-12) for the folder `schemas/`. */

import { z } from 'zod'
import { attachReport, cleanReport, copyReport, downloadReport, inspectReport } from './attachments.ts'
import { attestBlobReport, signBlobReport, verifyBlobAttestationReport, verifyBlobReport } from './blob.ts'
import { keyInspectReport, keyPairReport, keyPublicReport } from './key.ts'
import { pkiInitReport, pkiRevokeReport, pkiServeReport } from './pki.ts'
import { errorReport, loginReport, logoutReport, registryReport, textReport, versionReport } from './program.ts'
import { fetchRevocationReport } from './revocation.ts'
import { attestReport, signReport } from './sign.ts'
import {
  trustAddReport,
  trustPolicyCheckReport,
  trustPolicyReport,
  trustRemoveReport,
  trustStoresReport,
} from './trust.ts'
import { verifyAttestationReport, verifyReport } from './verify.ts'

/** `verify/v1` is the schema of what says `"schema": "zegel.dev/verify/v1"`. */
export const schemas = {
  'attach/v1': attachReport,
  'attest/v1': attestReport,
  'attest-blob/v1': attestBlobReport,
  'clean/v1': cleanReport,
  'copy/v1': copyReport,
  'download/v1': downloadReport,
  'error/v1': errorReport,
  'inspect/v1': inspectReport,
  'key-inspect/v1': keyInspectReport,
  'key-pair/v1': keyPairReport,
  'key-public/v1': keyPublicReport,
  'login/v1': loginReport,
  'logout/v1': logoutReport,
  'pki-init/v1': pkiInitReport,
  'pki-revoke/v1': pkiRevokeReport,
  'pki-serve/v1': pkiServeReport,
  'registry/v1': registryReport,
  'sign/v1': signReport,
  'sign-blob/v1': signBlobReport,
  'text/v1': textReport,
  'trust-add/v1': trustAddReport,
  'trust-fetch-revocation/v1': fetchRevocationReport,
  'trust-policy/v1': trustPolicyReport,
  'trust-policy-check/v1': trustPolicyCheckReport,
  'trust-remove/v1': trustRemoveReport,
  'trust-stores/v1': trustStoresReport,
  'verify/v1': verifyReport,
  'verify-attestation/v1': verifyAttestationReport,
  'verify-blob/v1': verifyBlobReport,
  'verify-blob-attestation/v1': verifyBlobAttestationReport,
  'version/v1': versionReport,
} as const satisfies Readonly<Record<string, z.ZodType>>

/**
 * JSON Schemas by file name. They leave room for members that a later version adds.
 * @example jsonSchemas()['verify-v1.json']
 */
export function jsonSchemas(): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' })
      return [
        `${name.replace('/', '-')}.json`,
        { $schema, $id: `https://zegel.dev/schemas/${name}`, title: name, ...rest },
      ]
    }),
  )
}
