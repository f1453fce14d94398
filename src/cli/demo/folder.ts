/** The one folder of the demo: made anew at each run, and never somebody else's. */

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { forShell } from '../../base/index.ts'
import { cliFault } from '../faults.ts'

const MARK = '.zegel-demo'

/** @throws FILE_EXISTS when the folder is there and the demo did not make it */
export async function freshFolder(path: string): Promise<void> {
  const found = await readdir(path).catch(() => [])
  const isOurs = found.length === 0 || (await readFile(join(path, MARK), 'utf8').catch(() => '')) !== ''
  if (!isOurs) {
    throw cliFault('FILE_EXISTS', `The folder ${path} holds other things than the demo's.`, {
      fix: `Name another one: zegel demo --dir ${forShell(`${path}-2`)}`,
    })
  }
  await rm(path, { recursive: true, force: true })
  await mkdir(path, { recursive: true })
  await writeFile(join(path, MARK), 'Made by "zegel demo", which makes it anew at each run.\n')
}
