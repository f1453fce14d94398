/** Verifies a file with a bundle or a detached signature beside it: what `sign-blob` and `attest-blob` wrote, cosign's or ours. */

import { type Bytes, type Digest, digestAlgorithm, digestHex, digestOf, fromBase64, hex } from '../base/index.ts'
import { verifyDigest } from '../crypto/index.ts'
import { parseBundle, parseLegacyBundle } from '../envelope/index.ts'
import { attempt } from './attempt.ts'
import { needsIdentity } from './beyond-keys.ts'
import { proofByCertificate } from './by-certificate.ts'
import { type Check, type Finding, fail, inconclusive, pass } from './finding.ts'
import { bundleProof, bundleProofs } from './judge-bundle.ts'
import { annotationFindings, demandedBy, judgeStatement, nameFindings } from './judge-statement.ts'
import { type Judgement, refused, verdictOf } from './judgement.ts'
import { prepareBlobQuestion, type Question } from './question.ts'
import { type SignatureProof, signerProof } from './signature-proof.ts'
import { signerOf, type TrustedKey } from './trusted-key.ts'

/** The file itself, or only its digest: most signatures can be judged by that alone. */
export type Artifact = { readonly bytes: Bytes } | { readonly digest: Digest }

const DEMANDED: readonly Check[] = ['envelope', 'subject']

/**
 * Verifies a signature of bytes: a bundle with a message signature, or cosign's older detached forms.
 * @param signature a Sigstore bundle, cosign's old bundle, or the bare signature in base64
 * @throws VERIFY_NO_KEY, VERIFY_THRESHOLD_INVALID
 */
export async function verifyBlob(artifact: Artifact, signature: Bytes, question: Question): Promise<Judgement> {
  await prepareBlobQuestion(question)
  const detached = readDetached(signature)
  if (detached !== undefined)
    return judgeMessage(
      question,
      [pass('envelope', 'A detached signature.')],
      await messageProof(artifact, detached, question.keys),
    )
  const { value: bundle, finding } = attempt(() => parseBundle(signature))
  if (finding !== undefined) return refused([finding])
  const format = pass('envelope', `Sigstore bundle v${bundle.version}.`)
  if (bundle.content.kind === 'dsse') {
    const detail = 'It is an attestation, not a signature of the file.'
    return refused([
      format,
      fail('predicate-type', 'NOT_A_SIGNATURE', detail, 'Ask with "zegel verify-blob-attestation".'),
    ])
  }
  const { digest, signature: sig } = bundle.content
  const before = [format, ...(digest === undefined ? [] : digestFindings(artifact, digest)), ...bundleProofs(bundle)]
  const { material } = bundle
  const proof =
    material.kind === 'public-key'
      ? await messageProof(artifact, sig, question.keys, material.hint)
      : await certifiedMessageProof(artifact, sig, material.chain, question)
  return proof === undefined ? needsIdentity(format) : judgeMessage(question, before, proof)
}

/**
 * Verifies an attestation about a file.
 * @throws VERIFY_NO_KEY, VERIFY_THRESHOLD_INVALID
 */
export async function verifyBlobAttestation(artifact: Artifact, bytes: Bytes, question: Question): Promise<Judgement> {
  await prepareBlobQuestion(question)
  const { value: bundle, finding } = attempt(() => parseBundle(bytes))
  if (finding !== undefined) return refused([finding])
  const format = pass('envelope', `Sigstore bundle v${bundle.version}.`)
  if (bundle.content.kind === 'message-signature') {
    return refused([
      format,
      fail('predicate-type', 'NOT_AN_ATTESTATION', 'It is a signature of the file: it states nothing more about it.'),
    ])
  }
  const digest = 'digest' in artifact ? artifact.digest : digestOf(artifact.bytes)
  const { envelope } = bundle.content
  const proof = await bundleProof(envelope, bundle.material, question)
  if (proof === undefined) return needsIdentity(format)
  return judgeStatement(envelope, digest, question, [format, ...bundleProofs(bundle)], proof)
}

/** Base64 with a line end, or cosign's old bundle: `{"base64Signature", "cert", "rekorBundle"}`. */
function readDetached(bytes: Bytes): Bytes | undefined {
  const text = Buffer.from(bytes.subarray(0, 16 * 1024))
    .toString('latin1')
    .trim()
  if (!text.startsWith('{')) return attempt(() => fromBase64(text, 'signature')).value
  return attempt(() => parseLegacyBundle(bytes)).value?.signature
}

function judgeMessage(question: Question, before: readonly Finding[], proof: SignatureProof | 'needs-file'): Judgement {
  if (proof === 'needs-file') {
    const detail = 'This key signs the bytes themselves: the digest alone cannot be judged.'
    const finding = inconclusive('content', 'CONTENT_UNREADABLE', detail, 'Give the file instead of its digest.')
    return { verdict: 'unreadable', findings: [...before, finding], signers: [] }
  }
  const isSigned = proof.findings.some(({ check, outcome }) => check === 'signature' && outcome === 'pass')
  const findings = [
    ...before,
    ...proof.findings,
    ...(isSigned ? [pass('subject', 'The signature is over exactly this file.')] : []),
    // A signature of bytes signs nothing beside them.
    ...annotationFindings(question.annotations, {}),
    ...nameFindings(question.name, undefined),
  ]
  const verdict = verdictOf(findings, demandedBy([...DEMANDED, ...proof.demanded], question))
  return { verdict, findings, signers: proof.signers }
}

async function messageProof(
  artifact: Artifact,
  signature: Bytes,
  keys: readonly TrustedKey[],
  hint?: string,
): Promise<SignatureProof | 'needs-file'> {
  const signer = await messageSigner(artifact, signature, keys)
  return signer === 'needs-file' ? signer : signerProof(signer, keys, hint)
}

async function certifiedMessageProof(
  artifact: Artifact,
  signature: Bytes,
  chain: readonly Bytes[],
  question: Question,
): Promise<SignatureProof | 'needs-file' | undefined> {
  if (question.certificates === undefined) return undefined
  if (!('bytes' in artifact)) return 'needs-file'
  return proofByCertificate({ parts: [artifact.bytes], signature }, chain, question)
}

async function messageSigner(
  artifact: Artifact,
  signature: Bytes,
  keys: readonly TrustedKey[],
): Promise<TrustedKey | 'needs-file' | undefined> {
  if ('bytes' in artifact) return signerOf(keys, [artifact.bytes], signature)
  let needsFile = false
  for (const trusted of keys) {
    const outcome = await verifyDigest(trusted.key, artifact.digest, signature)
    if (outcome === true) return trusted
    if (outcome === 'needs-message') needsFile = true
  }
  return needsFile ? 'needs-file' : undefined
}

function digestFindings(
  artifact: Artifact,
  signed: { algorithm: 'sha256' | 'sha384' | 'sha512'; value: Bytes },
): readonly Finding[] {
  const digest = 'digest' in artifact ? artifact.digest : digestOf(artifact.bytes, signed.algorithm)
  // A digest of another algorithm cannot be compared; the signature decides.
  if (digestAlgorithm(digest) !== signed.algorithm) return []
  const named = `${signed.algorithm}:${hex(signed.value)}`
  return digestHex(digest) === hex(signed.value)
    ? [pass('content', 'The bundle names the digest of this file.')]
    : [fail('content', 'SUBJECT_OTHER', `The bundle names ${named}; the file has ${digest}.`)]
}
