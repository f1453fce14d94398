/** One line on standard error that is written over while something long goes on; nothing where no person watches. */

import { clip } from '../../base/index.ts'
import type { Context } from '../context.ts'

const MIN_INTERVAL_MS = 100

export interface Progress {
  /** Says where things stand; most calls cost nothing. */
  update(text: () => string): void
  /** Takes the line away. */
  done(): void
}

const noProgress: Progress = { update: () => {}, done: () => {} }

export function startProgress(context: Context): Progress {
  const { stderr, clock, environment } = context.io
  const isWatched = stderr.isTerminal && (environment['CI'] ?? '') === '' && environment['TERM'] !== 'dumb'
  if (!isWatched || context.settings.quiet || context.settings.debug) return noProgress
  let last = Number.NEGATIVE_INFINITY
  let isShown = false
  const write = (text: string): void => {
    stderr.write(text).catch(() => {})
  }
  return {
    update: (text) => {
      const now = clock()
      if (now - last < MIN_INTERVAL_MS) return
      last = now
      isShown = true
      write(`\r\u001b[2K${clip(text(), Math.max(20, (stderr.width ?? 80) - 1))}`)
    },
    done: () => {
      if (isShown) write('\r\u001b[2K')
      isShown = false
    },
  }
}
