/** The one root error of the house: a closed code, one clear sentence, the remedy, and the exit status it ends a command with. */

/** 1: a check or a policy said no · 2: the command, a file or a reference was wrong · 3: could not tell. */
export type ExitStatus = 1 | 2 | 3

export interface FaultDetails {
  /** What the reader can do about it: one sentence or one command. */
  readonly fix?: string
  readonly cause?: unknown
  /** Facts for programs (HTTP status, host, digest …): never a secret. */
  readonly facts?: Readonly<Record<string, string | number | boolean>>
}

/**
 * A failure, as opposed to a refusal (which is data: a `Finding`).
 *
 * @example
 * if (error instanceof Fault && error.code === 'REGISTRY_UNAUTHORIZED') console.error(error.message, error.fix)
 */
export class Fault<C extends string = string> extends Error {
  override readonly name = 'Fault'
  readonly code: C
  readonly status: ExitStatus
  readonly fix: string | undefined
  readonly facts: Readonly<Record<string, string | number | boolean>>

  constructor(code: C, status: ExitStatus, message: string, details: FaultDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.status = status
    this.fix = details.fix
    this.facts = details.facts ?? {}
  }
}

/** Makes the faults of one room; `codes` is its closed list, which docs/errors.md must match. */
export interface FaultFactory<C extends string> {
  (code: C, message: string, details?: FaultDetails): Fault<C>
  readonly codes: Readonly<Record<C, ExitStatus>>
}

/**
 * Declares the closed set of codes of a room, each with its exit status.
 *
 * @example
 * export const registryFault = faults({ REGISTRY_UNAUTHORIZED: 3, REGISTRY_DENIED: 3 })
 * throw registryFault('REGISTRY_DENIED', 'registry.example.org refused …', { fix: 'zegel login registry.example.org' })
 */
export function faults<const T extends Readonly<Record<string, ExitStatus>>>(codes: T): FaultFactory<keyof T & string> {
  type C = keyof T & string
  const make = (code: C, message: string, details?: FaultDetails): Fault<C> => {
    const status = codes[code]
    return new Fault(code, status === undefined ? 3 : status, message, details)
  }
  return Object.assign(make, { codes: codes as Readonly<Record<C, ExitStatus>> })
}

/** The codes of this room. */
export const baseFault = faults({
  JSON_INVALID: 1,
  JSON_SHAPE: 1,
  BASE64_INVALID: 1,
  DIGEST_INVALID: 2,
  DIGEST_MISMATCH: 3,
  LIMIT_EXCEEDED: 3,
})
