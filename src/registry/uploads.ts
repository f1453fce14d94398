/** Pushing blobs (distribution-spec 1.1): what is there is not sent, what another repository has is mounted, small ones go in one piece, large ones in chunks that resume. */

import { Fault, limits } from '../base/index.ts'
import type { HttpResponse } from '../http/index.ts'
import type { BlobContent, Descriptor } from '../oci/index.ts'
import { refusalOf } from './answer.ts'
import { blobName, hasBlob, transferMs } from './blobs.ts'
import { pushScope, type RepositoryContext } from './context.ts'
import { registryFault } from './faults.ts'
import {
  beginUpload,
  cancelUpload,
  checkStored,
  completing,
  locationOf,
  mountBlob,
  receivedBytes,
  type Session,
  uploadStatus,
} from './upload-session.ts'
import { ContentCursor, checkedContent } from './upload-source.ts'

export interface UploadOptions {
  readonly mountFrom?: string
  /** Bytes; a blob that is larger goes up in chunks of this size. */
  readonly chunkBytes?: number
}

/** @throws DIGEST_MISMATCH before the blob is completed anywhere; what the content throws */
export async function putBlob(
  context: RepositoryContext,
  descriptor: Descriptor,
  content: BlobContent,
  options: UploadOptions = {},
): Promise<void> {
  if (await hasBlob(context, descriptor.digest)) return
  const chunkBytes = options.chunkBytes ?? limits.uploadChunkBytes
  let mountFrom = options.mountFrom
  for (let attempt = 0; ; attempt++) {
    const session =
      mountFrom === undefined ? await beginUpload(context, descriptor) : await mountBlob(context, descriptor, mountFrom)
    if (session === undefined) return
    mountFrom = undefined
    const upload = new Upload(context, descriptor, content, session, chunkBytes)
    try {
      await upload.run()
      return
    } catch (error) {
      if (!isLost(error)) {
        await upload.cancel()
        throw error
      }
      // The answer to the last request may have been lost, and not the blob.
      if (await hasBlob(context, descriptor.digest)) return
      if (attempt >= limits.retries) throw error
      context.log.debug('The upload begins anew', { digest: descriptor.digest, attempt: attempt + 1 })
    }
  }
}

/**
 * The connection or the session broke, or the registry stumbled: docker-registry answers 500 when several push one blob. What it says
 * otherwise (507: it is full) or the source throws is another matter.
 */
function isLost(error: unknown): boolean {
  if (!(error instanceof Fault)) return false
  if (error.code === 'REGISTRY_SERVER_ERROR') return PASSING.includes(error.facts['status'])
  return error.code === 'REGISTRY_UNREACHABLE' || error.code === 'REGISTRY_UPLOAD_LOST'
}

const PASSING: readonly unknown[] = [500, 502, 503, 504]

class Upload {
  private readonly context: RepositoryContext
  private readonly descriptor: Descriptor
  private readonly content: BlobContent
  private readonly chunkBytes: number
  private session: Session

  constructor(
    context: RepositoryContext,
    descriptor: Descriptor,
    content: BlobContent,
    session: Session,
    chunkBytes: number,
  ) {
    this.context = context
    this.descriptor = descriptor
    this.content = content
    this.session = session
    this.chunkBytes = Math.max(chunkBytes, session.minimumChunk)
  }

  async run(): Promise<void> {
    if (this.descriptor.size <= this.chunkBytes) return this.putWhole()
    const cursor = new ContentCursor(() => checkedContent(this.descriptor, this.content))
    try {
      await this.patchAll(cursor)
      await this.complete()
    } finally {
      await cursor.close()
    }
  }

  async cancel(): Promise<void> {
    await cancelUpload(this.context, this.session)
  }

  private async putWhole(): Promise<void> {
    const { size } = this.descriptor
    const open = (): AsyncIterable<Uint8Array> => checkedContent(this.descriptor, this.content)
    // Nothing would ever be read of an empty body's source.
    if (size === 0) for await (const _ of open());
    await this.finish(
      await this.send('PUT', completing(this.session.location, this.descriptor.digest), size, { open, length: size }),
    )
  }

  private async complete(): Promise<void> {
    await this.finish(await this.send('PUT', completing(this.session.location, this.descriptor.digest), 0, undefined))
  }

  private async finish(response: HttpResponse): Promise<void> {
    if (response.status !== 201 && response.status !== 204) throw await this.refusal(response)
    await response.discard()
    checkStored(this.context, response, this.descriptor.digest)
  }

  private async patchAll(cursor: ContentCursor): Promise<void> {
    let offset = 0
    let failures = 0
    while (offset < this.descriptor.size) {
      const reached = await this.patch(cursor, offset)
      failures = reached > offset ? 0 : failures + 1
      if (failures > limits.retries) throw this.lost('no chunk gets through')
      offset = reached
    }
  }

  /** Sends one chunk; answers how much the registry holds then, after whatever happened. */
  private async patch(cursor: ContentCursor, offset: number): Promise<number> {
    const length = Math.min(this.chunkBytes, this.descriptor.size - offset)
    const body = { open: () => cursor.take(offset, length), length }
    const range = { 'content-range': `${offset}-${offset + length - 1}` }
    let response: HttpResponse
    try {
      response = await this.send('PATCH', this.session.location, length, body, range)
    } catch (error) {
      if (!isLost(error)) throw error
      return this.reached()
    }
    if (response.status === 416) {
      await response.discard()
      return this.reached()
    }
    if (response.status === 404) throw this.lost('the registry has forgotten it')
    if (response.status !== 202 && response.status !== 201 && response.status !== 204)
      throw await this.refusal(response)
    await response.discard()
    this.session = { ...this.session, location: locationOf(this.context, response) ?? this.session.location }
    const received = response.headers.has('range') ? receivedBytes(response) : offset + length
    return received === undefined || received > offset + length ? this.reached() : received
  }

  private async reached(): Promise<number> {
    const status = await uploadStatus(this.context, this.session)
    if (status === undefined || status.received > this.descriptor.size)
      throw this.lost('the registry does not know how far it got')
    this.session = status.session
    this.context.log.debug('The upload goes on', { digest: this.descriptor.digest, received: status.received })
    return status.received
  }

  private async send(
    method: string,
    path: URL,
    bytes: number,
    body: { open(): AsyncIterable<Uint8Array>; readonly length: number } | undefined,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpResponse> {
    const { server } = await this.context.endpoints()
    return this.context.transport.send(server, {
      method,
      path,
      repository: this.context.repository,
      scope: pushScope(this.context),
      headers: { 'content-type': 'application/octet-stream', ...headers },
      timeoutMs: transferMs(bytes),
      retry: false,
      ...(body === undefined ? {} : { body }),
    })
  }

  private lost(why: string): Fault {
    return registryFault(
      'REGISTRY_UPLOAD_LOST',
      `The upload of ${blobName(this.context, this.descriptor.digest)} was lost: ${why}.`,
      {
        fix: 'Run the same command again: what is there already is not sent again.',
        facts: { registry: this.context.registry },
      },
    )
  }

  private refusal(response: HttpResponse): Promise<Fault> {
    return refusalOf(response, this.context.registry, blobName(this.context, this.descriptor.digest))
  }
}
