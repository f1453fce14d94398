/** One esbuild call for the command line and all doors, with shared chunks, so that each class exists once. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import { takeBuiltins } from './builtins.ts'

interface Bundle {
  readonly root: string
  readonly dist: string
  /** Paths in `src/`. */
  readonly doors: readonly string[]
}

/** CommonJS parts of a bundle call `require`, which a module has not. */
const requireBanner = `import { createRequire as zegelCreateRequire } from 'node:module'
const require = zegelCreateRequire(import.meta.url)`

/** @returns the files that went in, relative to the root. */
export async function bundle({ root, dist, doors }: Bundle): Promise<readonly string[]> {
  const options = {
    absWorkingDir: root,
    entryPoints: ['cli/main.ts', ...doors].map((path) => join('src', path)),
    outbase: 'src',
    outdir: dist,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // Node 24 knows it; esbuild's table does not yet.
    supported: { using: true },
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
    logOverride: { 'commonjs-variable-in-esm': 'error' },
  } satisfies BuildOptions
  const { metafile } = await build({ ...options, write: false })
  const needsRequire = Object.values(metafile.inputs).some((input) => input.format === 'cjs')
  const { outputFiles } = await build({
    ...options,
    ...(needsRequire ? { banner: { js: requireBanner } } : {}),
    write: false,
  })
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, takeBuiltins(text))
  }
  return Object.keys(metafile.inputs)
}
