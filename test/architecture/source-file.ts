/** One source file, read once: what it imports and what it does, with the line of each. */

import { readFileSync } from 'node:fs'
import { parseAst } from 'rolldown/parseAst'
import { type Done, describeDeeds } from './deeds.ts'
import { type Node, walk } from './walk.ts'

export interface Import {
  /** As written; undefined where it is computed at run time. */
  readonly specifier: string | undefined
  readonly line: number
}

export interface SourceFile {
  /** Relative to the folder that holds the rooms, with `/`. */
  readonly path: string
  readonly lines: number
  readonly imports: readonly Import[]
  readonly done: readonly Done[]
  /** What stands in the file besides re-exports by name, for doors. */
  readonly notReExports: readonly number[]
  /** The first thing in the file is a comment. */
  readonly hasHeader: boolean
}

export function readSourceFile(root: string, path: string): SourceFile {
  const text = readFileSync(`${root}/${path}`, 'utf8')
  const program = parseAst(text, { lang: 'ts' }, path) as unknown as Node & { readonly body: readonly Node[] }
  const starts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)]
  const lineOf = (node: Node): number => starts.findLastIndex((start) => start <= node.start) + 1
  const imports: Import[] = []
  walk(program, (node) => {
    if (!importing.has(node.type)) return
    const source = node['source'] as Node | null | undefined
    if (source === null || source === undefined) return
    imports.push({ specifier: typeof source['value'] === 'string' ? source['value'] : undefined, line: lineOf(node) })
  })
  return {
    path,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    imports,
    done: describeDeeds(program, text, lineOf),
    notReExports: program.body.filter((node) => !isReExportByName(node)).map(lineOf),
    hasHeader: /^(?:\/\*\*|\/\/|#!)/.test(text),
  }
}

const importing = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
])

function isReExportByName(node: Node): boolean {
  return node.type === 'ExportNamedDeclaration' && node['source'] !== null
}
