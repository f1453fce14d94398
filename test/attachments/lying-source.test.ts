/** A copy hashes bytes once, where they are read: what a reader hands out wrong must never be complete at the destination. */

import { afterAll, beforeAll, expect, test } from 'vitest'
import { copyImage } from '../../src/attachments/index.ts'
import { baseFault } from '../../src/base/index.ts'
import { memoryStore } from '../../src/layout/index.ts'
import type { ContentReader } from '../../src/oci/index.ts'
import { describeWithPeers, type RunningRegistry, startRegistryPeer } from '../peers/peers.ts'
import { registryClient } from '../registry/client.ts'
import { putImage } from '../support/image.ts'
import { noWait } from './helpers.ts'

describeWithPeers(['docker-registry'], 'a blob whose bytes change on their way', () => {
  let registry: RunningRegistry
  beforeAll(async () => {
    registry = await startRegistryPeer('docker-registry')
  })
  afterAll(() => registry.stop())

  test.each(['in its last piece', 'with a failure at its end'])(
    '%s: nothing is tagged, the blob is not there',
    async (how) => {
      const source = memoryStore('source')
      const content = 'x'.repeat(300_000)
      const image = await putImage(source, content, '1.4')
      const lying: ContentReader = new Proxy(source, {
        get: (target, name) => {
          if (name !== 'openBlob') return Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name)
          return async function* (descriptor: { size: number; digest: string }) {
            if (descriptor.size !== content.length) return yield* target.openBlob(descriptor as never)
            yield Buffer.from(`${content.slice(0, -1)}y`)
            if (how !== 'in its last piece') throw baseFault('DIGEST_MISMATCH', 'Other bytes.')
          }
        },
      })
      const client = registryClient()
      const destination = client.repository({ registry: registry.address, repository: 'shop/api' })
      await expect(copyImage(lying, destination, '1.4', { tag: '1.4', pause: noWait })).rejects.toMatchObject({
        status: 3,
      })
      expect(await destination.resolve('1.4')).toBeUndefined()
      const raw = await source.manifest(image.digest)
      const layer = JSON.parse(Buffer.from(raw?.bytes ?? []).toString()).layers[0].digest
      expect(await destination.hasBlob(layer)).toBe(false)
      client.close()
    },
  )
})
