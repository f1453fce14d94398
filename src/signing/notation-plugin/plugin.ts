/** A plugin of Notation, found, asked who it is, and called (Notary Project plugin-extensibility.md, "Plugin contract"). Nothing that it says is believed here. */

import {
  asArray,
  asObject,
  asString,
  type Bytes,
  clip,
  type Digest,
  type Environment,
  Fault,
  isJsonObject,
  type JsonObject,
  limits,
  noFoldedMembers,
  readJson,
  textOf,
  utf8,
} from '../../base/index.ts'
import { signingFault } from '../faults.ts'
import { locatePlugin } from './locate.ts'
import { type PluginExit, pluginEnvironment, type RunPlugin } from './port.ts'
import { contractVersion, type PluginCommand } from './protocol.ts'

export interface PluginOptions {
  readonly name: string
  /** Notation's folder of plugins: `${XDG_CONFIG_HOME:-~/.config}/notation/plugins`. */
  readonly folder: string
  /** What the program must have; whatever is there is run where it is left out. */
  readonly sha256?: Digest
  /** Ours: of it the plugin sees `passedVariables`, and those named here. */
  readonly environment: Environment
  readonly alsoPassed?: readonly string[]
  readonly config: Readonly<Record<string, string>>
  readonly run: RunPlugin
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

export interface PluginMetadata {
  readonly name: string
  readonly description: string
  readonly version: string
  readonly url: string
  readonly capabilities: readonly string[]
}

export interface Plugin {
  readonly metadata: PluginMetadata
  /**
   * @param request without the version of the contract and the configuration, which are added
   * @param members what the answer may have; others are passed over
   * @throws PLUGIN_FAILED, PLUGIN_ANSWER_INVALID
   */
  call(
    command: PluginCommand,
    request: Readonly<Record<string, unknown>>,
    members: readonly string[],
  ): Promise<JsonObject>
}

/**
 * Finds the plugin and asks for its metadata.
 * @throws PLUGIN_NOT_FOUND, PLUGIN_UNSAFE, PLUGIN_FAILED, PLUGIN_ANSWER_INVALID
 * @example const plugin = await openPlugin({ name: 'azure-kv', folder, config: {}, environment, run: spawnPlugin })
 */
export async function openPlugin(options: PluginOptions): Promise<Plugin> {
  const program = await locatePlugin(options.name, options.folder, options.sha256)
  const ask = (command: PluginCommand, request: object, members: readonly string[]): Promise<JsonObject> =>
    callPlugin(options, program, command, withConfig(request, options.config), members)
  const metadata = readMetadata(options.name, await ask('get-plugin-metadata', {}, METADATA))
  return {
    metadata,
    call: (command, request, members) => ask(command, { contractVersion, ...request }, members),
  }
}

function withConfig(request: object, config: Readonly<Record<string, string>>): object {
  return Object.keys(config).length === 0 ? request : { ...request, pluginConfig: config }
}

async function callPlugin(
  { name, environment, alsoPassed, run, signal, timeoutMs = limits.pluginTimeoutMs }: PluginOptions,
  program: string,
  command: PluginCommand,
  request: object,
  members: readonly string[],
): Promise<JsonObject> {
  let exit: PluginExit
  try {
    exit = await run({
      program,
      command,
      request: utf8(JSON.stringify(request)),
      environment: pluginEnvironment(environment, alsoPassed),
      timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (cause) {
    if (signal?.aborted === true) throw cause
    throw failed(name, command, 'could not be started', {}, cause)
  }
  if (exit.stopped === 'timeout')
    throw failed(name, command, `had not answered after ${timeoutMs / 1000} s and was ended`)
  if (exit.stopped === 'flood') throw failed(name, command, 'said more than is read and was ended')
  if (exit.status !== 0) throw toldFailure(name, command, exit)
  return asAnswer(name, command, () => {
    const what = 'The answer'
    const answer = asObject(readJson(exit.stdout, { what, maxBytes: limits.pluginOutputBytes, maxDepth: 16 }), what)
    noFoldedMembers(answer, members, what)
    return answer
  })
}

/** Reads something of an answer; what is malformed is the plugin's failure. @throws PLUGIN_ANSWER_INVALID */
export function asAnswer<T>(name: string, command: PluginCommand, read: () => T): T {
  try {
    return read()
  } catch (error) {
    // What is wrong with a chain says whose it is and what to do.
    if (!(error instanceof Fault) || /^(?:PLUGIN|SIGNING)_/.test(error.code)) throw error
    throw badAnswer(name, command, error.message.replace(/\.$/, ''), error)
  }
}

export function badAnswer(name: string, command: PluginCommand, problem: string, cause?: unknown): Error {
  return signingFault(
    'PLUGIN_ANSWER_INVALID',
    `The plugin ${name} answered ${command} wrongly: ${clip(problem, 400)}.`,
    {
      cause,
      fix: 'Nothing of its answer was used. Look for a newer version of the plugin, or ask whoever provides it.',
    },
  )
}

function failed(
  name: string,
  command: PluginCommand,
  what: string,
  facts: Readonly<Record<string, string>> = {},
  cause?: unknown,
): Error {
  return signingFault('PLUGIN_FAILED', `The plugin ${name} ${what} (${command}).`, {
    facts,
    cause,
    fix: 'See what it needs: its key id, its configuration (--plugin-config) and the login of its service.',
  })
}

/** In its own words, which are foreign text. */
function toldFailure(name: string, command: PluginCommand, { status, stderr }: PluginExit): Error {
  const ended = status === undefined ? 'was ended by a signal' : `ended with status ${status}`
  const told = errorOf(stderr)
  if (told !== undefined)
    return failed(name, command, `refused: ${clip(told.code, 60)}: ${clip(told.message, 600)}`, {
      errorCode: told.code,
    })
  const words = clip(Buffer.from(stderr).toString('utf8').trim(), 600)
  return failed(name, command, words === '' ? ended : `${ended}: ${words}`)
}

function errorOf(stderr: Bytes): { readonly code: string; readonly message: string } | undefined {
  try {
    const error = readJson(stderr, { what: 'The error', maxBytes: limits.pluginErrorBytes, maxDepth: 16 })
    if (!isJsonObject(error)) return undefined
    const message = error['errorMessage']
    return { code: asString(error['errorCode'], 'errorCode'), message: typeof message === 'string' ? message : '' }
  } catch {
    return undefined
  }
}

const METADATA = ['name', 'description', 'version', 'url', 'supportedContractVersions', 'capabilities']

function readMetadata(name: string, answer: JsonObject): PluginMetadata {
  const command = 'get-plugin-metadata'
  const metadata = asAnswer(name, command, () => ({
    name: asString(answer['name'], 'name'),
    description: asString(answer['description'], 'description'),
    version: asString(answer['version'], 'version'),
    url: asString(answer['url'], 'url'),
    capabilities: texts(answer, 'capabilities'),
    contracts: texts(answer, 'supportedContractVersions'),
  }))
  const { contracts, ...rest } = metadata
  if (rest.name !== name) throw badAnswer(name, command, `it calls itself "${clip(rest.name, 60)}"`)
  if (!contracts.includes(contractVersion))
    throw badAnswer(name, command, `it knows the contract ${clip(contracts.join(', '), 60)}, not ${contractVersion}`)
  return rest
}

function texts(answer: JsonObject, member: string): readonly string[] {
  return asArray(answer[member], member, limits.pluginEntries).map((item) => asString(item, member))
}

/** The text of a key id and the like, for messages. */
export function shown(text: string): string {
  return clip(textOf(utf8(text)), 120)
}
