/**
 * The integrity of a Notation signature (signature-specification.md, "Signature Requirements"): the envelope is well formed, its chain keeps the
 * rules of certificates, the leaf's key made the signature with the one algorithm that it may use, and nothing critical is unknown.
 */

import { type Bytes, digestOfParts, Fault, limits, utf8 } from '../../base/index.ts'
import { verifyNamed } from '../../crypto/index.ts'
import {
  type NotationEnvelope,
  namedAlgorithmOf,
  notationAlgorithmFor,
  notationPayloadType,
  parseNotation,
} from '../../envelope/index.ts'
import { type Certificate, checkChain, parseCertificate } from '../../pki/index.ts'
import { attempt } from '../attempt.ts'
import { type Finding, fail, pass } from '../finding.ts'
import { chainsSeen } from './chains-seen.ts'
import { describeCertificate } from './signer.ts'

export interface OpenedSignature {
  readonly envelope: NotationEnvelope
  /** Leaf first, root last; by the rules, whether anybody trusts it or not. */
  readonly chain: readonly Certificate[]
  readonly leaf: Certificate
}

export interface Opened {
  readonly findings: readonly Finding[]
  /** Undefined where there is nothing that could be judged further. */
  readonly signature?: OpenedSignature
}

export function openSignature(bytes: Bytes, mediaType: string): Opened {
  const { value: envelope, finding } = attempt(() => parseNotation(bytes, mediaType))
  // All of it is here: with more of something than is read it is malformed, not unseen.
  if (finding !== undefined) return { findings: [fail('envelope', 'ENVELOPE_MALFORMED', finding.detail)] }
  const format = pass('envelope', `Notation signature (${envelope.encoding === 'jws' ? 'JWS' : 'COSE'}).`)
  const scheme = schemeFindings(envelope)
  const { chain, finding: chainFinding } = readChain(envelope.chain)
  const leaf = chain?.[0]
  if (chain === undefined || leaf === undefined) return { findings: [format, ...scheme, chainFinding] }
  const findings = [format, ...scheme, chainFinding, signatureFinding(envelope, leaf), payloadTypeFinding(envelope)]
  return { findings, signature: { envelope, chain, leaf } }
}

const SCHEMES: readonly string[] = ['notary.x509', 'notary.x509.signingAuthority']

function schemeFindings({ scheme }: NotationEnvelope): readonly Finding[] {
  if (SCHEMES.includes(scheme)) return []
  const detail = `It is signed under the scheme ${scheme}, which is none of Notation's.`
  return [fail('envelope', 'SIGNING_SCHEME_UNKNOWN', detail)]
}

function readChain(ders: readonly Bytes[]): { chain?: readonly Certificate[]; finding: Finding } {
  const key = digestOfParts([utf8(ders.map(({ length }) => length).join()), ...ders])
  const known = chainsSeen.get(key)
  if (known !== undefined) return known
  const read = judgeChain(ders)
  // A large one is some attacker's: hundreds of them would fill the memory.
  if (ders.reduce((sum, { length }) => sum + length, 0) <= limits.certificateBytes) chainsSeen.set(key, read)
  return read
}

function judgeChain(ders: readonly Bytes[]): { chain?: readonly Certificate[]; finding: Finding } {
  try {
    // Copies: what is kept must not hold whole envelopes in memory.
    const chain = ders.map((der, at) => parseCertificate(Uint8Array.from(der), `Certificate ${at + 1} of its chain`))
    const problem = checkChain(chain, 'code-signing')
    if (problem !== undefined)
      return { chain, finding: fail('certificate', 'CERTIFICATE_CHAIN_INVALID', problem.detail, problem.fix) }
    return { chain, finding: pass('certificate', `Its ${chain.length} certificates keep the rules for code signing.`) }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { finding: fail('certificate', 'CERTIFICATE_CHAIN_INVALID', error.message) }
  }
}

function signatureFinding(envelope: NotationEnvelope, leaf: Certificate): Finding {
  const { subject } = describeCertificate(leaf)
  const { value: key, finding } = attempt(() => leaf.publicKey())
  if (finding !== undefined) return fail('signature', 'ALGORITHM_NOT_OF_KEY', finding.detail)
  const expected = notationAlgorithmFor(key)
  if (expected !== envelope.algorithm) {
    const found = expected === undefined ? 'no key that may sign' : `a key that signs with ${expected}`
    const detail = `It says that it is made with ${envelope.algorithm}; the certificate of ${subject} has ${found}.`
    return fail('signature', 'ALGORITHM_NOT_OF_KEY', detail)
  }
  if (verifyNamed(key, namedAlgorithmOf(expected), envelope.signedParts, envelope.signature))
    return pass('signature', `Made with the key in the certificate of ${subject} (${expected}).`)
  const detail = `The key in the certificate of ${subject} did not make this signature: it was changed since.`
  return fail('signature', 'SIGNATURE_INVALID', detail, 'Have the image signed again.')
}

function payloadTypeFinding({ contentType }: NotationEnvelope): Finding {
  if (contentType === notationPayloadType) return pass('payload-type', 'It holds a Notation payload.')
  return fail('payload-type', 'PAYLOAD_TYPE_UNKNOWN', `It holds a ${contentType}, not a Notation payload.`)
}
