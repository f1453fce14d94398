/**
 * Packages of Debian's unstable suite, unpacked beside the project and never installed.
 *
 * All of apt's state lies under `.peers/apt/`; the machine's own lists, cache and packages are not touched. The mirror, the
 * keyrings, the proxies and the credentials are those of the machine.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AptSource, debianSources } from './apt-sources.ts'

/** Downloads and unpacks packages; each answer is the reason why it could not, or undefined. */
export class PrivateApt {
  readonly #root: string
  #ready: { readonly problem: string | undefined } | undefined

  constructor(root: string) {
    this.#root = root
  }

  /** Unpacks the packages, all into one folder, whole or not at all. */
  unpack(names: readonly string[], into: string): string | undefined {
    const partial = `${into}.partial`
    rmSync(partial, { recursive: true, force: true })
    mkdirSync(partial, { recursive: true })
    for (const name of names) {
      // One call a package: a single unknown name fails a whole call.
      const problem = this.#start() ?? this.#unpackOne(name, partial)
      if (problem !== undefined) return problem
    }
    rmSync(into, { recursive: true, force: true })
    renameSync(partial, into)
    return undefined
  }

  #unpackOne(name: string, into: string): string | undefined {
    const folder = join(this.#root, 'download', name)
    mkdirSync(folder, { recursive: true })
    const problem = this.#apt(['download', name], folder)
    if (problem !== undefined) return problem
    const file = readdirSync(folder).find((entry) => entry.endsWith('.deb'))
    return file === undefined
      ? `apt-get download ${name} left no file`
      : run('dpkg-deb', ['-x', join(folder, file), into])
  }

  /** The lists and caches are worth nothing once the programs are there. */
  close(): void {
    rmSync(this.#root, { recursive: true, force: true })
  }

  /** `apt-get update` against the first mirror that answers. */
  #start(): string | undefined {
    this.#ready ??= { problem: this.#update() }
    return this.#ready.problem
  }

  #update(): string | undefined {
    if (run('apt-get', ['--version']) !== undefined)
      return 'apt-get is not on this machine (Debian and its kin have it)'
    const sources = debianSources()
    if (sources.length === 0) return "the machine's apt sources name no Debian mirror"
    let problem: string | undefined
    for (const source of sources) {
      this.#configure(source)
      problem = this.#apt(['update'], this.#root)
      if (problem === undefined) return undefined
    }
    return problem
  }

  #configure(source: AptSource): void {
    rmSync(this.#root, { recursive: true, force: true })
    for (const folder of ['lists/partial', 'cache/archives/partial', 'etc/sources.list.d', 'etc/empty']) {
      mkdirSync(join(this.#root, folder), { recursive: true })
    }
    writeFileSync(join(this.#root, 'status'), '')
    writeFileSync(join(this.#root, 'etc/sources.list.d/unstable.sources'), stanza(source))
    writeFileSync(join(this.#root, 'etc/apt.conf'), configuration(this.#root))
  }

  #apt(args: readonly string[], cwd: string): string | undefined {
    return run('apt-get', ['-q', ...args], cwd, { APT_CONFIG: join(this.#root, 'etc/apt.conf'), LC_ALL: 'C.UTF-8' })
  }
}

function stanza(source: AptSource): string {
  return ['Types: deb', `URIs: ${source.uri}`, 'Suites: unstable', 'Components: main', ...source.trust, ''].join('\n')
}

function configuration(root: string): string {
  const quoted = (...parts: string[]): string => JSON.stringify(join(root, ...parts))
  return [
    // Proxies, certificates and timeouts as the machine has them; its hooks and clean-up rules stay out.
    ...machineSettings(),
    `Dir::State ${quoted()};`,
    `Dir::State::lists ${quoted('lists')};`,
    `Dir::State::status ${quoted('status')};`,
    `Dir::Cache ${quoted('cache')};`,
    `Dir::Etc::sourcelist "/dev/null";`,
    `Dir::Etc::sourceparts ${quoted('etc/sources.list.d')};`,
    `Dir::Etc::main "/dev/null";`,
    `Dir::Etc::parts ${quoted('etc/empty')};`,
    `Dir::Etc::preferences "/dev/null";`,
    `Dir::Etc::preferencesparts ${quoted('etc/empty')};`,
    'Acquire::Languages "none";',
    'Acquire::PDiffs "false";',
    'Acquire::Retries "3";',
    // A mirror may serve a snapshot that is some weeks old: its signature is checked as ever, its age doesn't matter here.
    'Acquire::Check-Valid-Until "false";',
    // The state belongs to the user who runs this, so there is no other user to step down to.
    'APT::Sandbox::User "root";',
    '',
  ].join('\n')
}

function machineSettings(): string[] {
  const { stdout } = spawnSync('apt-config', ['dump'], { encoding: 'utf8' })
  return (stdout ?? '').split('\n').filter((line) => /^Acquire::(?:http|https|ftp|ForceIPv[46])\b/i.test(line))
}

function run(
  program: string,
  args: readonly string[],
  cwd?: string,
  env: Readonly<Record<string, string>> = {},
): string | undefined {
  const result = spawnSync(program, args, { cwd, env: { ...process.env, ...env }, encoding: 'utf8', timeout: 600_000 })
  if (result.status === 0) return undefined
  if (result.error !== undefined) return `${program}: ${result.error.message}`
  const last = `${result.stdout}${result.stderr}`.split('\n').filter((line) => /^E:|error/i.test(line))
  return `${program} ${args.join(' ')}: ${last.at(-1) ?? `status ${result.status}`}`
}

/** The folder with shared libraries of an unpacked package, `usr/lib/TRIPLET`. */
export function libraryFolder(unpacked: string): string | undefined {
  const base = join(unpacked, 'usr/lib')
  const triplet = existsSync(base) ? readdirSync(base).find((name) => /-linux-gnu/.test(name)) : undefined
  return triplet === undefined ? undefined : join(base, triplet)
}
