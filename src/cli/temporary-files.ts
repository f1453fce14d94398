/** Files that must not outlive the call, whatever ends it. */

import { rmSync } from 'node:fs'

export class TemporaryFiles {
  private readonly paths = new Set<string>()

  add(path: string): void {
    this.paths.add(path)
  }

  /** It was renamed into place, or removed. */
  forget(path: string): void {
    this.paths.delete(path)
  }

  /** Synchronous, so that it can run in a signal's last moment. */
  removeAll(): void {
    for (const path of this.paths) rmSync(path, { force: true, recursive: true })
    this.paths.clear()
  }
}
