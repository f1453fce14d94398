/**
 * Imports of the command line, past the doors of the rooms: what a file takes from `../room/index.ts` it takes from the file that the door names.
 * A bundler that splits goes by files, so that one import from a door would bring the whole room along (docs/decisions/0009-quick-to-start.md).
 */

import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Plugin } from 'esbuild'

const FROM_DOOR = /^(import|export) \{([^}]*)\} from '((?:\.\.?\/)+(?:[\w-]+\/)*index\.ts)'$/gm
const RE_EXPORT = /^export \{([^}]*)\} from '(\.\/[\w./-]+\.ts)'$/gm

/** The file behind each name that a door hands out, and what the name is there. */
type Door = ReadonlyMap<string, { readonly file: string; readonly name: string }>

export function throughDoors(sources: string): Plugin {
  const doors = new Map<string, Door>()
  const doorAt = (path: string): Door => {
    const known = doors.get(path) ?? readDoor(path)
    doors.set(path, known)
    return known
  }
  return {
    name: 'through-doors',
    setup: (build) => {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (!path.startsWith(sources)) return undefined
        const text = readFileSync(path, 'utf8')
        const contents = text.replace(FROM_DOOR, (_, how: string, names: string, door: string) => {
          return past(how, doorAt(resolve(dirname(path), door)), valuesIn(names))
        })
        return { contents, loader: 'ts' }
      })
    },
  }
}

function readDoor(path: string): Door {
  const door = new Map<string, { file: string; name: string }>()
  for (const [, names = '', file = ''] of readFileSync(path, 'utf8').matchAll(RE_EXPORT)) {
    for (const { name, local } of valuesIn(names)) door.set(local, { file: resolve(dirname(path), file), name })
  }
  return door
}

function past(how: string, door: Door, names: readonly { readonly name: string; readonly local: string }[]): string {
  return names
    .map(({ name, local }) => {
      const found = door.get(name)
      if (found === undefined) throw new Error(`A door hands out no "${name}".`)
      return `${how} { ${found.name} as ${local} } from ${JSON.stringify(found.file)}`
    })
    .join('\n')
}

/** `a, type B, c as d` without the types, which are no part of a program. */
function valuesIn(names: string): readonly { readonly name: string; readonly local: string }[] {
  return names
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && !part.startsWith('type '))
    .map((part) => {
      const [name = '', local = name] = part.split(' as ')
      return { name, local }
    })
}
