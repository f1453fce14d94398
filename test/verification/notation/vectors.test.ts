import { describe, expect, it } from 'vitest'
import { type ImageVerdict, type Verdict, verifyImage } from '../../../src/verification/index.ts'
import {
  notationQuestion,
  notationSample,
  type RecordedVerdict,
  recordedVerdicts,
} from '../../support/notation-vectors.ts'

interface Expected {
  readonly verdict: Verdict
  /** Of the checks that did not pass, as far as a row says them; of a verified image there are no others. */
  readonly codes?: readonly string[]
}

/** Where the specification, or safety, says otherwise than notation 1.3.2 (docs/interop.md), and what its plain "accepted" does not tell. */
const otherwise: Readonly<Record<string, Expected>> = {
  'neg/cose-dup-key-payload': { verdict: 'refused', codes: ['subject: fail STATEMENT_MALFORMED'] },
  'neg/jws-dup-key-payload': { verdict: 'refused', codes: ['subject: fail STATEMENT_MALFORMED'] },
  'neg/jws-neg-anyeku': { verdict: 'refused', codes: ['certificate: fail CERTIFICATE_CHAIN_INVALID'] },
  'neg/jws-email-dn': { verdict: 'verified' },
  // The responder of the samples was not recorded, so nothing is known.
  'pos/jws-ocsp-good': { verdict: 'unknown', codes: ['revocation: inconclusive REVOCATION_UNKNOWN'] },
  'pos/cose-ocsp-good': { verdict: 'unknown', codes: ['revocation: inconclusive REVOCATION_UNKNOWN'] },
  // The level audit, and what the level permissive only logs.
  'neg/cose-untrusted-root-audit': { verdict: 'unproven' },
  'neg/jws-expired-cert-permissive': { verdict: 'verified', codes: ['timestamp: warn CERTIFICATE_EXPIRED'] },
  'neg/cose-future-signing-time': { verdict: 'verified', codes: ['timestamp: warn SIGNING_TIME_IN_FUTURE'] },
}

function expectedOf({ sample, accepted }: RecordedVerdict): Expected {
  return otherwise[sample] ?? { verdict: accepted ? 'verified' : 'refused' }
}

function codesOf({ candidates }: ImageVerdict): readonly string[] {
  const findings = candidates.flatMap((candidate) => candidate.findings)
  return findings.filter(({ outcome }) => outcome !== 'pass').map((it) => `${it.check}: ${it.outcome} ${it.code}`)
}

describe('every recorded signature gets the verdict that the reference calls right', () => {
  it.each(recordedVerdicts.map((row) => [row.sample, row] as const))('%s', async (sample, row) => {
    const { store, digest } = await notationSample(sample)
    const found = await verifyImage({ image: store }, digest, await notationQuestion(row.repo))
    const { verdict, codes = [] } = expectedOf(row)
    expect(found.verdict).toBe(verdict)
    if (verdict === 'verified') expect(codesOf(found)).toEqual(codes)
    else expect(codesOf(found)).toEqual(expect.arrayContaining([...codes]))
  })
})
