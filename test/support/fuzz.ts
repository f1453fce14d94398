/** Fuzzing with a fixed seed: the same cases in every run, other ones with ZEGEL_FUZZ_SEED, more of them with ZEGEL_FUZZ_RUNS. */

import fc from 'fast-check'
import { Fault } from '../../src/base/index.ts'

export const fuzzSeed = Number(process.env['ZEGEL_FUZZ_SEED'] ?? 20261123)

export function fuzzOptions(numRuns: number): { seed: number; numRuns: number } {
  return { seed: fuzzSeed, numRuns: Number(process.env['ZEGEL_FUZZ_RUNS'] ?? numRuns) }
}

/** What a parser made of its input: a value, or the code of the Fault it refused with. Anything else thrown is a crash and passes on. */
export function outcome<T>(read: () => T): { readonly value: T } | { readonly code: string } {
  try {
    return { value: read() }
  } catch (error) {
    if (error instanceof Fault) return { code: error.code }
    throw error
  }
}

/** The code a call refuses with, undefined where it does not. */
export function codeOf(read: () => unknown): string | undefined {
  const result = outcome(read)
  return 'code' in result ? result.code : undefined
}

export async function codeOfAsync(read: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await read()
    return undefined
  } catch (error) {
    if (error instanceof Fault) return error.code
    throw error
  }
}

export interface Mutation {
  readonly at: number
  readonly remove: number
  readonly insert: Uint8Array
}

/** One splice of a real document: changed, cut, grown. */
export const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(1_000_000),
  remove: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, fc.nat(40)),
  insert: fc.oneof(
    { weight: 3, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 1 }) },
    fc.uint8Array({ maxLength: 40 }),
  ),
})

export function mutate(bytes: Uint8Array, { at, remove, insert }: Mutation): Uint8Array {
  const start = bytes.length === 0 ? 0 : at % bytes.length
  return Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)])
}
