/** Escaping per sink (law 10): whoever writes an image name or an annotation must not write to our terminal, page or report. */

/** C0, DEL, C1, bidirectional controls, line separators, zero-width and tag characters: what can move a cursor or hide text. */
const UNPRINTABLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu

/** One line that a terminal shows as it stands; control characters become visible escapes such as `\x1b`. */
export function forTerminal(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const point = character.codePointAt(0) ?? 0
    if (point <= 0xff) return `\\x${point.toString(16).padStart(2, '0')}`
    return `\\u{${point.toString(16)}}`
  })
}

/** As `forTerminal`, cut to `length` characters with an ellipsis. */
export function clip(text: string, length = 200): string {
  const safe = forTerminal(text)
  return safe.length <= length ? safe : `${safe.slice(0, length - 1)}…`
}

/** JSON text whose strings move no cursor and hide nothing: the same document with those characters as escapes. Line ends stay. */
export function jsonForTerminal(json: string): string {
  return json.replace(UNPRINTABLE, (character) => {
    if (character === '\n' || character === '\r' || character === '\t') return character
    return Array.from({ length: character.length }, (_, at) => unicodeEscape(character.charCodeAt(at))).join('')
  })
}

function unicodeEscape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}

const SHELL_SAFE = /^[A-Za-z0-9_@%+=:,./-]+$/

/** One word of a POSIX shell, for the commands that messages offer. */
export function forShell(word: string): string {
  const safe = forTerminal(word)
  return SHELL_SAFE.test(safe) ? safe : `'${safe.replaceAll("'", `'\\''`)}'`
}
