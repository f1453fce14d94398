/**
 * Failures that pass by themselves: docker-registry answers 500, 400 or with torn content while several writers push one blob (the empty
 * configuration of every referrer) or write one tag.
 */

import { Fault } from '../base/index.ts'
import type { Pause } from './pause.ts'

/** So many in a row are taken for noise. */
export const passingFailures = 6

const CODES: readonly string[] = [
  'REGISTRY_SERVER_ERROR',
  'REGISTRY_ANSWER_INVALID',
  'DIGEST_MISMATCH',
  'CONTENT_MISSING',
]

export function isPassing(error: unknown): boolean {
  if (!(error instanceof Fault)) return false
  return CODES.includes(error.code) || (error.code === 'REGISTRY_REFUSED' && error.facts['status'] === 400)
}

export function passingWait(failures: number, pause: Pause): number {
  return failures * 50 * (0.5 + pause.random())
}

/** Does the work again, a little later each time, while what goes wrong is of that kind. */
export async function patiently<T>(pause: Pause, work: () => Promise<T>): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await work()
    } catch (error) {
      if (!isPassing(error) || failures >= passingFailures) throw error
      await pause.wait(passingWait(failures, pause))
    }
  }
}
