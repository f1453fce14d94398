/** Upload sessions (distribution-spec 1.1, "Pushing blobs"): begin, mount, ask how far it got, cancel. */

import { type Digest, isDigest } from '../base/index.ts'
import type { HttpResponse } from '../http/index.ts'
import { shownUrl } from '../http/index.ts'
import type { Descriptor } from '../oci/index.ts'
import { invalidAnswer, refusalOf } from './answer.ts'
import { blobName } from './blobs.ts'
import { checkRepository, pushScope, type RepositoryContext } from './context.ts'
import { registryFault } from './faults.ts'
import { joinScopes, repositoryScope } from './scope.ts'

export interface Session {
  /** Where the next request of this upload goes: each answer may name another. */
  readonly location: URL
  /** The least that the registry takes as a chunk that is not the last. */
  readonly minimumChunk: number
}

export async function beginUpload(context: RepositoryContext, descriptor: Descriptor): Promise<Session> {
  const response = await post(context, '', undefined)
  if (response.status !== 202) throw await refusalOf(response, context.registry, blobName(context, descriptor.digest))
  await response.discard()
  return sessionOf(context, response)
}

/** A session when the registry would rather have the bytes; undefined when it took the blob from the other repository. */
export async function mountBlob(
  context: RepositoryContext,
  descriptor: Descriptor,
  from: string,
): Promise<Session | undefined> {
  checkRepository(from)
  const query = `?mount=${encodeURIComponent(descriptor.digest)}&from=${encodeURIComponent(from)}`
  const response = await post(context, query, from)
  if (response.status === 201) {
    await response.discard()
    return undefined
  }
  if (response.status !== 202) {
    // Not to be allowed to read the other repository is no reason not to push.
    await response.discard()
    return beginUpload(context, descriptor)
  }
  await response.discard()
  return sessionOf(context, response)
}

async function post(context: RepositoryContext, query: string, from: string | undefined): Promise<HttpResponse> {
  const { server } = await context.endpoints()
  const scope = from === undefined ? pushScope(context) : joinScopes(pushScope(context), repositoryScope(from, 'pull'))
  return context.transport.send(server, {
    method: 'POST',
    path: `${context.repository}/blobs/uploads/${query}`,
    repository: context.repository,
    scope,
  })
}

function sessionOf(context: RepositoryContext, response: HttpResponse): Session {
  const location = locationOf(context, response)
  if (location === undefined) throw invalidAnswer(context.registry, 'no Location for an upload')
  const minimum = response.headers.get('oci-chunk-min-length') ?? ''
  return { location, minimumChunk: /^[0-9]{1,12}$/.test(minimum) ? Number(minimum) : 0 }
}

/** Relative or absolute. Another host is gone to (without credentials), plain HTTP after TLS never. */
export function locationOf(context: RepositoryContext, response: HttpResponse): URL | undefined {
  const text = response.headers.get('location')
  if (text === undefined || !URL.canParse(text, response.url.href)) return undefined
  const location = new URL(text, response.url)
  if (!/^https?:$/.test(location.protocol) || location.username !== '' || location.password !== '') return undefined
  if (response.url.protocol === 'https:' && location.protocol === 'http:') {
    throw registryFault(
      'REGISTRY_ANSWER_INVALID',
      `${context.registry} sends an upload to ${shownUrl(new URL(location.pathname, location))}, which leaves TLS for plain HTTP.`,
      { fix: 'A proxy before the registry does not tell it that it is asked over TLS (X-Forwarded-Proto).' },
    )
  }
  return location
}

/** The address that completes an upload; what the registry wrote into its query stays as it is. */
export function completing(location: URL, digest: Digest): URL {
  const url = new URL(location)
  url.search = `${url.search}${url.search === '' ? '' : '&'}digest=${encodeURIComponent(digest)}`
  return url
}

/** How many bytes a session holds and where it goes on; undefined when the registry has forgotten it. */
export async function uploadStatus(
  context: RepositoryContext,
  session: Session,
): Promise<{ received: number; session: Session } | undefined> {
  const { server } = await context.endpoints()
  const response = await context.transport.send(server, {
    method: 'GET',
    path: session.location,
    repository: context.repository,
    scope: pushScope(context),
  })
  await response.discard()
  if (response.status !== 204 && response.status !== 200) return undefined
  const received = receivedBytes(response)
  if (received === undefined) return undefined
  return { received, session: { ...session, location: locationOf(context, response) ?? session.location } }
}

/** `Range: 0-N`, both ends included; nothing at all is `0-0` or no header, which one byte would be as well. */
export function receivedBytes(response: HttpResponse): number | undefined {
  const range = response.headers.get('range')
  if (range === undefined) return 0
  const end = /^(?:bytes=)?0-([0-9]{1,15})$/.exec(range.trim())?.[1]
  if (end === undefined) return undefined
  return end === '0' ? 0 : Number(end) + 1
}

export async function cancelUpload(context: RepositoryContext, session: Session): Promise<void> {
  const { server } = await context.endpoints()
  try {
    const response = await context.transport.send(server, {
      method: 'DELETE',
      path: session.location,
      repository: context.repository,
      scope: pushScope(context),
      retry: false,
    })
    await response.discard()
  } catch {
    // It ends by itself: registries drop uploads that nobody goes on with.
  }
}

/** A registry's word for what it stored must be ours, where both speak of the same algorithm. */
export function checkStored(context: RepositoryContext, response: HttpResponse, digest: Digest): void {
  const said = response.headers.get('docker-content-digest')
  if (said === undefined || !isDigest(said) || said === digest) return
  if (said.split(':')[0] !== digest.split(':')[0]) return
  throw invalidAnswer(context.registry, `the digest ${said} to a blob that has another`)
}
