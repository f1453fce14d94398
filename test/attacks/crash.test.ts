import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/layout/index.ts'
import { verifyImage } from '../../src/verification/index.ts'
import { attachBundle, signatureStatement, simplePayload, tagLegacySignature } from '../support/attach.ts'
import { putImage } from '../support/image.ts'
import { signatureQuestion, testSigner } from '../support/keys.ts'

const release = testSigner('release.pub')
const attacker = testSigner('attacker.pub')

describe('a foreign statement beside a good signature', () => {
  const members: readonly [string, unknown][] = [
    ['an object', { toString: 'x' }],
    ['an object that looks like a primitive', { valueOf: {}, toString: {} }],
    ['a list of objects', [[{}], [{ a: [] }]]],
    ['null', null],
    ['a number', 1e21],
  ]
  test.each(members)('whose annotation is %s', async (_, env) => {
    const store = memoryStore('registry.test/shop/api')
    const image = await putImage(store)
    const subject = [{ digest: { sha256: image.digest.slice(7) }, annotations: { env } }]
    await attachBundle(store, image, { key: attacker.key, statement: signatureStatement(image, { subject }) })
    const good = [{ digest: { sha256: image.digest.slice(7) }, annotations: { env: 'prod' } }]
    await attachBundle(store, image, {
      key: release.key,
      statement: signatureStatement(image, { subject: good }),
    })
    const ask = signatureQuestion([release.trusted], { annotations: { env: 'prod' } })
    expect((await verifyImage({ image: store }, image.digest, ask)).verdict).toBe('verified')
  })
})

describe('annotations named as members of every object', () => {
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s', async (key) => {
    const store = memoryStore('registry.test/shop/api')
    const image = await putImage(store)
    await attachBundle(store, image, { key: release.key, statement: signatureStatement(image) })
    await tagLegacySignature(store, image, { key: release.key, payload: simplePayload(image) })
    const annotations: Record<string, string> = Object.create(null)
    annotations[key] = 'x'
    const ask = signatureQuestion([release.trusted], { annotations })
    const { verdict, candidates } = await verifyImage({ image: store }, image.digest, ask)
    expect([verdict, ...candidates.map((it) => it.verdict)]).toEqual(['refused', 'failed', 'failed'])
  })
})
