/** Colours and width, only where a person sees them: on a terminal, without NO_COLOR (no-color.org) and outside CI. */

import type { Environment } from '../../base/index.ts'
import type { Output } from '../io.ts'

export type Paint = (text: string) => string

export interface Style {
  readonly isColored: boolean
  /** Columns of the terminal; undefined where it is none. */
  readonly width?: number
  readonly bold: Paint
  readonly dim: Paint
  readonly good: Paint
  readonly bad: Paint
  readonly unsure: Paint
}

export function styleOf(output: Output, environment: Environment, noColor: boolean): Style {
  const isSet = (name: string): boolean => (environment[name] ?? '') !== ''
  const isColored =
    output.isTerminal && !noColor && !isSet('NO_COLOR') && !isSet('CI') && environment['TERM'] !== 'dumb'
  const paint =
    (open: number, close: number): Paint =>
    (text) =>
      isColored && text !== '' ? `\u001b[${open}m${text}\u001b[${close}m` : text
  return {
    isColored,
    ...(output.width === undefined ? {} : { width: output.width }),
    bold: paint(1, 22),
    dim: paint(2, 22),
    good: paint(32, 39),
    bad: paint(31, 39),
    unsure: paint(33, 39),
  }
}

export const plainStyle: Style = {
  isColored: false,
  bold: (text) => text,
  dim: (text) => text,
  good: (text) => text,
  bad: (text) => text,
  unsure: (text) => text,
}
