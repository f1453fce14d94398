/** `registry serve`, `login`, `logout`. */

import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { expectContract } from './contract.ts'
import { type CallResult, zegel } from './fake-io.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zegel-test-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

describe('registry serve', () => {
  async function serve(argv: readonly string[], visit: (address: string) => Promise<void>): Promise<CallResult> {
    return await zegel(['registry', 'serve', '--address', '127.0.0.1:0', ...argv], {
      during: async (stop, stdout) => {
        while (!stdout().endsWith('\n')) await new Promise((resolve) => setTimeout(resolve, 10))
        await visit(stdout())
        stop()
      },
    })
  }

  test('serves until Ctrl-C, and says where first', async () => {
    let answered = 0
    const { status, stdout, stderr } = await serve([], async (address) => {
      answered = (await fetch(`http://${address.trim()}/v2/`)).status
    })
    expect(answered).toBe(200)
    expect(status).toBe(130)
    expect(stdout).toMatch(/^127\.0\.0\.1:\d+\n$/)
    expect(stderr).toContain('until Ctrl-C')
    await expect(fetch(`http://${stdout.trim()}/v2/`)).rejects.toThrow()
  })

  test('as JSON, in a folder', async () => {
    const { json } = await serve(['-o', 'json', '--dir', join(folder, 'registry')], async () => {})
    expectContract(json)
    expect((await stat(join(folder, 'registry'))).isDirectory()).toBe(true)
  })

  test.each([
    ['no address', ['--address', 'here'], 'USAGE_VALUE_INVALID'],
    ['no port', ['--address', '127.0.0.1:70000'], 'USAGE_VALUE_INVALID'],
    ['an address that others reach', ['--address', '0.0.0.0:0'], 'SERVE_ADDRESS_REMOTE'],
    ['a folder that is a file', ['--address', '127.0.0.1:0', '--dir', '/dev/null'], 'SERVE_DIR_UNUSABLE'],
  ])('%s', async (_, argv, code) => {
    const { status, stdout, stderr } = await zegel(['registry', 'serve', ...argv])
    expect(stderr).toContain(`[${code}]`)
    expect(status).toBe(2)
    expect(stdout).toBe('')
  })

  test('a port that is taken', async () => {
    let second: CallResult | undefined
    await serve([], async (address) => {
      second = await zegel(['registry', 'serve', '--address', address.trim()])
    })
    expect(second?.status).toBe(2)
    expect(second?.stderr).toContain('[SERVE_ADDRESS_IN_USE]')
  })
})

describe('login', () => {
  let server: Server
  let registry = ''
  beforeEach(async () => {
    const expected = `Basic ${Buffer.from('ci:secret').toString('base64')}`
    server = createServer((request, response) => {
      const isKnown = request.headers.authorization === expected
      response.writeHead(isKnown ? 200 : 401, { 'www-authenticate': 'Basic realm="test"' }).end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    registry = `127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  const login = (argv: readonly string[], stdin = 'secret\n'): Promise<CallResult> =>
    zegel(['login', registry, ...argv], { stdin, environment: { DOCKER_CONFIG: folder } })

  test('checks, then keeps where docker looks', async () => {
    const done = await login(['-u', 'ci', '--password-stdin', '-o', 'json'])
    expect(done.status).toBe(0)
    expectContract(done.json)
    expect(done.stdout + done.stderr).not.toContain('secret')
    const kept = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))
    expect(kept.auths[registry]).toEqual({ auth: Buffer.from('ci:secret').toString('base64') })
    expect((await stat(join(folder, 'config.json'))).mode & 0o777).toBe(0o600)
    const out = await zegel(['logout', registry, '-o', 'json'], { environment: { DOCKER_CONFIG: folder } })
    expectContract(out.json)
    expect(out.json['wasLoggedIn']).toBe(true)
    const again = await zegel(['logout', `https://${registry}/`, '-o', 'json'], {
      environment: { DOCKER_CONFIG: folder },
    })
    expect(again.json['wasLoggedIn']).toBe(false)
  })

  test('wrong credentials are not kept: status 3', async () => {
    const { status, stderr } = await login(['-u', 'ci', '--password-stdin'], 'wrong')
    expect(stderr).toContain('[REGISTRY_UNAUTHORIZED]')
    expect(status).toBe(3)
    await expect(stat(join(folder, 'config.json'))).rejects.toThrow()
  })

  test.each([
    ['no name', ['--password-stdin'], 'USAGE_FLAG_MISSING'],
    ['no password', ['-u', 'ci'], 'PASSWORD_MISSING'],
    ['an empty password', ['-u', 'ci', '--password-stdin'], 'PASSWORD_MISSING'],
    ['a name with a colon', ['-u', 'ci:secret', '--password-stdin'], 'USAGE_VALUE_INVALID'],
  ])('%s', async (_, argv, code) => {
    const { status, stderr } = await login(argv, '')
    expect(stderr).toContain(`[${code}]`)
    expect(status).toBe(2)
  })

  test.each([['myhost'], ['registry.example.org/team'], ['a b.example.org'], ['']])(
    '"%s" is no registry',
    async (name) => {
      const { status, stderr } = await zegel(['login', name, '-u', 'ci', '--password-stdin'])
      expect(stderr).toMatch(/\[USAGE_VALUE_(?:INVALID|MISSING)\]/)
      expect(status).toBe(2)
    },
  )
})
