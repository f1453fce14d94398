/** Tags (distribution-spec 1.1, "Listing Tags"). */

import { asArray, asObject, baseFault, type Fault, type Json, limits, readJson } from '../base/index.ts'
import type { HttpResponse } from '../http/index.ts'
import { isTag } from '../oci/index.ts'
import { invalidAnswer, refusalOf } from './answer.ts'
import type { RepositoryContext } from './context.ts'
import { pagesOf } from './listing.ts'

const PAGE = 1000

/** Each tag once, in the registry's order; none of a repository that is not there. @throws LIMIT_EXCEEDED after too many pages */
export async function* listTags(context: RepositoryContext): AsyncGenerator<string> {
  const { server } = await context.endpoints()
  const pages = pagesOf(context, server, `${context.repository}/tags/list?n=${PAGE}`, {}, limits.tagPages)
  let last = ''
  for (;;) {
    const page = await pages.next()
    if (page.done === true) {
      if (page.value !== undefined) throw unfinished(context, page.value)
      return
    }
    if (page.value.status === 404) {
      await page.value.discard()
      return
    }
    for (const tag of await tagsOf(context, page.value)) {
      if (typeof tag !== 'string' || !isTag(tag) || tag === last) continue
      last = tag
      yield tag
    }
  }
}

async function tagsOf(context: RepositoryContext, response: HttpResponse): Promise<readonly Json[]> {
  if (response.status !== 200) throw await refusalOf(response, context.registry, `the tags of ${context.name}`)
  const bytes = await response.readAll(limits.manifestBytes)
  try {
    return asArray(asObject(readJson(bytes), 'The list')['tags'] ?? [], 'tags', limits.tagPages * PAGE)
  } catch {
    throw invalidAnswer(context.registry, 'something else than a list of tags')
  }
}

function unfinished(context: RepositoryContext, why: 'circle' | 'other-host' | 'bound'): Fault {
  if (why === 'bound') {
    return baseFault(
      'LIMIT_EXCEEDED',
      `${context.name} has more than ${limits.tagPages} pages of tags; no more are read.`,
    )
  }
  return invalidAnswer(
    context.registry,
    why === 'circle' ? 'pages of tags that go round' : 'a page of tags on another host',
  )
}
