/** The OCI distribution conformance suite, every API and kind of data enabled (sha512 and sparse too): no failure, no skip. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeWithPeers, runPeer } from '../peers/peers.ts'
import { start, temporaryFolder } from './registries.ts'

const runs = [
  { storage: 'memory', sparse: false },
  { storage: 'disk', sparse: false },
  { storage: 'disk', sparse: true },
] as const

describeWithPeers(['oci-conformance'], 'the OCI distribution conformance suite', () => {
  for (const { storage, sparse } of runs) {
    it(`passes whole: ${storage}${sparse ? ', sparse manifests' : ''}`, { timeout: 120_000 }, async () => {
      const dir = storage === 'disk' ? { dir: await temporaryFolder() } : {}
      const registry = await start({ ...dir, allowSparse: sparse })
      await conform(registry.address, sparse)
    })
  }
})

async function conform(address: string, sparse: boolean): Promise<void> {
  const results = await temporaryFolder()
  // `dev`: version 1.1 with every API, also the optional and later ones (tag parameters, cancelled uploads, digest headers).
  const settings = { OCI_VERSION: 'dev', OCI_DATA_SPARSE: String(sparse), OCI_TLS: 'disabled' }
  const env = { ...settings, OCI_REGISTRY: address, OCI_RESULTS_DIR: results }
  const run = await runPeer('oci-conformance', [], { env, cwd: results, timeoutMs: 110_000 })
  expect(run.stdout.split('\n').filter((line) => /: (?:FAIL|Skip|Error)$/.test(line))).toEqual([])
  expect(run.status).toBe(0)

  const junit = await readFile(join(results, 'junit.xml'), 'utf8')
  const statuses = [...junit.matchAll(/<testcase [^>]*status="([a-z]+)"/g)].map((match) => match[1])
  expect(statuses.length).toBeGreaterThan(750)
  expect(statuses.filter((status) => status !== 'passed')).toEqual([])
  expect(/<testsuite [^>]*>/.exec(junit)?.[0]).not.toMatch(/(?:failures|errors|skipped|disabled)="[1-9]/)

  const tables = (await readFile(join(results, 'results.yaml'), 'utf8')).split(/^apis:$/m).at(-1) ?? ''
  const rows = tables.split('\n').filter((line) => line.startsWith('  '))
  expect(rows.length).toBeGreaterThan(45)
  const others = rows.filter((row) => !row.endsWith(': Pass'))
  expect(others).toEqual(sparse ? [] : ['  Sparse Manifests: Disabled'])
}
