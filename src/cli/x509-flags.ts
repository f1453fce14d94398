/** Whether the flags of `verify` ask about certificates. What they ask is worked out in a module of its own: a call about keys loads none of it. */

import type { Context } from './context.ts'
import { cliFault } from './faults.ts'
import type { AskedImages } from './verify-images.ts'
import type { X509Options } from './x509-options.ts'

/** @param at the moment of verification, milliseconds since 1970 */
export async function x509QuestionOf(
  context: Context,
  options: X509Options,
  at: number,
): Promise<Pick<AskedImages, 'x509Of'>> {
  if (options.trustPolicy.length > 0 || options.x509Identity.length > 0) {
    const { openX509Question } = await import('./x509-question.ts')
    return { x509Of: await openX509Question(context, options, at) }
  }
  refuseLonely(options)
  return {}
}

/** Flags that would silently mean nothing. */
function refuseLonely(options: X509Options): void {
  const given = [
    options.trustStore === undefined ? [] : ['--trust-store'],
    options.scope === undefined ? [] : ['--scope'],
    options.root.length === 0 ? [] : ['--root'],
    options.store.length === 0 ? [] : ['--store'],
    options.allowPlugin.length === 0 ? [] : ['--allow-plugin'],
    options.offline ? ['--offline'] : [],
    options.revocationDir.length === 0 ? [] : ['--revocation-dir'],
    options.revocationHost.length === 0 ? [] : ['--revocation-host'],
  ].flat()
  if (given.length === 0) return
  throw cliFault('USAGE_FLAG_MISSING', `${given[0]} says something only of certificates, and none are asked about.`, {
    fix: 'Add --trust-policy FILE, or --x509-identity IDENTITY.',
  })
}
