/** The folder `schemas/` is what the contract says, in JSON Schema that a validator takes. */

import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { jsonSchemas, schemas } from '../../src/contract/index.ts'

const folder = new URL('../../schemas/', import.meta.url)

test('schemas/ is as "bin/node scripts/schemas.ts" writes it', () => {
  const written = Object.fromEntries(
    readdirSync(folder).map((name) => [name, JSON.parse(readFileSync(new URL(name, folder), 'utf8'))]),
  )
  expect(written).toEqual(jsonSchemas())
})

test.each(Object.entries(jsonSchemas()))('%s is valid, and leaves room for new members', (_, schema) => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  expect(ajv.validateSchema(schema)).toBe(true)
  ajv.compile(schema)
  expect(JSON.stringify(schema)).not.toContain('"additionalProperties":false')
})

test.each(Object.entries(schemas))('%s names itself', (name, schema) => {
  expect(schema.shape.schema.value).toBe(`zegel.dev/${name}`)
})
