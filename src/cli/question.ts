/** What the flags of `verify` and its kin ask, as a question. */

import type { Question, TrustedKey } from '../verification/index.ts'
import { cliFault } from './faults.ts'

/** @param written `-a build=42`, as often as wanted @throws USAGE */
export function readAnnotations(written: readonly string[]): Readonly<Record<string, string>> {
  const annotations: Record<string, string> = Object.create(null)
  for (const text of written) {
    const at = text.indexOf('=')
    const key = text.slice(0, at)
    if (at < 1) {
      throw cliFault('USAGE_VALUE_INVALID', `The annotation "${text.slice(0, 100)}" has no value.`, {
        fix: 'Write it as -a KEY=VALUE.',
      })
    }
    if (annotations[key] !== undefined && annotations[key] !== text.slice(at + 1)) {
      throw cliFault('USAGE_VALUE_INVALID', `The annotation "${key}" is given twice with different values.`, {
        fix: 'Give it once.',
      })
    }
    annotations[key] = text.slice(at + 1)
  }
  return annotations
}

export interface ImageQuestionOptions {
  readonly threshold: number
  readonly annotations: readonly string[]
  readonly signContainerIdentity: string | undefined
}

export function imageQuestion(
  about: Question['about'],
  keys: readonly TrustedKey[],
  options: ImageQuestionOptions,
): Question {
  const { threshold, signContainerIdentity: name } = options
  return {
    about,
    keys,
    threshold,
    annotations: readAnnotations(options.annotations),
    ...(name === undefined ? {} : { name }),
  }
}
