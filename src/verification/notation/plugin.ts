/**
 * A signature that demands a verification plugin (trust-store-trust-policy.md, "Signature Evaluation"): it passes only where an allowed plugin has processed every
 * header that is not the specification's own. Without a plugin a critical header that nobody knows is a refusal.
 */

import { Fault } from '../../base/index.ts'
import type { NotationEnvelope } from '../../envelope/index.ts'
import type { X509Trust } from '../../trust/index.ts'
import { type Finding, fail, inconclusive, pass } from '../finding.ts'
import type { X509Question } from '../question.ts'
import type { PluginAnswer, PluginResult } from '../verification-plugins.ts'

export interface PluginOutcome {
  /** Of the check `envelope`; none where nothing was demanded, or all of it was done. */
  readonly findings: readonly Finding[]
  readonly answer?: PluginAnswer
}

/** @param mayAsk no program runs for the sake of a signature that fails already */
export async function pluginOutcome(
  envelope: NotationEnvelope,
  trust: X509Trust,
  { plugins }: X509Question,
  mayAsk: boolean,
): Promise<PluginOutcome> {
  const { verificationPlugin } = envelope
  if (verificationPlugin === undefined) return { findings: unknownCritical(envelope) }
  const { name } = verificationPlugin
  if (plugins === undefined) return notAllowed(name)
  if (!mayAsk) {
    const detail = `The plugin "${name}" that it demands was not asked, since the signature fails already.`
    return { findings: [inconclusive('envelope', 'PLUGIN_UNANSWERED', detail)] }
  }
  try {
    const answer = await plugins.ask({
      envelope,
      trustedIdentities: trust.identities.map(({ text }) => text),
      asksRevocation: trust.actions.revocation !== 'skip',
    })
    return answer === undefined ? notAllowed(name) : { findings: unprocessed(name, answer), answer }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { findings: [inconclusive('envelope', 'PLUGIN_UNANSWERED', error.message, error.fix)] }
  }
}

function unknownCritical({ extended }: NotationEnvelope): readonly Finding[] {
  const critical = extended.find(({ isCritical }) => isCritical)
  if (critical === undefined) return []
  const detail = `Its header ${critical.key} is critical and not known: it changes what the signature means.`
  return [fail('envelope', 'CRITICAL_HEADER_UNKNOWN', detail, 'Sign again without it.')]
}

function notAllowed(name: string): PluginOutcome {
  const detail = `It demands to be verified by the plugin "${name}", which was not allowed.`
  const fix = 'If it is one that you trust, allow it with the digest of its program: --allow-plugin NAME=sha256:…'
  return { findings: [fail('envelope', 'PLUGIN_NOT_ALLOWED', detail, fix)] }
}

function unprocessed(name: string, answer: PluginAnswer): readonly Finding[] {
  const [first] = answer.unprocessed
  if (first === undefined) return []
  return [fail('envelope', 'CRITICAL_HEADER_UNKNOWN', `The plugin "${name}" did not process its header ${first}.`)]
}

/** What the plugin says of the identity, in place of our own check. */
export function pluginIdentity({ success, reason }: PluginResult, name: string): Finding {
  if (success) return pass('identity', `The plugin "${name}" accepts the identity.`)
  return fail(
    'identity',
    'IDENTITY_NOT_TRUSTED',
    `The plugin "${name}" refuses the identity: ${reason ?? 'it says no more'}.`,
  )
}

export function pluginRevocation({ success, reason }: PluginResult, name: string): Finding {
  if (success) return pass('revocation', `The plugin "${name}" knows of no revocation.`)
  return fail(
    'revocation',
    'CERTIFICATE_REVOKED',
    `The plugin "${name}" says that it was revoked: ${reason ?? 'it says no more'}.`,
  )
}
