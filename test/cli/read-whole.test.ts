/** Files read into one buffer of their size; whatever has no size of its own is left to a stream. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readWhole } from '../../src/cli/read-whole.ts'

const folder = mkdtempSync(join(tmpdir(), 'zegel-read-'))
afterAll(() => rmSync(folder, { recursive: true }))
const never = new AbortController().signal

function file(size: number): string {
  const path = join(folder, String(size))
  writeFileSync(path, Buffer.alloc(size, 'zegel'))
  return path
}

describe('readWhole', () => {
  it.each([1, 8 * 1024 * 1024, 8 * 1024 * 1024 + 1, 20_000_000])('%i bytes', async (size) => {
    const bytes = await readWhole(file(size), size, never)
    expect(bytes?.buffer.byteLength).toBe(size)
    expect(Buffer.compare(bytes ?? Buffer.alloc(0), Buffer.alloc(size, 'zegel'))).toBe(0)
  })

  it('leaves what is above the bound, empty, or made up by the kernel', async () => {
    expect(await readWhole(file(11), 10, never)).toBeUndefined()
    expect(await readWhole(file(0), 10, never)).toBeUndefined()
    expect(await readWhole('/proc/self/status', 1_000_000, never)).toBeUndefined()
  })

  it('throws what the file system says, and stops when it is told to', async () => {
    await expect(readWhole(join(folder, 'none'), 10, never)).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(readWhole(file(5), 10, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
  })
})
