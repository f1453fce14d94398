/** A registry that stands before another one, counts what it is asked, and can be without the Referrers API. */

import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface CountingProxy {
  /** `127.0.0.1:PORT`, as it stands in a reference. */
  readonly address: string
  /** `GET /v2/…`, in the order they came. */
  readonly asked: string[]
  /** How often everything that was asked at once was answered at once: what a distant registry costs, in round trips. */
  rounds(): number
  reset(): void
  close(): Promise<void>
}

/** Requests are held until none has come for so long: then they are one round. */
const QUIET_MS = 40

export async function countingProxy(
  origin: string,
  options: { readonly referrers: boolean; readonly hold: boolean },
): Promise<CountingProxy> {
  const asked: string[] = []
  let rounds = 0
  let held: (() => void)[] = []
  let timer: NodeJS.Timeout | undefined
  const release = (): void => {
    rounds++
    for (const answer of held.splice(0)) answer()
  }
  const server = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`)
    const answer = (): void => {
      if (!options.referrers && incoming.url?.includes('/referrers/') === true) outgoing.writeHead(404).end()
      else forward(origin, incoming, outgoing, options.referrers)
    }
    if (!options.hold) return answer()
    held.push(answer)
    clearTimeout(timer)
    timer = setTimeout(release, QUIET_MS)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    rounds: () => rounds,
    reset: () => {
      asked.length = 0
      rounds = 0
      held = []
    },
    close: async () => {
      clearTimeout(timer)
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function forward(origin: string, incoming: IncomingMessage, outgoing: ServerResponse, referrers: boolean): void {
  const { method, headers, url } = incoming
  const onward = request(`${origin}${url}`, { ...(method === undefined ? {} : { method }), headers }, (answer) => {
    // Who says `OCI-Subject` keeps the list of referrers by itself.
    if (!referrers) delete answer.headers['oci-subject']
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  onward.on('error', () => outgoing.destroy())
  incoming.pipe(onward)
}
