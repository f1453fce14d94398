/** The command line and all doors, each with chunks that its modules share, so that each class exists once. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import { takeBuiltins } from './builtins.ts'
import { layers } from './layers.ts'
import { throughDoors } from './through-doors.ts'

interface Bundle {
  readonly root: string
  readonly dist: string
  /** Paths in `src/`. */
  readonly doors: readonly string[]
}

/** CommonJS parts of a bundle call `require`, which a module has not. */
const requireBanner = `import { createRequire as zegelCreateRequire } from 'node:module'
const require = zegelCreateRequire(import.meta.url)`

/**
 * The doors in one call and the command line in another: nobody loads both, and each is cut where its own callers need it.
 * @returns the files that went in, relative to the root.
 */
export async function bundle({ root, dist, doors }: Bundle): Promise<readonly string[]> {
  const sources = join(root, 'src')
  const library = await write(options(root, dist, 'chunks', doors))
  const program = await write({
    ...options(root, dist, 'cli/chunks', ['cli/main.ts']),
    plugins: [layers(sources), throughDoors(sources)],
  })
  return [...new Set([...library, ...program])]
}

function options(root: string, dist: string, chunks: string, entries: readonly string[]) {
  return {
    absWorkingDir: root,
    entryPoints: entries.map((path) => join('src', path)),
    outbase: 'src',
    outdir: dist,
    chunkNames: `${chunks}/[name]-[hash]`,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // Node 24 knows it; esbuild's table does not yet.
    supported: { using: true },
    metafile: true,
    write: false,
    legalComments: 'none',
    logLevel: 'warning',
    logOverride: { 'commonjs-variable-in-esm': 'error' },
  } satisfies BuildOptions
}

async function write(call: ReturnType<typeof options> & Pick<BuildOptions, 'plugins'>): Promise<readonly string[]> {
  const { metafile } = await build(call)
  const needsRequire = Object.values(metafile.inputs).some((input) => input.format === 'cjs')
  const { outputFiles } = await build({ ...call, ...(needsRequire ? { banner: { js: requireBanner } } : {}) })
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, takeBuiltins(text))
  }
  return Object.keys(metafile.inputs).filter((path) => !path.startsWith('layered:'))
}
