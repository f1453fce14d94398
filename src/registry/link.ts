/** The `Link` header of paginated answers (RFC 8288, distribution-spec 1.1 "Listing Tags", "Listing Referrers"). */

const ENTRY = /<([^<>]*)>((?:[^,"]|"[^"]*")*)/g
const NEXT = /;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next(?=\s*(?:;|$)))/i

/** The address of the next page; undefined where there is none. It may be relative to `from`. */
export function nextPage(header: string | undefined, from: URL): URL | undefined {
  if (header === undefined) return undefined
  for (const [, target = '', parameters = ''] of header.matchAll(ENTRY)) {
    if (NEXT.test(parameters) && URL.canParse(target, from.href)) return new URL(target, from)
  }
  return undefined
}
