/** Peers that exist only as Go modules: built from `test/peers/go`, once for each version of that folder. */

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compareVersions, onPath, versionOf } from '../../test/peers/programs.ts'

const moduleFolder = join(import.meta.dirname, '../../test/peers/go')
const goAtLeast = '1.26'

/** Changes when anything changes that the programs are built from. */
export function goModuleVersion(): string {
  const hash = createHash('sha256')
  for (const entry of readdirSync(moduleFolder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (/(?:\.go|go\.mod|go\.sum)$/.test(entry))
      hash.update(`${entry}\0`).update(readFileSync(join(moduleFolder, entry)))
  }
  return hash.digest('hex')
}

/** A Go that can build them, on PATH or where people unpack it. */
export function findGo(): string | undefined {
  const usual = '/usr/local/go/bin/go'
  return [...onPath('go'), ...(existsSync(usual) ? [usual] : [])].find(
    (go) => compareVersions(versionOf(go, ['version']) ?? '0', goAtLeast) >= 0,
  )
}

/** Builds the program and leaves a stamp; answers why it could not, or undefined. */
export function buildGoPeer(go: string, main: string, program: string, stamp: string): string | undefined {
  const flags = ['-trimpath', '-ldflags', '-s -w', '-o', program]
  const built = spawnSync(go, ['build', ...flags, main], {
    cwd: moduleFolder,
    encoding: 'utf8',
    env: {
      ...process.env,
      GOTOOLCHAIN: 'local',
      GOFLAGS: '-mod=readonly -buildvcs=false',
      CGO_ENABLED: '0',
      GOWORK: 'off',
    },
  })
  if (built.status !== 0) return `go build ${main}: ${(built.error?.message ?? built.stderr).trim().split('\n').at(-1)}`
  mkdirSync(join(stamp, '..'), { recursive: true })
  writeFileSync(stamp, goModuleVersion())
  return undefined
}

export function isBuilt(program: string, stamp: string): boolean {
  return existsSync(program) && existsSync(stamp) && readFileSync(stamp, 'utf8') === goModuleVersion()
}
