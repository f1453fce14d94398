import { describe, expect, test } from 'vitest'
import { type CleanType, cleanImage, discover, removeAttachments } from '../../src/attachments/index.ts'
import { predicateTypeOf } from '../../src/attestation/index.ts'
import { Fault, utf8 } from '../../src/base/index.ts'
import { bundleMediaType, cosignTag, fallbackTag } from '../../src/envelope/index.ts'
import { memoryStore } from '../../src/layout/index.ts'
import { type ContentStore, type Descriptor, mediaTypes } from '../../src/oci/index.ts'
import { attestImage } from '../../src/signing/index.ts'
import { attachRaw, bundleOf, signatureStatement } from '../support/attach.ts'
import { putBlob, putImage, putIndex, putManifest } from '../support/image.ts'
import { makeKey, testSigner } from '../support/keys.ts'
import { attachText, clock, furnish, noWait } from './helpers.ts'

async function furnished(
  referrers: 'api' | 'unsupported' | 'scan',
): Promise<{ store: ContentStore; image: Descriptor }> {
  const store = memoryStore('registry.test/shop/api', { referrers })
  const { child } = await furnish(store)
  const { signer } = testSigner()
  for (const format of ['bundle', 'cosign'] as const) {
    const attestation = { format, type: predicateTypeOf('cyclonedx'), predicate: utf8('{"a":1}'), replace: false }
    const target = { subject: child, repository: 'registry.test/shop/api', store }
    await attestImage(target, attestation, signer, { clock, pause: noWait })
  }
  return { store, image: child }
}

async function kinds(store: ContentStore, { digest }: Descriptor): Promise<readonly string[]> {
  const { attachments, problems } = await discover(store, digest, { withSboms: true })
  expect(problems).toEqual([])
  return attachments.map(({ kind, parsed }) => parsed.annotations['dev.sigstore.bundle.predicateType'] ?? kind).sort()
}

const SIGN = 'https://sigstore.dev/cosign/sign/v1'
const BOM = 'https://cyclonedx.org/bom'
const all = ['bundle', 'cosign-attestation', 'cosign-signature', BOM, SIGN, 'sbom']

describe.each(['api', 'unsupported', 'scan'] as const)('clean where referrers are %s', (referrers) => {
  test.each<[CleanType, number, readonly string[]]>([
    ['signature', 2, ['bundle', 'cosign-attestation', BOM, 'sbom']],
    ['attestation', 2, ['bundle', 'cosign-signature', SIGN, 'sbom']],
    ['sbom', 1, ['bundle', 'cosign-attestation', 'cosign-signature', BOM, SIGN]],
    ['referrer', 3, ['cosign-attestation', 'cosign-signature', 'sbom']],
    ['all', 6, []],
  ])('--type %s', async (type, count, left) => {
    const { store, image } = await furnished(referrers)
    expect(await kinds(store, image)).toEqual(all)
    const planned = await cleanImage(store, image.digest, { types: [type], dryRun: true, pause: noWait })
    expect(planned.removed).toHaveLength(count)
    expect(await kinds(store, image)).toEqual(all)
    const done = await cleanImage(store, image.digest, { types: [type], dryRun: false, pause: noWait })
    expect(done.removed).toEqual(planned.removed)
    expect(await kinds(store, image)).toEqual(left)
    expect(await store.resolve(image.digest)).toBeDefined()
  })
})

test('a bundle is told by its content: an annotation that calls an attestation a signature, or nothing at all', async () => {
  const store = memoryStore('registry.test/shop/api')
  const image = await putImage(store)
  const key = makeKey()
  const attested = bundleOf({ key, statement: signatureStatement(image, { predicateType: BOM }) })
  const signed = bundleOf({ key, statement: signatureStatement(image) })
  await attachRaw(store, image, attested, { 'dev.sigstore.bundle.predicateType': SIGN })
  const unnamed = await attachRaw(store, image, signed)
  const { removed } = await cleanImage(store, image.digest, { types: ['signature'], dryRun: false, pause: noWait })
  expect(removed.map(({ manifest }) => manifest)).toEqual([unnamed.digest])
})

test('entries of the fallback index that name nothing go too; what hangs on another image stays', async () => {
  const store = memoryStore('registry.test/shop/api', { referrers: 'unsupported' })
  const image = await putImage(store)
  const other = await putImage(store, 'other')
  const theirs = await attachText(store, other, 'application/vnd.example', 'theirs')
  const gone = { mediaType: mediaTypes.manifest, digest: `sha256:${'1'.repeat(64)}`, size: 1 }
  await putIndex(store, [gone, theirs], fallbackTag(image.digest))
  const { removed } = await cleanImage(store, image.digest, { types: ['all'], dryRun: false, pause: noWait })
  expect(removed).toHaveLength(2)
  expect(await discover(store, image.digest)).toMatchObject({ attachments: [], problems: [] })
  expect(await store.resolve(theirs.digest)).toBeDefined()
})

test('a referrer of two layers goes only with both', async () => {
  const store = memoryStore('registry.test/shop/api')
  const image = await putImage(store)
  const bundle = await putBlob(
    store,
    bundleMediaType,
    bundleOf({ key: makeKey(), statement: signatureStatement(image) }),
  )
  const note = await putBlob(store, 'application/vnd.example', 'a note')
  const config = await putBlob(store, mediaTypes.config, '{}')
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [bundle, note], subject: image }
  const referrer = await putManifest(store, manifest)
  expect(await cleanImage(store, image.digest, { types: ['signature'], dryRun: false, pause: noWait })).toMatchObject({
    removed: [],
  })
  const { attachments } = await discover(store, image.digest)
  await removeAttachments(store, image.digest, attachments.slice(0, 1), noWait)
  expect(await store.resolve(referrer.digest)).toBeDefined()
  await removeAttachments(store, image.digest, attachments, noWait)
  expect(await store.resolve(referrer.digest)).toBeUndefined()
})

test('one layer of a .sig tag goes, the others and what others wrote stay; the tag goes with the last', async () => {
  const { store, image } = await furnished('api')
  const tag = cosignTag(image.digest, 'sig')
  const before = (await discover(store, image.digest)).attachments.filter(({ place }) => place === 'signature-tag')
  await removeAttachments(store, image.digest, before, noWait)
  expect(await store.resolve(tag)).toBeUndefined()
})

test('a place that deletes nothing says so in one sentence', async () => {
  const { store, image } = await furnished('unsupported')
  const refusing: ContentStore = new Proxy(store, {
    get: (target, name) =>
      name === 'deleteManifest'
        ? async () => {
            throw new Fault('REGISTRY_REFUSED', 3, 'The operation is unsupported (405).')
          }
        : (Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name)),
  })
  const error = await cleanImage(refusing, image.digest, { types: ['all'], dryRun: false, pause: noWait }).catch(
    (it) => it,
  )
  expect(error).toMatchObject({
    code: 'CLEAN_INCOMPLETE',
    status: 3,
    fix: expect.stringContaining('REGISTRY_STORAGE_DELETE_ENABLED'),
  })
})
