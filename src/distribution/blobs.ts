/** Blobs (distribution-spec 1.1, "Pulling blobs", "Deleting Blobs"), with ranges. */

import type { Digest } from '../base/index.ts'
import { type Exchange, notAllowed, send, sendStream } from './exchange.ts'
import { readRange } from './ranges.ts'
import { Refusal } from './refusal.ts'

export async function handleBlob(exchange: Exchange, name: string, digest: Digest): Promise<void> {
  switch (exchange.method) {
    case 'GET':
    case 'HEAD':
      return getBlob(exchange, name, digest)
    case 'DELETE':
      if (!(await exchange.service.repositories.removeBlob(name, digest))) throw unknownBlob(digest)
      return send(exchange, 202, {})
    default:
      throw notAllowed('GET, HEAD, DELETE')
  }
}

async function getBlob(exchange: Exchange, name: string, digest: Digest): Promise<void> {
  const { repositories } = exchange.service
  const size = repositories.catalog.blobSize(name, digest)
  if (size === undefined) throw unknownBlob(digest)
  const tag = `"${digest}"`
  const headers = {
    'content-type': 'application/octet-stream',
    'docker-content-digest': digest,
    'accept-ranges': 'bytes',
    etag: tag,
  }
  const { range: wanted, 'if-range': condition } = exchange.request.headers
  const range = condition === undefined || condition === tag ? readRange(wanted, size) : undefined
  if (range === 'unsatisfiable') {
    throw new Refusal(416, 'SIZE_INVALID', `The blob has ${size} bytes.`, {
      headers: { 'content-range': `bytes */${size}` },
    })
  }
  const { response } = exchange
  const stream = exchange.method === 'HEAD' || size === 0 ? undefined : await repositories.open(digest, range)
  if (stream === undefined && exchange.method !== 'HEAD' && size > 0) throw unknownBlob(digest)
  if (range === undefined) response.writeHead(200, { ...headers, 'content-length': size })
  else {
    const { first, last } = range
    const part = { 'content-length': last - first + 1, 'content-range': `bytes ${first}-${last}/${size}` }
    response.writeHead(206, { ...headers, ...part })
  }
  if (stream === undefined) response.end()
  else await sendStream(exchange, stream)
}

function unknownBlob(digest: Digest): Refusal {
  return new Refusal(404, 'BLOB_UNKNOWN', 'The repository has no such blob.', { details: [{ digest }] })
}
