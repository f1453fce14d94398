/** Holds a folder of rooms against a plan; every broken rule is one line with the chain of imports that breaks it. */

import { existsSync, globSync } from 'node:fs'
import { posix } from 'node:path'
import { findCircles } from './circles.ts'
import type { Plan, Room } from './plan.ts'
import { readSourceFile, type SourceFile } from './source-file.ts'

export interface Violation {
  readonly rule:
    | 'room'
    | 'floor'
    | 'door'
    | 'package'
    | 'circle'
    | 'deed'
    | 'size'
    | 'header'
    | 'unresolved'
    | 'separate'
  /** Where and by which chain, for a person. */
  readonly chain: string
}

export interface Inspection {
  readonly files: readonly SourceFile[]
  readonly violations: readonly Violation[]
}

/** @param root the folder whose folders are rooms; files directly in it are the library's own door, above every room. */
export function inspect(root: string, plan: Plan): Inspection {
  const paths = globSync('**/*.ts', { cwd: root }).map((path) => path.replaceAll('\\', '/'))
  const files = paths.sort().map((path) => readSourceFile(root, path))
  const graph = new Map(files.map((file) => [file.path, edgesOf(file)]))
  const violations = [
    ...files.flatMap((file) => [...ownViolations(file, plan), ...importViolations(file, plan, root)]),
    ...findCircles(graph).map((circle) => violation('circle', circle.join(' → '))),
    ...findCircles(roomGraph(graph)).map((circle) => violation('circle', `rooms: ${circle.join(' → ')}`)),
    ...sizeViolations(files, plan),
  ]
  return { files, violations }
}

function violation(rule: Violation['rule'], chain: string): Violation {
  return { rule, chain }
}

const libraryDoor: Room = { floor: Number.POSITIVE_INFINITY }

export function roomName(path: string): string {
  return path.includes('/') ? (path.split('/')[0] ?? '') : '(library)'
}

function roomOf(path: string, plan: Plan): Room | undefined {
  return path.includes('/') ? plan.rooms[roomName(path)] : libraryDoor
}

function resolved(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier)
}

function edgesOf(file: SourceFile): string[] {
  const local = file.imports.flatMap(({ specifier }) => (specifier?.startsWith('.') ? [specifier] : []))
  return [...new Set(local.map((specifier) => resolved(file.path, specifier)))]
}

function roomGraph(graph: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const rooms = new Map<string, Set<string>>()
  for (const [from, targets] of graph) {
    const edges = rooms.get(roomName(from)) ?? new Set()
    for (const target of targets) if (roomName(target) !== roomName(from)) edges.add(roomName(target))
    rooms.set(roomName(from), edges)
  }
  return new Map([...rooms].map(([name, edges]) => [name, [...edges]]))
}

/** What concerns the file alone. */
function ownViolations(file: SourceFile, plan: Plan): Violation[] {
  const room = roomOf(file.path, plan)
  if (room === undefined) return [violation('room', `${file.path}: the plan has no room ${roomName(file.path)}`)]
  const allowed: readonly string[] = room.adapters?.[file.path.slice(roomName(file.path).length + 1)] ?? []
  const escapes: readonly string[] = ['any', 'non-null !', 'a switched-off type check', 'cast to Verified', 'eval']
  const done = file.done.filter(
    ({ deed }) => !allowed.includes(deed) && (room.composes !== true || escapes.includes(deed)),
  )
  const isDoor = posix.basename(file.path) === 'index.ts' && file.path.split('/').length <= 2
  return [
    ...done.map(({ deed, line }) => violation('deed', `${file.path}:${line}: ${deed}`)),
    ...(isDoor ? file.notReExports : []).map((line) =>
      violation('door', `${file.path}:${line}: a door only re-exports by name`),
    ),
    ...(file.hasHeader || isDoor ? [] : [violation('header', `${file.path}: opens without saying what it is`)]),
  ]
}

function importViolations(file: SourceFile, plan: Plan, root: string): Violation[] {
  const room = roomOf(file.path, plan)
  if (room === undefined) return []
  return file.imports.flatMap(({ specifier, line }) => {
    const at = `${file.path}:${line}`
    if (specifier === undefined) {
      return [violation('unresolved', `${at}: an import that is only known at run time`)]
    }
    if (specifier.startsWith('node:')) return []
    if (!specifier.startsWith('.')) return packageViolations(at, specifier, room)
    const target = resolved(file.path, specifier)
    if (target.startsWith('..')) return [violation('unresolved', `${at} → ${specifier}: outside of the rooms`)]
    if (!existsSync(posix.join(root, target))) return [violation('unresolved', `${at} → ${target}: not there`)]
    return roomName(target) === roomName(file.path)
      ? separateViolations(at, file.path, target, room)
      : betweenRooms(at, room, target, plan)
  })
}

function packageViolations(at: string, specifier: string, room: Room): Violation[] {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  return room.packages?.includes(name) === true ? [] : [violation('package', `${at} → ${specifier}`)]
}

function betweenRooms(at: string, from: Room, target: string, plan: Plan): Violation[] {
  const to = roomOf(target, plan)
  const found: Violation[] = []
  if (to !== undefined && to.floor >= from.floor) {
    found.push(violation('floor', `${at} (floor ${from.floor}) → ${target} (floor ${to.floor})`))
  }
  if (target !== `${roomName(target)}/index.ts`) {
    found.push(violation('door', `${at} → ${target}: past the door ${roomName(target)}/index.ts`))
  }
  return found
}

function separateViolations(at: string, from: string, target: string, room: Room): Violation[] {
  const part = (path: string): string | undefined => room.separate?.find((name) => path.split('/')[1] === name)
  const [left, right] = [part(from), part(target)]
  const apart = left !== undefined && right !== undefined && left !== right
  return apart ? [violation('separate', `${at} → ${target}: ${left} knows nothing of ${right}`)] : []
}

function sizeViolations(files: readonly SourceFile[], { sizes }: Plan): Violation[] {
  const sorted = files.map((file) => file.lines).sort((left, right) => left - right)
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
  const ninetieth = sorted[Math.ceil(sorted.length * 0.9) - 1] ?? 0
  return [
    ...files
      .filter((file) => file.lines > sizes.largest)
      .map((file) => violation('size', `${file.path}: ${file.lines} lines, at most ${sizes.largest}`)),
    ...(median > sizes.median ? [violation('size', `median of ${median} lines, at most ${sizes.median}`)] : []),
    ...(ninetieth > sizes.ninetieth
      ? [violation('size', `90th percentile of ${ninetieth} lines, at most ${sizes.ninetieth}`)]
      : []),
  ]
}
