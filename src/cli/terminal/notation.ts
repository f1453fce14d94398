/** A Notation signature in words: what it says of itself, which nothing here has checked. */

import type { NotationFacts } from '../../attachments/index.ts'
import { clip } from '../../base/index.ts'

/** @example notationClaims(facts) // ['JWS', 'ES256', 'notary.x509'] */
export function notationClaims({ encoding, algorithm, scheme }: NotationFacts): readonly string[] {
  return [encoding.toUpperCase(), algorithm, clip(scheme, 60)]
}

export function notationLines(facts: NotationFacts): readonly string[] {
  return [...signedLines(facts), ...contentLines(facts), ...certificateLines(facts)]
}

function signedLines(facts: NotationFacts): readonly string[] {
  const { signingTime, authenticSigningTime, expiry, timestamp, signingAgent, headers = [], verificationPlugin } = facts
  const said = [
    ...(signingTime === undefined ? [] : [`says it was signed ${signingTime}`]),
    ...(authenticSigningTime === undefined ? [] : [`an authority says it was signed ${authenticSigningTime}`]),
    ...(expiry === undefined ? [] : [`expires ${expiry}`]),
    ...(signingAgent === undefined ? [] : [`by ${clip(signingAgent, 60)}`]),
  ]
  const { name, minVersion = 'any version' } = verificationPlugin ?? {}
  return [
    ...(said.length === 0 ? [] : [said.join(', ')]),
    ...(timestamp === undefined ? [] : [timestampLine(timestamp)]),
    ...(name === undefined ? [] : [`demands the plugin ${clip(name, 60)}, ${clip(minVersion, 40)}`]),
    ...headers.slice(0, SHOWN).map((it) => `header ${clip(it.name, 100)}${it.isCritical ? ' (critical)' : ''}`),
    ...more(headers.length),
  ]
}

function timestampLine(timestamp: NonNullable<NotationFacts['timestamp']>): string {
  return 'time' in timestamp
    ? `carries a timestamp of ${timestamp.time}`
    : `carries a timestamp that cannot be read: ${clip(timestamp.problem)}`
}

const SHOWN = 16

function contentLines({ contentType, artifact, userMetadata = {} }: NotationFacts): readonly string[] {
  const metadata = Object.entries(userMetadata)
  return [
    artifact === undefined
      ? `holds ${clip(contentType, 100)}`
      : `about ${artifact.digest}, ${clip(artifact.mediaType, 100)}, ${artifact.size} bytes`,
    ...metadata.slice(0, SHOWN).map(([key, value]) => `user metadata ${clip(key, 100)}=${clip(value)}`),
    ...more(metadata.length),
  ]
}

function certificateLines({ certificates }: NotationFacts): readonly string[] {
  return certificates.map(({ fingerprint, subject = '', issuer, notBefore, notAfter, problem }) => {
    if (problem !== undefined) return `certificate ${fingerprint} that cannot be read: ${clip(problem)}`
    const by = issuer === subject ? 'itself' : clip(issuer ?? '')
    return `certificate of ${clip(subject)}, by ${by}, ${notBefore} to ${notAfter}`
  })
}

function more(count: number): readonly string[] {
  return count <= SHOWN ? [] : [`… and ${count - SHOWN} more`]
}
