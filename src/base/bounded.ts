/** Work on many things, a bounded number at a time. */

/**
 * Results in the order of the items. After the first failure nothing more is started; what runs is waited for, and the failure thrown.
 * @example const manifests = await mapBounded(digests, limits.connectionsPerHost, (digest) => repository.manifest(digest))
 */
export async function mapBounded<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, at: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length)
  const failures: unknown[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const at = next++
      try {
        results[at] = await work(items[at] as T, at)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  if (failures.length > 0) throw failures[0]
  return results
}
