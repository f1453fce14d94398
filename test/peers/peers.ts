/**
 * Tests beside real programs: found by name, skipped by name with the reason where one is not there.
 *
 * Nothing here installs anything: `npm run peers` does. `ZEGEL_PEERS=required` (CI) turns an absence into a failure.
 */

import { spawn } from 'node:child_process'
import { describe, it } from 'vitest'
import { lookForPeer, type PeerName, peer } from './programs.ts'

export { type PeerName, peer } from './programs.ts'
export { type RunningRegistry, startRegistryPeer } from './registry-peer.ts'

/** Why tests with these peers can't run, or undefined when they can. */
export function missingPeers(names: readonly PeerName[]): string | undefined {
  const reasons = names.flatMap((name) => {
    const program = lookForPeer(name)
    return 'missing' in program ? [program.missing] : []
  })
  return reasons.length === 0 ? undefined : reasons.join('; ')
}

export const peersRequired = process.env['ZEGEL_PEERS'] === 'required'

/**
 * `describe` for tests that need these programs.
 * @example describeWithPeers(['cosign', 'docker-registry'], 'cosign verifies what we sign', () => { it(…) })
 */
export function describeWithPeers(names: readonly PeerName[], title: string, body: () => void): void {
  const missing = missingPeers(names)
  if (missing === undefined) return void describe(title, body)
  if (peersRequired) {
    return void describe(title, () => {
      it(`has its peers: ${names.join(', ')}`, () => {
        throw new Error(`ZEGEL_PEERS=required, but ${missing}; "npm run peers" says why it could not be had`)
      })
    })
  }
  describe.skip(`${title} [skipped: ${missing}; npm run peers]`, body)
}

export interface PeerRun {
  /** The exit status; -1 when a signal ended it. */
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export interface PeerRunOptions {
  readonly cwd?: string
  /** Added to the environment of the test. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
  readonly timeoutMs?: number
}

/** Runs the program to its end, whatever its status. */
export function runPeer(name: PeerName, args: readonly string[], options: PeerRunOptions = {}): Promise<PeerRun> {
  const child = spawn(peer(name), args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: 'pipe',
    timeout: options.timeoutMs ?? 60_000,
    killSignal: 'SIGKILL',
  })
  const stdout: string[] = []
  const stderr: string[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text))
  child.stdin.on('error', () => undefined).end(options.input ?? '')
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status: status ?? -1, stdout: stdout.join(''), stderr: stderr.join('') }))
  })
}
