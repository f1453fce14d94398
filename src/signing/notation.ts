/** Signs an image as Notation does (Notary Project signature-specification.md): an envelope with the chain of certificates, as a referrer of the image. */

import { attachReferrer, notationReferrer } from '../attachments/index.ts'
import { type Bytes, canonicalJson, concat, Fault, sameBytes } from '../base/index.ts'
import { type HashName, verifyNamed } from '../crypto/index.ts'
import {
  beginNotation,
  type NotationEncoding,
  type NotationEnvelope,
  namedAlgorithmOf,
  notationAlgorithmFor,
  notationMediaTypes,
  parseNotation,
  parseNotationPayload,
  writeNotationPayload,
} from '../envelope/index.ts'
import { type Certificate, parseCertificate } from '../pki/index.ts'
import { offlineRevocation, ownTrust } from '../trust/index.ts'
import type { Question } from '../verification/index.ts'
import { contentOf, type Existing, findOwn } from './existing.ts'
import { signingFault } from './faults.ts'
import {
  checkSigningChain,
  type EnvelopeNotationSigner,
  type NotationSigner,
  type RawNotationSigner,
} from './notation-signer.ts'
import type { NotationFormat, SignedContent, SigningContext, SigningTarget } from './target.ts'

export interface NotationSignature {
  readonly encoding: NotationEncoding
  /** Signed with it, as notation's `--user-metadata`. */
  readonly annotations: Readonly<Record<string, string>>
  /** How long it holds, in milliseconds; for ever where it is left out. */
  readonly expiresAfter?: number
  /** Proves when it was made, so that it outlives its certificate. */
  readonly timestamp?: TimestampService
}

/** A timestamp authority whose tokens were checked before they are handed out. */
export interface TimestampService {
  /** @param message the bytes of the signature */
  stamp(message: Bytes, hash: HashName): Promise<Bytes>
}

const AGENT = 'zegel'

/**
 * Signs one manifest or index. The same signature by the same certificate is not pushed a second time, unless it has to expire or to be stamped.
 * @throws SIGNING_CHAIN_INVALID, SIGNING_KEY_UNUSABLE, NOTATION_METADATA_INVALID, SIGNATURE_NOT_MADE
 */
export async function signNotation(
  target: SigningTarget,
  signature: NotationSignature,
  signer: NotationSigner,
  context: SigningContext,
): Promise<SignedContent> {
  const { subject, store } = target
  const format: NotationFormat = signature.encoding === 'jws' ? 'notation-jws' : 'notation-cose'
  const payload = writeNotationPayload(subject, signature.annotations, signature.encoding)
  const same = await sameAlready(target, signature, signer, context)
  if (same !== undefined && store !== undefined) {
    const { manifest, layer } = same.candidate.origin
    const content = (): Promise<readonly Bytes[]> => contentOf(store, same)
    const made = { subject: subject.digest, format, content, ...certificateOf(signer) }
    return { ...made, outcome: 'already-there', manifest, layer }
  }
  const envelope = await makeEnvelope(payload, signature, signer, context)
  const chain = checkMade(envelope, payload, signature.encoding, context.clock())
  const [certificate] = chain
  const made = {
    subject: subject.digest,
    format,
    content: async () => [envelope],
    ...(certificate === undefined ? {} : { certificate }),
  } as const
  if (store === undefined) return { ...made, outcome: 'not-uploaded' }
  const referrer = notationReferrer({ envelope, encoding: signature.encoding, chain, created: context.clock() })
  return { ...made, outcome: 'pushed', ...(await attachReferrer(store, subject, referrer, context.pause)) }
}

function certificateOf(signer: NotationSigner): { certificate?: Certificate } {
  const leaf = signer.kind === 'raw' ? signer.chain?.[0] : undefined
  return leaf === undefined ? {} : { certificate: leaf }
}

async function makeEnvelope(
  payload: Bytes,
  signature: NotationSignature,
  signer: NotationSigner,
  context: SigningContext,
): Promise<Bytes> {
  if (signer.kind === 'envelope') return byPlugin(payload, signature, signer)
  return byKey(payload, signature, signer, context)
}

async function byKey(
  payload: Bytes,
  { encoding, expiresAfter, timestamp }: NotationSignature,
  signer: RawNotationSigner,
  { clock }: SigningContext,
): Promise<Bytes> {
  const algorithm = await signer.algorithm()
  // Both formats keep whole seconds only.
  const now = Math.floor(clock() / 1000) * 1000
  const begun = beginNotation({
    encoding,
    algorithm,
    payload,
    signingTime: now,
    ...(expiresAfter === undefined ? {} : { expiry: now + expiresAfter }),
  })
  const { signature, chain } = await signer.sign(concat(...begun.toBeSigned))
  const stamp = timestamp === undefined ? undefined : await timestamp.stamp(signature, namedAlgorithmOf(algorithm).hash)
  return begun.finish({
    signature,
    chain: chain.map(({ raw }) => raw),
    signingAgent: AGENT,
    ...(stamp === undefined ? {} : { timestamp: stamp }),
  })
}

async function byPlugin(
  payload: Bytes,
  { encoding, expiresAfter, timestamp }: NotationSignature,
  signer: EnvelopeNotationSigner,
): Promise<Bytes> {
  if (timestamp !== undefined) {
    throw signingFault(
      'SIGNING_KEY_UNUSABLE',
      'A plugin that makes whole envelopes stamps them itself or not at all.',
      {
        fix: 'Leave --timestamp-url out.',
      },
    )
  }
  return signer.make(payload, encoding, expiresAfter === undefined ? undefined : Math.floor(expiresAfter / 1000))
}

/** What was made is read as a verifier reads it, before anybody else can: a plugin may have made something else. */
function checkMade(bytes: Bytes, payload: Bytes, encoding: NotationEncoding, at: number): readonly Certificate[] {
  try {
    const envelope = parseNotation(bytes, notationMediaTypes[encoding])
    const chain = envelope.chain.map((der, index) => parseCertificate(der, `Certificate ${index + 1} of the chain`))
    checkSigningChain(chain, 'What was signed', at)
    requireSignature(envelope, chain)
    requirePayload(envelope.payload, payload)
    return chain
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    throw notMade(error.message, error)
  }
}

function requireSignature(envelope: NotationEnvelope, [leaf]: readonly Certificate[]): void {
  const key = leaf?.publicKey()
  const algorithm = key === undefined ? undefined : notationAlgorithmFor(key)
  const isSigned =
    key !== undefined &&
    algorithm === envelope.algorithm &&
    verifyNamed(key, namedAlgorithmOf(algorithm), envelope.signedParts, envelope.signature)
  if (!isSigned) throw notMade('the key of its certificate did not make it')
}

/** Whoever makes the envelope may add annotations; the artifact stays the one that was to be signed. */
function requirePayload(made: Bytes, asked: Bytes): void {
  if (sameBytes(made, asked)) return
  const [found, wanted] = [parseNotationPayload(made), parseNotationPayload(asked)]
  const keeps = Object.entries(wanted.annotations).every(([key, value]) => found.annotations[key] === value)
  const isSame = found.digest === wanted.digest && found.size === wanted.size && found.mediaType === wanted.mediaType
  if (!isSame || !keeps) throw notMade('it is about something else than was asked for')
}

function notMade(why: string, cause?: unknown): Fault {
  return signingFault('SIGNATURE_NOT_MADE', `No usable signature was made: ${why}`, {
    cause,
    fix: 'Nothing was pushed. Ask whoever provides the plugin or the certificate.',
  })
}

/** The same by the same certificate; what expires or is stamped is a new statement each time. */
async function sameAlready(
  { store, subject }: SigningTarget,
  { annotations, encoding, expiresAfter, timestamp }: NotationSignature,
  signer: NotationSigner,
  { clock }: SigningContext,
): Promise<Existing | undefined> {
  if (store === undefined || signer.kind !== 'raw' || signer.chain === undefined) return undefined
  if (expiresAfter !== undefined || timestamp !== undefined) return undefined
  const x509 = { trusts: [ownTrust(signer.chain)], at: clock(), revocation: offlineRevocation }
  const question: Question = { about: { kind: 'signature' }, keys: [], x509, threshold: 1, annotations: {} }
  const wanted = canonicalJson(annotations)
  for (const existing of await findOwn(store, subject, question)) {
    const { attachment, candidate } = existing
    if (attachment.layer.mediaType !== notationMediaTypes[encoding]) continue
    if (canonicalJson({ ...candidate.annotations }) !== wanted) continue
    const [bytes] = await contentOf(store, existing)
    if (bytes !== undefined && parseNotation(bytes, notationMediaTypes[encoding]).expiry === undefined) return existing
  }
  return undefined
}
