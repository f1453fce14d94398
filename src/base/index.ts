/** base: bytes, digests, strict JSON, faults, limits, bounded work, clock, log, escaping and near names. */
export { mapBounded } from './bounded.ts'
export {
  type Bytes,
  base64BytesToBytes,
  bufferOf,
  concat,
  formatBytes,
  fromBase64,
  fromBase64Url,
  hex,
  sameBytes,
  textOf,
  toBase64,
  toBase64Url,
  utf8,
  withHeader,
} from './bytes.ts'
export { canonicalJson, type PlainJson } from './canonical-json.ts'
export { type Clock, fixedClock, rfc3339 } from './clock.ts'
export {
  type Digest,
  type DigestAlgorithm,
  type Digester,
  digestAlgorithm,
  digestHex,
  digestOf,
  digestOfParts,
  isDigest,
  newDigester,
  parseDigest,
  requireDigest,
} from './digest.ts'
export { clip, forShell, forTerminal, jsonForTerminal } from './escape.ts'
export { baseFault, type ExitStatus, Fault, type FaultDetails, type FaultFactory, faults } from './fault.ts'
export { type Environment, type UserFolders, userFolders } from './folders.ts'
export {
  type Json,
  type JsonKind,
  type JsonObject,
  type JsonOptions,
  RawJson,
  type RawMembers,
  readJson,
} from './json.ts'
export {
  asArray,
  asBase64,
  asCount,
  asObject,
  asString,
  asStringMap,
  isJsonObject,
  noFoldedMembers,
  onlyMembers,
  optionalString,
} from './json-fields.ts'
export { limits } from './limits.ts'
export { type Log, type LogFields, silentLog } from './log.ts'
export { nearest } from './nearest.ts'
