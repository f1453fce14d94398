/** Uploads (distribution-spec 1.1, "Pushing blobs"): in one POST, POST and PUT, in chunks, streamed, and mounts from another repository. */

import { type Digest, type DigestAlgorithm, digestAlgorithm } from '../base/index.ts'
import { bodyOf, type Exchange, lengthOf, notAllowed, send } from './exchange.ts'
import { readChunkRange, receivedRange } from './ranges.ts'
import { Refusal } from './refusal.ts'
import { isRepositoryName, requireRegistryDigest } from './routes.ts'
import { type UploadSession, unknownUpload } from './session.ts'

export async function handleUploads(exchange: Exchange, name: string): Promise<void> {
  if (exchange.method !== 'POST') throw notAllowed('POST')
  const { query, service } = exchange
  const mount = query.get('mount')
  if (mount !== null) {
    const digest = requireRegistryDigest(mount)
    if (await service.repositories.mountBlob(name, digest, mountSource(query))) return created(exchange, name, digest)
  }
  const digest = digestParameter(query)
  const session = await service.sessions.start(
    name,
    digest === undefined ? wantedAlgorithm(query) : digestAlgorithm(digest),
  )
  if (digest === undefined) return accepted(exchange, session, 202)
  try {
    await complete(exchange, session, digest)
  } finally {
    // Its sender never learnt where it is: nobody could go on with it.
    await session.discard()
    service.sessions.settle(session)
  }
}

export async function handleUpload(exchange: Exchange, name: string, id: string): Promise<void> {
  const { method, service } = exchange
  const session = service.sessions.find(name, id)
  switch (method) {
    case 'GET':
    case 'HEAD':
      return accepted(exchange, session, 204)
    case 'PATCH':
      await withSession(exchange, session, () => appendBody(exchange, session))
      return accepted(exchange, session, 202)
    case 'PUT': {
      const digest = digestParameter(exchange.query)
      if (digest === undefined) throw new Refusal(400, 'DIGEST_INVALID', 'The parameter "digest" is missing.')
      return complete(exchange, session, digest)
    }
    case 'DELETE':
      await withSession(exchange, session, () => session.discard())
      return send(exchange, 204, {})
    default:
      throw notAllowed('GET, HEAD, PATCH, PUT, DELETE')
  }
}

async function complete(exchange: Exchange, session: UploadSession, digest: Digest): Promise<void> {
  await withSession(exchange, session, async () => {
    await appendBody(exchange, session)
    await session.finish(digest)
  })
  created(exchange, session.name, digest)
}

async function withSession(exchange: Exchange, session: UploadSession, work: () => Promise<void>): Promise<void> {
  const { sessions, clock } = exchange.service
  try {
    await session.use(clock, work)
  } finally {
    sessions.settle(session)
  }
}

/** A chunk goes where the last one ended, or nowhere: 416 tells where that is. */
async function appendBody(exchange: Exchange, session: UploadSession): Promise<void> {
  const { request } = exchange
  const header = request.headers['content-range']
  const length = lengthOf(request)
  if (header === undefined) return session.append(bodyOf(request), length)
  const range = readChunkRange(header)
  if (range === undefined)
    throw new Refusal(400, 'BLOB_UPLOAD_INVALID', 'The Content-Range is not written as FIRST-LAST.')
  const expected = range.last - range.first + 1
  if (range.first !== session.received) {
    throw new Refusal(
      416,
      'BLOB_UPLOAD_INVALID',
      `The next chunk starts at ${session.received}, not at ${range.first}.`,
      {
        headers: progress(session),
      },
    )
  }
  if (length !== undefined && length !== expected)
    throw new Refusal(400, 'SIZE_INVALID', `The Content-Range names ${expected} bytes, the Content-Length ${length}.`)
  return session.append(bodyOf(request), expected)
}

/** `from` left out or empty: any repository (what the suite calls an anonymous mount). */
function mountSource(query: URLSearchParams): string | undefined {
  const from = query.get('from')
  if (from === null || from === '') return undefined
  if (!isRepositoryName(from)) throw new Refusal(400, 'NAME_INVALID', 'The parameter "from" is no repository name.')
  return from
}

function digestParameter(query: URLSearchParams): Digest | undefined {
  const digest = query.get('digest')
  return digest === null ? undefined : requireRegistryDigest(digest)
}

/** A client may name the algorithm before it knows the digest; any other value is found out at the end. */
function wantedAlgorithm(query: URLSearchParams): DigestAlgorithm {
  return query.get('digest-algorithm') === 'sha512' ? 'sha512' : 'sha256'
}

function created(exchange: Exchange, name: string, digest: Digest): void {
  send(exchange, 201, { location: `/v2/${name}/blobs/${digest}`, 'docker-content-digest': digest })
}

function accepted(exchange: Exchange, session: UploadSession, status: 202 | 204): void {
  if (session.isOver) throw unknownUpload()
  send(exchange, status, { ...progress(session), 'docker-upload-uuid': session.id })
}

function progress(session: UploadSession): Record<string, string> {
  return { location: `/v2/${session.name}/blobs/uploads/${session.id}`, range: receivedRange(session.received) }
}
