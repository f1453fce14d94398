/** Help, completion and the man page hold everything that the table holds. */

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { allFlags, variableOf } from '../../src/cli/flags.ts'
import { commands } from '../../src/cli/table.ts'
import { version } from '../../src/cli/version.ts'
import { expectContract } from './contract.ts'
import { zegel } from './fake-io.ts'

const specs = commands.map(({ spec }) => spec)
const visible = specs.filter((spec) => spec.isHidden !== true)

describe('help', () => {
  test('of everything lists each command', async () => {
    const { status, stdout } = await zegel(['--help'])
    expect(status).toBe(0)
    const unwrapped = stdout.replace(/\s+/g, ' ')
    for (const { name, summary } of visible) {
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
      expect(unwrapped).toContain(` ${name} ${summary} `)
    }
  })

  test.each(specs.map((spec) => [spec.name, spec] as const))(
    'of %s holds each flag and variable',
    async (name, spec) => {
      const { status, stdout } = await zegel([...name.split(' '), '--help'])
      expect(status).toBe(0)
      const unwrapped = stdout.replace(/\s+/g, ' ')
      for (const [flag, described] of allFlags(spec)) {
        expect(unwrapped).toContain(`--${flag}`)
        expect(unwrapped).toContain(variableOf(flag, described))
        expect(unwrapped).toContain(described.help.replace(/\s+/g, ' '))
      }
      for (const alias of Object.keys(spec.aliases ?? {})) expect(unwrapped).toContain(alias)
      for (const { command } of spec.examples ?? []) expect(stdout).toContain(command)
      expect((await zegel(['help', ...name.split(' ')])).stdout).toBe(stdout)
    },
  )

  test('of a group lists its commands', async () => {
    const { stdout } = await zegel(['key', '--help'])
    for (const { name } of visible.filter((spec) => spec.name.startsWith('key '))) expect(stdout).toContain(name)
  })

  test('colours only on a terminal', async () => {
    expect((await zegel(['--help'], { isTerminal: true })).stdout).toContain('\u001b[1m')
    expect((await zegel(['--help'])).stdout).not.toContain('\u001b')
    const quiet = { isTerminal: true, environment: { NO_COLOR: '1' } }
    expect((await zegel(['--help'], quiet)).stdout).not.toContain('\u001b')
    expect((await zegel(['--help'], { isTerminal: true, environment: { CI: 'true' } })).stdout).not.toContain('\u001b')
    expect((await zegel(['--no-color', '--help'], { isTerminal: true })).stdout).not.toContain('\u001b')
  })
})

describe('the table', () => {
  test.each(commands.map((command) => [command.spec.name, command] as const))('%s has a module', async (_, command) => {
    expect(await command.load()).toBeTypeOf('function')
  })

  test.each(specs.map((spec) => [spec.name, spec] as const))('%s is well formed', (_, spec) => {
    const flags = allFlags(spec)
    const names = flags.flatMap(([name, flag]) => [name, ...(flag.aliases ?? [])])
    const shorts = flags.map(([, flag]) => flag.short).filter((short) => short !== undefined)
    expect(new Set(names).size).toBe(names.length)
    expect(new Set(shorts).size).toBe(shorts.length)
    expect(shorts).not.toContain('h')
    for (const [, flag] of flags) {
      expect(flag.value === undefined).toBe(flag.kind === 'switch')
      expect(flag.help).not.toMatch(/\.$/)
    }
    expect(spec.summary).not.toMatch(/\.$/)
  })

  test('one variable means one thing in every command', () => {
    const meanings = new Map<string, string>()
    for (const spec of specs) {
      for (const [name, flag] of allFlags(spec)) {
        const variable = variableOf(name, flag)
        const meaning = JSON.stringify(flag.choices ?? 'any text')
        expect(meanings.get(variable) ?? meaning, `${variable} of ${spec.name}`).toBe(meaning)
        meanings.set(variable, meaning)
      }
    }
  })

  test('no name stands twice', () => {
    const names = specs.flatMap((spec) => [spec.name, ...Object.keys(spec.aliases ?? {})])
    expect(new Set(names).size).toBe(names.length)
  })
})

const everyWord = visible.flatMap((spec) => [...spec.name.split(' '), ...allFlags(spec).map(([name]) => name)])

describe('completion', () => {
  test.each([['bash'], ['zsh'], ['fish']])('%s knows each command and flag', async (shell) => {
    const { status, stdout } = await zegel(['completion', shell])
    expect(status).toBe(0)
    for (const word of new Set(everyWord)) expect(stdout).toContain(word)
  })

  test.each([['bash'], ['zsh'], ['fish']])('%s can read its script', async (shell) => {
    const program = [`/bin/${shell}`, `/usr/bin/${shell}`].find((path) => existsSync(path))
    if (program === undefined) return
    const folder = await mkdtemp(join(tmpdir(), 'zegel-test-'))
    try {
      await writeFile(join(folder, 'script'), (await zegel(['completion', shell])).stdout)
      execFileSync(program, ['-n', join(folder, 'script')])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test.each([
    ['zegel ke', 1, 'key'],
    ['zegel key ', 2, 'generate'],
    ['zegel key generate --ty', 3, '--type'],
    ['zegel key generate --type ed', 4, 'ed25519'],
    ['zegel completion ', 2, 'fish'],
  ])('bash completes "%s"', async (line, at, expected) => {
    const { stdout } = await zegel(['completion', 'bash'])
    const words = line.split(' ').map((word) => `"${word}"`)
    const script = `${stdout}\nCOMP_WORDS=(${words.join(' ')}); COMP_CWORD=${at}; _zegel 2>/dev/null; echo "\${COMPREPLY[@]}"`
    expect(execFileSync('bash', ['-c', script]).toString().split(/\s+/)).toContain(expected)
  })
})

describe('man', () => {
  test('holds each command and flag', async () => {
    const { status, stdout } = await zegel(['man'])
    expect(status).toBe(0)
    const plain = stdout.replaceAll('\\-', '-')
    expect(plain).toMatch(/^\.TH ZEGEL 1/)
    for (const spec of visible) {
      expect(plain).toContain(`zegel ${spec.name}`)
      for (const [name] of allFlags(spec)) expect(plain).toContain(`--${name}`)
    }
  })
})

describe('version', () => {
  test('is that of the package', async () => {
    expect(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))).toMatchObject({ version })
    expect((await zegel(['version'])).stdout).toContain(`zegel ${version} `)
    expect((await zegel(['--version'])).stdout).toContain(`zegel ${version} `)
  })

  test.each([[['version']], [['help', 'version']], [['completion', 'bash']], [['man']]])('%j -o json', async (argv) => {
    const { status, json } = await zegel([...argv, '-o', 'json'])
    expect(status).toBe(0)
    expectContract(json)
  })
})
