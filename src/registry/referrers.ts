/** The Referrers API (distribution-spec 1.1, "Listing Referrers"). What a registry lists is a hint of where to look and proves nothing. */

import {
  asArray,
  asObject,
  clip,
  type Digest,
  Fault,
  formatBytes,
  isJsonObject,
  type Json,
  limits,
  readJson,
} from '../base/index.ts'
import type { HttpResponse } from '../http/index.ts'
import { type Descriptor, mediaTypes, type Referrers, readDescriptor } from '../oci/index.ts'
import { refusalOf } from './answer.ts'
import { type RepositoryContext, sourcesFor } from './context.ts'
import type { Endpoint } from './endpoint.ts'
import { type PageEnd, pagesOf } from './listing.ts'

/** Other answers of registries that do not know the API; only 404 is the specification's. */
const UNKNOWN_ROUTE: readonly number[] = [400, 405, 406, 501]

const ENDS: Readonly<Record<PageEnd, string>> = {
  bound: `the listing has more than ${limits.referrerPages} pages`,
  circle: 'the pages of the listing go round in a circle',
  'other-host': 'the next page of the listing is on another host',
}

/** Mirrors that say they list referrers, then the server; other mirrors only where the server cannot be reached. */
export async function listReferrers(context: RepositoryContext, digest: Digest): Promise<Referrers> {
  for (const endpoint of await sourcesFor(context, 'referrers')) {
    if (endpoint.mirrorOf === undefined) continue
    const found = await listFrom(context, endpoint, digest).catch(passedOver(context, endpoint))
    if (found?.by === 'api') return found
  }
  const { server, mirrors } = await context.endpoints()
  try {
    return await listFrom(context, server, digest)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'REGISTRY_UNREACHABLE') throw error
    for (const mirror of mirrors.filter((one) => one.capabilities.has('resolve'))) {
      const found = await listFrom(context, mirror, digest).catch(passedOver(context, mirror))
      if (found?.by === 'api') return found
    }
    throw error
  }
}

function passedOver(context: RepositoryContext, endpoint: Endpoint): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof Fault)) throw error
    context.log.warn(`The mirror ${endpoint.base.host} was passed over: ${error.message}`, { code: error.code })
  }
}

async function listFrom(context: RepositoryContext, endpoint: Endpoint, digest: Digest): Promise<Referrers> {
  const list = new List()
  const path = `${context.repository}/referrers/${digest}`
  const pages = pagesOf(context, endpoint, path, { accept: mediaTypes.index }, limits.referrerPages)
  for (let isFirst = true; ; isFirst = false) {
    const page = await pages.next()
    if (page.done === true) {
      if (page.value !== undefined) list.bound(ENDS[page.value])
      return list.result('api')
    }
    const unsupported = await whyUnsupported(context, page.value, isFirst)
    if (unsupported !== undefined) {
      if (!isFirst || mayBeListing(page.value)) list.bound(unsupported)
      else if (page.value.status !== 404) list.skip(unsupported)
      return list.result(isFirst ? 'unsupported' : 'api')
    }
    if (!(await readPage(list, page.value))) return list.result('api')
  }
}

/** Why an answer is no page of referrers; undefined when it is one. */
async function whyUnsupported(
  context: RepositoryContext,
  response: HttpResponse,
  isFirst: boolean,
): Promise<string | undefined> {
  const { status } = response
  if (status === 404 || (isFirst && UNKNOWN_ROUTE.includes(status))) {
    await response.discard()
    return `the Referrers API answered with status ${status}`
  }
  if (status !== 200) throw await refusalOf(response, context.registry, `the referrers of ${context.name}`)
  const type = (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  if (type === mediaTypes.index) return undefined
  await response.discard()
  return `the Referrers API answered with the type ${clip(type || 'none', 60)}, not with an image index`
}

/** A web page is how some registries (GitHub's) answer what they do not know; whatever else comes as a success may list referrers. */
function mayBeListing({ status, headers }: HttpResponse): boolean {
  return status === 200 && !/^\s*text\/html\b/i.test(headers.get('content-type') ?? '')
}

/** False when nothing more is to be read. */
async function readPage(list: List, response: HttpResponse): Promise<boolean> {
  try {
    const bytes = await response.readAll(limits.manifestBytes)
    if (!list.take(bytes.length)) return false
    const index = asObject(readJson(bytes, { what: 'The listing' }), 'The listing')
    const entries = index['manifests'] ?? []
    for (const entry of asArray(entries, 'manifests', limits.indexManifests)) if (!list.add(entry)) return false
    return true
  } catch (error) {
    if (!(error instanceof Fault) || error.status === 3) {
      if (!(error instanceof Fault) || error.code !== 'LIMIT_EXCEEDED') throw error
    }
    list.bound(clip(error.message, 300))
    return false
  }
}

class List {
  private readonly manifests = new Map<Digest, Descriptor>()
  private readonly problems: { what: string; isBound: boolean }[] = []
  private skipped = 0
  private bytes = 0

  /** False when what is listed is more than is held. */
  take(length: number): boolean {
    this.bytes += length
    if (this.bytes <= limits.referrerListBytes) return true
    this.bound(`the listing has more than ${formatBytes(limits.referrerListBytes)}`)
    return false
  }

  /** False when the list is full. */
  add(entry: Json): boolean {
    if (this.manifests.size >= limits.indexManifests) {
      this.bound(`more than ${limits.indexManifests} referrers are listed`)
      return false
    }
    try {
      const descriptor = readDescriptor(entry, 'entry')
      if (!this.manifests.has(descriptor.digest)) this.manifests.set(descriptor.digest, descriptor)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.skip(`an entry of the listing was skipped${nameOf(entry)}: ${clip(error.message, 300)}`)
    }
    return true
  }

  skip(what: string): void {
    if (++this.skipped <= limits.reportedProblems) this.problems.push({ what, isBound: false })
  }

  bound(what: string): void {
    this.problems.push({ what, isBound: true })
  }

  result(by: 'api' | 'unsupported'): Referrers {
    const untold = this.skipped - limits.reportedProblems
    if (untold > 0) this.problems.push({ what: `${untold} more entries of the listing were skipped`, isBound: false })
    return { by, manifests: [...this.manifests.values()], problems: this.problems }
  }
}

function nameOf(entry: Json): string {
  const digest = isJsonObject(entry) ? entry['digest'] : undefined
  return typeof digest === 'string' ? ` (${clip(digest, 80)})` : ''
}
