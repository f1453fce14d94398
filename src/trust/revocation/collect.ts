/** Asks a source for what a chain needs, in the order of the Notary Project's specification, and judges it. */

import { type Bytes, Fault, limits, mapBounded } from '../../base/index.ts'
import {
  type Certificate,
  type CertificateAnswers,
  type ChainRevocation,
  type DistributionPoint,
  judgeCrlBytes,
  judgeOcspBytes,
  judgeRevocation,
  type RevocationAnswer,
  type RevocationCode,
  type RevocationOptions,
  revocationPointersOf,
  writeCertId,
  writeOcspRequest,
} from '../../pki/index.ts'
import type { CrlBytes, RevocationSource } from './source.ts'

export interface CollectOptions extends RevocationOptions {
  /** Makes the nonce of each OCSP request; without it there is none, as most responders sign their answers beforehand. */
  readonly nonce?: () => Bytes
  /** Asks for the lists as well where a responder has answered: for collecting what can be had. */
  readonly everything?: boolean
}

/**
 * Whether the chain is revoked at a time, its certificates asked about at once, and for each one place after another.
 *
 * Only for a chain that has reached a certificate of a trusted store: the addresses are written in the certificates, and whoever made up a chain would have
 * us ask whatever he likes. To see to that is the caller's duty.
 * @param chain from the leaf to its root, each signed by the next
 * @param at milliseconds since 1970
 * @example const { status } = await collectRevocation(chain, clock(), networkRevocation(options))
 */
export async function collectRevocation(
  chain: readonly Certificate[],
  at: number,
  source: RevocationSource,
  options: CollectOptions = {},
): Promise<ChainRevocation> {
  const pairs = chain.slice(0, -1).flatMap((certificate, index) => {
    const issuer = chain[index + 1]
    return issuer === undefined ? [] : [{ certificate, issuer }]
  })
  const answers = await mapBounded(pairs, limits.certificateChain, ({ certificate, issuer }) =>
    askAll({ certificate, issuer, at, source, options }),
  )
  return judgeRevocation(chain, answers, options)
}

interface Inquiry {
  readonly certificate: Certificate
  readonly issuer: Certificate
  readonly at: number
  readonly source: RevocationSource
  readonly options: CollectOptions
}

const NOTHING: CertificateAnswers = { ocsp: [], crl: [] }

async function askAll(inquiry: Inquiry): Promise<CertificateAnswers> {
  const pointers = revocationPointersOf(inquiry.certificate)
  if (pointers instanceof Fault) return NOTHING
  const ocsp = await firstThatKnows(pointers.ocspUrls, (url) => askOcsp(inquiry, url))
  const isKnown = ocsp.some(({ status }) => status !== 'unknown')
  if (isKnown && inquiry.options.everything !== true) return { ocsp, crl: [] }
  const crl = await mapBounded(pointers.points, 1, (point) => askPoint(inquiry, point))
  return { ocsp, crl }
}

/** Answers in the order of asking, up to the first that is definite. */
async function firstThatKnows(
  urls: readonly string[],
  ask: (url: string) => Promise<RevocationAnswer>,
): Promise<readonly RevocationAnswer[]> {
  const answers: RevocationAnswer[] = []
  for (const url of urls) {
    const answer = await ask(url)
    answers.push(answer)
    if (answer.status !== 'unknown') break
  }
  return answers
}

async function askOcsp({ certificate, issuer, at, source, options }: Inquiry, url: string): Promise<RevocationAnswer> {
  const nonce = options.nonce?.()
  const judge = judgedOnce((response: Bytes) =>
    judgeOcspBytes(response, certificate, issuer, at, nonce === undefined ? {} : { nonce }),
  )
  return answered('ocsp', async () => {
    const request = writeOcspRequest(certificate, issuer, nonce)
    const question = { url, request, certId: writeCertId(certificate, issuer), isUseful: isDefinite(judge) }
    return judge(await source.ocsp(question))
  })
}

async function askPoint(inquiry: Inquiry, point: DistributionPoint): Promise<readonly RevocationAnswer[]> {
  if (point.hasReasons || point.hasIssuer) {
    const what = point.hasIssuer ? 'a list of another issuer' : 'a list of some reasons only'
    return [unknown('crl', 'CRL_UNSUPPORTED', `A distribution point of the certificate is ${what}.`)]
  }
  if (point.urls.length === 0)
    return [unknown('crl', 'REVOCATION_URL_UNUSABLE', 'A distribution point of the certificate has no URL.')]
  return firstThatKnows(point.urls, (url) => askCrl(inquiry, url))
}

async function askCrl({ certificate, issuer, at, source }: Inquiry, url: string): Promise<RevocationAnswer> {
  const judge = judgedOnce((list: CrlBytes) => judgeCrlBytes(list, certificate, issuer, at))
  return answered('crl', async () => judge(await source.crl({ url, isUseful: isDefinite(judge) })))
}

type Judge<T> = (bytes: T) => RevocationAnswer

/** Whoever keeps answers asks as well, and a list may be large. */
function judgedOnce<T extends object>(judge: Judge<T>): Judge<T> {
  const judged = new WeakMap<T, RevocationAnswer>()
  return (bytes) => {
    const answer = judged.get(bytes) ?? judge(bytes)
    judged.set(bytes, answer)
    return answer
  }
}

function isDefinite<T>(judge: Judge<T>): (bytes: T) => boolean {
  return (bytes) => judge(bytes).status !== 'unknown'
}

const SAID_BY_SOURCES: readonly RevocationCode[] = ['REVOCATION_NOT_COLLECTED', 'REVOCATION_URL_UNUSABLE']

/** Whatever keeps an answer from coming is an answer: unknown. What the user has set up wrongly is not. */
async function answered(kind: 'crl' | 'ocsp', ask: () => Promise<RevocationAnswer>): Promise<RevocationAnswer> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof Fault) || error.status === 2) throw error
    const code = SAID_BY_SOURCES.find((one) => one === error.code) ?? 'REVOCATION_UNREACHABLE'
    return unknown(kind, code, error.message)
  }
}

function unknown(source: 'crl' | 'ocsp', code: RevocationCode, detail: string): RevocationAnswer {
  return { status: 'unknown', source, code, detail }
}
