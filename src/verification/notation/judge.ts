/**
 * Judges a Notation signature (Notary Project specifications, trust-store-trust-policy.md, "Signature Evaluation"): integrity, authenticity,
 * timestamp, expiry, revocation, and what was signed. Every check is made and listed; none hides another.
 */

import type { Bytes } from '../../base/index.ts'
import type { Descriptor } from '../../oci/index.ts'
import type { X509Trust } from '../../trust/index.ts'
import { type Check, type Finding, inconclusive } from '../finding.ts'
import { demandedBy } from '../judge-statement.ts'
import { type CandidateVerdict, type Judgement, notJudged, refused } from '../judgement.ts'
import type { Question, X509Question } from '../question.ts'
import type { CertifiedIdentity } from '../signer.ts'
import type { Subject } from '../subject.ts'
import { markVerified } from '../verified.ts'
import { underAction } from './action.ts'
import { identityFinding, storeFinding } from './authenticity.ts'
import { type OpenedSignature, openSignature } from './integrity.ts'
import { expiryFinding, timeFindings } from './moment.ts'
import { contentFindings } from './payload.ts'
import { pluginIdentity, pluginOutcome, pluginRevocation } from './plugin.ts'
import { revocationFinding } from './revocation.ts'
import { describeCertificate } from './signer.ts'

/** @param layer its media type says which of the two envelopes it is; the envelope itself must be one */
export async function judgeNotation(
  bytes: Bytes,
  layer: Descriptor,
  subject: Subject,
  question: Question,
): Promise<Judgement> {
  const { x509 } = question
  if (x509 === undefined) return notJudged([inconclusive('trust', 'NEEDS_TRUST_POLICY', 'No trust policy was given.')])
  const opened = openSignature(bytes, layer.mediaType)
  if (opened.signature === undefined) return refused(opened.findings)
  const content = await contentFindings(opened.signature.envelope, subject, question)
  const before = [...opened.findings, ...content.findings]
  const judged: Judgement[] = []
  for (const trust of x509.trusts) {
    const judgement = await judgeUnder(trust, opened.signature, before, question, x509)
    judged.push({
      ...judgement,
      ...(judgement.verdict === 'passed' ? { annotations: markVerified(content.annotations) } : {}),
    })
    if (judgement.verdict === 'passed') break
  }
  return best(judged)
}

async function judgeUnder(
  trust: X509Trust,
  signature: OpenedSignature,
  before: readonly Finding[],
  question: Question,
  x509: X509Question,
): Promise<Judgement> {
  const { actions } = trust
  if (actions.integrity === 'skip') {
    const detail = `The trust policy "${trust.name}" has the level skip: no signature is looked at.`
    return notJudged([inconclusive('trust', 'LEVEL_SKIP', detail)])
  }
  const store = storeFinding(trust, signature)
  const isWhole = store.outcome === 'pass' && !before.some(({ outcome }) => outcome === 'fail')
  const plugin = await pluginOutcome(signature.envelope, trust, x509, isWhole)
  const name = signature.envelope.verificationPlugin?.name ?? ''
  const { identity, revocation: decided } = plugin.answer ?? {}
  const findings = [
    ...before,
    ...plugin.findings,
    ...underAction(actions.authenticity, [
      store,
      identity === undefined ? identityFinding(trust, signature) : pluginIdentity(identity, name),
    ]),
    ...underAction(actions.expiry, [expiryFinding(signature.envelope, x509.at)]),
    ...underAction(actions.authenticTimestamp, await timeFindings(trust, signature, x509)),
  ]
  const mayAsk = store.outcome === 'pass' && !findings.some(({ outcome }) => outcome === 'fail')
  const revocation =
    decided === undefined
      ? await revocationFinding(signature, x509, actions.revocation, mayAsk)
      : [pluginRevocation(decided, name)]
  const all = [...findings, ...underAction(actions.revocation, revocation)]
  const verdict = verdictUnder(trust, all, question)
  return { verdict, findings: all, signers: verdict === 'passed' ? [signerOf(trust, signature)] : [] }
}

const DEMANDED: readonly Check[] = [
  'envelope',
  'certificate',
  'signature',
  'payload-type',
  'subject',
  'trust',
  'identity',
  'expiry',
  'timestamp',
]

/** Passed means: each demanded check is there and came out well, or its failure is only logged. Anything forgotten is a refusal. */
function verdictUnder({ actions }: X509Trust, findings: readonly Finding[], question: Question): CandidateVerdict {
  if (findings.some(({ outcome }) => outcome === 'fail')) return 'failed'
  const demanded: readonly Check[] = [
    ...demandedBy(DEMANDED, question),
    ...(actions.revocation === 'skip' ? [] : (['revocation'] as const)),
  ]
  const isMet = demanded.every((check) => {
    const made = findings.filter((finding) => finding.check === check)
    return made.length > 0 && made.every(({ outcome }) => outcome === 'pass' || outcome === 'warn')
  })
  if (!isMet) return 'unreadable'
  return actions.authenticity === 'enforce' ? 'passed' : 'unproven'
}

function signerOf(trust: X509Trust, { leaf }: OpenedSignature): CertifiedIdentity {
  return { policy: trust.name, certificate: leaf, ...describeCertificate(leaf) }
}

const RANK: Readonly<Record<CandidateVerdict, number>> = {
  passed: 0,
  unproven: 1,
  unreadable: 2,
  failed: 3,
  'not-judged': 4,
}

/** Of several trust policies the one that comes nearest speaks. */
function best(judged: readonly Judgement[]): Judgement {
  const failures = ({ findings }: Judgement): number => findings.filter(({ outcome }) => outcome === 'fail').length
  const [first] = judged.toSorted((a, b) => RANK[a.verdict] - RANK[b.verdict] || failures(a) - failures(b))
  return first ?? refused([])
}
