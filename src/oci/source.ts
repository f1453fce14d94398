/** Where an image is: in a registry, in an OCI layout folder, or in an archive file (the transports that skopeo and podman name). */

import { type Digest, isDigest } from '../base/index.ts'
import { ociFault } from './faults.ts'
import { parseReference, type Reference } from './reference.ts'

export type ImageSource =
  | { readonly kind: 'registry'; readonly reference: Reference; readonly text: string }
  | {
      readonly kind: 'oci' | 'oci-archive' | 'docker-archive'
      /** The folder of the layout, or the archive's file. */
      readonly path: string
      /** `org.opencontainers.image.ref.name` of the entry, or the repository tag in a docker-archive. */
      readonly tag?: string
      readonly digest?: Digest
      readonly text: string
    }

const TRANSPORT = /^(oci|oci-archive|docker-archive):(.*)$/s
const DIGEST_SUFFIX = /^(.*?)@(sha(?:256|384|512):[^@]*)$/s

/**
 * Parses an image as the command line takes it: a reference, `oci:DIR[:TAG|@DIGEST]`, `oci-archive:FILE…`, `docker-archive:FILE…`.
 * @throws REFERENCE_INVALID
 */
export function parseImageSource(text: string): ImageSource {
  const transport = TRANSPORT.exec(text)
  const kind = transport?.[1]
  if (kind === 'oci' || kind === 'oci-archive' || kind === 'docker-archive')
    return parsePathSource(kind, transport?.[2] ?? '', text)
  const reference = text.startsWith('docker://') ? text.slice('docker://'.length) : text
  return { kind: 'registry', reference: parseReference(reference), text }
}

function parsePathSource(kind: 'oci' | 'oci-archive' | 'docker-archive', rest: string, text: string): ImageSource {
  const digested = DIGEST_SUFFIX.exec(rest)
  const digest = digested?.[2]
  if (digest !== undefined && !isDigest(digest)) throw invalid(kind, text, 'what follows "@" is not a digest')
  const named = digested?.[1] ?? rest
  const colon = named.indexOf(':')
  const path = colon < 0 ? named : named.slice(0, colon)
  const tag = colon < 0 ? undefined : named.slice(colon + 1)
  if (path === '') throw invalid(kind, text, 'it names no path')
  if (tag === '') throw invalid(kind, text, 'nothing follows the last ":"')
  return { kind, path, text, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) }
}

function invalid(kind: string, text: string, why: string): Error {
  const place = kind === 'oci' ? 'DIR' : 'FILE'
  return ociFault('REFERENCE_INVALID', `"${text.slice(0, 200)}" is not an image: ${why}.`, {
    fix: `Write it as ${kind}:${place}, ${kind}:${place}:TAG or ${kind}:${place}@sha256:….`,
  })
}
