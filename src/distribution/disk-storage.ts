/**
 * A registry in a folder. The format, version 1:
 *
 *     registry.json                                 {"format":"zegel-registry","version":1}
 *     lock                                          the number of the process that serves it
 *     content/ALGORITHM/HH/HEX                      blobs and manifests, each once for all repositories
 *     repositories/NAME/_blobs/ALGORITHM/HEX        empty: the repository holds this blob
 *     repositories/NAME/_manifests/ALGORITHM/HEX    {"mediaType","size","subject"?,"artifactType"?,"isAnnotated"?}
 *     repositories/NAME/_tags/HEX                   {"tag","digest"}, under the sha256 of the tag
 *     uploads/ID                                    what is arriving; emptied at the start
 *
 * Each file is written beside (`.new`, or in `uploads/`), synced and renamed. Content comes before its first record and goes after its
 * last one, so what a crash leaves is at most content without a record, which the next start removes.
 */

import { readdir, readFile, realpath, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Fault, type Log, utf8 } from '../base/index.ts'
import { diskContent, uploadsPath } from './disk-content.ts'
import { loadRecords } from './disk-load.ts'
import { lockFolder } from './disk-lock.ts'
import { diskRecords } from './disk-records.ts'
import type { Storage } from './driver.ts'
import { errorCode, makeFolder, writeDurably } from './durable-files.ts'
import { distributionFault } from './faults.ts'

const MARK = 'registry.json'
const FORMAT = { format: 'zegel-registry', version: 1 }

/** @throws SERVE_DIR_LOCKED, SERVE_DIR_FOREIGN, SERVE_DIR_UNUSABLE */
export async function diskStorage(folder: string, log: Log): Promise<Storage> {
  try {
    await makeFolder(resolve(folder))
    const dir = await realpath(folder)
    await requireOwnFolder(dir)
    const unlock = await lockFolder(dir)
    try {
      await writeDurably(join(dir, MARK), utf8(`${JSON.stringify(FORMAT)}\n`))
      await rm(uploadsPath(dir), { recursive: true, force: true })
      await makeFolder(uploadsPath(dir))
    } catch (error) {
      await unlock()
      throw error
    }
    return { content: diskContent(dir), records: diskRecords(dir), load: () => loadRecords(dir, log), close: unlock }
  } catch (error) {
    if (error instanceof Fault) throw error
    throw distributionFault('SERVE_DIR_UNUSABLE', `The folder ${folder} cannot be used: ${errorCode(error)}.`, {
      cause: error,
      fix: 'Name a folder that exists or can be made, and that you may write to.',
    })
  }
}

/** Empty, or ours: the start removes unlinked content, which must never be somebody's files. */
async function requireOwnFolder(dir: string): Promise<void> {
  const mark = await readMark(dir)
  if (mark === undefined) {
    const others = (await readdir(dir)).filter(
      (name) => name !== 'lost+found' && !/^lock(?:\.[0-9]+)?$/.test(name) && name !== `${MARK}.new`,
    )
    if (others.length === 0) return
    throw foreign(dir, 'holds something else')
  }
  if (mark.trim() !== JSON.stringify(FORMAT)) throw foreign(dir, 'holds a registry of another format or version')
}

async function readMark(dir: string): Promise<string | undefined> {
  try {
    return await readFile(join(dir, MARK), 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function foreign(dir: string, why: string): Error {
  return distributionFault(
    'SERVE_DIR_FOREIGN',
    `The folder ${dir} ${why}; a registry is served from a folder of its own.`,
    {
      fix: 'Name an empty folder, or one that this server made.',
    },
  )
}
