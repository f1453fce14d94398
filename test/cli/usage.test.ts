/** What is wrong with a call is said before work begins, with status 2 and a code (house, "Command line"). */

import { describe, expect, test } from 'vitest'
import { expectContract } from './contract.ts'
import { zegel } from './fake-io.ts'

const wrong: readonly (readonly [what: string, argv: readonly string[], code: string, fix: string])[] = [
  ['an unknown command', ['vesion'], 'USAGE_COMMAND_UNKNOWN', 'zegel version'],
  ['an unknown command of a group', ['key', 'publik'], 'USAGE_COMMAND_UNKNOWN', 'zegel key public'],
  ['nothing near it', ['frobnicate'], 'USAGE_COMMAND_UNKNOWN', 'zegel --help'],
  ['an unknown command to help', ['help', 'vesion'], 'USAGE_COMMAND_UNKNOWN', 'zegel help version'],
  ['an unknown flag', ['version', '--quite'], 'USAGE_FLAG_UNKNOWN', '--quiet'],
  ['an unknown short flag', ['version', '-z'], 'USAGE_FLAG_UNKNOWN', 'zegel version --help'],
  ['a flag of another tool', ['version', '--tlog-upload=false'], 'USAGE_FLAG_UNKNOWN', 'transparency log'],
  ['a password as an argument', ['key', 'public', '--password', 'x'], 'USAGE_FLAG_UNKNOWN', 'never an argument'],
  ['a missing value at the end', ['version', '--output'], 'USAGE_VALUE_MISSING', '--output FORMAT'],
  ['a missing value before a flag', ['key', 'public', '--key', '--out', 'x'], 'USAGE_VALUE_MISSING', '--key KEY'],
  ['an empty value', ['key', 'public', '--key', ''], 'USAGE_VALUE_MISSING', 'unset variable'],
  ['none of the choices', ['version', '-o', 'jsn'], 'USAGE_VALUE_INVALID', '"json"'],
  ['no duration', ['version', '--timeout', '5'], 'USAGE_VALUE_INVALID', '5m'],
  ['a duration of nothing', ['version', '--timeout', '0s'], 'USAGE_VALUE_INVALID', '1ms'],
  ['a switch with a strange value', ['version', '--quiet=maybe'], 'USAGE_VALUE_INVALID', 'true or false'],
  ['a missing argument', ['completion'], 'USAGE_ARGUMENT_MISSING', 'zegel completion [flags] SHELL'],
  ['an argument that is none of the choices', ['completion', 'bsh'], 'USAGE_VALUE_INVALID', '"bash"'],
  ['too many arguments', ['version', 'x'], 'USAGE_ARGUMENT_EXCESS', 'zegel version [flags]'],
  ['a required flag left out', ['key', 'generate'], 'USAGE_FLAG_MISSING', 'ZEGEL_OUT'],
]

describe('a wrong call', () => {
  test.each(wrong)('%s', async (_, argv, code, fix) => {
    const { status, stdout, stderr } = await zegel(argv)
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(`[${code}]`)
    expect(stderr.split('\n')[1]).toContain(fix)
    expect(stderr).not.toContain('    at ')
  })

  test.each(wrong.filter(([, argv]) => !argv.includes('-o')))('%s, as JSON', async (_, argv, code) => {
    const { status, json } = await zegel(['-o', 'json', ...argv])
    expect(status).toBe(2)
    expect(json).toMatchObject({ schema: 'zegel.dev/error/v1', code, status: 2 })
    expectContract(json)
  })

  test('text from outside cannot write to the terminal', async () => {
    const { stderr } = await zegel(['\u001b[2Jevil'])
    expect(stderr).not.toContain('\u001b[2J')
    expect(stderr).toContain('\\x1b[2Jevil')
  })
})

describe('no command', () => {
  test.each([[[]], [['key']], [['--debug']]])('%j: help on standard error, never a success', async (argv) => {
    const { status, stdout, stderr } = await zegel(argv)
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('Usage')
  })
})

describe('where a value comes from', () => {
  test('the command line outranks the variable', async () => {
    const { json } = await zegel(['version', '-o', 'json'], { environment: { ZEGEL_OUTPUT: 'text' } })
    expect(json['schema']).toBe('zegel.dev/version/v1')
  })

  test('the variable', async () => {
    const { json } = await zegel(['version'], { environment: { ZEGEL_OUTPUT: 'json' } })
    expect(json['schema']).toBe('zegel.dev/version/v1')
  })

  test('an empty variable is not set', async () => {
    const { stdout } = await zegel(['version'], { environment: { ZEGEL_OUTPUT: '' } })
    expect(stdout).toMatch(/^zegel /)
  })

  test('a wrong variable is named', async () => {
    const { status, stderr } = await zegel(['version'], { environment: { ZEGEL_OUTPUT: 'xml' } })
    expect(status).toBe(2)
    expect(stderr).toContain('ZEGEL_OUTPUT')
  })

  test('a misspelt variable is told', async () => {
    const { status, stderr } = await zegel(['version'], { environment: { ZEGEL_OUTPTU: 'json' } })
    expect(status).toBe(0)
    expect(stderr).toContain('did you mean ZEGEL_OUTPUT?')
  })

  test('switches as programs in Go write them', async () => {
    const environment = { ZEGEL_OUTPTU: 'json' }
    expect((await zegel(['version', '--quiet=true'], { environment })).stderr).toBe('')
    expect((await zegel(['version', '--quiet=false'], { environment })).stderr).not.toBe('')
  })

  test('global flags before the command', async () => {
    const { json } = await zegel(['--output', 'json', '--debug', 'version'])
    expect(json['schema']).toBe('zegel.dev/version/v1')
  })
})

describe('a variable that is set and empty', () => {
  test.each(['ZEGEL_THRESHOLD', 'ZEGEL_ANNOTATIONS', 'ZEGEL_SIGN_CONTAINER_IDENTITY', 'ZEGEL_EACH', 'ZEGEL_INDEX'])(
    '%s would demand less than was meant',
    async (variable) => {
      const result = await zegel(['verify', '--key', 'x.pub', 'example.org/app:1'], { environment: { [variable]: '' } })
      expect([result.status, result.stderr]).toEqual([2, expect.stringContaining('[USAGE_VALUE_MISSING]')])
    },
  )
})
