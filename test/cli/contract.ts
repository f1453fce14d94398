/** Holds a JSON output to its schema: every member known, none missing. */

import { expect } from 'vitest'
import { schemas } from '../../src/contract/index.ts'

export function expectContract(document: Record<string, unknown>): void {
  const name = String(document['schema']).replace('zegel.dev/', '')
  const schema = Object.entries(schemas).find(([known]) => known === name)?.[1]
  if (schema === undefined) throw new Error(`No schema ${name}`)
  // Members that a schema doesn't know are dropped by it: then the two differ.
  expect(schema.parse(document)).toEqual(document)
}
