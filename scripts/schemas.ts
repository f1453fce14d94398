/** Writes the JSON Schemas of every `-o json` into `schemas/`. A test holds the folder to what this writes. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { jsonSchemas } from '../src/contract/index.ts'

const folder = new URL('../schemas/', import.meta.url)
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
for (const [name, schema] of Object.entries(jsonSchemas())) {
  writeFileSync(new URL(name, folder), `${JSON.stringify(schema, null, 2)}\n`)
}
