/** A call of this clone's command line as a process of its own. */

import { spawn } from 'node:child_process'
import { join } from 'node:path'

export interface ProcessResult {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export function zegelProcess(args: readonly string[], input = ''): Promise<ProcessResult> {
  const main = join(import.meta.dirname, '../../src/cli/main.ts')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], { stdio: 'pipe' })
  const texts = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr += text
  })
  child.stdin.on('error', () => {}).end(input)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status: status ?? -1, ...texts }))
  })
}
