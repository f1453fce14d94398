/** What `openssl verify` says of a chain: the oracle of tests. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writePem } from '../../src/crypto/index.ts'
import type { TestCertificate } from './certificates.ts'

/** From the leaf to the root, which is trusted. @param time milliseconds since 1970 */
export function opensslAccepts(
  chain: readonly TestCertificate[],
  time: number,
  options: readonly string[] = [],
): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'zegel-openssl-'))
  try {
    const file = (name: string, certificates: readonly TestCertificate[]): string => {
      const path = join(folder, name)
      writeFileSync(path, Buffer.concat(certificates.map(({ der }) => writePem('CERTIFICATE', der))))
      return path
    }
    const between = chain.slice(1, -1)
    const untrusted = between.length === 0 ? [] : ['-untrusted', file('untrusted.pem', between)]
    const args = ['verify', '-attime', String(time / 1000), '-purpose', 'any', ...options, '-no-CApath', '-no-CAstore']
    const { status } = spawnSync('openssl', [
      ...args,
      ...['-CAfile', file('root.pem', chain.slice(-1)), ...untrusted, file('leaf.pem', chain.slice(0, 1))],
    ])
    return status === 0
  } finally {
    rmSync(folder, { recursive: true })
  }
}
