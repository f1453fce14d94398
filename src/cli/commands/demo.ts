/** `zegel demo`: the whole road of an image, told and really travelled, on a registry of its own; then that registry, to try things. */

import { forShell } from '../../base/index.ts'
import { type RegistryServer, startRegistry } from '../../distribution/index.ts'
import { createRegistry, noCredentials } from '../../registry/index.ts'
import type { Status } from '../command.ts'
import type { Context } from '../context.ts'
import { freshFolder } from '../demo/folder.ts'
import { namesOf, type Scene, travel } from '../demo/road.ts'
import { tellerOf } from '../demo/teller.ts'
import type { demoSpec } from '../table/demo.ts'
import type { InputOf } from '../table/types.ts'

const PORT = 5005
const PASSWORD = 'demo'

export async function run(context: Context, { options }: InputOf<typeof demoSpec>): Promise<Status> {
  const program = context.io.environment['ZEGEL_PROGRAM'] ?? 'zegel'
  await freshFolder(options.dir)
  const server = await startOnFreePort(context)
  context.atEnd(() => server.close())
  const { environment, clock, random } = context.io
  const registry = createRegistry({
    environment,
    clock,
    random,
    log: context.log,
    signal: context.signal,
    credentials: noCredentials,
  })
  context.atEnd(() => registry.close())
  const scene: Scene = { folder: options.dir, address: server.address, registry }
  await context.print(context.style.bold('Zegel: may this container image run here, and what proves it?'))
  await travel(context, tellerOf(context, program, PASSWORD), scene)
  await context.print(
    context.style.bold('\nThe road is travelled: one image verified, three refused, each with its reason.'),
  )
  if (!context.io.stdout.isTerminal) return 0
  await context.print(nextSteps(scene, program))
  await untilStopped(context.signal)
  return 0
}

/** 5005 where it is free, so that the commands of the documentation work as they stand. */
async function startOnFreePort(context: Context): Promise<RegistryServer> {
  const { clock, random } = context.io
  const options = { log: context.log, clock, random }
  try {
    return await startRegistry({ ...options, port: PORT })
  } catch {
    return await startRegistry({ ...options, port: 0 })
  }
}

/** A test runs these lines as they are printed. */
export function nextSteps(scene: Scene, program: string): string {
  const { image, unsigned, key, publicKey } = namesOf(scene)
  const layout = `oci:${scene.folder}/layout:1.0`
  const lines = [
    [program, 'verify', '--key', publicKey, image],
    [program, 'verify-attestation', '--key', publicKey, '--type', 'cyclonedx', image],
    [program, 'inspect', image],
    [program, 'copy', image, layout],
    [program, 'verify', '--key', publicKey, layout],
    [program, 'sign', '--key', key, unsigned],
    [program, 'verify', '--key', publicKey, unsigned],
  ].map((words) => `  ${words[1] === 'sign' ? `ZEGEL_PASSWORD=${PASSWORD} ` : ''}${words.map(forShell).join(' ')}`)
  return [
    '',
    `The registry stays at ${scene.address} until Ctrl-C; the keys are in ${scene.folder}/. Try, in a second terminal:`,
    '',
    ...lines,
    '',
  ].join('\n')
}

function untilStopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
