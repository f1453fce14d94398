/** Files that must not outlive the call, whatever ends it. */

import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export class TemporaryFiles {
  private readonly paths = new Set<string>()
  private shared: Promise<string> | undefined

  /** One folder for the whole call, which only this user may look into; made when it is first asked for. */
  async folder(): Promise<string> {
    this.shared ??= mkdtemp(join(tmpdir(), 'zegel-')).then((path) => {
      this.add(path)
      return path
    })
    return await this.shared
  }

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
