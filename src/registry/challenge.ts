/** WWW-Authenticate (RFC 9110 section 11.6.1): several challenges in one header, parameters as tokens or quoted strings. */

import { limits } from '../base/index.ts'

export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string
  /** Lower-case names. The first of a repeated parameter counts. */
  readonly parameters: ReadonlyMap<string, string>
}

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y
const TOKEN68 = /[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y
const EQUALS = /[ \t]*=[ \t]*/y
const SEPARATOR = /[ \t,]*/y
const SPACE = /[ \t]+/y
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy

/**
 * Reads the header leniently where that is harmless; what cannot be read ends the list, what was read before stays.
 * @example readChallenges('Bearer realm="https://auth.example/token",service="r"')
 */
export function readChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = []
  const reader = new Scanner(header)
  while (challenges.length <= limits.challenges) {
    reader.take(SEPARATOR)
    const name = reader.take(TOKEN)
    if (name === undefined) return challenges
    const current = challenges.at(-1)
    if (current !== undefined && reader.take(EQUALS) !== undefined) {
      const value = reader.value()
      if (value === undefined) return challenges
      if (!current.parameters.has(name.toLowerCase())) current.parameters.set(name.toLowerCase(), value)
      continue
    }
    challenges.push({ scheme: name.toLowerCase(), parameters: new Map() })
    // `Negotiate YII…=`: one value without a name, of no use to us.
    if (reader.take(SPACE) !== undefined) reader.takeToken68()
  }
  return challenges.slice(0, limits.challenges)
}

class Scanner {
  private at = 0
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const match = pattern.exec(this.text)
    if (match === null) return undefined
    this.at = pattern.lastIndex
    return match[1] ?? match[0]
  }

  value(): string | undefined {
    if (this.text[this.at] !== '"') return this.take(TOKEN)
    return this.take(QUOTED)?.replace(/\\(.)/gs, '$1')
  }

  /** Only where the next word is no parameter (`name=value`) and no scheme of its own. */
  takeToken68(): void {
    const before = this.at
    const found = this.take(TOKEN68)
    if (found !== undefined && !/=$|[/+]/.test(found)) this.at = before
  }
}
