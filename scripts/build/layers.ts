/**
 * The chunks of the command line. Splitting alone makes one chunk for each set of commands that share a file: a call then reads thirty small
 * files, and reading a file costs more than running it. So what is loaded by `import()` takes a whole layer and all layers beneath it: the
 * frame (enough for `--help`), the call (flags, context, faults), the road (whatever `verify` needs), where certificates are concerned what judges
 * them, and then its own files.
 */

import { join } from 'node:path'
import type { Plugin } from 'esbuild'

/** Each layer by the files whose static imports it is; a file that is named here is itself loaded with its layer, whatever else with all. */
const LAYERS: readonly (readonly string[])[] = [
  ['cli/run.ts', 'cli/process-io.ts', 'cli/show-help.ts'],
  ['cli/execute.ts', 'cli/tell-fault.ts', 'cli/faults.ts'],
  ['cli/commands/verify.ts'],
  ['cli/x509-question.ts', 'verification/notation/judge.ts'],
]

const ROAD = 2
const CERTIFICATES = 3

/** What has to do with certificates takes all that they need. */
const ABOUT_CERTIFICATES = /(?:^|\/)(?:pki|trust|notation|x509)\b|\/(?:pki|trust|signing)\/index\.ts$/

/** Commands that answer from the table alone. */
const TABLE_ONLY = ['completion', 'help', 'man', 'version'].map((name) => `cli/commands/${name}.ts`)

/** @param sources the folder `src` */
export function layers(sources: string): Plugin {
  const files = (upTo: number): readonly string[] => LAYERS.slice(0, upTo + 1).flat()
  return {
    name: 'layers',
    setup: (build) => {
      build.onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined
        return { path: join(resolveDir, path), namespace: 'layered' }
      })
      build.onLoad({ filter: /.*/, namespace: 'layered' }, ({ path }) => {
        const under = files(layerOf(path, sources)).map((file) => `import ${JSON.stringify(join(sources, file))}`)
        return { contents: [...under, `export * from ${JSON.stringify(path)}`].join('\n'), resolveDir: sources }
      })
    },
  }
}

function layerOf(path: string, sources: string): number {
  const isIn = (files: readonly string[]): boolean => files.some((file) => join(sources, file) === path)
  if (isIn(TABLE_ONLY)) return 1
  const found = LAYERS.findIndex(isIn)
  if (found !== -1) return found
  return ABOUT_CERTIFICATES.test(path.slice(sources.length)) ? CERTIFICATES : ROAD
}
