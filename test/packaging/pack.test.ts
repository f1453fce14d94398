/**
 * What ships, as its users get it: packed, installed into an empty folder with each npm, run by its program, compiled against by a
 * consumer under both ways of resolving modules.
 */

import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transform } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { npmCli, npmVersions } from './npm.ts'
import { walkTheRoad } from './road.ts'
import { nodeFolder, repository, run, succeed } from './run.ts'

let folder: string
let dist: string
let tarball: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zegel pack '))
  dist = join(folder, 'dist')
  await succeed(process.execPath, [join(repository, 'scripts/build.ts'), dist])
  await succeed('npm', ['pack', dist, '--pack-destination', folder, '--ignore-scripts'], { env: { HOME: folder } })
  tarball = join(folder, (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? 'nothing was packed')
}, 120_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the package', () => {
  it('is at most 3 MB', async () => {
    expect((await stat(tarball)).size).toBeLessThanOrEqual(3_000_000)
  })

  it('holds no TypeScript but declarations, no Node binary, no source of ours', async () => {
    const names = await readdir(dist, { recursive: true })
    expect(names.filter((name) => /\.ts$/.test(name) && !name.endsWith('.d.ts'))).toEqual([])
    expect(names.filter((name) => /(?:^|\/)(?:node|src|test|node_modules)$/.test(name))).toEqual([])
  })

  it('asks for no dependency and no script', async () => {
    const manifest = JSON.parse(await readFile(join(dist, 'package.json'), 'utf8'))
    for (const member of ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies', 'scripts']) {
      expect(manifest).not.toHaveProperty(member)
    }
  })

  it('names what is bundled, with the licences', async () => {
    const licences = await readFile(join(dist, 'THIRD-PARTY-LICENSES.txt'), 'utf8')
    const modules = (await readdir(dist, { recursive: true })).filter((name) => name.endsWith('.js'))
    const bundled = new Set<string>()
    for (const name of modules) {
      const text = await readFile(join(dist, name), 'utf8')
      for (const match of text.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)\//gm)) bundled.add(match[1] ?? '')
    }
    expect(bundled.size).toBeGreaterThan(0)
    for (const name of bundled) expect(licences).toContain(`\n${name} `)
  })
})

describe('the program', () => {
  it('is ES5, so that an old Node.js can say what is wrong', async () => {
    const text = await readFile(join(dist, 'bin/zegel.js'), 'utf8')
    const options = { minifyWhitespace: true, legalComments: 'none' } as const
    const [old, recent] = [await transform(text, { ...options, target: 'es5' }), await transform(text, options)]
    expect(old.code).toBe(recent.code)
  })

  /** Starts the program while `process.versions` says 18, as an old Node.js would. */
  async function asOldNode(path: string): Promise<{ status: number; stdout: string; stderr: string }> {
    const preload = join(folder, 'old.cjs')
    const versions = `Object.assign({}, process.versions, { node: '18.20.0' })`
    await writeFile(preload, `Object.defineProperty(process, 'versions', { value: ${versions} })\n`)
    return run(process.execPath, ['--require', preload, join(dist, 'bin/zegel.js'), 'version'], { env: { PATH: path } })
  }

  it('below Node.js 24 starts a newer one that is on PATH', async () => {
    const { status, stdout } = await asOldNode(`/nowhere:${nodeFolder}`)
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('0.1.0') })
  })

  it('says in one sentence what to do where there is none', async () => {
    const { status, stdout, stderr } = await asOldNode('/nowhere')
    expect({ status, stdout, lines: stderr.split('\n').length }).toEqual({ status: 2, stdout: '', lines: 2 })
  })

  it('hands the status of the newer one on', async () => {
    const wrong = await run(process.execPath, [join(dist, 'bin/zegel.js'), 'no-such-command'])
    expect(wrong.status).toBe(2)
  })
})

const npms = await Promise.all(npmVersions.map(async (major) => ({ major, cli: await npmCli(major) })))

for (const { major, cli } of npms) {
  if ('missing' in cli && process.env['ZEGEL_PEERS'] !== 'required') {
    describe.skip(`installed with npm ${major} [skipped: ${cli.missing}]`, () =>
      it('signs and verifies', () => undefined))
    continue
  }
  describe(`installed with npm ${major}`, () => {
    it('signs and verifies', async () => {
      if ('missing' in cli) throw new Error(cli.missing)
      const place = join(folder, `npm ${major}`)
      await mkdir(place)
      await writeFile(join(place, 'package.json'), '{ "private": true }\n')
      const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--offline']
      await succeed(process.execPath, [cli.path, 'install', tarball, ...flags], { cwd: place, env: { HOME: place } })
      const zegel = join(place, 'node_modules/.bin/zegel')
      expect(await succeed(zegel, ['version'], { cwd: place })).toContain('0.1.0')
      await walkTheRoad(place, (args) =>
        run(zegel, args, { cwd: place, env: { HOME: place, ZEGEL_PASSWORD: 'only for tests' } }),
      )
    }, 120_000)
  })
}

describe('a consumer compiles', () => {
  it.each([
    ['nodenext', { module: 'nodenext', moduleResolution: 'nodenext' }],
    ['bundler', { module: 'esnext', moduleResolution: 'bundler' }],
  ])('under %s', async (name, how) => {
    const place = join(folder, name)
    await mkdir(join(place, 'node_modules/@types'), { recursive: true })
    await symlink(dist, join(place, 'node_modules/zegel'))
    await symlink(join(repository, 'node_modules/@types/node'), join(place, 'node_modules/@types/node'))
    const { exports } = JSON.parse(await readFile(join(dist, 'package.json'), 'utf8'))
    const doors = Object.keys(exports).filter((door) => !/schemas|package\.json/.test(door))
    const lines = doors.map((door, number) => `export * as door${number} from 'zegel${door.slice(1)}'`)
    const use = [
      `import { parseReference, type ContentReader, verifyImage } from 'zegel'`,
      `import { parseReference as same } from 'zegel/oci'`,
      'export const one: boolean = parseReference === same',
      'export const verify: (reader: ContentReader) => unknown = (image) =>',
      `  verifyImage({ image }, 'latest', { about: { kind: 'signature' }, keys: [], threshold: 1, annotations: {} })`,
    ]
    await writeFile(join(place, 'package.json'), '{ "private": true, "type": "module" }\n')
    await writeFile(join(place, 'consumer.ts'), [...lines, ...use, ''].join('\n'))
    const compilerOptions = {
      ...how,
      target: 'es2024',
      strict: true,
      noEmit: true,
      lib: ['es2024', 'esnext.disposable'],
      types: ['node'],
    }
    await writeFile(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }))
    await succeed(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc'), '-p', place])
  })

  it('and runs: each class exists once', async () => {
    const text = `
      import { parseReference, Fault } from 'zegel'
      import { parseReference as same } from 'zegel/oci'
      import { Fault as base } from 'zegel/base'
      process.stdout.write(String(parseReference === same && Fault === base))`
    const place = join(folder, 'nodenext')
    await writeFile(join(place, 'consumer.mjs'), text)
    expect(await succeed(process.execPath, [join(place, 'consumer.mjs')])).toBe('true')
  })
})
