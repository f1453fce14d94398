/** Whatever bytes an archive or an index.json has: an index or a refusal, never a crash, a hang or a place outside the archive. */

import fc from 'fast-check'
import { packTar } from 'modern-tar'
import { describe, it } from 'vitest'
import { type Bytes, Fault } from '../../src/base/index.ts'
import { entriesOf, parseLayoutIndex } from '../../src/layout/layout-index.ts'
import { readPaxRecords, readTarHeader } from '../../src/layout/tar-header.ts'
import { indexTar } from '../../src/layout/tar-index.ts'
import { file, seed } from './helpers.ts'

const numRuns = Number(process.env['ZEGEL_FUZZ_RUNS'] ?? 500)
const parameters = { seed, numRuns }

const valid = packTar([
  file('oci-layout', '{"imageLayoutVersion":"1.0.0"}'),
  {
    ...file('x'.repeat(150), 'a long name'),
    header: { ...file('x'.repeat(150), 'a long name').header, pax: { comment: 'c' } },
  },
  { header: { name: 'link', type: 'symlink', size: 0, linkname: 'oci-layout' } },
  { header: { name: 'folder/', type: 'directory', size: 0 } },
  file('folder/file', 'y'.repeat(700)),
])

async function mustBeSafe(bytes: Bytes): Promise<void> {
  let reads = 0
  const source = {
    size: bytes.length,
    read: async (offset: number, length: number): Promise<Bytes> => {
      if (++reads > bytes.length + 10) throw new Error('it reads without end')
      return bytes.subarray(offset, offset + length)
    },
  }
  try {
    for (const [name, entry] of await indexTar(source, 'a tar')) {
      if (name.startsWith('/') || name.split('/').includes('..')) throw new Error(`it accepted ${name}`)
      if (entry.kind === 'file' && entry.offset + entry.size > bytes.length) throw new Error('a place outside')
    }
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'ARCHIVE_INVALID') throw error
  }
}

/** Makes the checksum right again, so that what is behind it is reached too. */
function summed(bytes: Buffer, block: number): Buffer {
  const header = bytes.subarray(block * 512, block * 512 + 512)
  if (header.length < 512) return bytes
  header.write('        ', 148)
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  )
  return bytes
}

describe('tar', () => {
  it('random bytes', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 4096 }), mustBeSafe), parameters)
  })

  it('a valid archive with bytes changed and checksums made right', async () => {
    const original = Buffer.from(await valid)
    const change = fc.record({ at: fc.nat(original.length - 1), byte: fc.integer({ min: 0, max: 255 }) })
    const blocks = Math.floor(original.length / 512)
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 8 }),
        fc.nat(original.length),
        async (changes, length) => {
          const bytes = Buffer.from(original)
          for (const { at, byte } of changes) bytes[at] = byte
          for (let block = 0; block < blocks; block++)
            if (changes.some(({ at }) => Math.floor(at / 512) === block)) summed(bytes, block)
          await mustBeSafe(bytes)
          await mustBeSafe(bytes.subarray(0, length))
        },
      ),
      parameters,
    )
  })

  it('headers and pax records', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 512, maxLength: 512 }),
        fc.uint8Array({ maxLength: 300 }),
        (block, records) => {
          readTarHeader(summed(Buffer.from(block), 0))
          readPaxRecords(records)
          readPaxRecords(Buffer.from(`${records.length + 3} path=${Buffer.from(records).toString('latin1')}\n`))
        },
      ),
      parameters,
    )
  })
})

describe('index.json', () => {
  const member = fc.oneof(
    fc.record(
      { digest: fc.string(), size: fc.double(), mediaType: fc.string(), annotations: fc.object() },
      { requiredKeys: [] },
    ),
    fc.anything(),
  )
  it('any JSON under "manifests"', () => {
    fc.assert(
      fc.property(fc.array(member), fc.boolean(), (manifests, isList) => {
        const bytes = Buffer.from(
          JSON.stringify({ schemaVersion: 2, manifests: isList ? manifests : manifests[0] }, plain),
        )
        mustParseOrRefuse(bytes)
      }),
      parameters,
    )
  })

  it('random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), mustParseOrRefuse), parameters)
  })

  function mustParseOrRefuse(bytes: Bytes): void {
    try {
      entriesOf(parseLayoutIndex(bytes, 'a layout'))
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'LAYOUT_INVALID') throw error
    }
  }

  function plain(_key: string, value: unknown): unknown {
    return typeof value === 'bigint' ? value.toString() : value
  }
})
