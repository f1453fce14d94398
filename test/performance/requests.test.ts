/** What one verification by digest asks of a registry: how many requests, how many round trips, and never a list of tags. */

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixedClock, silentLog } from '../../src/base/index.ts'
import { type RegistryServer, startRegistry } from '../../src/distribution/index.ts'
import { createRegistry, noCredentials } from '../../src/registry/index.ts'
import { type SignatureFormat, signImage, signNotation } from '../../src/signing/index.ts'
import { verifyImage } from '../../src/verification/index.ts'
import { putImage } from '../support/image.ts'
import { signatureQuestion, testSigner } from '../support/keys.ts'
import { notationQuestion, vectorSigner, vectorTime } from '../support/notation-vectors.ts'
import { countingProxy } from './counting-proxy.ts'

const clock = fixedClock(Date.UTC(2026, 10, 23))
let server: RegistryServer
beforeAll(async () => {
  server = await startRegistry({ log: silentLog, clock, random: randomBytes })
})
afterAll(() => server.close())

const formats: readonly SignatureFormat[] = ['bundle', 'cosign']
const cases = [true, false].flatMap((referrers) => formats.map((format) => ({ referrers, format })))

describe.each(cases)('a signature in format $format, the Referrers API there: $referrers', ({ referrers, format }) => {
  test('at most 6 requests in at most 3 round trips', async () => {
    const { signer, trusted } = testSigner()
    const name = `shop/${format}-${referrers}`
    const subject = await sign(name, format, referrers, signer)
    const proxy = await countingProxy(server.url, { referrers, hold: true })
    const registry = createRegistry({ environment: {}, log: silentLog, clock: Date.now, credentials: noCredentials })
    try {
      const image = registry.repository({ registry: proxy.address, repository: name })
      const verdict = await verifyImage({ image }, subject, signatureQuestion([trusted]))
      expect(verdict.verdict).toBe('verified')
      expect(proxy.asked.filter((line) => line.includes('/tags/'))).toEqual([])
      expect(proxy.asked.length, proxy.asked.join('\n')).toBeLessThanOrEqual(6)
      expect(proxy.rounds(), proxy.asked.join('\n')).toBeLessThanOrEqual(3)
      expect(registry.requestCount()).toBe(proxy.asked.length)
    } finally {
      registry.close()
      await proxy.close()
    }
  })
})

describe.each([true, false])('a Notation signature, the Referrers API there: %s', (referrers) => {
  test('at most 7 requests in at most 3 round trips', async () => {
    const name = `notation/${referrers}`
    const proxy = await countingProxy(server.url, { referrers, hold: true })
    const registry = createRegistry({ environment: {}, log: silentLog, clock: Date.now, credentials: noCredentials })
    const loading = await countingProxy(server.url, { referrers, hold: false })
    try {
      const store = registry.repository({ registry: loading.address, repository: name })
      const subject = await putImage(store, name)
      const context = { clock: fixedClock(vectorTime), pause: { wait: async () => {}, random: () => 0 } }
      const signer = await vectorSigner('p256')
      const target = { subject, repository: name, store }
      await signNotation(target, { encoding: 'jws', annotations: {} }, signer, context)
      const before = registry.requestCount()
      const image = registry.repository({ registry: proxy.address, repository: name })
      const verdict = await verifyImage({ image }, subject.digest, await notationQuestion('127.0.0.1:5201/any'))
      expect(verdict.reason.code).toBe('VERIFIED')
      expect(proxy.asked.length, proxy.asked.join('\n')).toBeLessThanOrEqual(7)
      expect(proxy.rounds(), proxy.asked.join('\n')).toBeLessThanOrEqual(3)
      expect(registry.requestCount() - before).toBe(proxy.asked.length)
    } finally {
      registry.close()
      await proxy.close()
      await loading.close()
    }
  })
})

/** Signed through the same kind of registry, so that the fallback tag is written where there is no API. */
async function sign(
  name: string,
  format: SignatureFormat,
  referrers: boolean,
  signer: Parameters<typeof signImage>[2],
): Promise<string> {
  const proxy = await countingProxy(server.url, { referrers, hold: false })
  const registry = createRegistry({ environment: {}, log: silentLog, clock: Date.now, credentials: noCredentials })
  try {
    const store = registry.repository({ registry: proxy.address, repository: name })
    const subject = await putImage(store, name)
    const target = { subject, repository: `${proxy.address}/${name}`, store }
    await signImage(target, { format, annotations: {} }, signer, {
      clock,
      pause: { wait: async () => {}, random: () => 0 },
    })
    return subject.digest
  } finally {
    registry.close()
    await proxy.close()
  }
}
