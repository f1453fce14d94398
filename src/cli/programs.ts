/** Runs other programs: credential helpers. Never through a shell, with a bound on what they say. */

import { spawn } from 'node:child_process'
import { type Environment, limits } from '../base/index.ts'
import type { RunProgram } from '../registry/index.ts'

export function runProgram(environment: Environment): RunProgram {
  return ([program = '', ...words], stdin) =>
    new Promise((resolve, reject) => {
      const child = spawn(program, words, { env: { ...environment }, stdio: ['pipe', 'pipe', 'inherit'] })
      const parts: Buffer[] = []
      let length = 0
      child.on('error', reject)
      child.stdout.on('data', (part: Buffer) => {
        length += part.length
        if (length > limits.tokenBytes) child.kill()
        else parts.push(part)
      })
      child.on('close', (status) => resolve({ status: status ?? 1, stdout: Buffer.concat(parts).toString('utf8') }))
      // A helper that ends without reading is judged by its status.
      child.stdin.on('error', () => {})
      child.stdin.end(stdin)
    })
}
