/** Judges Cosign's own formats: simple signing (SIGNATURE_SPEC.md) and the DSSE attestation of the `.att` tag. */

import { type Bytes, type Digest, fromBase64 } from '../base/index.ts'
import { cosignAnnotations, parseDsse, parseSimpleSigning, type SimpleSigning } from '../envelope/index.ts'
import type { Descriptor } from '../oci/index.ts'
import { attempt } from './attempt.ts'
import { needsIdentity, proofFindings } from './beyond-keys.ts'
import { type Check, type Finding, fail, pass } from './finding.ts'
import { annotationFindings, demandedBy, judgeStatement, nameFindings } from './judge-statement.ts'
import { type Judgement, refused, verdictOf } from './judgement.ts'
import type { Question } from './question.ts'
import { signatureFinding, signerOf, type TrustedKey } from './trusted-key.ts'
import { markVerified } from './verified.ts'

const DEMANDED: readonly Check[] = ['envelope', 'signature', 'predicate-type', 'subject']

/** @param layer its annotations carry the signature; they are unsigned themselves */
export function judgeCosignSignature(
  payload: Bytes,
  layer: Descriptor,
  subject: Digest,
  question: Question,
): Judgement {
  const signer = simpleSigner(payload, layer, question.keys)
  if (signer === undefined && hasCertificate(layer)) return needsIdentity(pass('envelope', 'Cosign signature.'))
  const parsed = attempt(() => parseSimpleSigning(payload))
  const findings = [
    parsed.finding ?? pass('envelope', 'Cosign simple signing payload.'),
    signatureFinding(question.keys, signer),
    pass('predicate-type', 'It is an image signature.'),
    ...(parsed.value === undefined ? [] : payloadFindings(parsed.value, subject, question)),
    ...layerProofs(layer),
  ]
  const verdict = verdictOf(findings, demandedBy(DEMANDED, question))
  return {
    verdict,
    findings,
    signers: signer === undefined ? [] : [signer],
    ...(parsed.value === undefined ? {} : { signedName: parsed.value.dockerReference }),
    ...(verdict === 'passed' && parsed.value !== undefined
      ? { annotations: markVerified(parsed.value.annotations) }
      : {}),
  }
}

export function judgeCosignAttestation(
  bytes: Bytes,
  layer: Descriptor,
  subject: Digest,
  question: Question,
): Judgement {
  const parsed = attempt(() => parseDsse(bytes))
  if (parsed.finding !== undefined) return refused([parsed.finding])
  const before = [pass('envelope', 'DSSE envelope of a Cosign attestation.'), ...layerProofs(layer)]
  const judged = judgeStatement(parsed.value, subject, question, before)
  if (judged.signers.length > 0 || !hasCertificate(layer)) return judged
  const stated = judged.predicateType === undefined ? {} : { predicateType: judged.predicateType }
  return needsIdentity(pass('envelope', 'Cosign attestation.'), stated)
}

function simpleSigner(payload: Bytes, layer: Descriptor, keys: readonly TrustedKey[]): TrustedKey | undefined {
  const encoded = layer.annotations?.[cosignAnnotations.signature]
  if (encoded === undefined) return undefined
  const signature = attempt(() => fromBase64(encoded, 'signature'))
  return signature.value === undefined ? undefined : signerOf(keys, [payload], signature.value)
}

function payloadFindings(payload: SimpleSigning, subject: Digest, question: Question): readonly Finding[] {
  const isSame = payload.manifestDigest === subject
  return [
    isSame
      ? pass('subject', `It is about ${subject}.`)
      : fail(
          'subject',
          'SUBJECT_OTHER',
          `It is about ${payload.manifestDigest}, not about ${subject}.`,
          'It was made for another image: take the image that was signed, or have this one signed.',
        ),
    ...annotationFindings(question.annotations, payload.annotations),
    ...nameFindings(question.name, payload.dockerReference),
  ]
}

function hasCertificate(layer: Descriptor): boolean {
  return (layer.annotations?.[cosignAnnotations.certificate] ?? '') !== ''
}

function layerProofs(layer: Descriptor): readonly Finding[] {
  const carried = (key: string): 0 | 1 => ((layer.annotations?.[key] ?? '') === '' ? 0 : 1)
  return proofFindings({
    logEntries: carried(cosignAnnotations.bundle),
    timestamps: carried(cosignAnnotations.rfc3161Timestamp),
  })
}
