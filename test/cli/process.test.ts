/** The program as a process: exit statuses, closed and full outputs, signals, what is left behind. */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const program = new URL('../../bin/zegel', import.meta.url).pathname

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zegel-test-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder }
}

/** @param script for sh, with `$zegel` as the program */
function shell(script: string): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env: { ...environment(), zegel: program }, cwd: folder, timeout: 20_000 }
    execFile('bash', ['-c', script], options, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : typeof error.code === 'number' ? error.code : null, stdout, stderr })
    })
  })
}

describe('the process', () => {
  test('from any working directory', async () => {
    expect(await shell('cd / && $zegel version -o json')).toMatchObject({ status: 0, stderr: '' })
  })

  test('status 2 of a wrong call', async () => {
    expect(await shell('$zegel key generate')).toMatchObject({ status: 2, stdout: '' })
  })

  test('a closed output ends quietly with the status of the call', async () => {
    expect(await shell('set -o pipefail; $zegel man | head -n 1 >/dev/null')).toMatchObject({
      status: 0,
      stderr: '',
    })
    expect(await shell('set -o pipefail; $zegel version | true')).toMatchObject({ status: 0, stderr: '' })
    expect(await shell('set -o pipefail; $zegel frob -o json | true')).toMatchObject({ status: 2 })
  })

  test('a full output is one sentence, status 3', async () => {
    const { status, stderr } = await shell('$zegel version >/dev/full')
    expect(status).toBe(3)
    expect(stderr).toContain('[OUTPUT_FAILED]')
    expect(stderr).toContain('the disk is full')
    expect(stderr).not.toContain('    at ')
  })

  test('a full standard error changes nothing', async () => {
    expect(await shell('$zegel frob 2>/dev/full')).toMatchObject({ status: 2 })
  })

  test('a full disk under a file, status 3', async () => {
    const { status, stderr } = await shell(
      'ZEGEL_PASSWORD=x $zegel key generate --out k >/dev/null && ZEGEL_PASSWORD=x $zegel key public --key k.key --out /dev/full',
    )
    expect(stderr).toContain('[DISK_FULL]')
    expect(status).toBe(3)
  })

  test('--password-fd', async () => {
    await writeFile(join(folder, 'password'), 'from a descriptor\n')
    const { status, stderr } = await shell(
      '$zegel key generate --out fd --password-fd 3 3<password >/dev/null && ZEGEL_PASSWORD="from a descriptor" $zegel key public --key fd.key',
    )
    expect(stderr).toBe('')
    expect(status).toBe(0)
  })

  test('standard input', async () => {
    expect(await shell('openssl genpkey -algorithm ed25519 2>/dev/null | $zegel key public --key -')).toMatchObject({
      status: 0,
    })
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s while it waits for input: %i, nothing left', async (signal, status) => {
    const child = spawn(program, ['key', 'import', '--key', '-', '--out', 'never'], { cwd: folder, env: environment() })
    await reads(child)
    child.kill(signal)
    expect(await ended(child)).toBe(status)
    expect((await readdir(folder)).filter((name) => name.includes('never'))).toEqual([])
  })

  test('--timeout: status 3', async () => {
    const child = spawn(program, ['key', 'import', '--key', '-', '--out', 'never', '--timeout', '300ms'], {
      cwd: folder,
      env: environment(),
    })
    let stderr = ''
    child.stderr.on('data', (text) => {
      stderr += text
    })
    expect(await ended(child)).toBe(3)
    expect(stderr).toContain('[TIMEOUT]')
  })

  test('a home that is not there, or never can be: no cache, and no folder is made', async () => {
    expect(await shell('HOME=$PWD/absent/home $zegel version && ls absent')).toMatchObject({ status: 2 })
    expect(await shell('HOME=/proc timeout 20 $zegel version')).toMatchObject({ status: 0, stderr: '' })
  })

  test('/dev/stdout is the output as it stands, a log among it', async () => {
    await shell(
      '{ echo first; ZEGEL_PASSWORD=x $zegel key generate --out logged; $zegel key public --key logged.pub --out /dev/stdout; echo last; } > log',
    )
    const { stdout } = await shell('head -n 1 log; grep -c "PUBLIC KEY" log; tail -n 1 log')
    expect(stdout).toBe('first\n2\nlast\n')
  })

  test('the compile cache is the own user’s alone', async () => {
    await shell('$zegel version')
    const { stdout } = await shell('stat -c %a .cache/zegel .cache/zegel/compiled')
    expect(stdout).toBe('700\n700\n')
    await shell('chmod 777 .cache/zegel && rm -r .cache/zegel/compiled/*')
    expect(await shell('$zegel version && ls .cache/zegel/compiled | wc -l')).toMatchObject({
      stdout: expect.stringMatching(/\n0\n$/),
    })
  })
})

/** Resolves once the program reads its standard input: more than a pipe holds has gone through. */
async function reads(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('It ended before it read.')))
    child.stdin?.on('error', () => {})
    child.stdin?.write(' '.repeat(512 * 1024), () => resolve())
  })
  child.removeAllListeners('exit')
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.on('exit', (code) => resolve(code)))
}
