/** The user's own folders (XDG Base Directory Specification 0.8); the environment is a parameter. */

import { isAbsolute, join } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

export interface UserFolders {
  /** Configuration: `${XDG_CONFIG_HOME:-~/.config}/zegel`. */
  readonly config: string
  /** What can be thrown away: `${XDG_CACHE_HOME:-~/.cache}/zegel`. */
  readonly cache: string
}

export function userFolders(environment: Environment, home: string): UserFolders {
  const folder = (variable: string, fallback: string): string => {
    const named = environment[variable]
    return join(named !== undefined && isAbsolute(named) ? named : join(home, fallback), 'zegel')
  }
  return { config: folder('XDG_CONFIG_HOME', '.config'), cache: folder('XDG_CACHE_HOME', '.cache') }
}
