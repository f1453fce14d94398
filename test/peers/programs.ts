/** The peers: real programs of other people that the tests compare Zegel with, where each comes from and how it is found. */

import { spawnSync } from 'node:child_process'
import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What `npm run peers` fills: `bin/` the programs, `deb/` unpacked packages, `stamps/` what was built from what. */
export const peersRoot = join(import.meta.dirname, '../../.peers')

export interface PeerProgram {
  readonly source: DebianPackage | GoProgram
  /** What the tests rely on; a program found on PATH that is older does not count. */
  readonly atLeast?: { readonly version: string; readonly ask: readonly string[] }
}

interface DebianPackage {
  readonly kind: 'debian'
  /** The program lies in `usr/bin/` under the name of the peer. */
  readonly package: string
  /** Packages whose libraries it needs newer than the stable release has them; the first one brings the loader. */
  readonly libraries?: readonly string[]
}

interface GoProgram {
  readonly kind: 'go'
  /** A main package, as `go build` in `test/peers/go` takes it. */
  readonly main: string
}

export type PeerName =
  | 'cosign'
  | 'notation'
  | 'oras'
  | 'crane'
  | 'docker-registry'
  | 'skopeo'
  | 'oci-conformance'
  | 'registry-honest'
  | 'registry-lying'

export const peerPrograms: Readonly<Record<PeerName, PeerProgram>> = {
  cosign: { source: { kind: 'debian', package: 'cosign' }, atLeast: { version: '3.1', ask: ['version'] } },
  notation: { source: { kind: 'debian', package: 'notation' }, atLeast: { version: '1.3', ask: ['version'] } },
  oras: { source: { kind: 'debian', package: 'oras' }, atLeast: { version: '1.2', ask: ['version'] } },
  crane: { source: { kind: 'debian', package: 'crane' } },
  'docker-registry': { source: { kind: 'debian', package: 'docker-registry' } },
  skopeo: {
    source: {
      kind: 'debian',
      package: 'skopeo',
      libraries: ['libc6', 'libgpgme45', 'libassuan9', 'libgpg-error0', 'libsqlite3-0'],
    },
    atLeast: { version: '1.14', ask: ['--version'] },
  },
  'oci-conformance': { source: { kind: 'go', main: 'github.com/opencontainers/distribution-spec/conformance' } },
  'registry-honest': { source: { kind: 'go', main: './registry-honest' } },
  'registry-lying': { source: { kind: 'go', main: './registry-lying' } },
}

export const peerNames = Object.keys(peerPrograms) as readonly PeerName[]

export type FoundPeer = { readonly path: string } | { readonly missing: string }

/** The program in `.peers/bin`, else the one on PATH that is new enough. */
export function findPeer(name: PeerName): FoundPeer {
  const own = join(peersRoot, 'bin', name)
  if (isProgram(own)) return { path: own }
  const { atLeast } = peerPrograms[name]
  let missing = `${name} is neither in .peers/bin nor on PATH`
  for (const path of onPath(name)) {
    if (atLeast === undefined) return { path }
    const version = versionOf(path, atLeast.ask)
    if (version !== undefined && compareVersions(version, atLeast.version) >= 0) return { path }
    missing = `${name} on PATH is ${version ?? 'of an unknown version'}, the tests need ${atLeast.version}`
  }
  return { missing }
}

const looked = new Map<PeerName, FoundPeer>()

/** `findPeer`, once a process. */
export function lookForPeer(name: PeerName): FoundPeer {
  const known = looked.get(name) ?? findPeer(name)
  looked.set(name, known)
  return known
}

/** The path of the program. @throws when it is not there: call it inside tests and hooks, under `describeWithPeers`. */
export function peer(name: PeerName): string {
  const program = lookForPeer(name)
  if ('missing' in program) throw new Error(`${program.missing}; "npm run peers" fetches it`)
  return program.path
}

/** Every program of that name on PATH, in its order. */
export function onPath(name: string): string[] {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder === '' ? '.' : folder, name))
    .filter(isProgram)
}

/** The first number like 1.2.3 that the program says of itself. */
export function versionOf(path: string, ask: readonly string[]): string | undefined {
  const { stdout, stderr, error } = spawnSync(path, ask, { encoding: 'utf8', timeout: 20_000, input: '' })
  return error === undefined ? /\d+\.\d+(?:\.\d+)?/.exec(`${stdout}${stderr}`)?.[0] : undefined
}

/** Negative, zero or positive, by numbers between the dots. */
export function compareVersions(left: string, right: string): number {
  const other = right.split('.').map(Number)
  for (const [place, number] of left.split('.').map(Number).entries()) {
    const difference = number - (other[place] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(realpathSync(path)).isFile()
  } catch {
    return false
  }
}
