/** The brand of what was proven (law 2): only this room makes it, and nothing else hands out what an envelope says as a fact. */

declare const verified: unique symbol

/** Data whose signature, subject and type this room has checked. */
export type Verified<T> = T & { readonly [verified]: true }

/** Not exported through the door. */
export function markVerified<T>(value: T): Verified<T> {
  return value as Verified<T>
}
