/** Running programs as a user of the package would: own folder, own environment, everything captured. */

import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export const repository = join(import.meta.dirname, '../..')

/** The folder of the Node.js that runs the tests. */
export const nodeFolder = dirname(process.execPath)

export interface Ran {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

/** The environment holds only what is given, and a PATH with this Node.js and the system's programs. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const env = { PATH: `${nodeFolder}:/usr/bin:/bin`, LC_ALL: 'C.UTF-8', ...options.env }
  const child = spawn(program, args, { cwd: options.cwd, env, timeout: options.timeoutMs ?? 120_000, stdio: 'pipe' })
  child.stdin.end()
  const stdout: string[] = []
  const stderr: string[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status: status ?? -1, stdout: stdout.join(''), stderr: stderr.join('') }))
  })
}

/** Like `run`, but anything other than status 0 is an error with what was said. */
export async function succeed(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { status, stdout, stderr } = await run(program, args, options)
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: status ${status}\n${stdout}${stderr}`)
  return stdout
}

/** A folder that is gone after the work. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'zegel packaging '))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
