/** Text in columns, and paragraphs wrapped to a width. Widths count UTF-16 units without colour codes: what we align is ASCII. */

/** Rows whose cells stand under one another, two spaces apart; no trailing space. */
export function columns(rows: readonly (readonly string[])[], indent = ''): string {
  const widths: number[] = []
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, widthOf(cell))
  return rows
    .map((row) => `${indent}${row.map((cell, at) => pad(cell, widths[at] ?? 0)).join('  ')}`.trimEnd())
    .join('\n')
}

export function pad(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - widthOf(cell)))
}

/** Without colour codes. */
export function widthOf(text: string): number {
  return text.replace(/\u001b\[[0-9;]*m/g, '').length
}

/** Lines of at most `width`; a longer word stands alone. */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((it) => `${indent}${it}`).join('\n')
}
