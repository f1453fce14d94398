/** A crash that nobody foresaw says that nothing is known: 1 would be "refused", 0 "verified". */

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writePublicKey } from '../../src/crypto/index.ts'
import { isMachineLocal } from '../../src/http/index.ts'
import { makeKey } from '../support/keys.ts'

const program = new URL('../../bin/zegel', import.meta.url).pathname

test.each([
  ['an exception in a timer', 'setTimeout(() => { throw new TypeError("x") }, 1500)'],
  ['a promise that nobody awaits', 'setTimeout(() => Promise.reject(new TypeError("x")), 1500)'],
])('%s', async (_, code) => {
  const folder = await mkdtemp(join(tmpdir(), 'zegel-attack-'))
  const silent = createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as AddressInfo
  await writeFile(join(folder, 'a.pub'), writePublicKey(makeKey().publicKey))
  const argv = ['verify', '-o', 'json', '--key', join(folder, 'a.pub'), `127.0.0.1:${port}/x/y:1`]
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}`,
  }
  const ended = await new Promise<{ status: unknown; stdout: string }>((resolve) => {
    execFile(program, argv, { env, timeout: 20_000 }, (error, stdout) => resolve({ status: error?.code, stdout }))
  })
  expect(ended.status).toBe(3)
  expect(JSON.parse(ended.stdout)).toMatchObject({ code: 'INTERNAL', status: 3 })
  silent.closeAllConnections()
  silent.close()
  await rm(folder, { recursive: true, force: true })
})

test.each([
  'localhost.',
  'a.localhost.',
  '127.0.0.1',
  '[::ffff:7f00:1]',
  '[::ffff:a9fe:a9fe]',
  '0.0.0.0',
  '[::]',
  '[fe80::1]',
])('%s is this machine or its link', (host) => {
  expect(isMachineLocal(new URL(`http://${host}/`).hostname)).toBe(true)
})
