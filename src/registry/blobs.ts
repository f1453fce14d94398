/** Blobs as they come (distribution-spec 1.1, "Pulling blobs"): hashed on the way, bounded by their descriptor, resumed where a stream broke. */

import {
  type Bytes,
  baseFault,
  type Digest,
  digestAlgorithm,
  Fault,
  formatBytes,
  limits,
  newDigester,
} from '../base/index.ts'
import type { HttpResponse } from '../http/index.ts'
import { type ByteStream, type Descriptor, ociFault } from '../oci/index.ts'
import { asRegistryFault, refusalOf } from './answer.ts'
import { pullScope, type RepositoryContext, sourcesFor } from './context.ts'
import type { Endpoint } from './endpoint.ts'

/** So much has to come before a break counts as the first again. */
const PROGRESS = 1024 * 1024

/** @throws CONTENT_MISSING, LIMIT_EXCEEDED, DIGEST_MISMATCH */
export async function readBlob(context: RepositoryContext, descriptor: Descriptor, maxBytes: number): Promise<Bytes> {
  if (descriptor.size > maxBytes) {
    throw baseFault(
      'LIMIT_EXCEEDED',
      `The blob ${descriptor.digest} has ${formatBytes(descriptor.size)}; at most ${formatBytes(maxBytes)} are read here.`,
    )
  }
  return fromSources(context, async (endpoint) => {
    // One buffer of the size that was promised, and checked on the way: an attestation of 100 MB is in memory once.
    const whole = Buffer.allocUnsafeSlow(descriptor.size)
    let received = 0
    for await (const part of download(context, endpoint, descriptor)) {
      whole.set(part, received)
      received += part.length
      if (descriptor.size > limits.signatureBytes) release(part)
    }
    return whole
  })
}

/** Gives the memory of a piece that was copied back at once: the collector would let a hundred megabytes of them gather. */
function release(part: Bytes): void {
  const { buffer } = part
  if (buffer instanceof ArrayBuffer && buffer.byteLength === part.length) buffer.transfer(0)
}

/** As a stream; another source takes the place of one that fails before its first piece came out. */
export async function* openBlob(context: RepositoryContext, descriptor: Descriptor): ByteStream {
  const { first, rest } = await fromSources(context, async (endpoint) => {
    const stream = download(context, endpoint, descriptor)[Symbol.asyncIterator]()
    return { first: await stream.next(), rest: stream }
  })
  try {
    for (let next = first; next.done !== true; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.(undefined)
  }
}

async function fromSources<T>(context: RepositoryContext, read: (endpoint: Endpoint) => Promise<T>): Promise<T> {
  const sources = await sourcesFor(context, 'pull')
  for (const endpoint of sources) {
    try {
      return await read(endpoint)
    } catch (error) {
      if (endpoint.mirrorOf === undefined || !(error instanceof Fault)) throw error
      context.log.warn(`The mirror ${endpoint.base.host} was passed over: ${error.message}`, { code: error.code })
    }
  }
  throw new Error('a registry without a server')
}

/** The last piece comes out only after the whole was checked: nobody ever holds all of a wrong blob. */
async function* download(
  context: RepositoryContext,
  endpoint: Endpoint,
  descriptor: Descriptor,
): AsyncGenerator<Bytes> {
  const digester = newDigester(digestAlgorithm(descriptor.digest))
  let received = 0
  let held: Bytes | undefined
  let breaks = 0
  let mark = 0
  while (received < descriptor.size || breaks === 0) {
    try {
      for await (const part of partsFrom(context, endpoint, descriptor, received)) {
        received += part.length
        if (received > descriptor.size) throw wrongLength(context, descriptor, `more than ${descriptor.size}`)
        digester.update(part)
        if (held !== undefined) yield held
        held = part
      }
      break
    } catch (error) {
      if (received - mark >= PROGRESS) breaks = 0
      mark = received
      if (!isBreak(error) || ++breaks > limits.retries) throw asRegistryFault(error, context.registry)
      context.log.debug('The blob goes on where it broke', { digest: descriptor.digest, received })
    }
  }
  if (received !== descriptor.size) throw wrongLength(context, descriptor, String(received))
  const found = digester.digest()
  if (found !== descriptor.digest) {
    throw baseFault(
      'DIGEST_MISMATCH',
      `The blob ${descriptor.digest} of ${context.name} came with other bytes: ${found}.`,
      {
        fix: 'What answered sent other content than was asked for: check the registry or any proxy and mirror before it.',
      },
    )
  }
  if (held !== undefined) yield held
}

function isBreak(error: unknown): boolean {
  return error instanceof Fault && (error.code === 'HTTP_UNREACHABLE' || error.code === 'HTTP_TIMEOUT')
}

async function* partsFrom(
  context: RepositoryContext,
  endpoint: Endpoint,
  descriptor: Descriptor,
  from: number,
): AsyncGenerator<Bytes> {
  const response = await context.transport.send(endpoint, {
    method: 'GET',
    path: `${context.repository}/blobs/${descriptor.digest}`,
    repository: context.repository,
    scope: pullScope(context),
    ...(from === 0 ? {} : { headers: { range: `bytes=${from}-` } }),
    timeoutMs: transferMs(descriptor.size - from),
  })
  const skipped = await answeredFrom(context, response, descriptor, from)
  let skip = skipped
  for await (const part of response.body) {
    if (skip >= part.length) skip -= part.length
    else if (skip > 0) {
      yield part.subarray(skip)
      skip = 0
    } else yield part
  }
}

/** How many bytes of the answer were had before: none of a 206, all of a 200. */
async function answeredFrom(
  context: RepositoryContext,
  response: HttpResponse,
  descriptor: Descriptor,
  from: number,
): Promise<number> {
  if (response.status === 404) {
    await response.discard()
    throw ociFault('CONTENT_MISSING', `${context.name} does not have the blob ${descriptor.digest}.`, {
      fix: 'What names it was pushed without it, or the registry has lost it: push it again.',
    })
  }
  const range = response.headers.get('content-range') ?? ''
  if (response.status === 206 && from > 0 && range.startsWith(`bytes ${from}-`)) return 0
  if (response.status !== 200) throw await refusalOf(response, context.registry, blobName(context, descriptor.digest))
  const length = response.headers.get('content-length')
  if (length !== undefined && Number(length) !== descriptor.size) {
    await response.discard()
    throw wrongLength(context, descriptor, length)
  }
  return from
}

function wrongLength(context: RepositoryContext, descriptor: Descriptor, found: string): Fault {
  return baseFault(
    'DIGEST_MISMATCH',
    `The blob ${descriptor.digest} of ${context.name} should have ${descriptor.size} bytes, but ${found} came.`,
    {
      fix: 'The manifest that names it lies about its length, or what answered sent other content than was asked for.',
    },
  )
}

/** The longest that a transfer of so many bytes may take, in milliseconds. */
export function transferMs(bytes: number): number {
  return limits.requestTimeoutMs + Math.ceil((bytes / limits.slowestBytesPerSecond) * 1000)
}

export async function hasBlob(context: RepositoryContext, digest: Digest): Promise<boolean> {
  const { server } = await context.endpoints()
  const response = await context.transport.send(server, {
    method: 'HEAD',
    path: `${context.repository}/blobs/${digest}`,
    repository: context.repository,
    scope: pullScope(context),
  })
  await response.discard()
  if (response.status === 200) return true
  if (response.status === 404) return false
  throw await refusalOf(response, context.registry, blobName(context, digest))
}

export function blobName(context: RepositoryContext, digest: Digest): string {
  return `the blob ${context.name}@${digest}`
}
