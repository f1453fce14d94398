/** Time as a parameter (law 5): a verification is a pure function of bytes, trust and time. */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Clock = () => number

/** The clock that always says the same moment: `verify --at`, tests, replay. */
export function fixedClock(at: Date | number): Clock {
  const moment = typeof at === 'number' ? at : at.getTime()
  return () => moment
}

/** RFC 3339 in UTC with seconds, as OCI annotations carry it: `2026-11-23T08:00:00Z`. */
export function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z')
}
