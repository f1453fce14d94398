/** What a registry's refusal means, in one sentence, with its own words quoted (distribution-spec 1.1, "Error Codes"). */

import { asArray, clip, Fault, isJsonObject, type Json, limits, readJson } from '../base/index.ts'
import type { HttpResponse } from '../http/index.ts'
import { registryFault } from './faults.ts'

const QUOTED = 300

/**
 * The Fault for an answer that is none of those the caller knows.
 * @param what what was asked: `the manifest of registry.example.org/shop/api:1.4`
 */
export async function refusalOf(response: HttpResponse, registry: string, what: string): Promise<Fault> {
  const words = await ownWords(response)
  const said = words === '' ? '' : ` It says: ${words}`
  const facts = { registry, status: response.status, host: response.url.host }
  const { status } = response
  if (status === 401) {
    return registryFault(
      'REGISTRY_UNAUTHORIZED',
      `${registry} wants a login for ${what}, or does not have it.${said}`,
      {
        fix: `zegel login ${registry}`,
        facts,
      },
    )
  }
  if (status === 403) {
    return registryFault('REGISTRY_DENIED', `${registry} denies ${what}.${said}`, {
      fix: `Ask for the right to it, or log in as somebody who has it: zegel login ${registry}`,
      facts,
    })
  }
  if (status === 429) {
    const wait = response.headers.get('retry-after')
    const later = wait !== undefined && /^\d{1,9}$/.test(wait) ? `in ${wait} seconds` : 'later'
    return registryFault('REGISTRY_RATE_LIMITED', `${registry} takes no more requests for now (${what}).${said}`, {
      fix: `Try again ${later}; a login often raises the limit.`,
      facts,
    })
  }
  if (status >= 500) {
    return registryFault('REGISTRY_SERVER_ERROR', `${registry} failed with status ${status} on ${what}.${said}`, {
      fix: 'Try again later; if it stays so, its operator can tell why.',
      facts,
    })
  }
  if (status >= 400) {
    // The answer to a HEAD has no words.
    const isPerhapsTls = /to an HTTPS server/i.test(words) || (status === 400 && words === '')
    const fix = isPerhapsTls
      ? { fix: `If it speaks TLS, trust its CA: --registry-ca FILE, or /etc/docker/certs.d/${registry}/ca.crt` }
      : {}
    return registryFault('REGISTRY_REFUSED', `${registry} does not take ${what} (status ${status}).${said}`, {
      facts,
      ...fix,
    })
  }
  return invalidAnswer(registry, `status ${status} to ${what}`, facts)
}

/** @param what completes "registry answered with …" */
export function invalidAnswer(registry: string, what: string, facts: Fault['facts'] = { registry }): Fault {
  return registryFault(
    'REGISTRY_ANSWER_INVALID',
    `${registry} answered with ${what}, which the specification does not know.`,
    {
      fix: 'Check that the address is a registry, and what proxies stand before it.',
      facts,
    },
  )
}

/** The messages of its error document, escaped and cut; nothing of an HTML page. */
async function ownWords(response: HttpResponse): Promise<string> {
  let bytes: Uint8Array
  try {
    bytes = await response.readAll(limits.errorBodyBytes)
  } catch {
    return ''
  }
  if (bytes.length === 0) return ''
  try {
    return clip(errorMessages(readJson(bytes, { maxDepth: 16 })), QUOTED)
  } catch {
    // Go's own refusals come without a type at all.
    const isText = /^(?:text\/plain|$)/.test(response.headers.get('content-type') ?? '')
    const text = Buffer.from(bytes).toString('utf8').trim()
    return isText && !text.startsWith('<') ? clip(text, QUOTED) : ''
  }
}

function errorMessages(json: Json): string {
  if (!isJsonObject(json)) return ''
  const details = json['details']
  // Token endpoints say `details` (docker) or `error_description` (OAuth 2.0, RFC 6749 section 5.2).
  const flat = [json['error_description'], details, json['message'], json['error']].find(
    (one) => typeof one === 'string',
  )
  if (json['errors'] === undefined) return typeof flat === 'string' ? flat : ''
  return asArray(json['errors'], 'errors', 100)
    .slice(0, 3)
    .map((one) =>
      isJsonObject(one) ? [one['code'], one['message']].filter((text) => typeof text === 'string').join(': ') : '',
    )
    .filter((text) => text !== '')
    .join('; ')
}

/** From the client's faults to this room's: no answer is "the registry is unreachable". */
export function asRegistryFault(error: unknown, registry: string): unknown {
  if (!(error instanceof Fault) || (error.code !== 'HTTP_UNREACHABLE' && error.code !== 'HTTP_TIMEOUT')) return error
  return registryFault('REGISTRY_UNREACHABLE', error.message, {
    cause: error,
    facts: { ...error.facts, registry },
    ...(error.fix === undefined ? {} : { fix: error.fix }),
  })
}
