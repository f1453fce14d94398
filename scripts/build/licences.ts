/** The licences of the packages whose code is in the bundle, each with its text. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** @param inputs the bundled files, relative to the root. @throws Error for a package that states no licence */
export function thirdPartyLicences(root: string, inputs: readonly string[]): string {
  const folders = new Set<string>()
  for (const input of inputs) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input.replaceAll('\\', '/'))
    if (match?.[1] !== undefined) folders.add(match[1])
  }
  const parts = [...folders].sort().map((folder) => licenceOf(join(root, folder)))
  const opening = 'The command line and the library of Zegel contain code of these packages.\n'
  return [opening, ...parts].join(`\n${'-'.repeat(80)}\n\n`)
}

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((entry) => /^(?:licen[cs]e|copying)(?:\.|-|$)/i.test(entry))
  if (typeof license !== 'string') throw new Error(`${name} states no licence`)
  const notice = join(folder, 'NOTICE')
  return [
    `${name} ${version} (${license})\n`,
    file === undefined ? 'The package has no licence file.\n' : readFileSync(join(folder, file), 'utf8'),
    ...(existsSync(notice) ? [readFileSync(notice, 'utf8')] : []),
  ].join('\n')
}
