/** Pages of a listing (distribution-spec 1.1): followed within the registry, each bounded, no circle. */

import type { HttpResponse } from '../http/index.ts'
import type { RepositoryContext } from './context.ts'
import { pullScope } from './context.ts'
import type { Endpoint } from './endpoint.ts'
import { nextPage } from './link.ts'

export type PageEnd = 'circle' | 'other-host' | 'bound'

/** Each page's answer, unread; ends with why not all pages were seen, where that is so. */
export async function* pagesOf(
  context: RepositoryContext,
  endpoint: Endpoint,
  path: string,
  headers: Readonly<Record<string, string>>,
  atMost: number,
): AsyncGenerator<HttpResponse, PageEnd | undefined> {
  const seen = new Set<string>()
  let next: string | URL | undefined = path
  for (let pages = 0; next !== undefined; pages++) {
    if (pages >= atMost) return 'bound'
    const response: HttpResponse = await context.transport.send(endpoint, {
      method: 'GET',
      path: next,
      repository: context.repository,
      scope: pullScope(context),
      headers,
    })
    yield response
    next = nextPage(response.headers.get('link'), response.url)
    if (next === undefined) return undefined
    if (next.origin !== endpoint.base.origin) return 'other-host'
    if (seen.has(next.href)) return 'circle'
    seen.add(next.href)
  }
  return undefined
}
