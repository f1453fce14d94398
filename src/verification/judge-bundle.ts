/** Judges a Sigstore bundle (sigstore protobuf-specs, bundle v0.1 to v0.3) that lies beside an image, with keys or the identities of certificates. */

import type { Bytes, Digest } from '../base/index.ts'
import { type BundleMaterial, type DsseEnvelope, parseBundle, type SigstoreBundle } from '../envelope/index.ts'
import { attempt } from './attempt.ts'
import { needsIdentity, needsKey, proofFindings } from './beyond-keys.ts'
import { proofByCertificate } from './by-certificate.ts'
import { type Finding, fail, pass } from './finding.ts'
import { judgeStatement } from './judge-statement.ts'
import { type Judgement, refused } from './judgement.ts'
import type { Question } from './question.ts'
import { envelopeProof, type SignatureProof } from './signature-proof.ts'

export async function judgeBundle(bytes: Bytes, subject: Digest, question: Question): Promise<Judgement> {
  const { value: bundle, finding } = attempt(() => parseBundle(bytes))
  if (finding !== undefined) return refused([finding])
  const format = pass('envelope', `Sigstore bundle v${bundle.version}.`)
  const { content, material } = bundle
  if (content.kind === 'message-signature') {
    const detail = 'It signs bytes and does not say what for: it is no image signature and no attestation.'
    return refused([format, fail('payload-type', 'PAYLOAD_TYPE_UNKNOWN', detail)])
  }
  if (material.kind !== 'certificates' && question.keys.length === 0) {
    const { predicateType } = judgeStatement(content.envelope, subject, question, [format])
    return needsKey(format, predicateType === undefined ? {} : { predicateType })
  }
  const proof = await bundleProof(content.envelope, material, question)
  if (proof === undefined) return needsIdentity(format)
  return judgeStatement(content.envelope, subject, question, [format, ...bundleProofs(bundle)], proof)
}

/** Undefined of a bundle with a certificate where none are asked about: a key never stands in for it. */
export async function bundleProof(
  envelope: DsseEnvelope,
  material: BundleMaterial,
  question: Question,
): Promise<SignatureProof | undefined> {
  if (material.kind === 'certificates') return proofByCertificate(envelope, material.chain, question)
  return envelopeProof(envelope, question.keys, material.hint)
}

export function bundleProofs({ tlogEntries, timestamps }: SigstoreBundle): readonly Finding[] {
  return proofFindings({ logEntries: tlogEntries.length, timestamps: timestamps.length })
}
