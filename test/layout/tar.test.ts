/** The tar reader and writer against another program's, and against each other. */

import { packTar, unpackTar } from 'modern-tar'
import { describe, expect, it } from 'vitest'
import type { Bytes } from '../../src/base/index.ts'
import { indexTar, type RandomAccess } from '../../src/layout/tar-index.ts'
import { padding, tarEnd, tarFileHeader } from '../../src/layout/tar-write.ts'
import { codeOf, file } from './helpers.ts'

function inMemory(bytes: Bytes): RandomAccess {
  return { size: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) }
}

function written(name: string, body: Bytes): Buffer {
  return Buffer.concat([tarFileHeader(name, body.length), body, padding(body.length), tarEnd])
}

describe('names and sizes', () => {
  it.each([1, 99, 100, 101, 141, 255, 256, 1000, 4000])(
    'a name of %i bytes is written as it is read',
    async (length) => {
      const name = 'n'.repeat(length)
      const bytes = written(name, Buffer.from('content'))
      expect((await unpackTar(bytes)).map((entry) => entry.header.name)).toEqual([name])
      expect([...(await indexTar(inMemory(bytes), 'a tar')).keys()]).toEqual([name])
    },
  )

  it('reads what another program wrote, at the right place', async () => {
    const names = ['short', `${'folder/'.repeat(20)}file`, 'x'.repeat(200), 'größe.txt']
    const bytes = await packTar(names.map((name) => file(name, `content of ${name}`)))
    const index = await indexTar(inMemory(bytes), 'a tar')
    for (const name of names) {
      const entry = index.get(name)
      const at = entry?.kind === 'file' ? entry : { offset: 0, size: 0 }
      expect(Buffer.from(bytes.subarray(at.offset, at.offset + at.size)).toString()).toBe(`content of ${name}`)
    }
  })

  it('reads GNU’s long names', async () => {
    const long = `blobs/sha512/${'a'.repeat(128)}`
    const named = Buffer.from(`${long}\0`)
    const header = Buffer.from(tarFileHeader('././@LongLink', named.length))
    header.write('L', 156)
    header.write('        ', 148)
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    )
    const bytes = Buffer.concat([header, named, padding(named.length), written('cut', Buffer.from('x'))])
    expect([...(await indexTar(inMemory(bytes), 'a tar')).keys()]).toEqual([long])
  })

  it('writes and reads a size above eight gigabytes', async () => {
    const size = 9 * 1024 ** 3
    const header = tarFileHeader('large', size)
    const source: RandomAccess = {
      size: header.length + size,
      read: async (offset, length) => header.subarray(offset, Math.min(header.length, offset + length)),
    }
    expect((await indexTar(source, 'a tar')).get('large')).toEqual({ kind: 'file', offset: header.length, size })
  })

  it('refuses more entries than the bound without keeping them', async () => {
    const one = Buffer.from(tarFileHeader('same', 0))
    const source: RandomAccess = {
      size: Number.MAX_SAFE_INTEGER,
      read: async (_offset, length) => Buffer.concat(Array(Math.ceil(length / 512)).fill(one)).subarray(0, length),
    }
    expect(await codeOf(indexTar(source, 'a tar'))).toBe('ARCHIVE_INVALID')
  })
})
