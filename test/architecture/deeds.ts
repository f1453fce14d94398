/** What a file does that most files must not: reading clocks and environments, escaping the type system, claiming a proof. */

import type { Deed } from './plan.ts'
import { isNode, type Node, nameOf, walk } from './walk.ts'

/** Forbidden everywhere, whatever the room. */
export type Escape = 'any' | 'non-null !' | 'a switched-off type check'

export interface Done {
  readonly deed: Deed | Escape
  readonly line: number
}

export function describeDeeds(program: Node, text: string, lineOf: (node: Node) => number): Done[] {
  const declared = declaredNames(program)
  const done: Done[] = []
  walk(program, (node, parent) => {
    const deed = escapeOf(node) ?? castOf(node) ?? importedDeed(node) ?? takenFromGlobals(node, parent, declared)
    if (deed !== undefined) done.push({ deed, line: lineOf(node) })
  })
  for (const match of text.matchAll(/@ts-(?:ignore|expect-error|nocheck)\b/g)) {
    done.push({ deed: 'a switched-off type check', line: text.slice(0, match.index).split('\n').length })
  }
  return done
}

function escapeOf(node: Node): Escape | undefined {
  if (node.type === 'TSAnyKeyword') return 'any'
  if (node.type === 'TSNonNullExpression' || node['definite'] === true) return 'non-null !'
  return undefined
}

/** `x as Verified<…>` in any depth of the type, and a second name for the brand, which would hide it. */
function castOf(node: Node): Deed | undefined {
  if (node.type === 'TSAsExpression' || node.type === 'TSTypeAssertion') {
    let found = false
    walk(node['typeAnnotation'] as Node, (inner) => {
      if (nameOf(inner) === 'Verified') found = true
    })
    return found ? 'cast to Verified' : undefined
  }
  if (node.type !== 'ImportSpecifier') return undefined
  const renamed = nameOf(node['imported']) === 'Verified' && nameOf(node['local']) !== 'Verified'
  return renamed ? 'cast to Verified' : undefined
}

function importedDeed(node: Node): Deed | undefined {
  const source = node['source']
  const from = isNode(source) ? source['value'] : undefined
  if (from === 'node:child_process' || from === 'child_process') return 'child_process'
  // Its members are the globals under other names.
  return from === 'node:process' || from === 'process' ? 'process.env' : undefined
}

const members: Readonly<Record<string, Deed>> = {
  'Date.now': 'Date.now',
  'Math.random': 'Math.random',
  'process.env': 'process.env',
  'process.exit': 'process.exit',
  'globalThis.fetch': 'fetch',
  'globalThis.process': 'process.env',
  'globalThis.console': 'console',
  'globalThis.eval': 'eval',
}

function takenFromGlobals(node: Node, parent: Node | undefined, declared: ReadonlySet<string>): Deed | undefined {
  if (node.type === 'MemberExpression') {
    const object = nameOf(node['object']) ?? ''
    const property = nameOf(node['property']) ?? (node['property'] as Node)['value']
    return declared.has(object) ? undefined : members[`${object}.${property}`]
  }
  if (node.type === 'NewExpression' || node.type === 'CallExpression') {
    const callee = nameOf(node['callee']) ?? ''
    if (declared.has(callee)) return undefined
    if (callee === 'Date' && (node.type === 'CallExpression' || noArguments(node))) return 'new Date()'
    if (callee === 'eval' || callee === 'Function') return 'eval'
  }
  const name = nameOf(node)
  if (name === undefined || parent === undefined || declared.has(name) || !isReading(node, parent)) return undefined
  if (name === 'console' || name === 'fetch') return name
  // `const { env } = process` takes it too.
  return name === 'process' && parent.type === 'VariableDeclarator' ? 'process.env' : undefined
}

function noArguments(node: Node): boolean {
  return Array.isArray(node['arguments']) && node['arguments'].length === 0
}

/** The identifier stands for a value, and is not only the name of a member, a property, a method or a type. */
function isReading(node: Node, parent: Node): boolean {
  if (/^TS/.test(parent.type)) return parent['expression'] === node
  const isKey = parent['key'] === node
  const isProperty = parent.type === 'MemberExpression' && parent['property'] === node && parent['computed'] !== true
  return !isKey && !isProperty
}

/** Every name that the file itself gives to something: an own `fetch` is not the global one. */
function declaredNames(program: Node): ReadonlySet<string> {
  const names = new Set<string>()
  const add = (pattern: unknown): void => {
    if (!isNode(pattern)) return
    const name = nameOf(pattern)
    if (name !== undefined) names.add(name)
    const inside = [
      pattern['left'],
      pattern['argument'],
      pattern['elements'],
      pattern['properties'],
      pattern['parameter'],
    ]
    for (const part of inside.flat()) add(isNode(part) && part.type === 'Property' ? part['value'] : part)
  }
  walk(program, (node) => {
    if (node.type === 'VariableDeclarator' || /^(?:Function|Class)Declaration$/.test(node.type)) add(node['id'])
    if (/^Import\w*Specifier$/.test(node.type)) add(node['local'])
    if (Array.isArray(node['params'])) for (const parameter of node['params']) add(parameter)
  })
  return names
}
