import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Credential,
  dockerCredentials,
  explicitCredentials,
  noCredentials,
  type RunProgram,
  removeLogin,
  saveLogin,
} from '../../src/registry/index.ts'
import { codeOf } from '../oci/content-store.suite.ts'

let home = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'zegel-credentials-'))
})
afterEach(async () => {
  await rm(home, { recursive: true, force: true })
})

const auth = (username: string, password = 'pw'): { auth: string } => ({
  auth: Buffer.from(`${username}:${password}`).toString('base64'),
})
const noProgram: RunProgram = async () => {
  throw new Error('no such program')
}

async function write(path: string, content: unknown): Promise<string> {
  const full = join(home, path)
  await mkdir(dirname(full), { recursive: true })
  await writeFile(full, typeof content === 'string' ? content : JSON.stringify(content))
  return full
}

function find(
  registry: string,
  repository?: string,
  environment = {},
  run = noProgram,
): Promise<Credential | undefined> {
  return dockerCredentials({ environment, home, run }).find(registry, repository)
}

async function userOf(registry: string, repository?: string, environment = {}): Promise<string | undefined> {
  const found = await find(registry, repository, environment)
  return found?.kind === 'password' ? found.username : found?.kind
}

describe('docker’s config.json', () => {
  it.each([
    ['r.example.org', 'r.example.org', 'alice'],
    ['https://r.example.org', 'r.example.org', 'alice'],
    ['https://r.example.org/v1/', 'r.example.org', 'alice'],
    ['https://r.example.org/v2/', 'r.example.org', 'alice'],
    ['r.example.org:5000', 'r.example.org:5000', 'alice'],
    ['https://index.docker.io/v1/', 'docker.io', 'alice'],
    ['docker.io', 'docker.io', 'alice'],
    ['r.example.org', 'r.example.org:5000', undefined],
    ['r.example.org:5000', 'r.example.org', undefined],
    ['r.example.org', 'r.example.org.evil.example', undefined],
    ['r.example.org', 'evil-r.example.org', undefined],
    ['r.example.org', 'r.example', undefined],
    ['https://evil.example/r.example.org', 'r.example.org', undefined],
    ['r.example.org/team', 'r.example.org', undefined],
    ['index.docker.io.evil.example', 'docker.io', undefined],
  ])('the key %s for %s: %s', async (key, registry, expected) => {
    await write('.docker/config.json', { auths: { [key]: auth('alice') } })
    expect(await userOf(registry)).toBe(expected)
  })

  it('identity tokens, registry tokens, plain names, and colons in passwords', async () => {
    await write('.docker/config.json', {
      auths: {
        'a.example': { ...auth('alice'), identitytoken: 'refresh' },
        'b.example': { registrytoken: 'bearer' },
        'c.example': { username: 'carol', password: 'p' },
        'd.example': auth('dave', 'a:b:c'),
        'e.example': {},
      },
    })
    expect(await find('a.example')).toEqual({ kind: 'identity-token', token: 'refresh' })
    expect(await find('b.example')).toEqual({ kind: 'registry-token', token: 'bearer' })
    expect(await find('c.example')).toEqual({ kind: 'password', username: 'carol', password: 'p' })
    expect(await find('d.example')).toEqual({ kind: 'password', username: 'dave', password: 'a:b:c' })
    expect(await find('e.example')).toBeUndefined()
  })

  it('an "auth" that cannot be read spoils only its own registry', async () => {
    await write('.docker/config.json', { auths: { 'a.example': { auth: '!' }, 'b.example': auth('bob') } })
    expect(await codeOf(find('a.example'))).toBe('CREDENTIALS_FILE_INVALID')
    expect(await userOf('b.example')).toBe('bob')
  })

  it.each(['{', '[]', '"x"', '{"auths":{},"auths":{}}', '{"credHelpers":{"a":5}}'])(
    'a file with %s is said',
    async (content) => {
      await write('.docker/config.json', content)
      const source = dockerCredentials({ environment: {}, home, run: noProgram })
      expect(await codeOf(source.find('a.example', undefined))).toBe('CREDENTIALS_FILE_INVALID')
    },
  )

  it('an empty file and no file are none', async () => {
    expect(await find('a.example')).toBeUndefined()
    await write('.docker/config.json', '')
    expect(await find('a.example')).toBeUndefined()
  })
})

describe('where credentials are looked for', () => {
  it('REGISTRY_AUTH_FILE, docker’s file, podman’s files, in this order', async () => {
    const named = await write('named.json', { auths: { 'a.example': auth('named') } })
    await write('docker/config.json', { auths: { 'a.example': auth('docker'), 'b.example': auth('docker') } })
    await write('run/containers/auth.json', { auths: { 'b.example': auth('podman'), 'c.example': auth('podman') } })
    await write('.config/containers/auth.json', { auths: { 'c.example': auth('own'), 'd.example': auth('own') } })
    const environment = {
      REGISTRY_AUTH_FILE: named,
      DOCKER_CONFIG: join(home, 'docker'),
      XDG_RUNTIME_DIR: join(home, 'run'),
    }
    const found = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((one) => userOf(`${one}.example`, undefined, environment)),
    )
    expect(found).toEqual(['named', 'docker', 'podman', 'own', undefined])
  })

  it('podman’s keys of a path, the most particular first', async () => {
    await write('.config/containers/auth.json', {
      auths: { 'r.example': auth('host'), 'r.example/team': auth('team'), 'r.example/team/app': auth('app') },
    })
    expect(await userOf('r.example', 'team/app')).toBe('app')
    expect(await userOf('r.example', 'team/app/sub')).toBe('app')
    expect(await userOf('r.example', 'team/other')).toBe('team')
    expect(await userOf('r.example', 'teamwork')).toBe('host')
    expect(await userOf('r.example')).toBe('host')
  })

  it('what was given on the command line comes first, for its registry only', async () => {
    const given: Credential = { kind: 'password', username: 'given', password: 'x' }
    const source = explicitCredentials('a.example', given, noCredentials)
    expect(await source.find('a.example', 'x')).toBe(given)
    expect(await source.find('a.example:443', 'x')).toBeUndefined()
  })
})

describe('credential helpers', () => {
  const helper = (answers: Record<string, { status: number; stdout: string }>) => {
    const calls: [readonly string[], string][] = []
    const run: RunProgram = async (command, stdin) => {
      calls.push([command, stdin])
      return answers[stdin] ?? { status: 1, stdout: 'credentials not found in native keychain\n' }
    }
    return { calls, run }
  }
  const secret = (Username: string, Secret: string) => ({
    status: 0,
    stdout: JSON.stringify({ ServerURL: 'x', Username, Secret }),
  })

  it('a registry’s own helper, else the common one, else what the file says', async () => {
    await write('.docker/config.json', {
      credsStore: 'common',
      credHelpers: { 'a.example': 'own' },
      auths: { 'c.example': auth('stored') },
    })
    const { calls, run } = helper({
      'a.example': secret('alice', '1'),
      'b.example': secret('<token>', 'refresh'),
      'https://index.docker.io/v1/': secret('hub', '2'),
    })
    const source = dockerCredentials({ environment: {}, home, run })
    expect(await source.find('a.example', 'x')).toEqual({ kind: 'password', username: 'alice', password: '1' })
    expect(await source.find('b.example', 'x')).toEqual({ kind: 'identity-token', token: 'refresh' })
    expect(await source.find('docker.io', 'x')).toMatchObject({ username: 'hub' })
    expect(await source.find('c.example', 'x')).toMatchObject({ username: 'stored' })
    expect(await source.find('a.example', 'y')).toMatchObject({ username: 'alice' })
    expect(calls).toEqual([
      [['docker-credential-own', 'get'], 'a.example'],
      [['docker-credential-common', 'get'], 'b.example'],
      [['docker-credential-common', 'get'], 'https://index.docker.io/v1/'],
      [['docker-credential-common', 'get'], 'c.example'],
    ])
  })

  it.each(['../evil', '/bin/sh', 'a b', '', '-x', 'a\u0000b', 'x'.repeat(200)])(
    '%j is no name of a helper',
    async (name) => {
      await write('.docker/config.json', { credHelpers: { 'a.example': name } })
      const { calls, run } = helper({})
      expect(await codeOf(find('a.example', undefined, {}, run))).toBe('CREDENTIALS_FILE_INVALID')
      expect(calls).toEqual([])
    },
  )

  it.each([
    ['fails', { status: 2, stdout: 'locked \u001b[31m' }],
    ['answers no JSON', { status: 0, stdout: 'Secret: hunter2' }],
  ])('one that %s is said, without the secret', async (_, answer) => {
    await write('.docker/config.json', { credsStore: 'common' })
    const error = await find('a.example', undefined, {}, helper({ 'a.example': answer }).run).catch((one) => one)
    expect(error).toMatchObject({ code: 'CREDENTIAL_HELPER_FAILED' })
    expect(error.message).not.toMatch(/hunter2|\u001b/)
  })

  it('one that is not there is said', async () => {
    await write('.docker/config.json', { credsStore: 'missing' })
    expect(await codeOf(find('a.example'))).toBe('CREDENTIAL_HELPER_FAILED')
  })
})

describe('login and logout', () => {
  const place = (run = noProgram, environment = {}) => ({ environment, home, run })
  const login = { registry: 'r.example', username: 'alice', password: 'p:w' }
  const config = async (): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(join(home, '.docker/config.json'), 'utf8'))

  it('keeps everything else in the file, and the file to its owner', async () => {
    const path = await write('.docker/config.json', {
      HttpHeaders: { 'X-Meta': 'y' },
      auths: { 'other.example': auth('bob'), 'https://r.example/v1/': auth('old'), 'r.example/path': auth('path') },
      psFormat: 'table',
    })
    await chmod(path, 0o644)
    expect(await saveLogin(place(), login)).toEqual({ path, helper: undefined })
    expect(await config()).toEqual({
      HttpHeaders: { 'X-Meta': 'y' },
      auths: { 'other.example': auth('bob'), 'r.example/path': auth('path'), 'r.example': auth('alice', 'p:w') },
      psFormat: 'table',
    })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(join(home, '.docker'))).toEqual(['config.json'])
    expect(await userOf('r.example')).toBe('alice')
    expect(await removeLogin(place(), 'r.example')).toBe(true)
    expect(await userOf('r.example')).toBeUndefined()
    expect(await userOf('other.example')).toBe('bob')
    expect(await removeLogin(place(), 'r.example')).toBe(false)
  })

  it('makes the file and its folder where there is none', async () => {
    await saveLogin(place(), { ...login, registry: 'docker.io' })
    expect(await config()).toEqual({ auths: { 'https://index.docker.io/v1/': auth('alice', 'p:w') } })
    expect((await stat(join(home, '.docker'))).mode & 0o777).toBe(0o700)
  })

  it('writes through a link, and leaves the link', async () => {
    await write('real.json', { a: 1 })
    await mkdir(join(home, '.docker'))
    await symlink(join(home, 'real.json'), join(home, '.docker/config.json'))
    await saveLogin(place(), login)
    expect(JSON.parse(await readFile(join(home, 'real.json'), 'utf8'))).toMatchObject({
      a: 1,
      auths: { 'r.example': {} },
    })
  })

  it('with a helper the secret is not in the file', async () => {
    await write('.docker/config.json', { credsStore: 'common' })
    const calls: [readonly string[], string][] = []
    const run: RunProgram = async (command, stdin) => {
      calls.push([command, stdin])
      return { status: 0, stdout: '' }
    }
    expect(await saveLogin(place(run), login)).toMatchObject({ helper: 'common' })
    expect(await config()).toEqual({ credsStore: 'common', auths: { 'r.example': {} } })
    expect(calls[0]).toEqual([
      ['docker-credential-common', 'store'],
      JSON.stringify({ ServerURL: 'r.example', Username: 'alice', Secret: 'p:w' }),
    ])
    expect(await removeLogin(place(run), 'r.example')).toBe(true)
    expect(calls[1]).toEqual([['docker-credential-common', 'erase'], 'r.example'])
  })

  it('a spoiled file is not overwritten', async () => {
    await write('.docker/config.json', '{"auths":')
    expect(await codeOf(saveLogin(place(), login))).toBe('CREDENTIALS_FILE_INVALID')
    expect(await readFile(join(home, '.docker/config.json'), 'utf8')).toBe('{"auths":')
  })

  it('REGISTRY_AUTH_FILE names the file', async () => {
    const path = join(home, 'auth.json')
    expect(await saveLogin(place(noProgram, { REGISTRY_AUTH_FILE: path }), login)).toMatchObject({ path })
    expect(await userOf('r.example', undefined, { REGISTRY_AUTH_FILE: path })).toBe('alice')
  })
})
