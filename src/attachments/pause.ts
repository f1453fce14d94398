/** The port of waiting: how a writer keeps out of the way of others. */

/** What a writer waits with: a timer that a test can speed up, and randomness that keeps writers apart. */
export interface Pause {
  /** Resolves after `milliseconds`. */
  wait(milliseconds: number): Promise<void>
  /** 0 up to, not including, 1. */
  random(): number
  /** Milliseconds since any moment: with it a writer learns how slow the place is, and waits as long as that asks for. */
  now?(): number
}
