/** Judges a Sigstore bundle (sigstore protobuf-specs, bundle v0.1 to v0.3) that lies beside an image, with keys. */

import type { Bytes, Digest } from '../base/index.ts'
import { parseBundle, type SigstoreBundle } from '../envelope/index.ts'
import { attempt } from './attempt.ts'
import { type Finding, fail, inconclusive, pass } from './finding.ts'
import { judgeStatement } from './judge-statement.ts'
import { type Judgement, notJudged, refused } from './judgement.ts'
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
  return judgeStatement(content.envelope, subject, question, [format, ...proofFindings(bundle)], material.hint)
}

/** A certificate's signature proves an identity, which a key does not ask for: named, never counted. */
export function needsIdentity(format: Finding): Judgement {
  const detail = 'It was made with a certificate: a key cannot judge it.'
  return notJudged([
    format,
    inconclusive('key', 'NEEDS_IDENTITY', detail, 'Ask with the identity in the certificate instead of --key.'),
  ])
}

/** With a key, log entries and timestamps are not demanded; they are named, and they do not count. */
export function proofFindings(bundle: SigstoreBundle): readonly Finding[] {
  const entries = bundle.tlogEntries.length
  const stamps = bundle.timestamps.length
  return [
    ...(entries === 0
      ? []
      : [
          inconclusive(
            'log',
            'LOG_NOT_JUDGED',
            `It carries ${count(entries, 'log entry', 'log entries')}; none was asked for.`,
          ),
        ]),
    ...(stamps === 0
      ? []
      : [
          inconclusive(
            'timestamp',
            'TIMESTAMP_NOT_JUDGED',
            `It carries ${count(stamps, 'timestamp', 'timestamps')}; none was asked for.`,
          ),
        ]),
  ]
}

function count(number: number, one: string, many: string): string {
  return number === 1 ? `1 ${one}` : `${number} ${many}`
}
