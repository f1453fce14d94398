/** Bytes never make the key readers do anything but answer or refuse. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DerReader, isEncryptedPrivateKey, readPrivateKey, readPublicKey } from '../../src/crypto/index.ts'
import { codeOfAsync, fuzzOptions, mutate, mutation, outcome } from '../support/fuzz.ts'

const folder = join(import.meta.dirname, '../vectors/cosign/keys')
const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)))
const derFiles = files.flatMap((file) => {
  const body = /-----BEGIN (?:PUBLIC KEY|PRIVATE KEY|CERTIFICATE)-----([^-]+)-----END/.exec(
    file.toString('latin1'),
  )?.[1]
  return body === undefined ? [] : [Buffer.from(body, 'base64')]
})
const noPassword = async (): Promise<undefined> => undefined

test('any bytes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      outcome(() => readPublicKey(bytes, 'x'))
      expect(isEncryptedPrivateKey(bytes)).toBe(false)
      expect(await codeOfAsync(() => readPrivateKey(bytes, 'x', noPassword))).toBeDefined()
    }),
    fuzzOptions(500),
  )
})

test.each([
  ['PEM', files],
  ['DER', derFiles],
])('real %s files with one change: a key or a refusal', async (_, documents) => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...documents), mutation, async (document, change) => {
      const bytes = mutate(document, change)
      outcome(() => readPublicKey(bytes, 'x'))
      await codeOfAsync(() => readPrivateKey(bytes, 'x', noPassword))
    }),
    fuzzOptions(1500),
  )
})

test('a public key that is read is the canonical one: its bytes are the file', () => {
  fc.assert(
    fc.property(fc.constantFrom(...derFiles), mutation, (document, change) => {
      const bytes = mutate(document, change)
      const result = outcome(() => readPublicKey(bytes, 'x'))
      if ('value' in result) expect(Buffer.from(bytes).includes(Buffer.from(result.value.spki))).toBe(true)
    }),
    fuzzOptions(1500),
  )
})

test('the DER reader walks any bytes without an exception of its own', () => {
  const walk = (reader: DerReader): void => {
    while (!reader.atEnd) {
      const value = reader.next()
      if ((value.tag & 0x20) !== 0) walk(reader.within(value))
      else {
        for (const read of ['unsigned', 'small', 'bits', 'octets', 'oid', 'null'] as const)
          outcome(() => new DerReader(value.raw, 'it')[read]())
      }
    }
  }
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.tuple(fc.constantFrom(...derFiles), mutation).map(([document, change]) => mutate(document, change)),
      ),
      (bytes) => {
        outcome(() => walk(new DerReader(bytes, 'it')))
      },
    ),
    fuzzOptions(2000),
  )
})
