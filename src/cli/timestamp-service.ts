/** The timestamp authority of `--timestamp-url`: asked over HTTP, and its answers checked against the root that was named. */

import { limits } from '../base/index.ts'
import { createFetcher } from '../http/index.ts'
import { pkiFault, readCertificates, requestTimestamp, verifyTimestamp } from '../pki/index.ts'
import type { TimestampService } from '../signing/index.ts'
import type { Context } from './context.ts'
import { cliFault } from './faults.ts'
import { readNamedFile } from './files.ts'

/** @param rootFile PEM, DER or PKCS#7 @throws USAGE_VALUE_INVALID, FILE_…, CERTIFICATE_… */
export async function timestampService(context: Context, address: string, rootFile: string): Promise<TimestampService> {
  if (!URL.canParse(address))
    throw cliFault('USAGE_VALUE_INVALID', `"${address.slice(0, 200)}" is no URL.`, { fix: 'Write http://HOST/PATH.' })
  const url = new URL(address)
  const roots = readCertificates(await readNamedFile(context, rootFile, limits.keyFileBytes), rootFile)
  const { io, log, signal } = context
  // Timestamps are signed themselves: plain HTTP is what authorities offer.
  const fetcher = createFetcher({
    environment: io.environment,
    log,
    clock: io.clock,
    signal,
    random: io.random,
    allowPlainHttp: (asked) => asked.host === url.host,
  })
  context.atEnd(() => fetcher.close())
  return {
    stamp: async (message, hash) => {
      const token = await requestTimestamp({ fetcher, url, message, hash, nonce: io.random(16) })
      const verdict = verifyTimestamp({ token, message, roots })
      if (verdict.ok) return token
      throw pkiFault('TIMESTAMP_REFUSED', `The timestamp of ${url.host} does not hold: ${verdict.detail}`, {
        fix: 'Check that --timestamp-root-cert is the root of this authority.',
      })
    },
  }
}
