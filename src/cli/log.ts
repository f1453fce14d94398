/** The log that `--debug` writes to standard error: one line an event, escaped for a terminal. */

import { clip, forTerminal, type Log, type LogFields } from '../base/index.ts'
import type { Io } from './io.ts'

export function debugLog(io: Pick<Io, 'stderr' | 'clock'>): Log {
  const start = io.clock()
  const line = (level: string, message: string, fields: LogFields = {}): void => {
    const elapsed = ((io.clock() - start) / 1000).toFixed(3)
    const facts = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ` ${name}=${clip(String(value), 400)}`)
    io.stderr.write(`[${elapsed}s] ${level}${forTerminal(message)}${facts.join('')}\n`).catch(() => {})
  }
  return {
    debug: (message, fields) => line('', message, fields),
    warn: (message, fields) => line('warning: ', message, fields),
  }
}
