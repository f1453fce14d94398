/** The adapter that runs a plugin as a process group of its own, so that all of it can be ended: the one file of this room that starts programs. */

import { type ChildProcess, spawn } from 'node:child_process'
import { limits } from '../../base/index.ts'
import type { PluginExit, RunPlugin } from './port.ts'

/** @see RunPlugin */
export const spawnPlugin: RunPlugin = ({ program, command, request, environment, timeoutMs, signal }) =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const child = spawn(program, [command], { env: { ...environment }, stdio: 'pipe', detached: true })
    let stopped: PluginExit['stopped']
    const stop = (why: PluginExit['stopped']): void => {
      stopped ??= why
      killGroup(child)
    }
    const timer = setTimeout(() => stop('timeout'), timeoutMs)
    const abort = (): void => stop(undefined)
    signal?.addEventListener('abort', abort)
    const stdout = collect(child.stdout, limits.pluginOutputBytes, () => stop('flood'))
    const stderr = collect(child.stderr, limits.pluginErrorBytes, () => stop('flood'))
    // A plugin that ends without reading is judged by its status.
    child.stdin.on('error', () => {})
    child.stdin.end(request)
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
    child.on('error', (error) => {
      done()
      reject(error)
    })
    child.on('close', (status) => {
      done()
      if (signal?.aborted === true) return reject(signal.reason)
      const exit = { status: status ?? undefined, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) }
      resolve(stopped === undefined ? exit : { ...exit, stopped })
    })
  })

function collect(stream: NodeJS.ReadableStream, atMost: number, flooded: () => void): readonly Buffer[] {
  const parts: Buffer[] = []
  let length = 0
  stream.on('data', (part: Buffer) => {
    length += part.length
    if (length <= atMost) parts.push(part)
    else flooded()
  })
  return parts
}

/** With what it started, which may hold its output open. What puts itself into another group is beyond reach: its pipes are closed. */
function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
  child.stdout?.destroy()
  child.stderr?.destroy()
}
