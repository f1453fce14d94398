/**
 * A plugin of notation for tests, right or in one way wrong: `testing-plugin.ts SETTINGS COMMAND`, SETTINGS being JSON (`PluginSettings`).
 */

import { spawn } from 'node:child_process'
import { readFileSync, writeSync } from 'node:fs'
import { answersOf, type PluginRequest, type PluginSettings } from './answers.ts'

const settings = JSON.parse(process.argv[2] ?? '{}') as PluginSettings
const command = process.argv[3] ?? ''
const wrong = settings.at === undefined || settings.at === command ? settings.wrong : undefined
const request = JSON.parse(readFileSync(0, 'utf8')) as PluginRequest
const answer = answersOf(settings, command, request)[command]

function fail(errorCode: string, errorMessage: string): never {
  writeSync(2, JSON.stringify({ errorCode, errorMessage, errorMetadata: { command } }))
  process.exit(1)
}

function flood(file: 1 | 2): void {
  const part = Buffer.alloc(64 * 1024, 0x20)
  for (;;) writeSync(file, part)
}

function hang(): void {
  setInterval(() => {}, 1000)
}

switch (wrong) {
  case 'flood':
    flood(1)
    break
  case 'flood-errors':
    flood(2)
    break
  case 'hang':
    hang()
    break
  case 'hang-with-child':
    // It outlives its parent and holds the output open; the test looks for it by its argument.
    spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', settings.chain], { stdio: 'inherit' })
    hang()
    break
  case 'no-json':
    process.stdout.write('all is well')
    break
  case 'duplicate-member':
    process.stdout.write('{"keyId":"a","keyId":"b"}')
    break
  case 'folded-member':
    process.stdout.write(JSON.stringify({ ...answer?.(), KeyID: 'other', Name: 'other' }))
    break
  case 'refuses':
    fail('ACCESS_DENIED', 'log in first\u001b[2J')
    break
  case 'exits':
    writeSync(2, 'panic: something\n')
    process.exit(7)
    break
  case 'says-environment':
    fail('ERROR', Object.keys(process.env).toSorted().join(' '))
    break
  default: {
    if (answer === undefined) fail('VALIDATION_ERROR', `no command ${command}`)
    process.stdout.write(JSON.stringify(answer()))
  }
}
