/** Where the password of a key comes from: a file descriptor, a file, the environment, a prompt. Never an argument. */

import { createReadStream } from 'node:fs'
import { type Bytes, concat, limits, utf8 } from '../base/index.ts'
import type { Context } from './context.ts'
import { cliFault } from './faults.ts'
import { readNamedFile } from './files.ts'

export interface PasswordOptions {
  readonly passwordFd: string | undefined
  readonly passwordFile: string | undefined
}

const FIX = 'Set ZEGEL_PASSWORD (or COSIGN_PASSWORD), give --password-file or --password-fd, or call it on a terminal.'

/**
 * The password for a key that is there. Undefined where nobody gave one. An empty variable is an empty password, as cosign has it.
 * @param question what a person is asked on a terminal
 */
export async function askPassword(
  context: Context,
  options: PasswordOptions,
  question: string,
): Promise<Bytes | undefined> {
  return (await givenPassword(context, options)) ?? (await prompt(context, question))
}

/**
 * The password for a new key; on a terminal it is asked for twice.
 * @throws PASSWORD_MISSING, PASSWORD_MISMATCH
 */
export async function newPassword(context: Context, options: PasswordOptions, question: string): Promise<Bytes> {
  const given = await givenPassword(context, options)
  if (given !== undefined) return given
  const first = await prompt(context, question)
  if (first === undefined) {
    throw cliFault('PASSWORD_MISSING', 'A new private key needs a password, and none was given.', { fix: FIX })
  }
  const second = await prompt(context, 'The same password again')
  if (second === undefined || !Buffer.from(first).equals(second)) {
    throw cliFault('PASSWORD_MISMATCH', 'The two passwords differ; nothing was written.', { fix: 'Call it again.' })
  }
  return first
}

async function givenPassword(context: Context, options: PasswordOptions): Promise<Bytes | undefined> {
  const { passwordFd, passwordFile } = options
  if (passwordFd !== undefined && passwordFile !== undefined) {
    throw cliFault('USAGE', 'Both --password-fd and --password-file were given.', {
      fix: 'Give one of them.',
    })
  }
  if (passwordFd !== undefined) return await fromDescriptor(passwordFd)
  if (passwordFile !== undefined) return await readPasswordFile(context, passwordFile)
  const { ZEGEL_PASSWORD: ours, COSIGN_PASSWORD: cosigns } = context.io.environment
  const variable = ours ?? cosigns
  return variable === undefined ? undefined : utf8(variable)
}

export async function readPasswordFile(context: Context, path: string): Promise<Bytes> {
  return withoutLineEnd(await readNamedFile(context, path, limits.keyFileBytes))
}

async function fromDescriptor(written: string): Promise<Bytes> {
  const descriptor = /^[0-9]{1,4}$/.test(written) ? Number(written) : -1
  if (descriptor < 0 || descriptor === 1 || descriptor === 2) {
    throw cliFault('USAGE_VALUE_INVALID', `"${written.slice(0, 60)}" is not a value of --password-fd.`, {
      fix: 'Write the number of an open descriptor: zegel … --password-fd 3 3<FILE',
    })
  }
  const parts: Bytes[] = []
  let length = 0
  try {
    for await (const part of createReadStream('', { fd: descriptor }) as AsyncIterable<Bytes>) {
      length += part.length
      if (length > limits.keyFileBytes) throw cliFault('FILE_TOO_LARGE', 'The password is too long.', { fix: FIX })
      parts.push(part)
    }
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error
    throw cliFault('FILE_NOT_READABLE', `File descriptor ${descriptor} cannot be read.`, {
      fix: `Open it for the command: zegel … --password-fd ${descriptor} ${descriptor}<FILE`,
      cause: error,
    })
  }
  return withoutLineEnd(concat(...parts))
}

function withoutLineEnd(bytes: Bytes): Bytes {
  if (bytes.at(-1) !== 0x0a) return bytes
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1)
}

/** Asked only where somebody can answer: on a terminal. */
async function prompt(context: Context, question: string): Promise<Bytes | undefined> {
  if (!context.io.stdin.isTerminal || !context.io.stderr.isTerminal) return undefined
  const answer = await context.io.askSecret(question)
  return answer === undefined ? undefined : utf8(answer)
}
