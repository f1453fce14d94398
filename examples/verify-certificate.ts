/** Verifies a Notation signature in an OCI layout under a trust policy: `node examples/verify-certificate.ts FOLDER REPOSITORY trustpolicy.json truststore` */

import { readFile } from 'node:fs/promises'
import {
  offlineRevocation,
  openLayout,
  openTrustStores,
  parseTrustPolicy,
  resolveTrust,
  verifyImage,
} from '../src/index.ts'

const [folder = '', repository = '', policyFile = '', storeFolder = ''] = process.argv.slice(2)
const policy = parseTrustPolicy(await readFile(policyFile), policyFile)
const trust = await resolveTrust(policy, repository, openTrustStores(storeFolder))
const layout = await openLayout(folder)
const { descriptor } = await layout.resolveImage({})

const verdict = await verifyImage({ image: layout }, descriptor.digest, {
  about: { kind: 'signature' },
  keys: [],
  // Nobody is asked whether a certificate was revoked: `networkRevocation` asks, `folderRevocation` reads answers that were collected.
  x509: { trusts: trust === undefined ? [] : [trust], at: Date.now(), revocation: offlineRevocation },
  threshold: 1,
  annotations: {},
})
console.log(verdict.verdict, verdict.digest, verdict.reason.detail)
process.exitCode = verdict.verdict === 'verified' ? 0 : 1
