/** "Did you mean": the nearest of the known names, by Damerau-Levenshtein distance. */

/** The nearest name, when it is near enough to be meant. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(written.length * 0.4)) + 1
  for (const name of known) {
    const distance = name.startsWith(written) && written.length >= 3 ? 1 : distanceOf(written, name)
    if (distance >= bestDistance) continue
    best = name
    bestDistance = distance
  }
  return best
}

function distanceOf(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 6) return 99
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min((previous[j] ?? 99) + 1, (row[j - 1] ?? 99) + 1, (previous[j - 1] ?? 99) + cost)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (isSwap) best = Math.min(best, (beforePrevious[j - 2] ?? 99) + 1)
      row.push(best)
    }
    beforePrevious = previous
    previous = row
  }
  return previous[b.length] ?? 99
}
