/** Judges a Sigstore bundle (sigstore protobuf-specs, bundle v0.1 to v0.3) that lies beside an image, with keys. */

import type { Bytes, Digest } from '../base/index.ts'
import { parseBundle, type SigstoreBundle } from '../envelope/index.ts'
import { attempt } from './attempt.ts'
import { needsIdentity, proofFindings } from './beyond-keys.ts'
import { type Finding, fail, pass } from './finding.ts'
import { judgeStatement } from './judge-statement.ts'
import { type Judgement, refused } from './judgement.ts'
import type { Question } from './question.ts'

export function judgeBundle(bytes: Bytes, subject: Digest, question: Question): Judgement {
  const { value: bundle, finding } = attempt(() => parseBundle(bytes))
  if (finding !== undefined) return refused([finding])
  const format = pass('envelope', `Sigstore bundle v${bundle.version}.`)
  const { content, material } = bundle
  if (content.kind === 'message-signature') {
    const detail = 'It signs bytes and does not say what for: it is no image signature and no attestation.'
    return refused([format, fail('payload-type', 'PAYLOAD_TYPE_UNKNOWN', detail)])
  }
  if (material.kind === 'certificates') return needsIdentity(format)
  return judgeStatement(content.envelope, subject, question, [format, ...bundleProofs(bundle)], material.hint)
}

export function bundleProofs({ tlogEntries, timestamps }: SigstoreBundle): readonly Finding[] {
  return proofFindings({ logEntries: tlogEntries.length, timestamps: timestamps.length })
}
