/** The bytes that the server may hold: content and unfinished uploads together. */

import { formatBytes } from '../base/index.ts'
import { Refusal } from './refusal.ts'

export interface Budget {
  /** @throws Refusal 507 when there is no room */
  take(bytes: number): void
  give(bytes: number): void
  /** What was there when the server started: counted, never refused. */
  count(bytes: number): void
}

export function budget(most: number): Budget {
  let used = 0
  return {
    take(bytes) {
      if (used + bytes > most) {
        throw new Refusal(
          507,
          'DENIED',
          `The registry is full: it holds at most ${formatBytes(most)}. Delete something.`,
        )
      }
      used += bytes
    },
    give(bytes) {
      used -= bytes
    },
    count(bytes) {
      used += bytes
    },
  }
}
