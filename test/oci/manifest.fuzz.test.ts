/** Manifests that a registry changed: read, or refused with a Fault. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { utf8 } from '../../src/base/index.ts'
import { isIndexMediaType, parseManifest } from '../../src/oci/index.ts'
import { fuzzOptions, mutate, mutation, outcome } from '../support/fuzz.ts'

const root = join(import.meta.dirname, '../vectors/cosign/oci')
const manifests = readdirSync(root).flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.manifest.json'))
    .map((name) => readFileSync(join(root, folder, name))),
)

test('every manifest that cosign wrote is read', () => {
  expect(manifests.length).toBeGreaterThan(30)
  for (const bytes of manifests) {
    const manifest = parseManifest(bytes, '')
    expect(manifest.kind === 'index').toBe(isIndexMediaType(manifest.mediaType))
  }
})

test('with one change', () => {
  fc.assert(
    fc.property(fc.constantFrom(...manifests), mutation, (document, change) => {
      const result = outcome(() => parseManifest(mutate(document, change), ''))
      if ('value' in result) expect(result.value.kind === 'index').toBe(isIndexMediaType(result.value.mediaType))
    }),
    fuzzOptions(2000),
  )
})

test('with a member of another type', () => {
  const change = fc.tuple(fc.constantFrom(...manifests), fc.nat(), fc.jsonValue({ maxDepth: 2 }))
  fc.assert(
    fc.property(change, ([document, pick, value]) => {
      let values = 0
      JSON.parse(document.toString(), () => values++)
      let at = 0
      const replaced = JSON.parse(document.toString(), (_key, member: unknown) =>
        at++ === pick % values ? value : member,
      ) as unknown
      outcome(() => parseManifest(utf8(JSON.stringify(replaced) ?? 'null'), ''))
    }),
    fuzzOptions(2000),
  )
})

test('any bytes and any media type', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.string(), (bytes, mediaType) => {
      outcome(() => parseManifest(bytes, mediaType))
    }),
    fuzzOptions(500),
  )
})
