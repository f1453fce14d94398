/** What a Notation signature is about (signature-specification.md, "Payload"): a descriptor, with the signed annotations. */

import {
  asCount,
  asObject,
  asString,
  asStringMap,
  type Bytes,
  type Digest,
  limits,
  noFoldedMembers,
  onlyMembers,
  optionalString,
  parseDigest,
  readJson,
  utf8,
} from '../base/index.ts'
import { envelopeFault } from './faults.ts'
import { byUtf8, goJson, goString } from './go-json.ts'
import type { NotationEncoding } from './notation.ts'

export interface NotationPayload {
  readonly mediaType: string
  readonly digest: Digest
  /** Bytes of the artifact's manifest. */
  readonly size: number
  readonly annotations: Readonly<Record<string, string>>
}

const MEMBERS = ['mediaType', 'digest', 'size', 'annotations', 'artifactType']

/** @throws JSON_INVALID, JSON_SHAPE, DIGEST_INVALID, LIMIT_EXCEEDED */
export function parseNotationPayload(bytes: Bytes): NotationPayload {
  const what = 'The payload'
  const payload = asObject(readJson(bytes, { what, maxBytes: limits.signatureBytes, maxDepth: 8 }), what)
  noFoldedMembers(payload, ['targetArtifact'], what)
  onlyMembers(payload, ['targetArtifact'], what)
  const artifact = asObject(payload['targetArtifact'], 'targetArtifact')
  noFoldedMembers(artifact, MEMBERS, 'targetArtifact')
  onlyMembers(artifact, MEMBERS, 'targetArtifact')
  optionalString(artifact['artifactType'], 'targetArtifact.artifactType')
  const { annotations } = artifact
  return {
    mediaType: asString(artifact['mediaType'], 'targetArtifact.mediaType'),
    digest: parseDigest(asString(artifact['digest'], 'targetArtifact.digest')),
    size: asCount(artifact['size'], 'targetArtifact.size'),
    annotations:
      annotations === undefined ? {} : asStringMap(annotations, 'targetArtifact.annotations', limits.annotations),
  }
}

const RESERVED = 'io.cncf.notary'

/**
 * As notation writes it, which is in the order of the alphabet in JWS alone.
 * @param annotations signed with it, as `--user-metadata`
 * @throws NOTATION_METADATA_INVALID
 */
export function writeNotationPayload(
  { mediaType, digest, size }: Pick<NotationPayload, 'mediaType' | 'digest' | 'size'>,
  annotations: Readonly<Record<string, string>>,
  encoding: NotationEncoding = 'jws',
): Bytes {
  const entries = Object.entries(annotations).sort(byUtf8)
  const reserved = entries.map(([key]) => key).find((key) => key.startsWith(RESERVED))
  if (reserved !== undefined) {
    throw envelopeFault('NOTATION_METADATA_INVALID', `The name "${reserved}" is reserved for the Notary Project.`, {
      fix: `Choose a name that does not begin with ${RESERVED}.`,
    })
  }
  // A map and no object: whose keys are numbers would come first in that.
  const sorted = entries.map(([key, value]) => `${goString(key)}:${goString(value)}`).join()
  const annotated = entries.length === 0 ? [] : [`"annotations":{${sorted}}`]
  const descriptor = goJson(encoding === 'jws' ? { digest, mediaType, size } : { mediaType, digest, size }).slice(1, -1)
  const members = encoding === 'jws' ? [...annotated, descriptor] : [descriptor, ...annotated]
  return utf8(`{"targetArtifact":{${members.join()}}}`)
}
