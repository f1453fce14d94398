/**
 * Node's own modules in what ships, taken without the copy of all their exports that an `import` of an ES module makes: reading those runs
 * lazy getters, and `import { request } from 'node:http'` would load the WebSocket client (docs/decisions/0009-quick-to-start.md).
 */

/** What most calls never reach: taken when one of its functions is called. */
const COLD = [
  'node:child_process',
  'node:fs/promises',
  'node:os',
  'node:readline',
  'node:stream/promises',
  'node:timers/promises',
  'node:tty',
  'node:zlib',
]

/** As esbuild prints an import: one statement, from the start of a line to the end of one. */
const IMPORT = /^import (?:([\w$]+)|\* as ([\w$]+)|\{([^}]*)\}) from "(node:[\w/]+)";$/gm

/** @param text a module as esbuild printed it, not minified */
export function takeBuiltins(text: string): string {
  return text.replace(IMPORT, (_, byDefault?: string, whole?: string, names?: string, from: string = '') => {
    // A module may have a `process` of its own.
    const taken = `globalThis.process.getBuiltinModule(${JSON.stringify(from)})`
    if (names === undefined) return `const ${byDefault ?? whole} = ${taken};`
    const pairs = names.split(',').map((name) => name.trim().split(' as '))
    const lazy = COLD.includes(from) ? pairs.filter(([name = '']) => isPlainFunction(from, name)) : []
    const eager = pairs.filter((pair) => !lazy.includes(pair))
    const members = eager.map(([name, local]) => (local === undefined ? name : `${name}: ${local}`)).join(', ')
    return [
      ...(eager.length === 0 ? [] : [`const { ${members} } = ${taken};`]),
      ...lazy.map(([name, local]) => `const ${local ?? name} = (...words) => ${taken}.${name}(...words);`),
    ].join('\n')
  })
}

/** A class is no function that can stand behind another one. */
function isPlainFunction(from: string, name: string): boolean {
  const module: object = process.getBuiltinModule(from) ?? {}
  return /^[a-z]/.test(name) && typeof Reflect.get(module, name) === 'function'
}
