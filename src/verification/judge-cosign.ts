/** Judges Cosign's own formats: simple signing (SIGNATURE_SPEC.md) and the DSSE attestation of the `.att` tag. */

import { type Bytes, type Digest, fromBase64 } from '../base/index.ts'
import { cosignAnnotations, parseDsse, parseSimpleSigning, type SimpleSigning } from '../envelope/index.ts'
import type { Descriptor } from '../oci/index.ts'
import { attempt } from './attempt.ts'
import { needsIdentity, needsKey, proofFindings } from './beyond-keys.ts'
import { proofByCertificate } from './by-certificate.ts'
import { type Check, type Finding, fail, pass } from './finding.ts'
import { annotationFindings, demandedBy, judgeStatement, nameFindings } from './judge-statement.ts'
import { type Judgement, refused, verdictOf } from './judgement.ts'
import type { Question } from './question.ts'
import { envelopeProof, keyProof, type SignatureProof, type Signed } from './signature-proof.ts'
import { markVerified } from './verified.ts'

const DEMANDED: readonly Check[] = ['envelope', 'predicate-type', 'subject']

/** @param layer its annotations carry the signature; they are unsigned themselves */
export async function judgeCosignSignature(
  payload: Bytes,
  layer: Descriptor,
  subject: Digest,
  question: Question,
): Promise<Judgement> {
  if (isUnasked(layer, question)) return needsKey(pass('envelope', 'Cosign signature.'))
  const signature = signatureOf(layer)
  const proof = await layerProof(layer, { parts: [payload], signature }, question, () =>
    keyProof([payload], signature, question.keys),
  )
  if (proof === undefined) return needsIdentity(pass('envelope', 'Cosign signature.'))
  const parsed = attempt(() => parseSimpleSigning(payload))
  const findings = [
    parsed.finding ?? pass('envelope', 'Cosign simple signing payload.'),
    ...proof.findings,
    pass('predicate-type', 'It is an image signature.'),
    ...(parsed.value === undefined ? [] : payloadFindings(parsed.value, subject, question)),
    ...layerProofs(layer),
  ]
  const verdict = verdictOf(findings, demandedBy([...DEMANDED, ...proof.demanded], question))
  return {
    verdict,
    findings,
    signers: proof.signers,
    ...(parsed.value === undefined ? {} : { signedName: parsed.value.dockerReference }),
    ...(verdict === 'passed' && parsed.value !== undefined
      ? { annotations: markVerified(parsed.value.annotations) }
      : {}),
  }
}

export async function judgeCosignAttestation(
  bytes: Bytes,
  layer: Descriptor,
  subject: Digest,
  question: Question,
): Promise<Judgement> {
  const parsed = attempt(() => parseDsse(bytes))
  if (parsed.finding !== undefined) return refused([parsed.finding])
  const before = [pass('envelope', 'DSSE envelope of a Cosign attestation.'), ...layerProofs(layer)]
  const envelope = parsed.value
  const proof = await layerProof(layer, envelope, question, () => envelopeProof(envelope, question.keys))
  const isJudged = proof !== undefined && !isUnasked(layer, question)
  if (isJudged) return judgeStatement(envelope, subject, question, before, proof)
  const { predicateType } = judgeStatement(envelope, subject, question, before)
  const stated = predicateType === undefined ? {} : { predicateType }
  const format = pass('envelope', 'Cosign attestation.')
  return proof === undefined ? needsIdentity(format, stated) : needsKey(format, stated)
}

/** Made with a bare key, where no key was given. */
function isUnasked(layer: Descriptor, { keys }: Question): boolean {
  return keys.length === 0 && !hasCertificate(layer)
}

/** One of the keys may have signed what a certificate lies beside, and the reverse; undefined where neither was asked about. */
async function layerProof(
  layer: Descriptor,
  signed: Signed,
  question: Question,
  byKey: () => SignatureProof,
): Promise<SignatureProof | undefined> {
  if (!hasCertificate(layer)) return byKey()
  const certified = await proofByCertificate(signed, layer, question)
  if (certified !== undefined && certified.signers.length > 0) return certified
  const keyed = byKey()
  return keyed.signers.length > 0 ? keyed : certified
}

function signatureOf(layer: Descriptor): Bytes | undefined {
  const encoded = layer.annotations?.[cosignAnnotations.signature]
  return encoded === undefined ? undefined : attempt(() => fromBase64(encoded, 'signature')).value
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
