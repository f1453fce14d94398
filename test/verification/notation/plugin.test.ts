/** A signature that demands a verification plugin: who may run, when, and that whatever it leaves out, refuses or breaks is never an allow. */

import { describe, expect, test } from 'vitest'
import { verificationFault } from '../../../src/verification/faults.ts'
import { type PluginAnswer, type PluginInquiry, type Verdict, verifyImage } from '../../../src/verification/index.ts'
import { notationQuestion, notationSample } from '../../support/notation-vectors.ts'

const SAMPLE = 'ours/jws-verification-plugin'
const accepts: PluginAnswer = { identity: { success: true }, revocation: { success: true }, unprocessed: [] }

async function judged(
  answer: PluginAnswer | undefined | 'breaks' | 'none',
  repository = '127.0.0.1:5201/any',
): Promise<{ verdict: Verdict; codes: readonly string[]; asked: readonly PluginInquiry[] }> {
  const { store, digest } = await notationSample(SAMPLE)
  const question = await notationQuestion(repository)
  const asked: PluginInquiry[] = []
  const plugins = {
    ask: async (inquiry: PluginInquiry): Promise<PluginAnswer | undefined> => {
      asked.push(inquiry)
      if (answer === 'breaks') throw verificationFault('VERIFY_NO_KEY', 'It broke.')
      return answer === 'none' ? undefined : answer
    },
  }
  const { x509 } = question
  if (x509 === undefined) throw new TypeError('the question is about certificates')
  const asking = answer === 'none' ? x509 : { ...x509, plugins }
  const found = await verifyImage({ image: store }, digest, { ...question, x509: asking })
  const findings = found.candidates.flatMap((candidate) => candidate.findings)
  const codes = findings.filter(({ outcome }) => outcome !== 'pass').map(({ code }) => code)
  return { verdict: found.verdict, codes, asked }
}

describe('a signature that demands a plugin', () => {
  test('is verified where the plugin accepts it and has processed every header', async () => {
    const { verdict, asked } = await judged(accepts)
    expect(verdict).toBe('verified')
    expect(asked).toMatchObject([{ trustedIdentities: ['*'], asksRevocation: true }])
    expect(asked[0]?.envelope.verificationPlugin?.name).toBe('faketsp')
  })

  test.each<[string, Parameters<typeof judged>[0], Verdict, string]>([
    ['no plugins at all', 'none', 'refused', 'PLUGIN_NOT_ALLOWED'],
    ['another plugin is allowed', undefined, 'refused', 'PLUGIN_NOT_ALLOWED'],
    ['it cannot be run', 'breaks', 'unknown', 'PLUGIN_UNANSWERED'],
    ['it left a header', { ...accepts, unprocessed: ['com.x.attr'] }, 'refused', 'CRITICAL_HEADER_UNKNOWN'],
    ['it refuses the identity', { ...accepts, identity: { success: false } }, 'refused', 'IDENTITY_NOT_TRUSTED'],
    ['it knows of a revocation', { ...accepts, revocation: { success: false } }, 'refused', 'CERTIFICATE_REVOKED'],
  ])('is not verified where %s', async (_, answer, verdict, code) => {
    const found = await judged(answer)
    expect(found.verdict).toBe(verdict)
    expect(found.codes).toContain(code)
  })

  test('what the plugin does not decide, we do', async () => {
    // The policy of this repository trusts another subject.
    const { verdict, codes } = await judged({ unprocessed: [] }, '127.0.0.1:5201/pos/other')
    expect([verdict, codes]).toEqual(['verified', []])
  })

  test('of a stranger nobody is asked', async () => {
    const { verdict, asked } = await judged(accepts, '127.0.0.1:5201/self')
    expect([verdict, asked]).toEqual(['refused', []])
  })
})
