/**
 * Plugins that sign (Notary Project plugin-extensibility.md, "Signature Generator"): RAW ones sign bytes that we made, ENVELOPE ones make the whole. What they
 * answer is held to what was asked, and the signature verified, before anybody uses it.
 */

import { asArray, asBase64, asString, type Bytes, type Clock, limits, toBase64 } from '../../base/index.ts'
import { verifyNamed } from '../../crypto/index.ts'
import {
  type NotationAlgorithm,
  type NotationEncoding,
  namedAlgorithmOf,
  notationAlgorithmFor,
  notationMediaTypes,
  notationPayloadType,
  parseNotation,
} from '../../envelope/index.ts'
import { type Certificate, parseCertificate } from '../../pki/index.ts'
import { signingFault } from '../faults.ts'
import {
  checkSigningChain,
  type EnvelopeNotationSigner,
  type NotationSigner,
  type RawNotationSigner,
} from '../notation-signer.ts'
import { asAnswer, badAnswer, type Plugin, shown } from './plugin.ts'
import { algorithmOfKeySpec, capabilities, pluginAlgorithms } from './protocol.ts'

/**
 * The signer that the plugin is, RAW where it can be both, as notation has it.
 * @throws PLUGIN_UNSUITABLE for one that only verifies
 * @example pluginSigner(await openPlugin({ name: 'azure-kv', … }), 'https://vault.example.org/keys/release/1', clock)
 */
export function pluginSigner(plugin: Plugin, keyId: string, clock: Clock): NotationSigner {
  const { name, capabilities: has } = plugin.metadata
  if (has.includes(capabilities.raw)) return pluginRawSigner(plugin, keyId, clock)
  if (has.includes(capabilities.envelope)) return pluginEnvelope(plugin, keyId)
  throw signingFault('PLUGIN_UNSUITABLE', `The plugin ${name} does not sign.`, { fix: 'Name one that does.' })
}

/** @param clock the chain must be valid when it signs */
export function pluginRawSigner(plugin: Plugin, keyId: string, clock: Clock): RawNotationSigner {
  let described: Promise<NotationAlgorithm> | undefined
  const algorithm = (): Promise<NotationAlgorithm> => {
    described ??= describeKey(plugin, keyId)
    return described
  }
  return {
    kind: 'raw',
    algorithm,
    sign: async (toBeSigned) => generateSignature(plugin, keyId, await algorithm(), toBeSigned, clock()),
  }
}

async function describeKey(plugin: Plugin, keyId: string): Promise<NotationAlgorithm> {
  const { name } = plugin.metadata
  const command = 'describe-key'
  const answer = await plugin.call(command, { keyId }, ['keyId', 'keySpec'])
  return asAnswer(name, command, () => {
    requireKeyId(name, command, asString(answer['keyId'], 'keyId'), keyId)
    const keySpec = asString(answer['keySpec'], 'keySpec')
    const algorithm = algorithmOfKeySpec(keySpec)
    if (algorithm === undefined) throw badAnswer(name, command, `the key is of the unknown kind "${shown(keySpec)}"`)
    return algorithm
  })
}

async function generateSignature(
  plugin: Plugin,
  keyId: string,
  algorithm: NotationAlgorithm,
  toBeSigned: Bytes,
  at: number,
): Promise<{ readonly signature: Bytes; readonly chain: readonly Certificate[] }> {
  const { name } = plugin.metadata
  const command = 'generate-signature'
  const { keySpec, hashAlgorithm, signingAlgorithm } = pluginAlgorithms[algorithm]
  const request = { keyId, keySpec, hashAlgorithm, payload: toBase64(toBeSigned) }
  const members = ['keyId', 'signature', 'signingAlgorithm', 'certificateChain']
  const answer = await plugin.call(command, request, members)
  return asAnswer(name, command, () => {
    requireKeyId(name, command, asString(answer['keyId'], 'keyId'), keyId)
    const named = asString(answer['signingAlgorithm'], 'signingAlgorithm')
    if (named !== signingAlgorithm)
      throw badAnswer(name, command, `it signed with "${shown(named)}" where ${signingAlgorithm} was asked for`)
    const ders = asArray(answer['certificateChain'], 'certificateChain', limits.certificateChain)
    const chain = ders.map((der, index) => {
      const what = `Certificate ${index + 1} of the chain`
      return parseCertificate(asBase64(der, what), what)
    })
    checkSigningChain(chain, `The chain of the plugin ${name}`, at)
    const signature = asBase64(answer['signature'], 'signature')
    requireSignature(name, chain, algorithm, toBeSigned, signature)
    return { signature, chain }
  })
}

function requireKeyId(
  name: string,
  command: 'describe-key' | 'generate-signature',
  found: string,
  asked: string,
): void {
  if (found === asked) return
  throw badAnswer(name, command, `it is about the key "${shown(found)}", not "${shown(asked)}"`)
}

function requireSignature(
  name: string,
  [leaf]: readonly Certificate[],
  algorithm: NotationAlgorithm,
  toBeSigned: Bytes,
  signature: Bytes,
): void {
  const command = 'generate-signature'
  const key = leaf?.publicKey()
  if (key === undefined || notationAlgorithmFor(key) !== algorithm)
    throw badAnswer(
      name,
      command,
      `its certificate has another kind of key than ${pluginAlgorithms[algorithm].keySpec}`,
    )
  if (verifyNamed(key, namedAlgorithmOf(algorithm), [toBeSigned], signature)) return
  const named = namedAlgorithmOf(algorithm)
  const isDer = named.kind === 'ecdsa' && verifyNamed(key, { ...named, encoding: 'der' }, [toBeSigned], signature)
  const problem = isDer
    ? 'its signature is in DER; the contract demands r and s side by side'
    : 'the key of its certificate did not make the signature'
  throw badAnswer(name, command, problem)
}

/** `signNotation` holds what comes of it to every rule of envelopes, chains and payloads. */
export function pluginEnvelope(plugin: Plugin, keyId: string): EnvelopeNotationSigner {
  return {
    kind: 'envelope',
    make: (payload, encoding, expirySeconds) => generateEnvelope(plugin, keyId, payload, encoding, expirySeconds),
  }
}

async function generateEnvelope(
  plugin: Plugin,
  keyId: string,
  payload: Bytes,
  encoding: NotationEncoding,
  expirySeconds: number | undefined,
): Promise<Bytes> {
  const { name } = plugin.metadata
  const command = 'generate-envelope'
  const mediaType = notationMediaTypes[encoding]
  const request = {
    keyId,
    payloadType: notationPayloadType,
    signatureEnvelopeType: mediaType,
    payload: toBase64(payload),
    ...(expirySeconds === undefined ? {} : { expiryDurationInSeconds: expirySeconds }),
  }
  const answer = await plugin.call(command, request, ['signatureEnvelope', 'signatureEnvelopeType', 'annotations'])
  return asAnswer(name, command, () => {
    const type = asString(answer['signatureEnvelopeType'], 'signatureEnvelopeType')
    if (type !== mediaType)
      throw badAnswer(name, command, `its envelope is ${shown(type)} where ${mediaType} was asked for`)
    const bytes = asBase64(answer['signatureEnvelope'], 'signatureEnvelope')
    const { contentType, expiry } = parseNotation(bytes, mediaType)
    if (contentType !== notationPayloadType) throw badAnswer(name, command, `its payload is ${shown(contentType)}`)
    if (expirySeconds !== undefined && expiry === undefined)
      throw badAnswer(name, command, 'the signature does not expire, as it should')
    return bytes
  })
}
