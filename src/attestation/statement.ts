/** in-toto statements (in-toto attestation framework 1.0, spec/v1/statement.md; v0.1 is read too, cosign still writes it). */

import {
  asArray,
  asObject,
  asString,
  asStringMap,
  type Bytes,
  type Digest,
  digestAlgorithm,
  digestHex,
  isJsonObject,
  type Json,
  limits,
  noFoldedMembers,
  optionalString,
  RawJson,
  readJson,
  utf8,
} from '../base/index.ts'
import { attestationFault } from './faults.ts'

export { inTotoPayloadType as statementPayloadType } from '../envelope/index.ts'
export const statementTypes = {
  v01: 'https://in-toto.io/Statement/v0.1',
  v1: 'https://in-toto.io/Statement/v1',
} as const

export interface Subject {
  readonly name: string | undefined
  /** Algorithm name → lower-case hex (or what the algorithm's name says). */
  readonly digest: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, Json>>
}

export interface Statement {
  readonly type: string
  readonly subjects: readonly Subject[]
  readonly predicateType: string
  /** The exact bytes of the predicate, its syntax checked; undefined where there is none (cosign before 3.0.5). */
  readonly predicate: RawJson | undefined
  readonly raw: Bytes
}

const STATEMENT_MEMBERS = ['_type', 'subject', 'predicateType', 'predicate']
const SUBJECT_MEMBERS = ['name', 'digest', 'annotations', 'uri', 'content', 'downloadLocation', 'mediaType']

/**
 * Parses a statement; believes nothing of it. Members that the specification does not name are ignored, as it demands.
 * @throws STATEMENT_INVALID, JSON_INVALID, JSON_SHAPE, LIMIT_EXCEEDED
 */
export function parseStatement(bytes: Bytes): Statement {
  const document = readJson(bytes, { what: 'The statement', raw: { predicate: true } })
  const object = asObject(document, 'The statement')
  noFoldedMembers(object, STATEMENT_MEMBERS, 'The statement')
  const type = asString(object['_type'], '_type')
  if (type !== statementTypes.v1 && type !== statementTypes.v01) {
    throw attestationFault(
      'STATEMENT_INVALID',
      `The statement has the type "${type.slice(0, 100)}", which is no in-toto statement.`,
    )
  }
  const subjects = asArray(object['subject'], 'subject', limits.subjects)
  if (subjects.length === 0)
    throw attestationFault('STATEMENT_INVALID', 'The statement has no subject: it is about nothing.')
  const predicate = object['predicate']
  return {
    type,
    subjects: subjects.map((subject, at) => readSubject(subject, `subject[${at}]`)),
    predicateType: asString(object['predicateType'], 'predicateType'),
    predicate: predicate instanceof RawJson ? predicate : undefined,
    raw: bytes,
  }
}

function readSubject(value: Json, where: string): Subject {
  const object = asObject(value, where)
  noFoldedMembers(object, SUBJECT_MEMBERS, where)
  const annotations = object['annotations']
  return {
    name: optionalString(object['name'], `${where}.name`),
    digest: asStringMap(object['digest'], `${where}.digest`, limits.subjectDigests),
    annotations: isJsonObject(annotations) ? (annotations as Readonly<Record<string, Json>>) : {},
  }
}

/** The first subject that names the digest, by its own algorithm: another algorithm's digest proves nothing. */
export function subjectOf(statement: Statement, digest: Digest): Subject | undefined {
  return statement.subjects.find((subject) => subject.digest[digestAlgorithm(digest)] === digestHex(digest))
}

export interface NewStatement {
  readonly type?: (typeof statementTypes)[keyof typeof statementTypes]
  readonly subject: {
    readonly name?: string
    readonly digest: Digest
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly predicateType: string
  /** JSON bytes, put in as they are. */
  readonly predicate: readonly Bytes[]
}

/** Writes a statement about one digest, as parts: the predicate's bytes stay where they are. */
export function writeStatement(statement: NewStatement): readonly Bytes[] {
  const { name, digest, annotations } = statement.subject
  const subject = {
    ...(name === undefined ? {} : { name }),
    digest: { [digestAlgorithm(digest)]: digestHex(digest) },
    ...(annotations === undefined ? {} : { annotations }),
  }
  const head = {
    _type: statement.type ?? statementTypes.v1,
    subject: [subject],
    predicateType: statement.predicateType,
  }
  return [utf8(`${JSON.stringify(head).slice(0, -1)},"predicate":`), ...statement.predicate, utf8('}')]
}
