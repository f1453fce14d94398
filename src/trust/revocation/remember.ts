/** One question is asked once: many images of one run are signed by the same few certificates. */

import { digestOf, limits } from '../../base/index.ts'
import type { RevocationSource } from './source.ts'

/**
 * For one run of a command, or a few seconds of a server: what was answered, and what could not be had, is not asked for again. Requests with a nonce are
 * each their own.
 */
export function rememberingRevocation(source: RevocationSource): RevocationSource {
  const ocsp = remembered<ReturnType<RevocationSource['ocsp']>>()
  const crl = remembered<ReturnType<RevocationSource['crl']>>()
  return {
    ocsp: (question) => ocsp(`${digestOf(question.request)} ${question.url}`, () => source.ocsp(question)),
    crl: (question) => crl(question.url, () => source.crl(question)),
  }
}

function remembered<T>(): (key: string, ask: () => T) => T {
  const answers = new Map<string, T>()
  return (key, ask) => {
    const known = answers.get(key)
    if (known !== undefined) return known
    const [oldest] = answers.keys()
    if (answers.size >= limits.revocationKept && oldest !== undefined) answers.delete(oldest)
    const answer = ask()
    answers.set(key, answer)
    return answer
  }
}
