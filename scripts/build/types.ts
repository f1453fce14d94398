/** Declarations of the doors and what they reach, with `.js` in their imports as consumers resolve them. */

import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Types {
  readonly root: string
  readonly dist: string
  readonly doors: readonly string[]
}

export function emitTypes({ root, dist, doors }: Types): void {
  const out = join(dist, 'types')
  // Beside the sources' own configuration, so that what it extends and the packages' types resolve as ever.
  const folder = mkdtempSync(join(root, 'node_modules/.zegel-types-'))
  try {
    const configuration = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        stripInternal: true,
        rootDir: join(root, 'src'),
        outDir: out,
        typeRoots: [join(root, 'node_modules/@types')],
      },
      include: [],
      files: doors.map((path) => join(root, 'src', path)),
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(configuration))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { status } = spawnSync(process.execPath, [tsc, '-p', folder], { cwd: root, stdio: 'inherit' })
    if (status !== 0) throw new Error('the types of what ships do not compile')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  for (const path of globSync('**/*.d.ts', { cwd: out })) {
    const file = join(out, path)
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace(/((?:from\s+|import\s*\(\s*|import\s+)['"]\.{1,2}\/[^'"]+)\.ts(['"])/g, '$1.js$2'))
  }
}
