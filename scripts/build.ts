/**
 * `npm run build`: makes `dist/`, the package that ships: the command line and every room as one set of modules, types, JSON
 * Schemas, licences and a package.json of its own. No TypeScript besides declarations, no Node binary, no run-time dependency.
 */

import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { bundle } from './build/bundle.ts'
import { thirdPartyLicences } from './build/licences.ts'
import { manifest } from './build/manifest.ts'
import { emitTypes } from './build/types.ts'

const root = join(import.meta.dirname, '..')
const dist = resolve(process.argv[2] ?? join(root, 'dist'))
const started = performance.now()

/**
 * The rooms that are subpaths of the package: all that have a door, besides the compositions and `contract`, whose types are those
 * of a schema library that consumers don't have (its JSON Schemas ship instead).
 */
const rooms = globSync('*/index.ts', { cwd: join(root, 'src') })
  .map((path) => path.replace(/[/\\]index\.ts$/, ''))
  .filter((room) => !['cli', 'server', 'contract'].includes(room))
  .sort()

rmSync(dist, { recursive: true, force: true })
mkdirSync(join(dist, 'bin'), { recursive: true })

const doors = ['index.ts', ...rooms.map((room) => `${room}/index.ts`)]
const inputs = await bundle({ root, dist, doors })
emitTypes({ root, dist, doors })
for (const file of ['zegel.js', 'start.js', 'package.json']) {
  cpSync(join(import.meta.dirname, 'build/launcher', file), join(dist, 'bin', file))
}
for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md', 'schemas']) {
  if (existsSync(join(root, file))) cpSync(join(root, file), join(dist, file), { recursive: true })
}
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), thirdPartyLicences(root, inputs))
const source = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const hasSchemas = existsSync(join(dist, 'schemas'))
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(manifest(source, rooms, hasSchemas), undefined, 2)}\n`)

const left = globSync('**/*.ts', { cwd: dist }).filter((path) => !path.endsWith('.d.ts'))
if (left.length > 0) throw new Error(`TypeScript in what ships: ${left.join(', ')}`)
console.log(`build: ${dist}, ${rooms.length} rooms, ${((performance.now() - started) / 1000).toFixed(1)} s`)
