/** oci-archive: reading by range, writing, extending, and archives that are made to harm (tars by another program's writer). */

import { readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { type TarEntry, unpackTar } from 'modern-tar'
import { describe, expect, it } from 'vitest'
import { openArchive, writeArchive } from '../../src/layout/index.ts'
import { mediaTypes } from '../../src/oci/index.ts'
import { blobOf, codeOf, collect, faultOf, file, folders, putImage, putReferrer, tar, temporary } from './helpers.ts'

const folder = folders()
const marker = file('oci-layout', '{"imageLayoutVersion":"1.0.0"}')

async function archiveOf(bytes: Uint8Array): Promise<string> {
  const path = join(await folder(), 'image.tar')
  await writeFile(path, bytes)
  return path
}

/** A layout of one image as tar entries, under the names that `tar -C DIR .` or `tar *` give. */
function layoutEntries(prefix = ''): { entries: TarEntry[]; digest: string } {
  const config = blobOf('{"os":"linux"}', mediaTypes.config)
  const manifest = blobOf(
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.manifest, config: config.descriptor, layers: [] }),
    mediaTypes.manifest,
  )
  const index = JSON.stringify({ schemaVersion: 2, manifests: [manifest.descriptor] })
  const blobs = [config, manifest].map(({ descriptor, bytes }) =>
    file(`${prefix}blobs/${descriptor.digest.replace(':', '/')}`, bytes),
  )
  const entries = [
    file(`${prefix}index.json`, index),
    ...blobs,
    { ...marker, header: { ...marker.header, name: `${prefix}oci-layout` } },
  ]
  return { entries, digest: manifest.descriptor.digest }
}

describe('reading', () => {
  it.each(['', './'])('reads names that begin with "%s"', async (prefix) => {
    const { entries, digest } = layoutEntries(prefix)
    const folderEntry: TarEntry = { header: { name: `${prefix}blobs/`, type: 'directory', size: 0 } }
    const path = await archiveOf(await tar(folderEntry, ...entries))
    await using archive = await openArchive(path, { temporary })
    expect((await archive.resolveImage({})).descriptor.digest).toBe(digest)
  })

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('reads %s, and leaves no temporary file', async (_name, compress) => {
    const { entries, digest } = layoutEntries()
    const path = await archiveOf(compress(await tar(...entries)))
    const scratch = await folder()
    await using archive = await openArchive(path, { temporary: scratch })
    expect(await readdir(scratch)).toEqual([])
    expect((await archive.resolveImage({})).descriptor.digest).toBe(digest)
  })

  it('follows a link that a person named', async () => {
    const { entries, digest } = layoutEntries()
    const path = await archiveOf(await tar(...entries))
    await symlink(path, `${path}.link`)
    await using archive = await openArchive(`${path}.link`, { temporary })
    expect((await archive.resolveImage({})).descriptor.digest).toBe(digest)
  })

  it('takes pax names and sizes', async () => {
    const { entries, digest } = layoutEntries()
    const long = file(`comment/${'x'.repeat(300)}`, 'text')
    const path = await archiveOf(
      await tar({ ...long, header: { ...long.header, pax: { comment: 'hello' } } }, ...entries),
    )
    await using archive = await openArchive(path, { temporary })
    expect((await archive.resolveImage({})).descriptor.digest).toBe(digest)
  })
})

describe('writing', () => {
  it('writes what another tar reads, the same bytes for the same content', async () => {
    const places = await folder()
    const write = async (name: string): Promise<Buffer> => {
      await using archive = await writeArchive(join(places, name), { temporary })
      const image = await putImage(archive, 'one', '1.4')
      await putReferrer(archive, image.descriptor, 'referrer')
      const large = Buffer.alloc(3_000_001, 5)
      await archive.putBlob(blobOf(large).descriptor, { parts: [large] })
      await archive.finish()
      return readFile(join(places, name))
    }
    const bytes = await write('a.tar')
    expect(bytes.equals(await write('b.tar'))).toBe(true)
    const names = (await unpackTar(bytes)).map((entry) => entry.header.name)
    expect(names).toContain('index.json')
    expect(names).toContain(`blobs/sha256/${blobOf(Buffer.alloc(3_000_001, 5)).descriptor.digest.slice(7)}`)
    expect(await readdir(places)).toEqual(['a.tar', 'b.tar'])
    await using archive = await openArchive(join(places, 'a.tar'), { temporary })
    const image = await archive.resolveImage({ tag: '1.4' })
    expect((await archive.referrers(image.descriptor.digest)).manifests).toHaveLength(1)
  })

  it('carries over what was there', async () => {
    const path = join(await folder(), 'image.tar')
    const add = async (name: string): Promise<void> => {
      await using archive = await writeArchive(path, { temporary })
      await putImage(archive, name, name)
      await archive.finish()
    }
    await add('one')
    await add('two')
    await using archive = await openArchive(path, { temporary })
    expect(await collect(archive.tags())).toEqual(['one', 'two'])
    for (const text of ['layer of one', 'layer of two'])
      expect((await archive.blob(blobOf(text).descriptor, 100)).length).toBe(12)
  })

  it('forgets what was deleted before', async () => {
    const path = join(await folder(), 'image.tar')
    const { descriptor } = await (async () => {
      await using archive = await writeArchive(path, { temporary })
      const image = await putImage(archive, 'one', '1.4')
      const referrer = await putReferrer(archive, image.descriptor, 'referrer')
      await archive.finish()
      return { descriptor: referrer.descriptor }
    })()
    {
      await using archive = await writeArchive(path, { temporary })
      await archive.deleteManifest(descriptor.digest)
      await archive.finish()
    }
    await using archive = await openArchive(path, { temporary })
    const image = await archive.resolveImage({})
    expect((await archive.referrers(image.descriptor.digest)).manifests).toEqual([])
    expect(await archive.manifest(descriptor.digest)).toBeUndefined()
  })

  it('changes nothing without finish', async () => {
    const path = join(await folder(), 'image.tar')
    await writeFile(path, await tar(...layoutEntries().entries))
    const before = await readFile(path)
    {
      await using archive = await writeArchive(path, { temporary })
      await putImage(archive, 'one', '1.4')
    }
    expect((await readFile(path)).equals(before)).toBe(true)
    expect(await readdir(join(path, '..'))).toEqual(['image.tar'])
  })

  it('writes the next blob over one that failed', async () => {
    const path = join(await folder(), 'image.tar')
    await using archive = await writeArchive(path, { temporary })
    const { descriptor } = blobOf('x'.repeat(5000))
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(4000, 0x78)
      throw new RangeError('gone')
    }
    await expect(archive.putBlob(descriptor, { open: broken })).rejects.toThrow('gone')
    await putImage(archive, 'one', '1.4')
    await archive.finish()
    await using written = await openArchive(path, { temporary })
    expect(await codeOf(written.blob(descriptor, 10_000))).toBe('CONTENT_MISSING')
    expect((await written.blob(blobOf('layer of one').descriptor, 100)).length).toBe(12)
  })

  it('does not overwrite a file that is no oci-archive', async () => {
    const path = await archiveOf(await tar(file('notes.txt', 'mine')))
    expect(await codeOf(writeArchive(path, { temporary }))).toBe('ARCHIVE_INVALID')
    const text = await archiveOf(Buffer.from('not a tar at all'.repeat(100)))
    expect(await codeOf(writeArchive(text, { temporary }))).toBe('ARCHIVE_INVALID')
  })
})

describe('archives that are made to harm', () => {
  const { entries } = layoutEntries()
  const linkTo = (name: string, linkname: string, type: 'symlink' | 'link'): TarEntry => ({
    header: { name, type, size: 0, linkname },
  })
  it.each<[string, () => Promise<Uint8Array>]>([
    ['a name that leads out', () => tar(file('../../etc/cron.d/x', 'x'), ...entries)],
    ['a name that leads out in its middle', () => tar(file('blobs/../../x', 'x'), ...entries)],
    ['an absolute name', () => tar(file('/etc/passwd', 'x'), ...entries)],
    ['a name that occurs twice', () => tar(...entries, file('index.json', '{"manifests":[]}'))],
    ['a name that occurs twice in another spelling', () => tar(...entries, file('./blobs//../index.json', '{}'))],
    ['a name that occurs twice with "./"', () => tar(...entries, file('./index.json', '{"manifests":[]}'))],
    ['index.json that is a link', () => tar(linkTo('index.json', '/etc/passwd', 'symlink'), ...entries.slice(1))],
    ['a name of ten thousand bytes', () => tar(file('x'.repeat(10_000), 'x'), ...entries)],
    ['no end of the content', async () => (await tar(...entries)).subarray(0, 700)],
    ['a header that is cut', async () => (await tar(...entries)).subarray(0, 600)],
    ['a checksum that is wrong', async () => flip(await tar(...entries), 3)],
    ['a size of eight exabytes', async () => withSize(await tar(...entries), '80ffffffffffffffffffffff')],
    ['a negative size', async () => withSize(await tar(...entries), 'ffffffffffffffffffffffff')],
    ['nothing at all', async () => new Uint8Array(0)],
    ['a docker-archive', () => tar(file('manifest.json', '[]'))],
    ['gzip that is cut short', async () => gzipSync(await tar(...entries)).subarray(0, 100)],
    ['gzip of no tar', async () => gzipSync(Buffer.alloc(5000, 1))],
  ])('%s', async (_name, make) => {
    const scratch = await folder()
    const fault = await faultOf(openArchive(await archiveOf(await make()), { temporary: scratch }))
    expect([fault.code, fault.status]).toEqual(['ARCHIVE_INVALID', 2])
    expect(await readdir(scratch)).toEqual([])
  })

  it('says which file is missing', async () => {
    const fault = await faultOf(openArchive(join(await folder(), 'none.tar'), { temporary }))
    expect([fault.code, fault.status]).toEqual(['ARCHIVE_MISSING', 2])
  })

  it('reports a blob that is a link instead of following it', async () => {
    const { entries, digest } = layoutEntries()
    const rest = entries.filter((entry) => !entry.header.name.endsWith(digest.slice(7)))
    const link = linkTo(`blobs/sha256/${digest.slice(7)}`, 'index.json', 'symlink')
    await using archive = await openArchive(await archiveOf(await tar(...rest, link)), { temporary })
    expect(await codeOf(archive.resolveImage({}))).toBe('ARCHIVE_INVALID')
  })

  it('does not believe a blob whose bytes were changed', async () => {
    const { entries, digest } = layoutEntries()
    const changed = entries.map((entry) =>
      entry.header.name.endsWith(digest.slice(7)) ? file(entry.header.name, '{"schemaVersion":2}') : entry,
    )
    await using archive = await openArchive(await archiveOf(await tar(...changed)), { temporary })
    expect(await codeOf(archive.resolveImage({}))).toBe('DIGEST_MISMATCH')
  })

  it('stops a bomb', async () => {
    const bomb = await archiveOf(gzipSync(Buffer.alloc(16 * 1024 * 1024)))
    const scratch = await folder()
    const options = { temporary: scratch, maxUnpackedBytes: 1024 * 1024 }
    expect(await codeOf(openArchive(bomb, options))).toBe('LIMIT_EXCEEDED')
    expect(await readdir(scratch)).toEqual([])
  })
})

function flip(bytes: Uint8Array, at: number): Uint8Array {
  bytes[at] = (bytes[at] ?? 0) ^ 1
  return bytes
}

/** Writes the size field of the first header and its checksum. */
function withSize(bytes: Uint8Array, hex: string): Uint8Array {
  bytes.set(Buffer.from(hex, 'hex'), 124)
  bytes.set(Buffer.from('        '), 148)
  const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  bytes.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148)
  return bytes
}
