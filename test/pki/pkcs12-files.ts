/** PKCS#12 files for tests, made by OpenSSL. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writePem } from '../../src/crypto/index.ts'
import { makeChain, type TestCertificate } from '../support/certificates.ts'

export const chain = makeChain()
export const fingerprints = chain.certificates.map(({ fingerprint }) => fingerprint)

export interface Workbench {
  readonly folder: string
  run(command: string, args: readonly string[]): void
  /** A PKCS#12 file of the leaf's key with the leaf and what issued it. */
  export(args: readonly string[], password?: string): Buffer
  read(name: string): Buffer
  close(): void
}

export function keyPem({ key }: TestCertificate): string {
  return String(key.keyObject.export({ format: 'pem', type: 'pkcs8' }))
}

export function openWorkbench(): Workbench {
  const folder = mkdtempSync(join(tmpdir(), 'zegel-pkcs12-'))
  const pem = (...certificates: readonly TestCertificate[]): Buffer =>
    Buffer.concat(certificates.map(({ der }) => writePem('CERTIFICATE', der)))
  writeFileSync(join(folder, 'key.pem'), keyPem(chain.leaf))
  writeFileSync(join(folder, 'leaf.pem'), pem(chain.leaf))
  writeFileSync(join(folder, 'others.pem'), pem(chain.intermediate, chain.root))
  const run = (command: string, args: readonly string[]): void => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder })
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stdout}${stderr}`)
  }
  const read = (name: string): Buffer => readFileSync(join(folder, name))
  return {
    folder,
    run,
    read,
    export: (args, password = 'secret') => {
      writeFileSync(join(folder, 'password'), `${password}\n`)
      const files = ['-inkey', 'key.pem', '-in', 'leaf.pem', '-certfile', 'others.pem', '-out', 'out.p12']
      run('openssl', ['pkcs12', '-export', ...files, '-passout', 'file:password', ...args])
      return read('out.p12')
    },
    close: () => rmSync(folder, { recursive: true }),
  }
}
