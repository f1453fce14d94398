/** Listings in pages: tags (distribution-spec 1.1, "Listing Tags") and the catalog that docker's registry has. */

import { limits } from '../base/index.ts'
import { type Exchange, notAllowed, sendJson } from './exchange.ts'
import { Refusal } from './refusal.ts'

export function handleTags(exchange: Exchange, name: string): void {
  requireGet(exchange)
  const tags = exchange.service.repositories.catalog.tags(name)
  if (tags === undefined)
    throw new Refusal(404, 'NAME_UNKNOWN', 'The registry has no such repository.', { details: [{ name }] })
  const page = pageOf(tags, exchange.query)
  sendJson(exchange, JSON.stringify({ name, tags: page.items }), nextLink(`/v2/${name}/tags/list`, page))
}

export function handleCatalog(exchange: Exchange): void {
  requireGet(exchange)
  const page = pageOf(exchange.service.repositories.catalog.names(), exchange.query)
  sendJson(exchange, JSON.stringify({ repositories: page.items }), nextLink('/v2/_catalog', page))
}

export function requireGet(exchange: Exchange): void {
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') throw notAllowed('GET, HEAD')
}

interface Page {
  readonly items: readonly string[]
  readonly size: number
  readonly hasMore: boolean
}

/** In the order of their bytes (ASCII). `last` need not be in the list; `n` of 0 is an empty page without a next. */
function pageOf(all: Iterable<string>, query: URLSearchParams): Page {
  const last = query.get('last')
  const sorted = [...all].filter((item) => last === null || item > last).sort(compareAscii)
  const wanted = query.get('n')
  if (wanted !== null && !/^[0-9]{1,10}$/.test(wanted))
    throw new Refusal(400, 'PAGINATION_NUMBER_INVALID', 'The parameter "n" is a whole number of zero or more.')
  const size = Math.min(wanted === null ? limits.servedPageItems : Number(wanted), limits.servedPageItems)
  return { items: sorted.slice(0, size), size, hasMore: size > 0 && sorted.length > size }
}

function compareAscii(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** RFC 8288. */
function nextLink(path: string, page: Page): Record<string, string> {
  const last = page.items.at(-1)
  if (!page.hasMore || last === undefined) return {}
  return { link: `<${path}?n=${page.size}&last=${encodeURIComponent(last)}>; rel="next"` }
}
