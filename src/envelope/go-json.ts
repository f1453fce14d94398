/** Strings as Go's encoding/json writes them: what Cosign signs has been written by it. */

/**
 * JSON of a string with `<`, `>`, `&`, U+2028 and U+2029 escaped. (Control characters agree since Go 1.22: `\b` and `\f` are short.)
 * @example goString('a&b') // "a\u0026b" in quotes
 */
export function goString(text: string): string {
  return goEscaped(JSON.stringify(text))
}

/** A whole document; its members stay in their order. */
export function goJson(value: object): string {
  return goEscaped(JSON.stringify(value))
}

function goEscaped(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** The order of Go's map keys: by the bytes of their UTF-8. */
export function byUtf8([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'))
}
