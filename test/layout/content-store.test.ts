/** The shared suite of the content ports against the stores of this room. */

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { memoryStore, openLayoutForWriting, writeArchive } from '../../src/layout/index.ts'
import { contentStoreSuite } from '../oci/content-store.suite.ts'
import { folders, temporary } from './helpers.ts'

const folder = folders()

for (const referrers of ['api', 'scan', 'unsupported'] as const) {
  contentStoreSuite(`memory, referrers ${referrers}`, { referrers }, async () => ({
    store: memoryStore('memory', { referrers }),
    close: async () => {},
  }))
}

contentStoreSuite('layout folder', { referrers: 'scan' }, async () => {
  const path = join(await folder(), 'layout')
  return { store: await openLayoutForWriting(path), close: () => rm(path, { recursive: true }) }
})

contentStoreSuite('oci-archive', { referrers: 'scan' }, async () => {
  const store = await writeArchive(join(await folder(), 'image.tar'), { temporary })
  return { store, close: () => store.dispose() }
})
