/** Manifests by tag and digest (distribution-spec 1.1, "Pulling manifests", "Pushing Manifests", "Deleting Manifests", "Deleting tags"). */

import { type Digest, digestAlgorithm, digestOf, limits } from '../base/index.ts'
import { isTag, type Manifest } from '../oci/index.ts'
import type { ManifestRecord } from './driver.ts'
import { type Exchange, notAllowed, readBody, send } from './exchange.ts'
import { acceptManifest, missingContent, recordOf } from './manifest-rules.ts'
import { Refusal } from './refusal.ts'
import type { ManifestReference } from './routes.ts'

/** Missing content that an answer names one by one. */
const NAMED_MISSING = 50

export async function handleManifest(exchange: Exchange, name: string, reference: ManifestReference): Promise<void> {
  switch (exchange.method) {
    case 'GET':
    case 'HEAD':
      return getManifest(exchange, name, reference)
    case 'PUT':
      return putManifest(exchange, name, reference)
    case 'DELETE':
      if (!(await remove(exchange, name, reference))) throw unknownManifest(reference)
      return send(exchange, 202, {})
    default:
      throw notAllowed('GET, HEAD, PUT, DELETE')
  }
}

async function getManifest(exchange: Exchange, name: string, reference: ManifestReference): Promise<void> {
  const { repositories } = exchange.service
  const digest = reference.digest ?? repositories.catalog.tag(name, reference.tag)
  const record = digest === undefined ? undefined : repositories.catalog.manifest(name, digest)
  if (digest === undefined || record === undefined) throw unknownManifest(reference)
  const headers = { 'content-type': record.mediaType, 'docker-content-digest': digest, etag: `"${digest}"` }
  if (exchange.method === 'HEAD') return send(exchange, 200, { ...headers, 'content-length': record.size })
  const bytes = await repositories.readManifest(digest)
  if (bytes === undefined) throw unknownManifest(reference)
  send(exchange, 200, headers, bytes)
}

async function putManifest(exchange: Exchange, name: string, reference: ManifestReference): Promise<void> {
  const { request, service } = exchange
  const tags = tagsToSet(exchange, reference)
  const bytes = await readBody(request, limits.manifestBytes)
  const digest = checkedDigest(bytes, reference)
  const manifest = acceptManifest(bytes, request.headers['content-type'] ?? '')
  if (!service.allowSparse) requireContent(exchange, name, manifest)
  const record = recordOf(manifest, bytes.length)
  await service.repositories.addManifest(name, digest, record, bytes, tags)
  send(exchange, 201, answerHeaders(name, digest, record, reference, tags))
}

function answerHeaders(
  name: string,
  digest: Digest,
  record: ManifestRecord,
  reference: ManifestReference,
  tags: readonly string[],
): Record<string, string | readonly string[]> {
  return {
    location: `/v2/${name}/manifests/${digest}`,
    'docker-content-digest': digest,
    ...(record.subject === undefined ? {} : { 'oci-subject': record.subject }),
    ...(reference.digest === undefined || tags.length === 0 ? {} : { 'oci-tag': tags }),
  }
}

/** The tag of the path, or those of `?tag=` beside a digest (distribution-spec after 1.1, "Pushing Manifests"). */
function tagsToSet(exchange: Exchange, reference: ManifestReference): readonly string[] {
  const asked = [...new Set(exchange.query.getAll('tag'))]
  if (reference.tag !== undefined) {
    if (asked.length > 0) throw new Refusal(400, 'UNSUPPORTED', 'The parameter "tag" goes with a digest in the path.')
    return [reference.tag]
  }
  if (asked.length > limits.servedTagParameters)
    throw new Refusal(414, 'UNSUPPORTED', `One request sets at most ${limits.servedTagParameters} tags.`)
  if (!asked.every(isTag)) throw new Refusal(400, 'MANIFEST_INVALID', 'A parameter "tag" is no tag.')
  return asked
}

function checkedDigest(bytes: Uint8Array, reference: ManifestReference): Digest {
  if (reference.digest === undefined) return digestOf(bytes)
  const found = digestOf(bytes, digestAlgorithm(reference.digest))
  if (found === reference.digest) return found
  const details = [{ digest: reference.digest }]
  throw new Refusal(400, 'DIGEST_INVALID', `The manifest has the digest ${found}.`, { details })
}

function requireContent(exchange: Exchange, name: string, manifest: Manifest): void {
  const missing = missingContent(exchange.service.repositories.catalog, name, manifest)
  if (missing.length === 0) return
  const details = missing.slice(0, NAMED_MISSING).map((digest) => ({ digest }))
  throw new Refusal(400, 'MANIFEST_BLOB_UNKNOWN', 'The manifest names content that the repository does not have.', {
    details,
  })
}

function remove(exchange: Exchange, name: string, reference: ManifestReference): Promise<boolean> {
  const { repositories } = exchange.service
  return reference.digest === undefined
    ? repositories.removeTag(name, reference.tag)
    : repositories.removeManifest(name, reference.digest)
}

function unknownManifest(reference: ManifestReference): Refusal {
  const detail: Record<string, string> =
    reference.digest === undefined ? { tag: reference.tag } : { digest: reference.digest }
  return new Refusal(404, 'MANIFEST_UNKNOWN', 'The repository has no such manifest.', { details: [detail] })
}
