/**
 * Plugins that verify (Notary Project plugin-extensibility.md, "Signature Verifier"). An envelope names the plugin that it wants: it runs only where the
 * operator has allowed that name and the digest of its program.
 */

import {
  asArray,
  asObject,
  asString,
  type Digest,
  type Json,
  type JsonObject,
  limits,
  optionalString,
  rfc3339,
  toBase64,
} from '../../base/index.ts'
import type { ExtendedAttribute, NotationEnvelope } from '../../envelope/index.ts'
import { signingFault } from '../faults.ts'
import { isPluginName } from './locate.ts'
import { asAnswer, badAnswer, type Plugin } from './plugin.ts'
import type { VerifierCapability } from './protocol.ts'
import { isAtLeast } from './versions.ts'

/** What an operator has allowed. */
export interface AllowedPlugin {
  readonly name: string
  /** Of its program. */
  readonly sha256: Digest
}

/** Undefined where nobody allowed it: the envelope is refused then, since what it demands is not done. @param name as the envelope has it */
export function verificationPluginAllowed(name: string, allowed: readonly AllowedPlugin[]): AllowedPlugin | undefined {
  return isPluginName(name) ? allowed.find((plugin) => plugin.name === name) : undefined
}

export interface PluginQuestion {
  /** Whose certificates were checked already. */
  readonly envelope: NotationEnvelope
  /** As the trust policy has them. */
  readonly trustedIdentities: readonly string[]
  /** What the plugin has to decide; those that it can and the policy does not skip. */
  readonly capabilities: readonly VerifierCapability[]
}

export interface PluginVerdict {
  /** One for each that was asked for; what it did not answer has failed. */
  readonly results: readonly {
    readonly capability: VerifierCapability
    readonly success: boolean
    /** Foreign text. */
    readonly reason?: string
  }[]
  /** Signed attributes that nobody has processed: the signature must not be accepted while there is one. */
  readonly unprocessed: readonly string[]
}

/**
 * @throws PLUGIN_UNSUITABLE where it is older than the envelope demands, or cannot do what is asked; PLUGIN_FAILED, PLUGIN_ANSWER_INVALID
 */
export async function askVerificationPlugin(plugin: Plugin, question: PluginQuestion): Promise<PluginVerdict> {
  requireSuitable(plugin, question)
  const { envelope, trustedIdentities, capabilities } = question
  const attributes = envelope.extended.map((attribute) => [nameOf(attribute), jsonOf(attribute.value)] as const)
  const request = {
    signature: {
      criticalAttributes: {
        contentType: envelope.contentType,
        signingScheme: envelope.scheme,
        // Go's zero time, which notation sends for none.
        expiry: envelope.expiry === undefined ? '0001-01-01T00:00:00Z' : rfc3339(envelope.expiry),
        ...(envelope.authenticSigningTime === undefined
          ? {}
          : { authenticSigningTime: rfc3339(envelope.authenticSigningTime) }),
        extendedAttributes: Object.fromEntries(attributes),
      },
      unprocessedAttributes: attributes.map(([name]) => name),
      certificateChain: envelope.chain.map(toBase64),
    },
    trustPolicy: { trustedIdentities, signatureVerification: capabilities },
  }
  const answer = await plugin.call('verify-signature', request, ['verificationResults', 'processedAttributes'])
  return asAnswer(plugin.metadata.name, 'verify-signature', () => readVerdict(plugin, question, answer))
}

function requireSuitable({ metadata }: Plugin, { envelope, capabilities }: PluginQuestion): void {
  const { name, version } = metadata
  const demanded = envelope.verificationPlugin
  if (demanded === undefined || demanded.name !== name)
    throw unsuitable(`The signature does not name the plugin ${name}`)
  if (demanded.minVersion !== undefined && !isAtLeast(version, demanded.minVersion))
    throw unsuitable(
      `The signature demands the plugin ${name} in version ${demanded.minVersion} or newer; it is ${version}`,
    )
  const missing = capabilities.find((capability) => !metadata.capabilities.includes(capability))
  if (missing !== undefined) throw unsuitable(`The plugin ${name} does not have the capability ${missing}`)
}

function readVerdict(
  { metadata }: Plugin,
  { envelope, capabilities }: PluginQuestion,
  answer: JsonObject,
): PluginVerdict {
  const found = asObject(answer['verificationResults'], 'verificationResults')
  const results = capabilities.map((capability) => {
    const result = found[capability]
    if (result === undefined) return { capability, success: false, reason: 'The plugin did not answer.' }
    return { capability, ...readResult(metadata.name, result, capability) }
  })
  const processed = asArray(answer['processedAttributes'] ?? [], 'processedAttributes', limits.pluginEntries)
  const names = processed.map((name) => asString(name, 'processedAttributes'))
  const unprocessed = envelope.extended.map(nameOf).filter((name) => !names.includes(name))
  return { results, unprocessed }
}

function readResult(name: string, value: Json, where: string): { readonly success: boolean; readonly reason?: string } {
  const result = asObject(value, where)
  const { success } = result
  if (typeof success !== 'boolean') throw badAnswer(name, 'verify-signature', `${where}.success is not true or false`)
  const reason = optionalString(result['reason'], `${where}.reason`)
  return { success, ...(reason === undefined ? {} : { reason }) }
}

/** Numbered headers of COSE have no place in the contract. */
function nameOf({ key }: ExtendedAttribute): string {
  if (typeof key === 'string') return key
  throw unsuitable(`The signature has a header with the number ${key}, which plugins cannot be asked about`)
}

function jsonOf(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (value instanceof Uint8Array) return toBase64(value)
  if (Array.isArray(value)) return value.map(jsonOf)
  if (typeof value === 'object' && (Object.getPrototypeOf(value) ?? Object.prototype) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, jsonOf(member)]))
  throw unsuitable('The signature has a header whose value plugins cannot be asked about')
}

function unsuitable(problem: string): Error {
  return signingFault('PLUGIN_UNSUITABLE', `${problem}.`, {
    fix: 'Nothing was asked of the plugin; the signature cannot be accepted.',
  })
}
