/** Plain requests for tests: every byte and header as given, nothing followed, nothing retried. */

import { type IncomingHttpHeaders, request } from 'node:http'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** The code of the first entry in an error body. */
  readonly code: string | undefined
}

export interface Call {
  readonly headers?: Readonly<Record<string, string | number>>
  readonly body?: string | Uint8Array
  /** Sent piece by piece without a Content-Length. */
  readonly stream?: readonly (string | Uint8Array)[]
}

export function call(base: string, method: string, path: string, options: Call = {}): Promise<Answer> {
  const { hostname, port } = new URL(base)
  return new Promise((resolve, reject) => {
    const length = options.body === undefined ? {} : { 'content-length': Buffer.byteLength(options.body) }
    const headers = { ...length, ...options.headers }
    const asked = request({ host: hostname, port, method, path, headers, agent: false }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () => {
        const body = Buffer.concat(parts)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, code: codeIn(body) })
      })
    })
    asked.on('error', reject)
    for (const piece of options.stream ?? []) asked.write(piece)
    asked.end(options.body)
  })
}

function codeIn(body: Buffer): string | undefined {
  try {
    const read = JSON.parse(body.toString()) as { errors?: { code?: string }[] }
    return read.errors?.[0]?.code
  } catch {
    return undefined
  }
}
