/** Transparency log entries of a bundle (sigstore_rekor.proto, TransparencyLogEntry), parsed into plain data and not yet believed. */

import { asArray, asBase64, asString, type Bytes, type Json, type JsonObject, limits, toBase64 } from '../base/index.ts'
import { invalid } from './faults.ts'
import { bytesMember, int64Member, member, message } from './fields.ts'

export interface InclusionProof {
  /** In the tree of the proof: Rekor v1 counts each shard on its own. */
  readonly logIndex: number
  readonly rootHash: Bytes
  readonly treeSize: number
  readonly hashes: readonly Bytes[]
  /** The signed note; "" where there is none. */
  readonly checkpoint: string
}

export interface TlogEntry {
  /** Over all shards of the log. */
  readonly logIndex: number
  readonly logId: Bytes
  readonly kindVersion: { readonly kind: string; readonly version: string }
  /** Seconds since 1970; undefined in Rekor v2, which promises no time. */
  readonly integratedTime?: number
  /** The signed entry timestamp. */
  readonly inclusionPromise?: Bytes
  readonly inclusionProof?: InclusionProof
  readonly canonicalizedBody: Bytes
}

const ENTRY = [
  'logIndex',
  'logId',
  'kindVersion',
  'integratedTime',
  'inclusionPromise',
  'inclusionProof',
  'canonicalizedBody',
]

export function readTlogEntry(value: Json, where: string): TlogEntry {
  const entry = message(value, ENTRY, where)
  const kindVersion = message(entry['kindVersion'], ['kind', 'version'], `${where}.kindVersion`)
  const integratedTime = int64Member(entry, 'integratedTime', where)
  const promise = member(entry, 'inclusionPromise')
  const proof = member(entry, 'inclusionProof')
  return {
    logIndex: int64Member(entry, 'logIndex', where),
    logId: bytesMember(
      message(entry['logId'], ['keyId'], `${where}.logId`),
      'keyId',
      `${where}.logId`,
      limits.signatureValueBytes,
    ),
    kindVersion: {
      kind: asString(kindVersion['kind'], `${where}.kindVersion.kind`),
      version: asString(kindVersion['version'], `${where}.kindVersion.version`),
    },
    ...(integratedTime === 0 ? {} : { integratedTime }),
    ...(promise === undefined ? {} : { inclusionPromise: readPromise(promise, `${where}.inclusionPromise`) }),
    ...(proof === undefined ? {} : { inclusionProof: readProof(proof, `${where}.inclusionProof`) }),
    canonicalizedBody: bytesMember(entry, 'canonicalizedBody', where, limits.attestationBytes),
  }
}

function readPromise(value: Json, where: string): Bytes {
  const promise = message(value, ['signedEntryTimestamp'], where)
  return bytesMember(promise, 'signedEntryTimestamp', where, limits.signatureValueBytes)
}

function readProof(value: Json, where: string): InclusionProof {
  const proof = message(value, ['logIndex', 'rootHash', 'treeSize', 'hashes', 'checkpoint'], where)
  const hashes = member(proof, 'hashes')
  return {
    logIndex: int64Member(proof, 'logIndex', where),
    rootHash: bytesMember(proof, 'rootHash', where, limits.signatureValueBytes),
    treeSize: int64Member(proof, 'treeSize', where),
    hashes:
      hashes === undefined
        ? []
        : asArray(hashes, `${where}.hashes`, limits.proofHashes).map((hash, at) => {
            const bytes = asBase64(hash, `${where}.hashes[${at}]`)
            if (bytes.length !== 32) throw invalid(`${where}.hashes[${at}] is no SHA-256.`)
            return bytes
          }),
    checkpoint: readCheckpoint(proof, `${where}.checkpoint`),
  }
}

function readCheckpoint(proof: JsonObject, where: string): string {
  const value = member(proof, 'checkpoint')
  if (value === undefined) return ''
  const envelope = member(message(value, ['envelope'], where), 'envelope')
  if (envelope === undefined) return ''
  const text = asString(envelope, `${where}.envelope`)
  if (text.length > limits.checkpointBytes) throw invalid(`${where} is too long.`)
  return text
}

/** The entry as the JSON mapping writes it; `JSON.stringify` gives Cosign's order. */
export function tlogEntryJson(entry: TlogEntry): object {
  const { inclusionPromise, inclusionProof, integratedTime } = entry
  return {
    logIndex: String(entry.logIndex),
    logId: { keyId: toBase64(entry.logId) },
    kindVersion: { kind: entry.kindVersion.kind, version: entry.kindVersion.version },
    ...(integratedTime === undefined ? {} : { integratedTime: String(integratedTime) }),
    ...(inclusionPromise === undefined
      ? {}
      : { inclusionPromise: { signedEntryTimestamp: toBase64(inclusionPromise) } }),
    ...(inclusionProof === undefined ? {} : { inclusionProof: proofJson(inclusionProof) }),
    canonicalizedBody: toBase64(entry.canonicalizedBody),
  }
}

function proofJson(proof: InclusionProof): object {
  return {
    ...(proof.logIndex === 0 ? {} : { logIndex: String(proof.logIndex) }),
    rootHash: toBase64(proof.rootHash),
    treeSize: String(proof.treeSize),
    ...(proof.hashes.length === 0 ? {} : { hashes: proof.hashes.map(toBase64) }),
    ...(proof.checkpoint === '' ? {} : { checkpoint: { envelope: proof.checkpoint } }),
  }
}
