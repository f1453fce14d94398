/** What a timestamp authority answers (RFC 3161 section 2.4.2, TimeStampResp), read and held against what it was asked. */

import { type Bytes, clip, digestOf, Fault, hex, limits, sameBytes } from '../base/index.ts'
import { type DerReader, derTags, type HashName, readDerSequence } from '../crypto/index.ts'
import { derFromBer } from './ber.ts'
import { pkiFault } from './faults.ts'
import { readText } from './name.ts'
import { digestAlgorithmOf } from './signature-algorithm.ts'
import { parseTimestampToken, TOKEN_LEVELS } from './timestamp-token.ts'

export interface AskedTimestamp {
  readonly message: Bytes
  readonly hash: HashName
  /** Random octets, eight or more: they tie the answer to this request. */
  readonly nonce: Bytes
  /** Object identifier of the policy that the authority should follow. */
  readonly policy?: string
}

const WHAT = 'The answer of the timestamp authority'

const OTHER = 'Check that the address is that of a timestamp authority (RFC 3161), or use another one.'

/**
 * The bare TimeStampToken, DER. It is not verified: see `verifyTimestamp`.
 * @param nonce content octets of the INTEGER that was sent
 * @throws TIMESTAMP_REFUSED, TIMESTAMP_REPLY_INVALID
 */
export function readTimestampReply(bytes: Bytes, asked: AskedTimestamp, nonce: Bytes): Bytes {
  const { status, token } = formed(() => readReply(bytes))
  if (status.number > GRANTED_WITH_MODS) throw refused(status)
  if (token === undefined) throw mismatch('says that it granted the timestamp and sends none')
  const { info, signedData } = formed(() => parseTimestampToken(token))
  const hash = formed(() => digestAlgorithmOf(info.imprint.algorithm, WHAT))
  if (hash !== asked.hash) throw mismatch('is for another hash than was asked')
  if (`${hash}:${hex(info.imprint.digest)}` !== digestOf(asked.message, hash))
    throw mismatch('is for another message than was asked')
  if (info.nonce === undefined || !sameBytes(info.nonce, nonce)) throw mismatch('is one to another request')
  if (asked.policy !== undefined && info.policy !== asked.policy)
    throw mismatch('follows another policy than was asked')
  if (signedData.certificates.length === 0) throw mismatch('lacks the certificate of the authority')
  return token
}

function formed<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    throw pkiFault('TIMESTAMP_REPLY_INVALID', `${WHAT} is none: ${error.message}`, { cause: error, fix: OTHER })
  }
}

function readReply(bytes: Bytes): { readonly status: Status; readonly token: Bytes | undefined } {
  const reply = readDerSequence(derFromBer(bytes, WHAT, TOKEN_LEVELS + 1), WHAT)
  const status = readStatus(reply.sequence())
  const token = reply.atEnd ? undefined : reply.next(derTags.sequence).raw
  reply.end()
  return { status, token }
}

function mismatch(problem: string): Error {
  return pkiFault('TIMESTAMP_REPLY_INVALID', `${WHAT} ${problem}.`, { fix: OTHER })
}

/** PKIStatus: granted (0), grantedWithMods (1); beyond them there is no token. */
const GRANTED_WITH_MODS = 1

interface Status {
  readonly number: number
  readonly texts: readonly string[]
  /** The bits of PKIFailureInfo that are set. */
  readonly failures: readonly number[]
}

/** PKIStatusInfo. */
function readStatus(body: DerReader): Status {
  const number = body.small()
  const texts = body.peek() === derTags.sequence ? readTexts(body.sequence()) : []
  const failures = body.peek() === derTags.bitString ? readBits(body.next().content) : []
  body.end()
  return { number, texts, failures }
}

function readTexts(list: DerReader): readonly string[] {
  const texts: string[] = []
  while (!list.atEnd) {
    const text = readText(list.next())
    if (text !== undefined && texts.length < limits.reportedProblems) texts.push(text)
  }
  return texts
}

function readBits([, ...octets]: Bytes): readonly number[] {
  return Object.keys(FAILURES)
    .map(Number)
    .filter((bit) => ((octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0)
}

/** PKIFailureInfo: what it means, and what to do. */
const FAILURES: Readonly<Record<number, readonly [meaning: string, fix: string]>> = {
  0: ['it does not know the hash algorithm', 'Use another authority, or a key whose hash is SHA-256.'],
  2: ['it does not allow or support this request', 'Check with the authority who may ask it, and how.'],
  5: ['it cannot read the request', OTHER],
  14: ['its source of time is not available', 'Try again later, or use another authority.'],
  15: ['it does not know the policy', 'Ask without a policy, or for one that the authority has.'],
  16: ['it does not know an extension', 'Use another authority.'],
  17: ['it does not have what was asked beside', 'Use another authority.'],
  25: ['it failed by itself', 'Try again later, or use another authority.'],
}

const TEXT_LENGTH = 200

function refused({ number, texts, failures }: Status): Error {
  const known = failures.flatMap((bit) => FAILURES[bit] ?? [])
  const reason = known[0] ?? `its status is ${number}`
  const words = texts.length === 0 ? '' : `; it says "${clip(texts.join('; '), TEXT_LENGTH)}"`
  return pkiFault('TIMESTAMP_REFUSED', `The timestamp authority refused to give a timestamp: ${reason}${words}.`, {
    fix: known[1] ?? 'Check with the authority who may ask it, and how.',
    facts: { status: number },
  })
}
