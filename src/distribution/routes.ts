/** Request targets (distribution-spec 1.1, "Endpoints"), read from their end: a repository name may hold `blobs` or `tags` as a part. */

import { type Digest, isDigest } from '../base/index.ts'
import { isTag } from '../oci/index.ts'
import { Refusal } from './refusal.ts'

export type Route =
  | { readonly kind: 'base' }
  | { readonly kind: 'catalog' }
  | { readonly kind: 'blob'; readonly name: string; readonly digest: Digest }
  | { readonly kind: 'uploads'; readonly name: string }
  | { readonly kind: 'upload'; readonly name: string; readonly id: string }
  | { readonly kind: 'manifest'; readonly name: string; readonly reference: ManifestReference }
  | { readonly kind: 'tags'; readonly name: string }
  | { readonly kind: 'referrers'; readonly name: string; readonly digest: Digest }

export type ManifestReference =
  | { readonly tag: string; readonly digest?: undefined }
  | { readonly digest: Digest; readonly tag?: undefined }

export interface Target {
  readonly route: Route
  readonly query: URLSearchParams
}

/** distribution-spec 1.1, "Pulling manifests": what a <name> matches. No part is empty, `.` or `..`, and none starts with `_`. */
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const MAX_NAME = 255
const MAX_TARGET = 8192

export function isRepositoryName(text: string): boolean {
  return text.length <= MAX_NAME && NAME.test(text)
}

/** @throws Refusal 404 for a path the API does not have, 400 for a name or digest that cannot be */
export function readTarget(target: string): Target {
  if (target.length > MAX_TARGET) throw new Refusal(414, 'UNSUPPORTED', 'The request target is too long.')
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  const query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1))
  if (!path.startsWith('/v2')) throw unknownPath()
  const parts = path.slice('/v2'.length).split('/').map(decodePart)
  if (parts.shift() !== '') throw unknownPath()
  return { route: readRoute(parts), query }
}

function readRoute(parts: string[]): Route {
  if (parts.length === 0 || (parts.length === 1 && parts[0] === '')) return { kind: 'base' }
  if (parts.length === 1 && parts[0] === '_catalog') return { kind: 'catalog' }
  const last = parts.at(-1) ?? ''
  const kind = parts.at(-2)
  if (kind === 'uploads' && parts.at(-3) === 'blobs') {
    const name = checkedName(parts.slice(0, -3))
    return last === '' ? { kind: 'uploads', name } : { kind: 'upload', name, id: last }
  }
  if (kind === 'blobs' && last === 'uploads') return { kind: 'uploads', name: checkedName(parts.slice(0, -2)) }
  if (kind === 'tags' && last === 'list') return { kind: 'tags', name: checkedName(parts.slice(0, -2)) }
  if (kind !== 'blobs' && kind !== 'manifests' && kind !== 'referrers') throw unknownPath()
  const name = checkedName(parts.slice(0, -2))
  if (kind === 'manifests') return { kind: 'manifest', name, reference: readReference(last) }
  return { kind: kind === 'blobs' ? 'blob' : 'referrers', name, digest: requireRegistryDigest(last) }
}

function readReference(text: string): ManifestReference {
  if (text.includes(':')) return { digest: requireRegistryDigest(text) }
  if (isTag(text)) return { tag: text }
  throw new Refusal(400, 'MANIFEST_INVALID', 'This is no tag: letters, digits, "_", "." and "-", at most 128.')
}

/** sha256 and sha512: the registered algorithms of the image specification. */
export function requireRegistryDigest(text: string): Digest {
  if (isDigest(text) && !text.startsWith('sha384:')) return text
  throw new Refusal(
    400,
    'DIGEST_INVALID',
    'This is no digest: sha256: and 64 lower-case hex digits, or sha512: and 128.',
  )
}

function checkedName(parts: readonly string[]): string {
  const name = parts.join('/')
  if (isRepositoryName(name)) return name
  throw new Refusal(
    400,
    'NAME_INVALID',
    'This is no repository name: lower-case letters, digits and separators, at most 255.',
  )
}

function decodePart(part: string): string {
  if (!part.includes('%')) return part
  let decoded: string
  try {
    decoded = decodeURIComponent(part)
  } catch {
    throw new Refusal(400, 'NAME_INVALID', 'The path is not percent-encoded UTF-8.')
  }
  if (decoded.includes('/')) throw new Refusal(400, 'NAME_INVALID', 'The path holds an encoded "/".')
  return decoded
}

function unknownPath(): Refusal {
  return new Refusal(404, 'UNSUPPORTED', 'The registry has no such endpoint.')
}
