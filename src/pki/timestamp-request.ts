/** Asks an authority for a timestamp (RFC 3161 sections 2.4.1 and 3.4): the request, and its way over HTTP. */

import { type Bytes, digestHex, digestOf, limits } from '../base/index.ts'
import { derTags, derWrite, readDerSequence } from '../crypto/index.ts'
import { type Fetcher, shownUrl } from '../http/index.ts'
import { pkiFault } from './faults.ts'
import { writeDigestAlgorithm } from './signature-algorithm.ts'
import { type AskedTimestamp, readTimestampReply } from './timestamp-reply.ts'

export interface TimestampRequest extends AskedTimestamp {
  readonly fetcher: Fetcher
  readonly url: URL
  readonly signal?: AbortSignal
}

/** TimeStampReq, DER; the authority's certificates are asked for. */
export function writeTimestampRequest({ message, hash, nonce, policy }: AskedTimestamp): Bytes {
  const digest = Buffer.from(digestHex(digestOf(message, hash)), 'hex')
  return derWrite.sequence(
    derWrite.unsigned(1),
    derWrite.sequence(writeDigestAlgorithm(hash), derWrite.octets(digest)),
    ...(policy === undefined ? [] : [derWrite.oid(policy)]),
    derWrite.unsigned(nonce),
    derWrite.boolean(true),
  )
}

/**
 * The bare TimeStampToken, DER: granted, over this message, and an answer to this very request. Who signed it is not verified: see `verifyTimestamp`.
 * @throws TIMESTAMP_AUTHORITY_FAILED, TIMESTAMP_REFUSED, TIMESTAMP_REPLY_INVALID, and what the fetcher throws
 * @example
 * const nonce = randomBytes(16)
 * const token = await requestTimestamp({ fetcher, url, message: signature, hash: 'sha256', nonce })
 */
export async function requestTimestamp(request: TimestampRequest): Promise<Bytes> {
  const { fetcher, url, signal } = request
  const answer = await fetcher.fetch({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
    body: writeTimestampRequest(request),
    ...(signal === undefined ? {} : { signal }),
  })
  if (answer.status !== 200) {
    await answer.discard()
    throw failed(answer.url, answer.status)
  }
  return readTimestampReply(await answer.readAll(limits.timestampBytes), request, integerContent(request.nonce))
}

/** The nonce as it stands in the request and must stand in the answer. */
function integerContent(nonce: Bytes): Bytes {
  return readDerSequence(derWrite.sequence(derWrite.unsigned(nonce)), 'The nonce').next(derTags.integer).content
}

function failed(url: URL, status: number): Error {
  return pkiFault(
    'TIMESTAMP_AUTHORITY_FAILED',
    `The timestamp authority ${shownUrl(url)} answered with HTTP status ${status}.`,
    {
      fix: 'Check the address of the authority, and whether it can be reached without credentials.',
      facts: { status },
    },
  )
}
