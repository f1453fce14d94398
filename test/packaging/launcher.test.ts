/** `bin/node` and `bin/zegel` of a clone: from any folder, through any link, with whatever Node.js is on PATH. */

import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { npmCli, npmVersions } from './npm.ts'
import { nodeFolder, type Ran, repository, run, succeed } from './run.ts'

const supported = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)

let folder: string
let clone: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zegel launcher $(x) '))
  clone = join(folder, 'a clone')
  for (const part of ['bin', 'src/cli', `node_modules/node-linux-${process.arch}/bin`]) {
    await mkdir(join(clone, part), { recursive: true })
  }
  for (const name of ['node', 'zegel']) await copyFile(join(repository, 'bin', name), join(clone, 'bin', name))
  await writeFile(
    join(clone, 'src/cli/main.ts'),
    'console.log(JSON.stringify([process.execPath, process.argv.slice(2)]))\n',
  )
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const pinned = (): string => join(clone, `node_modules/node-linux-${process.arch}/bin/node`)
const zegel = (): string => join(clone, 'bin/zegel')
const system = '/usr/bin:/bin'

async function fakeNode(name: string, lines: readonly string[]): Promise<string> {
  const place = join(folder, name)
  await mkdir(place)
  await writeFile(join(place, 'node'), ['#!/bin/sh', ...lines, ''].join('\n'))
  await chmod(join(place, 'node'), 0o755)
  return place
}

/** A node that runs and says which one it is. */
async function newNode(name: string): Promise<string> {
  const place = join(folder, name)
  await mkdir(place)
  await symlink(process.execPath, join(place, 'node'))
  return place
}

/** The programs that the scripts need, and no node among them, whatever the machine has. */
async function onlyTools(): Promise<string> {
  const place = join(folder, 'tools')
  await mkdir(place)
  for (const name of ['dirname', 'readlink', 'uname', 'sh']) await symlink(join('/bin', name), join(place, name))
  return place
}

function argumentsOf({ status, stdout, stderr }: Ran): unknown {
  return status === 0 ? JSON.parse(stdout)[1] : { status, stderr }
}

describe.runIf(supported)('in a clone', () => {
  it.each(['dash', 'bash', 'sh'])('runs under %s, with arguments as they are', async (shell) => {
    await symlink(process.execPath, pinned())
    const words = ['a b', '', '*', '$HOME', "it's", '-x']
    expect(argumentsOf(await run(shell, [zegel(), ...words], { env: { PATH: system } }))).toEqual(words)
  })

  it.each([
    ['absolute', (place: string) => join(place, 'bin/zegel')],
    ['relative', () => '../a clone/bin/zegel'],
  ])('runs through links, the last one %s, from any working directory', async (_, target) => {
    await symlink(process.execPath, pinned())
    await mkdir(join(folder, 'links'))
    await symlink(target(clone), join(folder, 'links/second'))
    await symlink('second', join(folder, 'links/first'))
    const env = { PATH: system, CDPATH: `${clone}:/` }
    expect(argumentsOf(await run(join(folder, 'links/first'), ['x'], { cwd: '/', env }))).toEqual(['x'])
    expect(argumentsOf(await run('./first', ['x'], { cwd: join(folder, 'links'), env }))).toEqual(['x'])
  })

  it('is found on PATH', async () => {
    await symlink(process.execPath, pinned())
    const env = { PATH: `${join(clone, 'bin')}:${system}` }
    expect(argumentsOf(await run('/bin/sh', ['-c', 'zegel x'], { cwd: '/', env }))).toEqual(['x'])
  })

  it('prefers the pinned Node.js to those on PATH', async () => {
    await symlink(process.execPath, pinned())
    const trap = await fakeNode('trap', ['echo taken', 'exit 7'])
    expect((await run(zegel(), [], { env: { PATH: `${trap}:${system}` } })).status).toBe(0)
  })

  it.each([
    ['missing', async () => undefined],
    ['half-written', async () => writeFile(pinned(), 'not a program', { mode: 0o755 })],
    ['not executable', async () => writeFile(pinned(), 'not a program', { mode: 0o644 })],
  ])('takes a new enough one from PATH when the pinned one is %s', async (_, prepare) => {
    await prepare()
    const old = await fakeNode('old', ['echo 20'])
    const broken = await fakeNode('broken', ['exit 1'])
    const odd = await fakeNode('odd', ['echo v24-custom'])
    const good = await newNode('good')
    const path = [old, broken, odd, join(folder, 'gone'), '/*', good, system].join(':')
    expect(argumentsOf(await run(zegel(), ['x'], { env: { PATH: path } }))).toEqual(['x'])
  })

  it('never starts itself', async () => {
    const place = join(folder, 'itself')
    await mkdir(place)
    await symlink(join(clone, 'bin/node'), join(place, 'node'))
    const { status, stderr } = await run(zegel(), [], {
      env: { PATH: `${join(clone, 'bin')}:${place}:${await onlyTools()}` },
    })
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('no Node.js 24') })
  })

  it('says in one sentence what to do when there is none', async () => {
    const old = await fakeNode('old', ['echo 20'])
    const { status, stdout, stderr } = await run(zegel(), ['version'], { env: { PATH: `${old}:${await onlyTools()}` } })
    expect({ status, stdout, lines: stderr.split('\n').length }).toEqual({ status: 2, stdout: '', lines: 2 })
  })

  it('is not led astray by NODE_OPTIONS that this Node.js does not know', async () => {
    await symlink(process.execPath, pinned())
    const { status } = await run(zegel(), [], { env: { PATH: system, NODE_OPTIONS: '--no-such-option' } })
    // Node's own refusal (9), not our "no Node.js found" (2).
    expect(status).toBe(9)
  })
})

const npms = await Promise.all(npmVersions.map(async (major) => ({ major, cli: await npmCli(major) })))

describe.runIf(supported)('npm run', () => {
  for (const { major, cli } of npms) {
    const missing = 'missing' in cli ? cli.missing : undefined
    const skipped = missing === undefined ? '' : ` [skipped: ${missing}]`
    it.skipIf(missing !== undefined && process.env['ZEGEL_PEERS'] !== 'required')(
      `with npm ${major}${skipped}`,
      async () => {
        if ('missing' in cli) throw new Error(cli.missing)
        await symlink(process.execPath, pinned())
        await writeFile(join(clone, 'package.json'), '{ "private": true, "scripts": { "go": "bin/zegel go" } }\n')
        const env = { PATH: `${nodeFolder}:${system}`, HOME: folder }
        const said = await succeed(process.execPath, [cli.path, 'run', '--silent', 'go'], {
          cwd: join(clone, 'src'),
          env,
        })
        expect(JSON.parse(said)[1]).toEqual(['go'])
      },
    )
  }
})
