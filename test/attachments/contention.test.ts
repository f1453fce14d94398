import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { discover, importSignature } from '../../src/attachments/index.ts'
import { digestOf, utf8 } from '../../src/base/index.ts'
import { cosignTag, fallbackTag, writeSimpleSigning } from '../../src/envelope/index.ts'
import { describeWithPeers, type RunningRegistry, startRegistryPeer } from '../peers/peers.ts'
import { registryClient } from '../registry/client.ts'
import { putImage } from '../support/image.ts'
import { clock } from './helpers.ts'

const root = join(import.meta.dirname, '../..')
const WRITERS = 8
/** As the command line waits. */
const realPause = {
  wait: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
  random: Math.random,
  now: Date.now,
}

function zegel(args: readonly string[]): Promise<{ status: number | null; stderr: string }> {
  const child = spawn(join(root, 'bin/zegel'), args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, stderr }))
  })
}

describeWithPeers(
  ['docker-registry'],
  'eight writers at once, on a registry without Referrers API and conditional writes',
  () => {
    let registry: RunningRegistry
    let folder: string
    beforeAll(async () => {
      registry = await startRegistryPeer('docker-registry')
      folder = await mkdtemp(join(tmpdir(), 'zegel-contention-'))
    })
    afterAll(async () => {
      await registry.stop()
      await rm(folder, { recursive: true, force: true })
    })

    test('eight processes that add to one fallback tag end with eight entries', { timeout: 60_000 }, async () => {
      const client = registryClient()
      const store = client.repository({ registry: registry.address, repository: 'shop/api' })
      const image = await putImage(store, 'x', '1.4')
      const sboms = Array.from({ length: WRITERS }, (_, at) => `{"bomFormat":"CycloneDX","version":${at}}`)
      const files = sboms.map((_, at) => join(folder, `${at}.json`))
      await Promise.all(files.map((file, at) => writeFile(file, sboms[at] ?? '')))
      const ended = await Promise.all(
        files.map((file) => zegel(['attach', 'sbom', '--sbom', file, `${registry.address}/shop/api:1.4`])),
      )
      expect(ended).toEqual(ended.map(() => ({ status: 0, stderr: '' })))
      const { attachments, problems } = await discover(store, image.digest)
      expect(problems).toEqual([])
      const found = new Set(attachments.map(({ layer }) => layer.digest))
      expect(found).toEqual(new Set(sboms.map((sbom) => digestOf(utf8(sbom)))))
      const raw = await store.manifest(fallbackTag(image.digest))
      expect(JSON.parse(Buffer.from(raw?.bytes ?? []).toString()).manifests).toHaveLength(WRITERS)
      client.close()
    })

    test('eight clients that add to one .sig tag end with eight signatures', { timeout: 60_000 }, async () => {
      const name = { registry: registry.address, repository: 'shop/legacy' }
      const clients = Array.from({ length: WRITERS }, () => registryClient())
      const [first] = clients
      if (first === undefined) throw new Error('no client')
      const subject = await putImage(first.repository(name), 'x', '1.4')
      const payload = writeSimpleSigning({ dockerReference: 'shop', manifestDigest: subject.digest })
      await Promise.all(
        clients.map((client, at) =>
          importSignature(
            { store: client.repository(name), subject, pause: realPause, clock },
            { payload, signature: utf8(Buffer.from(`signature ${at}`).toString('base64')) },
          ),
        ),
      )
      const raw = await first.repository(name).manifest(cosignTag(subject.digest, 'sig'))
      expect(JSON.parse(Buffer.from(raw?.bytes ?? []).toString()).layers).toHaveLength(WRITERS)
      for (const client of clients) client.close()
    })
  },
)
