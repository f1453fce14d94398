/** Writes the two files of a key pair: both or none. */

import { rm } from 'node:fs/promises'
import type { Bytes } from '../../base/index.ts'
import type { KeyPairReport } from '../../contract/index.ts'
import { keyName, type PrivateKey, writeEncryptedPrivateKey, writePublicKey } from '../../crypto/index.ts'
import type { Context } from '../context.ts'
import { writeFileAtomically } from '../files.ts'
import { assertFree } from '../files-free.ts'

/** @throws FILE_EXISTS before a password is asked for */
export async function assertPairIsFree(name: string): Promise<void> {
  for (const file of filesOf(name)) await assertFree(file)
}

function filesOf(name: string): readonly [privateKey: string, publicKey: string] {
  return [`${name}.key`, `${name}.pub`]
}

export async function writeKeyPair(context: Context, name: string, key: PrivateKey, password: Bytes): Promise<void> {
  const [privateFile, publicFile] = filesOf(name)
  const encrypted = await writeEncryptedPrivateKey(key, password, context.io.random)
  await writeFileAtomically(context, privateFile, [encrypted], { mode: 0o600, overwrite: false })
  try {
    await writeFileAtomically(context, publicFile, [writePublicKey(key.publicKey)], { mode: 0o644, overwrite: false })
  } catch (error) {
    await rm(privateFile, { force: true })
    throw error
  }
  await tell(context, key, privateFile, publicFile)
}

async function tell(context: Context, key: PrivateKey, privateFile: string, publicFile: string): Promise<void> {
  const { type, bits, fingerprint } = key.publicKey
  const report: KeyPairReport = {
    schema: 'zegel.dev/key-pair/v1',
    type,
    bits,
    fingerprint,
    privateKey: privateFile,
    publicKey: publicFile,
  }
  if (context.isJson) return await context.printJson(report)
  await context.print(`${keyName(key.publicKey)}  ${fingerprint}`)
  await context.print(`  private key, encrypted: ${privateFile}`)
  await context.print(`  public key, to verify:  ${publicFile}`)
}
