/** An answer that is read late, after its connection was lost: it fails, it does not wait for ever. */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { silentLog } from '../../src/base/index.ts'
import { createFetcher } from '../../src/http/index.ts'

let server: Server
let url: URL
beforeAll(async () => {
  server = createServer((_, answer) => {
    answer.writeHead(200, { 'content-length': '1000' })
    answer.write('the beginning')
    setTimeout(() => answer.destroy(), 20)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
})
afterAll(() => void server.close())

it.each([0, 100])('after %i ms', async (late) => {
  const fetcher = createFetcher({ environment: {}, log: silentLog, clock: Date.now })
  const answer = await fetcher.fetch({ method: 'GET', url })
  await new Promise((resolve) => setTimeout(resolve, late))
  await expect(answer.readAll(10_000)).rejects.toMatchObject({ code: 'HTTP_UNREACHABLE' })
  fetcher.close()
})
