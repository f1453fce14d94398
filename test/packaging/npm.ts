/** The npm releases that people have, each fetched once into `.cache/npm` and run by its own program. */

import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { repository, run } from './run.ts'

export const npmVersions = [9, 10, 11] as const

/** @returns npm-cli.js of that major version, or why it could not be had */
export async function npmCli(major: number): Promise<{ readonly path: string } | { readonly missing: string }> {
  const folder = join(repository, '.cache/npm', String(major))
  const path = join(folder, 'node_modules/npm/bin/npm-cli.js')
  if (existsSync(path)) return { path }
  await mkdir(join(repository, '.cache/npm'), { recursive: true })
  const partial = await mkdtemp(`${folder}-`)
  try {
    await writeFile(join(partial, 'package.json'), '{ "private": true }\n')
    const args = ['install', `npm@${major}`, '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=1']
    const ran = await run('npm', args, { cwd: partial, env: userEnvironment() })
    if (ran.status !== 0) return { missing: `npm ${major}: ${ran.stderr.trim().split('\n')[0] ?? 'not to be had'}` }
    await rename(partial, folder).catch(() => undefined)
    return { path }
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

/** What the user's own npm needs to reach its registry; the settings that a surrounding `npm test` hands down stay out. */
export function userEnvironment(): Record<string, string> {
  const names =
    /^(?:PATH|HOME|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|npm_config_(?:registry|cafile|cache))$/i
  const found = Object.entries(process.env).flatMap(([name, value]) =>
    names.test(name) && value !== undefined ? [[name, value] as const] : [],
  )
  const path = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter)
  return { ...Object.fromEntries(found), PATH: path }
}
