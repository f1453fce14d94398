/** How a call waits between two attempts. */

import type { Pause } from '../attachments/index.ts'
import type { Context } from './context.ts'

export function pauseOf({ io, signal }: Context): Pause {
  return {
    wait: (milliseconds) => {
      signal.throwIfAborted()
      return new Promise((resolve) => setTimeout(resolve, milliseconds))
    },
    random: () => Buffer.from(io.random(4)).readUInt32BE() / 2 ** 32,
    now: io.clock,
  }
}

/** For places of which one writer at a time has hold: a layout that is locked. */
export const noPause: Pause = { wait: async () => {}, random: () => 0 }
