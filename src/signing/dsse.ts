/** Signs a statement as DSSE (DSSE 1.0) in a Sigstore bundle v0.3, or bare as Cosign's `.att` tag has it. */

import { statementPayloadType } from '../attestation/index.ts'
import type { Bytes } from '../base/index.ts'
import { type DsseContent, paeParts, writeDsse } from '../envelope/index.ts'
import { bundleBy } from './bundle.ts'
import type { Signer } from './signer.ts'

/** @param statement JSON bytes, as parts */
export async function signAsBundle(signer: Signer, statement: readonly Bytes[]): Promise<readonly Bytes[]> {
  return bundleBy(signer, { kind: 'dsse', envelope: await signEnvelope(signer, statement) })
}

export async function signAsDsse(signer: Signer, statement: readonly Bytes[]): Promise<readonly Bytes[]> {
  return writeDsse(await signEnvelope(signer, statement))
}

async function signEnvelope(signer: Signer, statement: readonly Bytes[]): Promise<DsseContent> {
  const sig = await signer.sign(paeParts(statementPayloadType, statement), 'envelope')
  return { payloadType: statementPayloadType, payload: statement, signatures: [{ keyid: '', sig }] }
}
