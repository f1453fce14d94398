/** The command line as it ships, built into a folder of its own: what is measured, and whose modules are listed. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundle } from '../../scripts/build/bundle.ts'

const root = join(import.meta.dirname, '../..')

export interface BuiltPackage {
  readonly folder: string
  /** `bin/zegel.js` in it. */
  readonly program: string
  remove(): void
}

/** As `npm run build`, without the declarations. */
export async function buildPackage(): Promise<BuiltPackage> {
  const folder = mkdtempSync(join(tmpdir(), 'zegel-package-'))
  mkdirSync(join(folder, 'bin'))
  await bundle({ root, dist: folder, doors: ['verification/index.ts'] })
  for (const file of ['zegel.js', 'start.js', 'package.json']) {
    await cp(join(root, 'scripts/build/launcher', file), join(folder, 'bin', file))
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'zegel', type: 'module' }))
  return { folder, program: join(folder, 'bin/zegel.js'), remove: () => rmSync(folder, { recursive: true }) }
}
