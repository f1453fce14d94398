import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const run = promisify(execFile)
const zegel = join(import.meta.dirname, '../../bin/zegel')

/** A home and a working folder of its own, so that whatever is left behind is seen. */
let home = ''
let work = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'zegel-home-'))
  work = mkdtempSync(join(tmpdir(), 'zegel-work-'))
})
afterEach(() => {
  rmSync(home, { recursive: true, force: true })
  rmSync(work, { recursive: true, force: true })
})

function environment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '', HOME: home, TERM: 'xterm', ...more }
}

describe('zegel demo', () => {
  test('without a terminal: tells the road, ends by itself, leaves one folder', async () => {
    const { stdout, stderr } = await run(zegel, ['demo'], { cwd: work, env: environment() })
    expect(stderr).toBe('')
    for (const code of ['[VERIFIED]', '[SUBJECT_OTHER]', '[NO_SIGNATURE]', '[SIGNATURE_BY_OTHER_KEY]'])
      expect(stdout).toContain(code)
    expect(readdirSync(work)).toEqual(['zegel-demo'])
    expect(readdirSync(home)).toEqual([])
  })

  test('a folder that is not its own is left alone', async () => {
    const refused = run(zegel, ['demo', '--dir', home], { cwd: work, env: environment({ HOME: work }) })
    await expect(refused).resolves.toBeDefined()
    await run('sh', ['-c', `rm -rf ${home}/.zegel-demo; touch ${home}/mine`])
    const again = run(zegel, ['demo', '--dir', home], { cwd: work, env: environment({ HOME: work }) })
    await expect(again).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('[FILE_EXISTS]') })
    expect(existsSync(join(home, 'mine'))).toBe(true)
  })

  test('on a terminal: the commands that it prints work as printed, and Ctrl-C ends it', async () => {
    const terminal = spawn('script', ['-qefc', `${zegel} demo`, '/dev/null'], {
      cwd: work,
      env: environment(),
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let screen = ''
    const ready = new Promise<void>((resolve, reject) => {
      terminal.stdout.on('data', (part: Buffer) => {
        screen += part.toString('utf8')
        if (/Try, in a second terminal:[\s\S]*unsigned:1\.0\s*\n[\s\S]*unsigned:1\.0\s*\n/.test(screen)) resolve()
      })
      terminal.once('exit', () => reject(new Error(`The demo ended early:\n${screen}`)))
    })
    const ended = new Promise<void>((resolve) => terminal.once('close', () => resolve()))
    try {
      await ready
      const printed = screen.slice(screen.indexOf('Try, in a second terminal:')).replaceAll('\r', '')
      const commands = printed
        .split('\n')
        .filter((line) => line.startsWith('  ') && line.includes(' demo/') === false && line.includes(':'))
      expect(commands.length).toBeGreaterThanOrEqual(7)
      for (const command of commands) await run('sh', ['-c', command], { cwd: work, env: environment() })
    } finally {
      terminal.stdin.write('\u0003')
    }
    await ended
    const address = /127\.0\.0\.1:\d+/.exec(screen)?.[0] ?? ''
    await expect(fetch(`http://${address}/v2/`)).rejects.toThrow()
  })
})
