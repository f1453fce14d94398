/** Manifests (distribution-spec 1.1, "Pulling manifests", "Pushing Manifests", "Deleting Manifests"). */

import {
  asObject,
  type Bytes,
  baseFault,
  type Digest,
  digestAlgorithm,
  digestOf,
  isDigest,
  limits,
  optionalString,
  readJson,
  requireDigest,
} from '../base/index.ts'
import type { HttpResponse } from '../http/index.ts'
import { type Descriptor, manifestMediaTypes, mediaTypes, type PutManifest, type RawManifest } from '../oci/index.ts'
import { invalidAnswer, refusalOf } from './answer.ts'
import { checkTarget, pullScope, pushScope, type RepositoryContext, readFrom } from './context.ts'
import type { Endpoint } from './endpoint.ts'
import { joinScopes, repositoryScope } from './scope.ts'

const ACCEPT = [...manifestMediaTypes, '*/*;q=0.1'].join(', ')
/** What servers say when they do not know: the document's own `mediaType` tells then. */
const VAGUE: readonly string[] = ['', 'application/json', 'text/plain', 'application/octet-stream', 'text/json']

/** @throws DIGEST_MISMATCH when the bytes are not what was asked for; undefined on 404 */
export async function getManifest(context: RepositoryContext, target: string): Promise<RawManifest | undefined> {
  checkTarget(target)
  return readFrom(context, isDigest(target) ? 'pull' : 'resolve', (endpoint) => getFrom(context, endpoint, target))
}

/** By HEAD; where that does not tell everything, by GET. */
export async function resolveManifest(context: RepositoryContext, target: string): Promise<Descriptor | undefined> {
  checkTarget(target)
  return readFrom(context, isDigest(target) ? 'pull' : 'resolve', async (endpoint) => {
    const response = await ask(context, endpoint, 'HEAD', target)
    await response.discard()
    if (response.status === 404) return undefined
    if (response.status !== 200 && response.status !== 405) throw await refused(context, response, target)
    return headDescriptor(response, target) ?? (await getFrom(context, endpoint, target))?.descriptor
  })
}

function ask(context: RepositoryContext, endpoint: Endpoint, method: string, target: string): Promise<HttpResponse> {
  return context.transport.send(endpoint, {
    method,
    path: `${context.repository}/manifests/${target}`,
    repository: context.repository,
    scope: pullScope(context),
    headers: { accept: ACCEPT },
  })
}

function headDescriptor(response: HttpResponse, target: string): Descriptor | undefined {
  const digest = response.headers.get('docker-content-digest')
  const length = response.headers.get('content-length') ?? ''
  const mediaType = typeOf(response)
  if (response.status !== 200 || digest === undefined || !isDigest(digest) || !/^[0-9]{1,15}$/.test(length))
    return undefined
  if (VAGUE.includes(mediaType) || (isDigest(target) && digest !== target)) return undefined
  return { mediaType, digest, size: Number(length) }
}

async function getFrom(
  context: RepositoryContext,
  endpoint: Endpoint,
  target: string,
): Promise<RawManifest | undefined> {
  const response = await ask(context, endpoint, 'GET', target)
  if (response.status === 404) {
    await response.discard()
    return undefined
  }
  if (response.status !== 200) throw await refused(context, response, target)
  const bytes = await response.readAll(limits.manifestBytes)
  const digest = checkedDigest(context, response, bytes, target)
  return { bytes, descriptor: { mediaType: mediaTypeOf(response, bytes), digest, size: bytes.length } }
}

/** What was asked for by digest must be that; what was asked for by tag must be what the header says it is. */
function checkedDigest(context: RepositoryContext, response: HttpResponse, bytes: Bytes, target: string): Digest {
  const said = response.headers.get('docker-content-digest')
  const what = `The manifest ${manifestName(context, target)}`
  if (isDigest(target)) {
    requireDigest(bytes, target, what)
    return target
  }
  if (said === undefined || said === '') return digestOf(bytes)
  if (!isDigest(said)) throw invalidAnswer(context.registry, 'a Docker-Content-Digest that is no digest')
  requireDigest(bytes, said, what)
  return said
}

function typeOf(response: HttpResponse): string {
  return (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

function mediaTypeOf(response: HttpResponse, bytes: Bytes): string {
  const type = typeOf(response)
  if (!VAGUE.includes(type)) return type
  try {
    const inside = optionalString(asObject(readJson(bytes), 'The manifest')['mediaType'], 'mediaType')
    return inside ?? mediaTypes.manifest
  } catch {
    // Whoever parses it will say what is wrong.
    return type
  }
}

/**
 * Under its digest, and under the tag where one is given. The bytes go out as they are.
 * @throws DIGEST_MISMATCH when they are not what the descriptor says
 */
export async function putManifest(
  context: RepositoryContext,
  manifest: RawManifest,
  tag: string | undefined,
): Promise<PutManifest> {
  const { digest } = manifest.descriptor
  if (tag !== undefined) checkTarget(tag)
  requireDigest(manifest.bytes, digest, 'The manifest to push')
  if (manifest.bytes.length > limits.manifestBytes) {
    throw baseFault(
      'LIMIT_EXCEEDED',
      `The manifest to push has ${manifest.bytes.length} bytes; registries take ${limits.manifestBytes}.`,
    )
  }
  // A registry names by sha256 what is pushed to a tag; any other digest has to be said.
  const targets = tag === undefined ? [digest] : digestAlgorithm(digest) === 'sha256' ? [tag] : [digest, tag]
  let listsReferrers = false
  for (const target of targets) listsReferrers = (await putUnder(context, manifest, target)) || listsReferrers
  return { digest, listsReferrers }
}

/** True when the registry said that it lists the manifest among its subject's referrers. */
async function putUnder(context: RepositoryContext, manifest: RawManifest, target: string): Promise<boolean> {
  const { server } = await context.endpoints()
  const response = await context.transport.send(server, {
    method: 'PUT',
    path: `${context.repository}/manifests/${target}`,
    repository: context.repository,
    scope: pushScope(context),
    headers: { 'content-type': manifest.descriptor.mediaType },
    body: manifest.bytes,
  })
  if (response.status !== 201 && response.status !== 200 && response.status !== 202)
    throw await refused(context, response, target)
  await response.discard()
  const said = response.headers.get('docker-content-digest')
  if (said !== undefined && isDigest(said) && said !== digestOf(manifest.bytes, digestAlgorithm(said))) {
    throw invalidAnswer(context.registry, `the digest ${said} to a manifest that has another`)
  }
  const subject = response.headers.get('oci-subject')
  return subject !== undefined && isDigest(subject)
}

/** What is not there is deleted already. @throws REGISTRY_REFUSED where the registry deletes nothing, or no tags */
export async function deleteManifest(context: RepositoryContext, target: string): Promise<void> {
  checkTarget(target)
  const { server } = await context.endpoints()
  const response = await context.transport.send(server, {
    method: 'DELETE',
    path: `${context.repository}/manifests/${target}`,
    repository: context.repository,
    scope: joinScopes(pushScope(context), repositoryScope(context.repository, 'delete')),
  })
  if (![200, 202, 204, 404].includes(response.status)) throw await refused(context, response, target)
  await response.discard()
}

function refused(context: RepositoryContext, response: HttpResponse, target: string): Promise<Error> {
  return refusalOf(response, context.registry, `the manifest ${manifestName(context, target)}`)
}

function manifestName(context: RepositoryContext, target: string): string {
  return `${context.name}${isDigest(target) ? '@' : ':'}${target}`
}
