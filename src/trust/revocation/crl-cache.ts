/** CRLs kept on disk as notation 1.3 keeps them: `crl/<SHA-256 of the URL>` with baseCRL and deltaCRL in base64; what each of the two writes the other reads. */

import { join } from 'node:path'
import { asBase64, asObject, type Bytes, Fault, type Log, limits, readJson, toBase64, utf8 } from '../../base/index.ts'
import { nameOfUrl, readBoundedFile, writeBeside } from './files.ts'
import type { CrlBytes, CrlQuestion, RevocationSource } from './source.ts'

/**
 * Asks the cache before the source. A list is handed out and kept only where it answers the question, that is where its signature, issuer and times
 * are right: what somebody else has put there does no harm. Whatever fails in the cache is as if nothing were in it.
 * @param folder such as `~/.cache/notation/crl`, made when something is kept
 */
export function withCrlCache(source: RevocationSource, folder: string, log: Log): RevocationSource {
  return {
    ocsp: (question) => source.ocsp(question),
    crl: async (question) => {
      const path = join(folder, nameOfUrl(question.url))
      const kept = await readKept(path, question)
      if (kept !== undefined) return kept
      const list = await source.crl(question)
      if (question.isUseful(list)) await keep(path, list, log)
      return list
    },
  }
}

async function readKept(path: string, question: CrlQuestion): Promise<CrlBytes | undefined> {
  // Two lists in base64, and some punctuation.
  const bytes = await readBoundedFile(path, 3 * limits.crlBytes)
  const list = bytes === undefined ? undefined : readEntry(bytes)
  return list !== undefined && question.isUseful(list) ? list : undefined
}

function readEntry(bytes: Bytes): CrlBytes | undefined {
  try {
    const raw = { baseCRL: true, deltaCRL: true } as const
    const { baseCRL, deltaCRL } = asObject(readJson(bytes, { what: 'The cached CRL', raw }), 'the cached CRL')
    const base = asBase64(baseCRL, 'baseCRL')
    return deltaCRL === undefined ? { base } : { base, delta: asBase64(deltaCRL, 'deltaCRL') }
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

async function keep(path: string, { base, delta }: CrlBytes, log: Log): Promise<void> {
  const members = [`"baseCRL":"${toBase64(base)}"`, ...(delta === undefined ? [] : [`"deltaCRL":"${toBase64(delta)}"`])]
  try {
    await writeBeside(path, [utf8(`{${members.join(',')}}`)])
  } catch (error) {
    log.debug('The CRL cache cannot be written', { reason: error instanceof Error ? error.message : String(error) })
  }
}
