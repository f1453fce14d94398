import { describe, expect, it } from 'vitest'
import { verifyImage } from '../../../src/verification/index.ts'
import { notationQuestion, notationSample, recordedVerdicts } from '../../support/notation-vectors.ts'

/** Where the specification, or safety, says otherwise than notation 1.3.2 (docs/interop.md). */
const stricter: Readonly<Record<string, string>> = {
  'neg/cose-dup-key-payload': 'STATEMENT_MALFORMED',
  'neg/jws-dup-key-payload': 'STATEMENT_MALFORMED',
  'neg/jws-neg-anyeku': 'CERTIFICATE_CHAIN_INVALID',
}
const laxer: readonly string[] = ['neg/jws-email-dn']
/** The responder of the samples was not recorded, so nothing is known. */
const unknown: readonly string[] = ['pos/jws-ocsp-good', 'pos/cose-ocsp-good']
/** A trust policy of the level audit. */
const unproven: readonly string[] = ['neg/cose-untrusted-root-audit']

describe('every recorded signature gets the verdict that the reference calls right', () => {
  it.each(recordedVerdicts.map((row) => [row.sample, row] as const))('%s', async (sample, { repo, accepted }) => {
    const { store, digest } = await notationSample(sample)
    const { verdict, candidates } = await verifyImage({ image: store }, digest, await notationQuestion(repo))
    const codes = candidates.flatMap(({ findings }) =>
      findings.flatMap((it) => (it.outcome === 'pass' ? [] : [`${it.check}: ${it.outcome} ${it.code}`])),
    )
    const expected = unknown.includes(sample)
      ? 'unknown'
      : unproven.includes(sample)
        ? 'unproven'
        : (accepted && stricter[sample] === undefined) || laxer.includes(sample)
          ? 'verified'
          : 'refused'
    expect({ verdict, codes }).toEqual({
      verdict: expected,
      codes: expected === 'verified' && !sample.includes('permissive') ? [] : codes,
    })
    const code = stricter[sample]
    if (code !== undefined) expect(codes.join()).toContain(code)
  })
})
