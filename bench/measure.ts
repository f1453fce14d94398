/** Measures programs side by side: in turns, so that whatever else the machine does falls on all of them. */

import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

export interface Contestant {
  readonly name: string
  /** @param run -1 for the one that is not counted, then from 0 */
  readonly command: (run: number) => readonly string[]
}

export interface Measured {
  readonly name: string
  /** Medians over the runs. Wall time and CPU time (user and system) in milliseconds, peak of the resident memory in MB of 10^6 bytes. */
  readonly wall: number
  readonly cpu: number | undefined
  readonly peak: number | undefined
}

/** GNU time: Node tells nothing of what its children used. */
const TIME = '/usr/bin/time'
export const hasTime = existsSync(TIME)

/** @param runs of each, after one that is not counted (caches of files and compiled code) */
export async function measure(
  contestants: readonly Contestant[],
  runs: number,
  options: { readonly cwd: string; readonly environment: NodeJS.ProcessEnv },
): Promise<readonly Measured[]> {
  const samples = contestants.map(() => ({ wall: [] as number[], cpu: [] as number[], peak: [] as number[] }))
  for (let run = -1; run < runs; run++) {
    for (const [at, { name, command }] of contestants.entries()) {
      const one = await runOnce(name, command(run), options)
      if (run < 0) continue
      samples[at]?.wall.push(one.wall)
      if (one.cpu !== undefined) samples[at]?.cpu.push(one.cpu)
      if (one.peak !== undefined) samples[at]?.peak.push(one.peak)
    }
  }
  return contestants.map(({ name }, at) => {
    const { wall = [], cpu = [], peak = [] } = samples[at] ?? {}
    return { name, wall: median(wall) ?? Number.NaN, cpu: median(cpu), peak: median(peak) }
  })
}

/** Must end with 0 within two minutes. Asynchronous: a registry may be served by this process. */
async function runOnce(
  name: string,
  command: readonly string[],
  { cwd, environment }: { readonly cwd: string; readonly environment: NodeJS.ProcessEnv },
): Promise<{ wall: number; cpu: number | undefined; peak: number | undefined }> {
  const [program = '', ...words] = hasTime ? [TIME, '-f', '%U %S %M', ...command] : command
  const started = performance.now()
  const child = spawn(program, words, { cwd, env: environment, stdio: ['ignore', 'ignore', 'pipe'], timeout: 120_000 })
  const endWithUs = (): boolean => child.kill('SIGKILL')
  process.once('exit', endWithUs)
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told = (told + text).slice(-10_000)
  })
  const status = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  const wall = performance.now() - started
  process.off('exit', endWithUs)
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${told.slice(-2000)}`)
  const [user, system, kilobytes] = (hasTime ? told.trim().split('\n').at(-1) : '')?.split(' ').map(Number) ?? []
  return {
    wall,
    cpu: user === undefined || system === undefined || !hasTime ? undefined : (user + system) * 1000,
    peak: kilobytes === undefined || !hasTime ? undefined : (kilobytes * 1024) / 1_000_000,
  }
}

export function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

/** Whoever reads the table must know how busy the machine was: half of a load of 4 on two cores is somebody else's. */
export function load(): string {
  return (
    spawnSync('uptime', { encoding: 'utf8' })
      .stdout?.trim()
      .replace(/^.*load average:/, 'load:') ?? ''
  )
}
