/** `zegel notation-plugin run`: this program as a plugin of notation (plugin-extensibility.md, contract 1.0), which signs with key files. */

import {
  asBase64,
  asObject,
  asString,
  asStringMap,
  Fault,
  type JsonObject,
  limits,
  onlyMembers,
  readJson,
  toBase64,
} from '../../base/index.ts'
import type { NotationAlgorithm } from '../../envelope/index.ts'
import { readCertificates } from '../../pki/index.ts'
import {
  certifiedSigner,
  type PluginErrorCode,
  pluginAlgorithms,
  pluginCapabilities,
  pluginContractVersion,
  type RawNotationSigner,
} from '../../signing/index.ts'
import type { Context } from '../context.ts'
import { cliFault } from '../faults.ts'
import { readNamedFile } from '../files.ts'
import { openSigningKey } from '../keys.ts'
import type { notationPluginRunSpec } from '../table/notation.ts'
import type { InputOf } from '../table/types.ts'
import { version } from '../version.ts'

type Answer = Readonly<Record<string, string | readonly string[]>>

const METADATA: Answer = {
  name: 'zegel',
  description: 'Signs with key files and PKCS#12 files',
  version,
  url: 'https://www.npmjs.com/package/zegel',
  supportedContractVersions: [pluginContractVersion],
  capabilities: [pluginCapabilities.raw],
}

const COMMANDS: Readonly<Record<string, (context: Context, request: JsonObject) => Promise<Answer>>> = {
  'get-plugin-metadata': async () => METADATA,
  'describe-key': describeKey,
  'generate-signature': generateSignature,
}

export async function run(
  context: Context,
  { arguments: words }: InputOf<typeof notationPluginRunSpec>,
): Promise<0 | 1> {
  try {
    const answer = await answerTo(context, words[0] ?? '')
    await context.io.stdout.write(JSON.stringify(answer))
    return 0
  } catch (error) {
    if (context.signal.aborted) throw error
    await context.io.stderr.write(JSON.stringify(errorOf(error)))
    return 1
  }
}

async function answerTo(context: Context, command: string): Promise<Answer> {
  const what = 'The request'
  const bytes = await readNamedFile(context, '-', limits.pluginOutputBytes)
  const request = asObject(readJson(bytes, { what, maxDepth: 8 }), what)
  const { contractVersion } = request
  // notation leaves it out where it asks who we are.
  const isFirst = contractVersion === undefined && command === 'get-plugin-metadata'
  if (!isFirst && contractVersion !== pluginContractVersion) throw new UnsupportedContract()
  const answer = COMMANDS[command]
  if (answer === undefined) throw invalid(`the command ${command} is not known`)
  return await answer(context, request)
}

class UnsupportedContract extends Error {}

function errorOf(error: unknown): { readonly errorCode: PluginErrorCode; readonly errorMessage: string } {
  if (error instanceof UnsupportedContract) {
    const errorMessage = `Only version ${pluginContractVersion} of the plugin contract is known.`
    return { errorCode: 'UNSUPPORTED_CONTRACT_VERSION', errorMessage }
  }
  if (!(error instanceof Fault)) return { errorCode: 'ERROR', errorMessage: 'Something unforeseen happened.' }
  const errorMessage = error.fix === undefined ? error.message : `${error.message} ${error.fix}`
  return { errorCode: error.status === 3 ? 'ERROR' : 'VALIDATION_ERROR', errorMessage }
}

async function describeKey(context: Context, request: JsonObject): Promise<Answer> {
  const { keyId, algorithm } = await openKey(context, request)
  return { keyId, keySpec: pluginAlgorithms[algorithm].keySpec }
}

async function generateSignature(context: Context, request: JsonObject): Promise<Answer> {
  const { keyId, algorithm, signer } = await openKey(context, request)
  const { keySpec, hashAlgorithm, signingAlgorithm } = pluginAlgorithms[algorithm]
  if (asString(request['keySpec'], 'keySpec') !== keySpec) throw invalid(`the key is of the kind ${keySpec}`)
  if (asString(request['hashAlgorithm'], 'hashAlgorithm') !== hashAlgorithm)
    throw invalid(`a key of the kind ${keySpec} signs with ${hashAlgorithm}`)
  const { signature, chain } = await signer.sign(asBase64(request['payload'], 'payload'))
  return {
    keyId,
    signature: toBase64(signature),
    signingAlgorithm,
    certificateChain: chain.map(({ raw }) => toBase64(raw)),
  }
}

interface OpenedKey {
  readonly keyId: string
  readonly algorithm: NotationAlgorithm
  readonly signer: RawNotationSigner
}

/** With its chain held to every rule, so that the first question already tells what is wrong. */
async function openKey(context: Context, request: JsonObject): Promise<OpenedKey> {
  const keyId = asString(request['keyId'], 'keyId')
  if (keyId === '-') throw invalid('standard input holds the request, so it cannot hold the key')
  const { chainFile, passwordFile } = readConfig(request)
  const { key, certificates } = await openSigningKey(context, keyId, { passwordFd: undefined, passwordFile })
  if (chainFile === undefined && certificates.length === 0)
    throw invalid(`${keyId} has no certificates; add --plugin-config cert_chain=FILE`)
  const given =
    chainFile === undefined
      ? []
      : readCertificates(await readNamedFile(context, chainFile, limits.keyFileBytes), chainFile)
  const signer = certifiedSigner(key, [...given, ...certificates], chainFile ?? keyId, context.io.clock())
  return { keyId, algorithm: await signer.algorithm(), signer }
}

/** A misspelt name would silently mean nothing. */
function readConfig(request: JsonObject): {
  readonly chainFile: string | undefined
  readonly passwordFile: string | undefined
} {
  const written = request['pluginConfig'] ?? {}
  const what = 'The plugin configuration'
  onlyMembers(asObject(written, what), ['cert_chain', 'password_file'], what)
  const config = asStringMap(written, what, limits.pluginEntries)
  return { chainFile: config['cert_chain'], passwordFile: config['password_file'] }
}

function invalid(problem: string): Error {
  return cliFault('USAGE_VALUE_INVALID', `The request cannot be answered: ${problem}.`)
}
