/**
 * Readers written in Go match member names without regard to case (encoding/json), so that `"Layers"` beside `"layers"` gives them another
 * document than ours. A name that is one of the format's except for its case is refused.
 */

import type { JsonObject } from '../base/index.ts'
import { ociFault } from './faults.ts'

/** @throws MANIFEST_INVALID */
export function refuseFoldedNames(object: JsonObject, names: ReadonlyMap<string, string>, where: string): void {
  for (const name of Object.keys(object)) {
    const meant = names.get(folded(name))
    if (meant !== undefined && meant !== name)
      throw ociFault('MANIFEST_INVALID', `${where} has a member that differs from "${meant}" only by its case.`)
  }
}

export function foldedNames(...names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [folded(name), name]))
}

/** Upper case first: the long s and the Kelvin sign fold to `s` and `k`, as in Go. */
function folded(name: string): string {
  return name.toUpperCase().toLowerCase()
}
