/** `zegel key inspect`. */

import { type Bytes, forTerminal } from '../../base/index.ts'
import type { KeyInspectReport } from '../../contract/index.ts'
import {
  isEncryptedPrivateKey,
  keyHint,
  keyName,
  type PublicKey,
  readPrivateKey,
  readPublicKey,
} from '../../crypto/index.ts'
import type { Context } from '../context.ts'
import { isPrivateKey, readKeyBytes } from '../keys.ts'
import { askPassword } from '../password.ts'
import type { keyInspectSpec } from '../table/key.ts'
import type { InputOf } from '../table/types.ts'
import { columns } from '../terminal/columns.ts'

type Input = InputOf<typeof keyInspectSpec>

export async function run(context: Context, input: Input): Promise<0> {
  const named = input.arguments[0] ?? ''
  const bytes = await readKeyBytes(context, named)
  const isEncrypted = isEncryptedPrivateKey(bytes)
  const key = isEncrypted && !input.options.decrypt ? undefined : await readAny(context, named, bytes, input)
  const kind = isPrivateKey(bytes) ? 'private' : isCertificate(bytes) ? 'certificate' : 'public'
  const report: KeyInspectReport = {
    schema: 'zegel.dev/key-inspect/v1',
    key: named,
    kind,
    isEncrypted,
    ...(key === undefined ? {} : { type: key.type, bits: key.bits, fingerprint: key.fingerprint, hint: keyHint(key) }),
  }
  if (context.isJson) await context.printJson(report)
  else await context.print(textOf(report, key))
  return 0
}

async function readAny(context: Context, named: string, bytes: Bytes, { options }: Input): Promise<PublicKey> {
  if (!isPrivateKey(bytes)) return readPublicKey(bytes, named)
  return (await readPrivateKey(bytes, named, () => askPassword(context, options, `Password of ${named}`))).publicKey
}

function isCertificate(bytes: Bytes): boolean {
  const text = Buffer.from(bytes).toString('latin1')
  return text.includes('-----BEGIN CERTIFICATE-----') && !text.includes('-----BEGIN PUBLIC KEY-----')
}

function textOf(report: KeyInspectReport, key: PublicKey | undefined): string {
  const kind = { private: 'private key', public: 'public key', certificate: 'certificate' }[report.kind]
  const rows = [
    ['key', forTerminal(report.key)],
    ['kind', report.isEncrypted ? `${kind}, encrypted` : kind],
  ]
  if (key === undefined) rows.push(['type', 'unknown until it is decrypted (--decrypt)'])
  else rows.push(['type', keyName(key)], ['fingerprint', key.fingerprint], ['bundle hint', keyHint(key)])
  return columns(rows)
}
