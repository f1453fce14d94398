/** What cannot be judged with what was given: certificates, log entries and timestamps with a key, a key's signature without one. Each is named; none ever counts. */

import { type Finding, inconclusive } from './finding.ts'
import { type Judgement, notJudged } from './judgement.ts'

/** A certificate's signature proves an identity, which a key does not ask for. */
export function needsIdentity(format: Finding, more: Partial<Judgement> = {}): Judgement {
  const detail = 'It comes with a certificate: a key cannot judge it.'
  const fix = 'Ask with the identity in the certificate: --certificate-identity NAME --ca-roots FILE.'
  return notJudged([format, inconclusive('key', 'NEEDS_IDENTITY', detail, fix)], more)
}

/** A bare key's signature where no key was given: what was given instead cannot judge it. */
export function needsKey(format: Finding, more: Partial<Judgement> = {}): Judgement {
  const detail = 'It was made with a key, and no key was given.'
  const fix = 'Give the public key of whoever signed, if keys count as well: --key FILE.'
  return notJudged([format, inconclusive('key', 'NEEDS_KEY', detail, fix)], more)
}

export interface Proofs {
  readonly logEntries: number
  readonly timestamps: number
}

/** With a key, log entries and timestamps are not demanded. */
export function proofFindings({ logEntries, timestamps }: Proofs): readonly Finding[] {
  const log = `It carries ${count(logEntries, 'log entry', 'log entries')}; none was asked for.`
  const stamps = `It carries ${count(timestamps, 'timestamp', 'timestamps')}; none was asked for.`
  return [
    ...(logEntries === 0 ? [] : [inconclusive('log', 'LOG_NOT_JUDGED', log)]),
    ...(timestamps === 0 ? [] : [inconclusive('timestamp', 'TIMESTAMP_NOT_JUDGED', stamps)]),
  ]
}

function count(number: number, one: string, many: string): string {
  return number === 1 ? `1 ${one}` : `${number} ${many}`
}
