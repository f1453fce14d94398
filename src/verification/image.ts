/** Verifies one image: everything attached to it is judged on its own, and the answer lists it all. */

import { type Attachment, type AttachmentProblem, type Discovery, discover } from '../attachments/index.ts'
import { type Digest, Fault, isDigest, limits } from '../base/index.ts'
import { type ContentReader, type Descriptor, ociFault } from '../oci/index.ts'
import type { Candidate } from './candidate.ts'
import { judgeAttachment } from './judge-attachment.ts'
import { prepareQuestion, type Question } from './question.ts'
import { missingImage, type Reason, reasonOf, unreadableImage, type Verdict } from './reason.ts'
import { distinctSigners, type ProvenSigner } from './signer.ts'
import type { Subject } from './subject.ts'

export interface ImageVerdict {
  /** What was verified; undefined when the tag could not be resolved. */
  readonly digest: Digest | undefined
  readonly verdict: Verdict
  readonly reason: Reason
  readonly candidates: readonly Candidate[]
  readonly problems: readonly AttachmentProblem[]
  /** The different signers of the candidates that passed. */
  readonly signers: readonly ProvenSigner[]
}

export interface ImagePlace {
  /** The repository (or layout) that holds the image. */
  readonly image: ContentReader
  /** Where its signatures lie, when that is another repository. */
  readonly evidence?: ContentReader
}

/**
 * Resolves a tag once (law 4), finds everything attached to the digest, judges each.
 * @param target a tag or a digest
 * @throws VERIFY_NO_KEY, VERIFY_THRESHOLD_INVALID; what keeps content from being read is part of the verdict
 * @example
 * const { verdict } = await verifyImage({ image: repository }, 'sha256:…', { about: { kind: 'signature' }, keys, threshold: 1, annotations: {} })
 */
export async function verifyImage(place: ImagePlace, target: string, question: Question): Promise<ImageVerdict> {
  await prepareQuestion(question)
  const digest = isDigest(target) ? target : await resolve(place.image, target)
  if (typeof digest !== 'string') return { ...noEvidence, digest: undefined, verdict: 'unknown', reason: digest }
  const evidence = place.evidence ?? place.image
  const subject = subjectOf(place.image, digest, question)
  const discovery = await discover(evidence, digest)
  const { attachments, problems } = withinBound(discovery)
  const candidates = await judgeAll(evidence, subject, attachments, question)
  const verdict = conclude(digest, candidates, problems, question)
  const wasResolved = !isDigest(target)
  if (wasResolved || verdict.verdict === 'verified' || verdict.verdict === 'unknown' || candidates.length > 0)
    return verdict
  return (await isThere(place.image, digest)) ?? verdict
}

/** Its media type and size come from its own manifest. Asked for beside the discovery, and only where certificates are judged: they sign them too. */
function subjectOf(image: ContentReader, digest: Digest, { x509 }: Question): Subject {
  const read = async (): Promise<Descriptor> => {
    const raw = await image.manifest(digest)
    if (raw === undefined) throw ociFault('CONTENT_MISSING', `There is no manifest ${digest} in ${image.name}.`)
    return raw.descriptor
  }
  const descriptor = x509 === undefined ? undefined : read()
  // Whoever awaits it hears of its failure; nobody may.
  descriptor?.catch(() => {})
  return { digest, descriptor: () => descriptor ?? read() }
}

const noEvidence = { candidates: [], problems: [], signers: [] }

async function resolve(image: ContentReader, tag: string): Promise<Digest | Reason> {
  try {
    const descriptor = await image.resolve(tag)
    return descriptor === undefined ? missingImage(image.name, tag) : descriptor.digest
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return unreadableImage(error)
  }
}

/** "Unsigned", or let through, is said of an image that exists, not of a digest that nobody has. */
async function isThere(image: ContentReader, digest: Digest): Promise<ImageVerdict | undefined> {
  const found = await resolve(image, digest)
  return typeof found === 'string' ? undefined : { ...noEvidence, digest, verdict: 'unknown', reason: found }
}

/** The first layers of all manifests before the second ones: no manifest of a thousand layers pushes out what hangs beside it. */
function withinBound({ attachments, problems }: Discovery): Pick<Discovery, 'attachments' | 'problems'> {
  if (attachments.length <= limits.candidates) return { attachments, problems }
  const kept = new Set(attachments.toSorted((a, b) => a.layerIndex - b.layerIndex).slice(0, limits.candidates))
  const detail = `${attachments.length} layers are attached; ${limits.candidates} were judged.`
  const bound = { place: 'referrers', code: 'ATTACHMENT_BOUND_REACHED', detail, isUnseen: true } as const
  return { attachments: attachments.filter((one) => kept.has(one)), problems: [...problems, bound] }
}

/** Small ones side by side, as many as one host may be asked; large ones one after another, so that memory holds one. */
async function judgeAll(
  reader: ContentReader,
  subject: Subject,
  attachments: readonly Attachment[],
  question: Question,
): Promise<readonly Candidate[]> {
  const judged = new Map<Attachment, Candidate>()
  const judge = async (attachment: Attachment): Promise<void> => {
    const candidate = await judgeAttachment(reader, attachment, subject, question)
    if (candidate !== undefined) judged.set(attachment, candidate)
  }
  const isLarge = (attachment: Attachment): boolean => attachment.layer.size > limits.signatureBytes
  const small = attachments.filter((attachment) => !isLarge(attachment)).values()
  const work = async (): Promise<void> => {
    for (const attachment of small) await judge(attachment)
  }
  await Promise.all(Array.from({ length: limits.connectionsPerHost }, work))
  for (const attachment of attachments.filter(isLarge)) await judge(attachment)
  return attachments.map((attachment) => judged.get(attachment)).filter((candidate) => candidate !== undefined)
}

/** The verdict over judged candidates: a pure function, so that it can be replayed. */
export function conclude(
  digest: Digest,
  candidates: readonly Candidate[],
  problems: readonly AttachmentProblem[],
  question: Question,
): ImageVerdict {
  const signers = distinctSigners(candidates.flatMap((it) => (it.verdict === 'passed' ? it.signers : [])))
  const isUnseen = problems.some((problem) => problem.isUnseen) || candidates.some((it) => it.verdict === 'unreadable')
  const proven = signers.length >= question.threshold
  const verdict = proven
    ? 'verified'
    : letsThrough(candidates, question)
      ? 'unproven'
      : isUnseen
        ? 'unknown'
        : 'refused'
  return {
    digest,
    verdict,
    reason: reasonOf(verdict, candidates, problems, signers, question),
    candidates,
    problems,
    signers,
  }
}

/** A trust policy of the level audit that a signature met, or of the level skip, which asks for none. */
function letsThrough(candidates: readonly Candidate[], { about, x509 }: Question): boolean {
  if (about.kind !== 'signature') return false
  const skips = x509?.trusts.some(({ actions }) => actions.integrity === 'skip') === true
  return skips || candidates.some((candidate) => candidate.verdict === 'unproven')
}
