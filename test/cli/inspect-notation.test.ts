import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { attachReferrer, notationReferrer } from '../../src/attachments/index.ts'
import { beginNotation, writeNotationPayload } from '../../src/envelope/index.ts'
import { openLayoutForWriting } from '../../src/layout/index.ts'
import { noWait } from '../attachments/helpers.ts'
import { putImage } from '../support/image.ts'
import { notationVector } from '../support/notation-vectors.ts'
import { expectContract } from './contract.ts'
import { zegel } from './fake-io.ts'

let folder: string
let image: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zegel-inspect-'))
  const store = await openLayoutForWriting(join(folder, 'layout'))
  const subject = await putImage(store, 'hello', '1.4')
  const recorded = readFileSync(notationVector('pos/jws-timestamp/envelope.jws'))
  const forged = beginNotation({
    encoding: 'jws',
    algorithm: 'ES256',
    payload: writeNotationPayload(subject, { evil: '\u001b[2J', ok: 'yes' }),
    signingTime: 0,
  }).finish({ signature: new Uint8Array(64), chain: [new Uint8Array([0x30, 0])], signingAgent: 'a\nb' })
  for (const envelope of [recorded, forged])
    await attachReferrer(store, subject, notationReferrer({ envelope, encoding: 'jws', chain: [], created: 0 }), noWait)
  await store.dispose()
  image = `oci:${join(folder, 'layout')}:1.4`
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('a Notation signature is shown with all that it says, and nothing of it moves the cursor', async () => {
  const { status, stdout, stderr } = await zegel(['inspect', image])
  expect(status).toBe(0)
  for (const text of [
    'PS384',
    'notary.x509',
    '2026-11-22T14:30:12Z',
    'notation-go/1.3.2',
    'O=acme-rockets.io',
    'ok=yes',
  ])
    expect(stdout).toContain(text)
  expect(stdout).toContain('evil=\\x1b[2J')
  expect(stdout).toContain('a\\x0ab')
  expect(stderr).toContain('Nothing of this is verified')
})

test('-o json', async () => {
  const { json } = await zegel(['inspect', '-o', 'json', image])
  expectContract(json)
  expect(json).toMatchObject({
    attachments: [
      { kind: 'notation', notation: {} },
      { kind: 'notation', notation: {} },
    ],
  })
})
