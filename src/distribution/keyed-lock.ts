/** One at a time for each key: what changes a digest or a repository waits for the change before it. */

export interface KeyedLock {
  run<T>(key: string, work: () => Promise<T>): Promise<T>
}

export function keyedLock(): KeyedLock {
  const tails = new Map<string, Promise<unknown>>()
  return {
    async run(key, work) {
      const before = tails.get(key)
      const turn = (before ?? Promise.resolve()).then(work, work)
      tails.set(key, turn)
      try {
        return await turn
      } finally {
        if (tails.get(key) === turn) tails.delete(key)
      }
    },
  }
}
