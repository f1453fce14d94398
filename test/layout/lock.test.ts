/** The lock of index.json: one at a time, taken over when it was left behind, given up with a sentence. And what a full disk says. */

import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Fault } from '../../src/base/index.ts'
import { writeWhole } from '../../src/layout/disk.ts'
import { storageFault } from '../../src/layout/faults.ts'
import { locked } from '../../src/layout/lock.ts'
import { codeOf, folders } from './helpers.ts'

const folder = folders()

describe('the lock', () => {
  it('lets one work at a time', async () => {
    const path = join(await folder(), 'lock')
    let inside = 0
    let most = 0
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setTimeout(resolve, 2))
      inside--
    }
    await Promise.all(Array.from({ length: 10 }, () => locked(path, work)))
    expect(most).toBe(1)
    expect(await readdir(join(path, '..'))).toEqual([])
  })

  it('takes over what was left behind, also when several wait', async () => {
    const path = join(await folder(), 'lock')
    await writeFile(path, '1-1')
    await utimes(path, 1, 1)
    let done = 0
    const work = async (): Promise<void> => {
      done++
    }
    await Promise.all([1, 2, 3].map(() => locked(path, work, { waitMs: 5000, staleMs: 50 })))
    expect(done).toBe(3)
    expect(await readdir(join(path, '..'))).toEqual([])
  })

  it('gives up', async () => {
    const path = join(await folder(), 'lock')
    await writeFile(path, '1-1')
    expect(await codeOf(locked(path, async () => {}, { waitMs: 50, staleMs: 60_000 }))).toBe('LAYOUT_LOCKED')
  })

  it('is free again when the work fails', async () => {
    const path = join(await folder(), 'lock')
    await expect(locked(path, () => Promise.reject(new RangeError('failed')))).rejects.toThrow('failed')
    expect(await readdir(join(path, '..'))).toEqual([])
  })
})

describe('errors of the disk', () => {
  it.each([
    ['ENOSPC', 'STORAGE_FULL', 3],
    ['EDQUOT', 'STORAGE_FULL', 3],
    ['EACCES', 'STORAGE_DENIED', 2],
    ['EROFS', 'STORAGE_DENIED', 2],
    ['EIO', 'STORAGE_FAILED', 3],
  ])('%s is %s', (errno, code, status) => {
    const fault = storageFault(Object.assign(new Error('raw'), { code: errno }), '/data/layout', 'written')
    expect(fault instanceof Fault ? [fault.code, fault.status] : fault).toEqual([code, status])
  })

  it('passes on what is none', () => {
    const error = new TypeError('else')
    expect(storageFault(error, '/data', 'read')).toBe(error)
  })

  it('leaves no half of a file', async () => {
    const path = join(await folder(), 'file')
    await writeFile(path, 'before')
    const content = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(1_000_000)
      throw new RangeError('broken')
    }
    await expect(writeWhole(path, content())).rejects.toThrow('broken')
    expect(await readdir(join(path, '..'))).toEqual(['file'])
  })
})
