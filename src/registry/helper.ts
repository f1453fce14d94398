/** Docker's credential helpers: `docker-credential-NAME get|store|erase`, run through a port. */

import { asString, clip, isJsonObject, type Json, limits, readJson, utf8 } from '../base/index.ts'
import { type Credential, credentialKey } from './credentials.ts'
import { registryFault } from './faults.ts'

/** Runs a program found on PATH, never through a shell; `stdin` is written to it. Rejects when there is no such program. */
export type RunProgram = (
  command: readonly string[],
  stdin: string,
) => Promise<{ readonly status: number; readonly stdout: string }>

/** A name that could lead to a program elsewhere is refused. */
const HELPER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
const NOT_FOUND = /credentials not found|no credentials server URL|no credentials username/i

export async function helperCredential(
  run: RunProgram,
  helper: string,
  registry: string,
): Promise<Credential | undefined> {
  const { status, stdout } = await runHelper(run, helper, 'get', credentialKey(registry))
  if (status !== 0) {
    if (NOT_FOUND.test(stdout)) return undefined
    throw failed(helper, `said: ${clip(stdout.trim() === '' ? `status ${status}` : stdout.trim())}`)
  }
  const answer = parseAnswer(helper, stdout)
  const username = isJsonObject(answer) ? asString(answer['Username'] ?? '', 'Username') : ''
  const secret = isJsonObject(answer) ? asString(answer['Secret'] ?? '', 'Secret') : ''
  if (secret === '') return undefined
  if (username === '<token>') return { kind: 'identity-token', token: secret }
  return { kind: 'password', username, password: secret }
}

export async function storeWithHelper(
  run: RunProgram,
  helper: string,
  registry: string,
  username: string,
  secret: string,
): Promise<void> {
  const entry = JSON.stringify({ ServerURL: credentialKey(registry), Username: username, Secret: secret })
  const { status } = await runHelper(run, helper, 'store', entry)
  if (status !== 0) throw failed(helper, 'did not store the credentials')
}

/** True when there was something to erase. */
export async function eraseWithHelper(run: RunProgram, helper: string, registry: string): Promise<boolean> {
  const { status } = await runHelper(run, helper, 'erase', credentialKey(registry))
  return status === 0
}

async function runHelper(
  run: RunProgram,
  helper: string,
  verb: 'get' | 'store' | 'erase',
  stdin: string,
): Promise<{ status: number; stdout: string }> {
  if (!HELPER_NAME.test(helper)) {
    throw registryFault('CREDENTIALS_FILE_INVALID', `"${clip(helper, 60)}" is not the name of a credential helper.`, {
      fix: 'Write only what follows docker-credential-, without a path, in credsStore and credHelpers.',
    })
  }
  try {
    return await run([`docker-credential-${helper}`, verb], stdin)
  } catch (cause) {
    throw registryFault(
      'CREDENTIAL_HELPER_FAILED',
      `The credential helper docker-credential-${helper} could not be run.`,
      {
        cause,
        fix: 'Install it, or remove it from credsStore or credHelpers in docker’s config.json.',
      },
    )
  }
}

function parseAnswer(helper: string, stdout: string): Json {
  try {
    return readJson(utf8(stdout), { what: 'The answer', maxBytes: limits.helperOutputBytes })
  } catch {
    // Not even its beginning is shown: it may hold the secret.
    throw failed(helper, 'answered with something that is no JSON')
  }
}

function failed(helper: string, what: string): Error {
  return registryFault('CREDENTIAL_HELPER_FAILED', `The credential helper docker-credential-${helper} ${what}.`, {
    fix: `Try it by itself: docker-credential-${helper} list`,
  })
}
