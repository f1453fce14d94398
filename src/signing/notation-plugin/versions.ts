/** The order of versions (Semantic Versioning 2.0.0, clause 11), as far as the version of a plugin is compared. */

const VERSION = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9A-Za-z.-]{1,100}))?(?:\+[0-9A-Za-z.-]{1,100})?$/

interface Version {
  readonly core: readonly number[]
  readonly before: readonly string[] | undefined
}

/** Whether the version is `least` or newer; false where one of them is no version. */
export function isAtLeast(version: string, least: string): boolean {
  const [found, wanted] = [read(version), read(least)]
  return found !== undefined && wanted !== undefined && compare(found, wanted) >= 0
}

function read(text: string): Version | undefined {
  const match = VERSION.exec(text)
  if (match === null) return undefined
  return { core: match.slice(1, 4).map(Number), before: match[4]?.split('.') }
}

function compare(a: Version, b: Version): number {
  for (const [index, number] of a.core.entries()) {
    const difference = number - (b.core[index] ?? 0)
    if (difference !== 0) return difference
  }
  // What comes before a release is older than it.
  if (a.before === undefined || b.before === undefined)
    return Number(a.before === undefined) - Number(b.before === undefined)
  for (let index = 0; index < Math.max(a.before.length, b.before.length); index++) {
    const difference = compareIdentifiers(a.before[index], b.before[index])
    if (difference !== 0) return difference
  }
  return 0
}

function compareIdentifiers(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined)
  const [isNumberA, isNumberB] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (isNumberA && isNumberB) return Number(a) - Number(b)
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1
  return a < b ? -1 : Number(a > b)
}
