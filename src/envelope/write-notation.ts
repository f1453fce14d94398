/** Writes Notation signatures as notation 1.3 does (signature-envelope-jws.md, signature-envelope-cose.md): first what is signed, then the whole. */

import { type Bytes, concat, rfc3339, toBase64, toBase64Url, utf8 } from '../base/index.ts'
import { cbor } from './cbor-write.ts'
import {
  type NotationAlgorithm,
  type NotationEncoding,
  notationAttributes as names,
  notationPayloadType,
  notationSchemes,
} from './notation.ts'
import { coseAlgorithms, sigStructure } from './notation-cose.ts'

export interface NewNotation {
  readonly encoding: NotationEncoding
  readonly algorithm: NotationAlgorithm
  readonly payload: Bytes
  /** Whole seconds, in milliseconds since 1970; so is `expiry`. */
  readonly signingTime: number
  readonly expiry?: number
}

export interface NotationProof {
  /** Raw: of ECDSA r and s side by side. */
  readonly signature: Bytes
  /** DER, leaf first. */
  readonly chain: readonly Bytes[]
  readonly signingAgent: string
  readonly timestamp?: Bytes
}

export interface BegunNotation {
  readonly toBeSigned: readonly Bytes[]
  finish(proof: NotationProof): Bytes
}

/** @example const { toBeSigned, finish } = beginNotation({ encoding: 'cose', algorithm: 'ES256', payload, signingTime }) */
export function beginNotation(signature: NewNotation): BegunNotation {
  return signature.encoding === 'jws' ? beginJws(signature) : beginCose(signature)
}

function critical({ expiry }: NewNotation): readonly string[] {
  return expiry === undefined ? [names.scheme] : [names.scheme, names.expiry]
}

function beginJws(signature: NewNotation): BegunNotation {
  const { algorithm, payload, signingTime, expiry } = signature
  const header = {
    alg: algorithm,
    crit: critical(signature),
    cty: notationPayloadType,
    ...(expiry === undefined ? {} : { [names.expiry]: rfc3339(expiry) }),
    [names.scheme]: notationSchemes.x509,
    [names.signingTime]: rfc3339(signingTime),
  }
  const encodedHeader = toBase64Url(utf8(JSON.stringify(header)))
  const encodedPayload = toBase64Url(payload)
  return {
    toBeSigned: [utf8(`${encodedHeader}.${encodedPayload}`)],
    finish: ({ signature: value, chain, signingAgent, timestamp }) =>
      utf8(
        JSON.stringify({
          payload: encodedPayload,
          protected: encodedHeader,
          header: {
            ...(timestamp === undefined ? {} : { [names.timestamp]: toBase64(timestamp) }),
            x5c: chain.map(toBase64),
            [names.agent]: signingAgent,
          },
          signature: toBase64Url(value),
        }),
      ),
  }
}

function beginCose(signature: NewNotation): BegunNotation {
  const { algorithm, payload, signingTime, expiry } = signature
  const time = (milliseconds: number): Bytes => cbor.tag(1, cbor.integer(Math.floor(milliseconds / 1000)))
  const header = cbor.map([
    [cbor.integer(1), cbor.integer(coseAlgorithms[algorithm])],
    [cbor.integer(2), cbor.array(critical(signature).map(cbor.text))],
    [cbor.integer(3), cbor.text(notationPayloadType)],
    ...(expiry === undefined ? [] : [[cbor.text(names.expiry), time(expiry)] as const]),
    [cbor.text(names.scheme), cbor.text(notationSchemes.x509)],
    [cbor.text(names.signingTime), time(signingTime)],
  ])
  return {
    toBeSigned: sigStructure(header, payload),
    finish: ({ signature: value, chain, signingAgent, timestamp }) => {
      const unprotected = cbor.map([
        [cbor.integer(33), cbor.array(chain.map(cbor.bytes))],
        ...(timestamp === undefined ? [] : [[cbor.text(names.timestamp), cbor.bytes(timestamp)] as const]),
        [cbor.text(names.agent), cbor.text(signingAgent)],
      ])
      const members = [cbor.bytes(header), unprotected, cbor.bytes(payload), cbor.bytes(value)]
      return concat(cbor.tag(18, cbor.array(members)))
    },
  }
}
