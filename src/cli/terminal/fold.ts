/** Drawn lines folded to the width of a terminal: what is folded keeps the bars of the tree and hangs below its own text. */

import { widthOf } from './columns.ts'

const MIN_WIDTH = 40
const LEAD = /^[\s│├└─]*/
/** What stands before the text of a line: a label of a verdict in its column, or a sign. */
const LABEL = /^(?:digest|why|fix) +/

/** @param width undefined where nobody looks: a file or a pipe gets the lines as they are */
export function fold(text: string, width: number | undefined): string {
  if (width === undefined || width < MIN_WIDTH) return text
  return text
    .split('\n')
    .map((line) => foldLine(line, width))
    .join('\n')
}

function foldLine(line: string, width: number): string {
  if (widthOf(line) <= width) return line
  const lead = LEAD.exec(line)?.[0] ?? ''
  const rest = line.slice(lead.length)
  const hanging = ' '.repeat(LABEL.exec(rest)?.[0].length ?? 2)
  const below = lead.replace('├── ', '│   ').replace('└── ', '    ') + hanging
  let folded = ''
  let current = lead
  // A word with the spaces before it: two between columns stay two where they do not end a line.
  for (const [piece] of rest.matchAll(/ *[^ ]+/g)) {
    if (widthOf(current) + widthOf(piece) > width && widthOf(current) > widthOf(below)) {
      folded += `${current}\n`
      current = below + piece.trimStart()
    } else current += piece
  }
  return folded + current
}
