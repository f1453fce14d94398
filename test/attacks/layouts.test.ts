import { mkdtemp, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { limits } from '../../src/base/index.ts'
import { openLayout, openLayoutForWriting } from '../../src/layout/index.ts'
import { type Descriptor, mediaTypes } from '../../src/oci/index.ts'
import { verifyImage } from '../../src/verification/index.ts'
import { attachBundle, signatureStatement } from '../support/attach.ts'
import { putBlob, putImage, putManifest } from '../support/image.ts'
import { signatureQuestion, testSigner } from '../support/keys.ts'

const release = testSigner('release.pub')
const ask = signatureQuestion([release.trusted])
let folder: string
let image: Descriptor
let referrer: Descriptor

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zegel-attack-'))
  const store = await openLayoutForWriting(folder)
  image = await putImage(store, 'hello', '1.4')
  referrer = await attachBundle(store, image, { key: release.key, statement: signatureStatement(image) })
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const path = (digest: string): string => join(folder, 'blobs', digest.replace(':', '/'))

async function verdict(): Promise<string> {
  await using layout = await openLayout(folder)
  return (await verifyImage({ image: layout }, image.digest, ask)).verdict
}

/** As tools write it that list only the image. */
async function unlist(): Promise<void> {
  const index = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'))
  index.manifests = index.manifests.filter(({ digest }: Descriptor) => digest === image.digest)
  await writeFile(join(folder, 'index.json'), JSON.stringify(index))
}

describe.each(['listed', 'not listed'])('a signature in a layout, %s in index.json', (listed) => {
  beforeEach(async () => {
    if (listed === 'not listed') await unlist()
  })
  test('is found', async () => {
    expect(await verdict()).toBe('verified')
  })
  const harms: readonly [string, () => Promise<void>][] = [
    [
      'has other bytes of the same length',
      async () => {
        const text = await readFile(path(referrer.digest), 'utf8')
        await writeFile(path(referrer.digest), text.replace('"schemaVersion":2', '"schemaVersion":3'))
      },
    ],
    [
      'has one byte more',
      async () => writeFile(path(referrer.digest), `${await readFile(path(referrer.digest), 'utf8')} `),
    ],
  ]
  test.each(harms)('that %s is no reason to say "unsigned"', async (_, harm) => {
    await harm()
    expect(await verdict()).toBe('unknown')
  })
  test('behind a symbolic link is not followed, and not called absent', async () => {
    const outside = join(folder, 'outside')
    await rename(path(referrer.digest), outside)
    await symlink(outside, path(referrer.digest))
    expect(await verdict()).toBe('unknown')
  })
})

describe('a listed referrer', () => {
  test('that is missing', async () => {
    await rm(path(referrer.digest))
    expect(await verdict()).toBe('unknown')
  })
  test('that is cut short', async () => {
    await truncate(path(referrer.digest), 40)
    expect(await verdict()).toBe('unknown')
  })
  test('with more layers than are read', async () => {
    await rm(path(referrer.digest))
    await unlist()
    const store = await openLayoutForWriting(folder)
    const config = await putBlob(store, mediaTypes.config, '{}')
    const layers = Array.from({ length: limits.manifestLayers + 1 }, () => config)
    await putManifest(store, { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers, subject: image })
    expect(await verdict()).toBe('unknown')
  })
})

test('index.json gives the name of a signed image to other bytes', async () => {
  const store = await openLayoutForWriting(folder)
  const other = await putImage(store, 'other')
  await writeFile(path(image.digest), await readFile(path(other.digest)))
  await using layout = await openLayout(folder)
  await expect(layout.manifest('1.4')).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
})
