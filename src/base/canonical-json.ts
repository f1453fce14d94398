/** Canonical JSON (RFC 8785, the JSON Canonicalization Scheme) of values that this house makes itself. */

export type PlainJson =
  | null
  | boolean
  | number
  | string
  | readonly PlainJson[]
  | { readonly [key: string]: PlainJson | undefined }

/** Members sorted by UTF-16 code units, no white space, numbers as ECMAScript writes them. `undefined` members are left out. */
export function canonicalJson(value: PlainJson): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = Object.entries(value as { readonly [key: string]: PlainJson | undefined })
    .filter((member): member is [string, PlainJson] => member[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`
}
