/** What the commands that serve share: their address, and how long they run. */

import type { Context } from './context.ts'
import { cliFault } from './faults.ts'

/** `HOST:PORT`; an IPv6 address stands in brackets. @throws USAGE_VALUE_INVALID */
export function parseAddress(written: string): { readonly address: string; readonly port: number } {
  const [, bracketed, plain, port = ''] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):([0-9]{1,5})$/.exec(written) ?? []
  const address = bracketed ?? plain
  if (address !== undefined && Number(port) <= 65535) return { address, port: Number(port) }
  throw cliFault('USAGE_VALUE_INVALID', `"${written.slice(0, 60)}" is not a value of --address.`, {
    fix: 'Write HOST:PORT, such as 127.0.0.1:5005, [::1]:5005, or 127.0.0.1:0 for a free port.',
  })
}

/** Until Ctrl-C, SIGTERM or `--timeout`. */
export function untilStopped({ signal }: Context): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
