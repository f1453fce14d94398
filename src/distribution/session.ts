/** One upload in progress (distribution-spec 1.1, "Pushing blobs"): its bytes are hashed while they are written. */

import {
  type Bytes,
  type Clock,
  type Digest,
  type DigestAlgorithm,
  type Digester,
  digestAlgorithm,
  limits,
  newDigester,
} from '../base/index.ts'
import type { Incoming } from './driver.ts'
import { Refusal } from './refusal.ts'
import type { Repositories } from './repositories.ts'

/** Pieces of a request are written together from this size on, while the next are hashed. */
const BATCH_BYTES = 1024 * 1024
const BATCH_PIECES = 1024

export class UploadSession {
  readonly id: string
  readonly name: string
  received = 0
  lastUsed: number
  isBusy = false
  isOver = false
  private readonly incoming: Incoming
  private readonly repositories: Repositories
  private readonly algorithm: DigestAlgorithm
  private readonly digester: Digester

  constructor(
    identity: { readonly id: string; readonly name: string; readonly algorithm: DigestAlgorithm; readonly now: number },
    incoming: Incoming,
    repositories: Repositories,
  ) {
    this.id = identity.id
    this.name = identity.name
    this.lastUsed = identity.now
    this.algorithm = identity.algorithm
    this.digester = newDigester(identity.algorithm)
    this.incoming = incoming
    this.repositories = repositories
  }

  /** Runs one request's work on the session; a second at the same time is refused. What fails in the storage ends the session. */
  async use<T>(clock: Clock, work: () => Promise<T>): Promise<T> {
    if (this.isOver) throw unknownUpload()
    if (this.isBusy) throw new Refusal(409, 'BLOB_UPLOAD_INVALID', 'Another request is writing to this upload.')
    this.isBusy = true
    try {
      return await work()
    } finally {
      this.isBusy = false
      this.lastUsed = clock()
      if (!this.isOver) await this.incoming.rest()
    }
  }

  /**
   * Appends a request's body. When the sender breaks off, what came counts, and the upload can go on from there.
   * @param expected bytes that the request announced; more or less ends the session
   */
  async append(body: AsyncIterable<Bytes>, expected: number | undefined): Promise<void> {
    const start = this.received
    const writer = batchWriter(this.incoming)
    try {
      for await (const chunk of body) {
        if (expected !== undefined && this.received - start + chunk.length > expected)
          throw await this.wrongSize(expected)
        await this.take(chunk.length)
        this.digester.update(chunk)
        this.received += chunk.length
        await writer.write(chunk)
      }
    } finally {
      await this.endOnFailure(() => writer.flush())
    }
    if (expected !== undefined && this.received - start !== expected) throw await this.wrongSize(expected)
  }

  /** @throws Refusal 400 DIGEST_INVALID, which ends the session */
  async finish(digest: Digest): Promise<void> {
    const found =
      digestAlgorithm(digest) === this.algorithm ? this.digester.digest() : await this.rehash(digestAlgorithm(digest))
    if (found !== digest) {
      await this.discard()
      throw new Refusal(400, 'DIGEST_INVALID', `The bytes have the digest ${found}.`, { details: [{ digest }] })
    }
    this.isOver = true
    await this.repositories.addBlob(this.name, digest, this.received, this.incoming)
  }

  async discard(): Promise<void> {
    if (this.isOver) return
    this.isOver = true
    this.repositories.budget.give(this.received)
    await this.incoming.discard()
  }

  private async rehash(algorithm: DigestAlgorithm): Promise<Digest> {
    const digester = newDigester(algorithm)
    for await (const part of this.incoming.readBack()) digester.update(part)
    return digester.digest()
  }

  private async take(bytes: number): Promise<void> {
    try {
      this.repositories.budget.take(bytes)
    } catch (error) {
      await this.discard()
      throw error
    }
  }

  private async endOnFailure(work: () => Promise<void>): Promise<void> {
    if (this.isOver) return
    try {
      await work()
    } catch (error) {
      await this.discard()
      throw error
    }
  }

  private async wrongSize(expected: number): Promise<Refusal> {
    await this.discard()
    return new Refusal(400, 'SIZE_INVALID', `The body has not the ${expected} bytes that the request announced.`)
  }
}

export function unknownUpload(): Refusal {
  return new Refusal(404, 'BLOB_UPLOAD_UNKNOWN', 'There is no such upload: it ended, was cancelled, or expired.')
}

function batchWriter(incoming: Incoming): { write(chunk: Bytes): Promise<void>; flush(): Promise<void> } {
  let batch: Bytes[] = []
  let size = 0
  let pending: Promise<void> = Promise.resolve()
  const send = async (): Promise<void> => {
    await pending
    if (batch.length === 0) return
    pending = incoming.append(batch)
    // A failure is thrown where it is awaited; until then it must not count as unhandled.
    pending.catch(() => {})
    batch = []
    size = 0
  }
  return {
    async write(chunk) {
      batch.push(chunk)
      size += chunk.length
      if (size >= BATCH_BYTES || batch.length >= BATCH_PIECES) await send()
    },
    async flush() {
      await send()
      await pending
    },
  }
}

/** The uploads in progress: bounded, and forgotten when idle. */
export class UploadSessions {
  private readonly sessions = new Map<string, UploadSession>()
  private readonly repositories: Repositories
  private readonly clock: Clock
  private readonly newId: () => string

  constructor(repositories: Repositories, clock: Clock, newId: () => string) {
    this.repositories = repositories
    this.clock = clock
    this.newId = newId
  }

  async start(name: string, algorithm: DigestAlgorithm): Promise<UploadSession> {
    await this.expire()
    if (this.sessions.size >= limits.servedUploads) {
      throw new Refusal(429, 'TOOMANYREQUESTS', `${limits.servedUploads} uploads are in progress.`, {
        headers: { 'retry-after': '5' },
      })
    }
    const id = this.newId()
    const incoming = await this.repositories.receive(id)
    const session = new UploadSession({ id, name, algorithm, now: this.clock() }, incoming, this.repositories)
    this.sessions.set(id, session)
    return session
  }

  /** @throws Refusal 404 */
  find(name: string, id: string): UploadSession {
    const session = this.sessions.get(id)
    if (session === undefined || session.name !== name || session.isOver) throw unknownUpload()
    return session
  }

  /** Called after each request: a session that is over needs no place. */
  settle(session: UploadSession): void {
    if (session.isOver) this.sessions.delete(session.id)
  }

  async close(): Promise<void> {
    for (const session of this.sessions.values()) await session.discard()
    this.sessions.clear()
  }

  private async expire(): Promise<void> {
    const oldest = this.clock() - limits.servedUploadIdleMs
    for (const session of this.sessions.values()) {
      if (session.isBusy || session.lastUsed > oldest) continue
      await session.discard()
      this.sessions.delete(session.id)
    }
  }
}
