/** Completion scripts of the shells, made from the table; they call nothing, so that a completion is never slow. */

import type { CommandSpec } from '../table/types.ts'
import { bashScript } from './bash.ts'
import { fishScript } from './fish.ts'
import { zshScript } from './zsh.ts'

export function completionScript(shell: string, specs: readonly CommandSpec[]): string {
  const visible = specs.filter((spec) => spec.isHidden !== true)
  if (shell === 'bash') return bashScript(visible)
  return shell === 'zsh' ? zshScript(visible) : fishScript(visible)
}
