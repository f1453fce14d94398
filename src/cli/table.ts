/** The one list of commands. Help, completion, the man page and the parser are made from it; a module is loaded when it is called. */

import { type Command, command } from './command.ts'
import { completionSpec, helpSpec, manSpec, versionSpec } from './table/basics.ts'
import { demoSpec } from './table/demo.ts'
import { keyGenerateSpec, keyImportSpec, keyInspectSpec, keyPublicSpec } from './table/key.ts'
import {
  attachAttestationSpec,
  attachSbomSpec,
  attachSignatureSpec,
  cleanSpec,
  copySpec,
  downloadAttestationSpec,
  downloadSbomSpec,
  downloadSignatureSpec,
  inspectSpec,
} from './table/move.ts'
import { notationPluginInstallSpec, notationPluginRunSpec } from './table/notation.ts'
import { pkiInitSpec, pkiRevokeSpec, pkiServeSpec } from './table/pki.ts'
import { loginSpec, logoutSpec, registryServeSpec } from './table/registry.ts'
import { fetchRevocationSpec } from './table/revocation.ts'
import { attestBlobSpec, attestSpec, signBlobSpec, signSpec } from './table/sign.ts'
import {
  trustAddSpec,
  trustListSpec,
  trustPolicyCheckSpec,
  trustPolicyInitSpec,
  trustPolicyShowSpec,
  trustRemoveSpec,
  trustShowSpec,
} from './table/trust.ts'
import { verifyAttestationSpec, verifyBlobAttestationSpec, verifyBlobSpec, verifySpec } from './table/verify.ts'

export const commands: readonly Command[] = [
  command(signSpec, () => import('./commands/sign.ts')),
  command(attestSpec, () => import('./commands/attest.ts')),
  command(signBlobSpec, () => import('./commands/sign-blob.ts')),
  command(attestBlobSpec, () => import('./commands/attest-blob.ts')),
  command(verifySpec, () => import('./commands/verify.ts')),
  command(verifyAttestationSpec, () => import('./commands/verify-attestation.ts')),
  command(verifyBlobSpec, () => import('./commands/verify-blob.ts')),
  command(verifyBlobAttestationSpec, () => import('./commands/verify-blob-attestation.ts')),
  command(inspectSpec, () => import('./commands/inspect.ts')),
  command(copySpec, () => import('./commands/copy.ts')),
  command(downloadSignatureSpec, () => import('./commands/download-signature.ts')),
  command(downloadAttestationSpec, () => import('./commands/download-attestation.ts')),
  command(downloadSbomSpec, () => import('./commands/download-sbom.ts')),
  command(attachSignatureSpec, () => import('./commands/attach-signature.ts')),
  command(attachAttestationSpec, () => import('./commands/attach-attestation.ts')),
  command(attachSbomSpec, () => import('./commands/attach-sbom.ts')),
  command(cleanSpec, () => import('./commands/clean.ts')),
  command(keyGenerateSpec, () => import('./commands/key-generate.ts')),
  command(keyImportSpec, () => import('./commands/key-import.ts')),
  command(keyInspectSpec, () => import('./commands/key-inspect.ts')),
  command(keyPublicSpec, () => import('./commands/key-public.ts')),
  command(trustAddSpec, () => import('./commands/trust-add.ts')),
  command(trustListSpec, () => import('./commands/trust-list.ts')),
  command(trustShowSpec, () => import('./commands/trust-show.ts')),
  command(trustRemoveSpec, () => import('./commands/trust-remove.ts')),
  command(trustPolicyInitSpec, () => import('./commands/trust-policy-init.ts')),
  command(trustPolicyCheckSpec, () => import('./commands/trust-policy-check.ts')),
  command(trustPolicyShowSpec, () => import('./commands/trust-policy-show.ts')),
  command(fetchRevocationSpec, () => import('./commands/trust-fetch-revocation.ts')),
  command(pkiInitSpec, () => import('./commands/pki-init.ts')),
  command(pkiServeSpec, () => import('./commands/pki-serve.ts')),
  command(pkiRevokeSpec, () => import('./commands/pki-revoke.ts')),
  command(notationPluginInstallSpec, () => import('./commands/notation-plugin-install.ts')),
  command(notationPluginRunSpec, () => import('./commands/notation-plugin-run.ts')),
  command(loginSpec, () => import('./commands/login.ts')),
  command(logoutSpec, () => import('./commands/logout.ts')),
  command(registryServeSpec, () => import('./commands/registry-serve.ts')),
  command(demoSpec, () => import('./commands/demo.ts')),
  command(completionSpec, () => import('./commands/completion.ts')),
  command(manSpec, () => import('./commands/man.ts')),
  command(helpSpec, () => import('./commands/help.ts')),
  command(versionSpec, () => import('./commands/version.ts')),
]
