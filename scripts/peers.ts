/**
 * `npm run peers`: brings the real programs that the tests compare with (cosign, notation, oras, crane, docker-registry, skopeo,
 * the OCI conformance suite, two registries with a Referrers API) into `.peers/bin`.
 *
 * Nothing is installed and nothing outside `.peers/` is written, except Go's own caches. Debian packages come from the unstable
 * suite of the mirror that this machine's apt sources name; Go programs are built from `test/peers/go`. A program on PATH that is
 * new enough is used as it is. What could not be had is one line each; the status is 0 all the same, unless `ZEGEL_PEERS=required`.
 * A second run has nothing to do; to fetch newer ones, remove `.peers` first.
 */

import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import {
  findPeer,
  type PeerName,
  type PeerProgram,
  peerNames,
  peerPrograms,
  peersRoot,
} from '../test/peers/programs.ts'
import { libraryFolder, PrivateApt } from './peers/apt.ts'
import { buildGoPeer, findGo, isBuilt } from './peers/go.ts'

const bin = join(peersRoot, 'bin')
const apt = new PrivateApt(join(peersRoot, 'apt'))
type FoundGo = { readonly path: string } | { readonly problem: string }
let go: FoundGo | undefined

/** The reason why the peer can't be had, or undefined when it stands. */
function bring(name: PeerName, { source }: PeerProgram): string | undefined {
  if (source.kind === 'go') {
    const program = join(bin, name)
    const stamp = join(peersRoot, 'stamps', name)
    if (isBuilt(program, stamp)) return undefined
    go ??= bringGo()
    return 'path' in go ? buildGoPeer(go.path, source.main, program, stamp) : go.problem
  }
  if ('path' in findPeer(name)) return undefined
  const unpacked = join(peersRoot, 'deb', name)
  const problem = unpackOnce([source.package], unpacked)
  if (problem !== undefined) return problem
  if (!existsSync(join(unpacked, 'usr/bin', name))) return `the package ${source.package} has no usr/bin/${name}`
  return source.libraries === undefined ? link(name) : wrap(name, source.libraries)
}

function unpackOnce(packages: readonly string[], into: string): string | undefined {
  return existsSync(into) ? undefined : apt.unpack(packages, into)
}

function link(name: PeerName): undefined {
  rmSync(join(bin, name), { force: true })
  symlinkSync(join('../deb', name, 'usr/bin', name), join(bin, name))
}

/** A program that needs newer system libraries than the machine has starts through the loader that came with them. */
function wrap(name: PeerName, packages: readonly string[]): string | undefined {
  const unpacked = join(peersRoot, 'deb', `${name}-libraries`)
  const problem = unpackOnce(packages, unpacked)
  if (problem !== undefined) return problem
  const libraries = libraryFolder(unpacked)
  const loader = libraries && readdirSync(libraries).find((file) => /^ld-linux-.*\.so\.\d+$/.test(file))
  if (libraries === undefined || loader === undefined) return `none of ${packages.join(', ')} has a loader`
  const lines = [
    '#!/bin/sh',
    `# ${name} with the system libraries of its own Debian release.`,
    `root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)`,
    `libraries=$root/${relative(peersRoot, libraries)}`,
    `exec "$libraries/${loader}" --library-path "$libraries" "$root/deb/${name}/usr/bin/${name}" "$@"`,
    '',
  ]
  rmSync(join(bin, name), { force: true })
  writeFileSync(join(bin, name), lines.join('\n'), { mode: 0o755 })
  return undefined
}

/** A machine without a new enough Go gets Debian's, unpacked like the rest. */
function bringGo(): FoundGo {
  const onMachine = findGo()
  if (onMachine !== undefined) return { path: onMachine }
  const unpacked = join(peersRoot, 'deb', 'go')
  const problem = unpackOnce(['golang-1.26-go', 'golang-1.26-src'], unpacked)
  if (problem !== undefined) return { problem: `no Go 1.26 or newer on PATH, and ${problem}` }
  return { path: join(unpacked, 'usr/lib/go-1.26/bin/go') }
}

mkdirSync(bin, { recursive: true })
const started = performance.now()
let missing = 0
for (const name of peerNames) {
  const problem = bring(name, peerPrograms[name])
  if (problem === undefined) continue
  missing += 1
  console.log(`peers: no ${name}: ${problem}`)
}
apt.close()
const seconds = ((performance.now() - started) / 1000).toFixed(1)
console.log(`peers: ${peerNames.length - missing} of ${peerNames.length} stand, ${seconds} s (${bin})`)
if (missing > 0 && process.env['ZEGEL_PEERS'] === 'required') process.exitCode = 1
