/** Signs a statement as DSSE (DSSE 1.0) in a Sigstore bundle v0.3, or bare as Cosign's `.att` tag has it. */

import { statementPayloadType } from '../attestation/index.ts'
import type { Bytes } from '../base/index.ts'
import { keyHint } from '../crypto/index.ts'
import { paeParts, writeBundle, writeDsse } from '../envelope/index.ts'
import type { Signer } from './signer.ts'

/** @param statement JSON bytes, as parts */
export async function signAsBundle(signer: Signer, statement: readonly Bytes[]): Promise<readonly Bytes[]> {
  const sig = await signer.sign(paeParts(statementPayloadType, statement), 'envelope')
  return writeBundle({
    content: {
      kind: 'dsse',
      envelope: { payloadType: statementPayloadType, payload: statement, signatures: [{ keyid: '', sig }] },
    },
    material: { kind: 'public-key', hint: keyHint(signer.publicKey) },
  })
}

export async function signAsDsse(signer: Signer, statement: readonly Bytes[]): Promise<readonly Bytes[]> {
  const sig = await signer.sign(paeParts(statementPayloadType, statement), 'envelope')
  return writeDsse({ payloadType: statementPayloadType, payload: statement, signatures: [{ keyid: '', sig }] })
}
