/**
 * Image references, by the grammar of distribution/reference:
 *
 *     reference  := [ registry "/" ] repository [ ":" tag ] [ "@" digest ]
 *     registry   := ( name | IPv4 | "[" IPv6 "]" ) [ ":" port ]      only with a "." or a ":" in it, or "localhost"
 *     repository := component ( "/" component )*                     at most 255 characters together with the registry
 *     component  := [a-z0-9]+ ( ( "." | "_" | "__" | "-"+ ) [a-z0-9]+ )*
 *     tag        := [A-Za-z0-9_] [A-Za-z0-9_.-]{0,127}
 */

import { type Digest, isDigest } from '../base/index.ts'
import { ociFault } from './faults.ts'

export interface Reference {
  /** Host and port, lower case: `docker.io`, `127.0.0.1:5000`, `[::1]:5000`. */
  readonly registry: string
  /** `library/alpine`, `shop/api`. */
  readonly repository: string
  readonly tag?: string
  readonly digest?: Digest
}

const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const DOMAIN =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]{1,5})?$/
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/
/** What container engines take for an image's own identifier. */
const IDENTIFIER = /^[a-f0-9]{64}$/
const DOCKER_HUB = 'docker.io'
const DOCKER_HUB_ALIASES: readonly string[] = [
  'docker.io',
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
]
const MAX_NAME = 255
const MAX_REFERENCE = 1024

/**
 * Parses what a person or a file wrote. Docker Hub's short and long names give one Reference; no tag is added.
 * @throws REFERENCE_INVALID
 * @example parseReference('alpine:3.20') // { registry: 'docker.io', repository: 'library/alpine', tag: '3.20' }
 */
export function parseReference(text: string): Reference {
  if (text.length > MAX_REFERENCE) throw invalid(text, 'it is too long')
  if (IDENTIFIER.test(text))
    throw invalid(text, '64 hexadecimal digits alone are the identifier of an image, not a name')
  const { name, tag, digest } = splitReference(text)
  const { registry, repository } = splitName(text, name)
  return { registry, repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) }
}

export function isTag(text: string): boolean {
  return TAG.test(text)
}

function splitReference(text: string): { name: string; tag?: string; digest?: Digest } {
  const at = text.indexOf('@')
  const digest = at < 0 ? undefined : text.slice(at + 1)
  if (digest !== undefined && (!isDigest(digest) || digest.startsWith('sha384:'))) {
    throw invalid(text, 'what follows "@" is not a digest (sha256: and 64 lower-case hex digits, or sha512: and 128)')
  }
  const named = at < 0 ? text : text.slice(0, at)
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1)
  const isPortOnly = named.startsWith('[') && !named.includes('/')
  if (colon < 0 || isPortOnly) return { name: named, ...(digest === undefined ? {} : { digest }) }
  const tag = named.slice(colon + 1)
  if (!TAG.test(tag))
    throw invalid(text, `"${tag.slice(0, 130)}" is not a tag (letters, digits, "_", "." and "-", at most 128)`)
  return { name: named.slice(0, colon), tag, ...(digest === undefined ? {} : { digest }) }
}

function splitName(text: string, name: string): { registry: string; repository: string } {
  if (name === '') throw invalid(text, 'it has no repository name')
  const slash = name.indexOf('/')
  const first = slash < 0 ? '' : name.slice(0, slash)
  const hasRegistry = first === 'localhost' || /[.:[A-Z]/.test(first)
  const registry = hasRegistry ? checkedRegistry(text, first) : DOCKER_HUB
  let repository = hasRegistry ? name.slice(slash + 1) : name
  if (registry === DOCKER_HUB && !repository.includes('/')) repository = `library/${repository}`
  checkRepository(text, repository)
  if (registry.length + 1 + repository.length > MAX_NAME)
    throw invalid(text, `its name is longer than ${MAX_NAME} characters`)
  return { registry, repository }
}

function checkedRegistry(text: string, written: string): string {
  if (!DOMAIN.test(written)) throw invalid(text, `"${written.slice(0, 100)}" is not a registry host`)
  const port = /:([0-9]{1,5})$/.exec(written.slice(written.indexOf(']') + 1))?.[1]
  if (port !== undefined && (Number(port) === 0 || Number(port) > 65535)) throw invalid(text, `${port} is not a port`)
  const registry = written.toLowerCase()
  // In lower case, which a host's name may always be written in, it would be a repository of Docker Hub: one name for two images.
  if (registry !== 'localhost' && !/[.:]/.test(registry))
    throw invalid(
      text,
      `"${written}" has upper-case letters; for a registry of that name write its port too, as ${registry}:443`,
    )
  if (registry.startsWith('[') && !URL.canParse(`http://${registry}/`))
    throw invalid(text, `"${written}" is not an IPv6 address`)
  return DOCKER_HUB_ALIASES.includes(registry) ? DOCKER_HUB : registry
}

function checkRepository(text: string, repository: string): void {
  for (const component of repository.split('/')) {
    if (COMPONENT.test(component)) continue
    if (/[A-Z]/.test(component))
      throw invalid(text, `"${component.slice(0, 100)}" has upper-case letters; repository names are lower case`)
    throw invalid(
      text,
      component === ''
        ? 'its repository name has an empty part'
        : `"${component.slice(0, 100)}" is not a repository name`,
    )
  }
}

function invalid(text: string, why: string): Error {
  return ociFault('REFERENCE_INVALID', `"${text.slice(0, 200)}" is not an image reference: ${why}.`, {
    fix: 'Write it as registry.example.org/team/app:1.4 or registry.example.org/team/app@sha256:….',
  })
}

/** `registry/repository`, the normalised name that decisions are keyed by. */
export function repositoryName(reference: Reference): string {
  return `${reference.registry}/${reference.repository}`
}

/** The reference in full: `docker.io/library/alpine:3.20@sha256:…`. */
export function formatReference(reference: Reference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`
  return `${repositoryName(reference)}${tag}${digest}`
}

export function withDigest(reference: Reference, digest: Digest): Reference {
  return { ...reference, digest }
}

/** What a registry is asked for: the digest where there is one, else the tag, else `latest`. */
export function targetOf(reference: Reference): string {
  return reference.digest ?? reference.tag ?? 'latest'
}
