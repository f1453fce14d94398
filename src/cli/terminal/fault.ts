/** How a failure is told: one sentence, the fix, the code; as JSON where the result was asked for as JSON. */

import { Fault, forTerminal } from '../../base/index.ts'
import type { ErrorReport } from '../../contract/index.ts'
import { cliFault } from '../faults.ts'
import type { Style } from './style.ts'

/** Whatever was thrown, as a fault: what nobody foresaw is our own fault, code INTERNAL. */
export function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  const disk = diskFault(error)
  if (disk !== undefined) return disk
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return cliFault('INTERNAL', `Something went wrong inside Zegel: ${what}`, {
    fix: 'Call it again with --debug and report what it says; nothing is known about the image.',
    cause: error,
  })
}

/** A full disk may be noticed anywhere. */
function diskFault(error: unknown): Fault | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  if (error.code !== 'ENOSPC' && error.code !== 'EDQUOT') return undefined
  const where = 'path' in error && typeof error.path === 'string' ? ` of ${error.path}` : ''
  return cliFault('DISK_FULL', `The disk${where} is full.`, { fix: 'Make room and call it again.', cause: error })
}

export function faultText(fault: Fault, style: Style, isDebug: boolean): string {
  const lines = [`${style.bad('zegel:')} ${forTerminal(fault.message)} ${style.dim(`[${fault.code}]`)}`]
  if (fault.fix !== undefined) lines.push(`  fix: ${forTerminal(fault.fix)}`)
  if (isDebug) lines.push(...stackLines(fault))
  return `${lines.join('\n')}\n`
}

function* stackLines(fault: Fault): Iterable<string> {
  let error: unknown = fault
  for (let depth = 0; depth < 8 && error !== undefined; depth++) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    yield* text.split('\n').map((line) => `  ${depth === 0 ? '' : 'cause: '}${forTerminal(line)}`)
    error = error instanceof Error ? error.cause : undefined
  }
}

export function faultReport(fault: Fault): ErrorReport {
  return {
    schema: 'zegel.dev/error/v1',
    code: fault.code,
    message: fault.message,
    ...(fault.fix === undefined ? {} : { fix: fault.fix }),
    status: fault.status,
    ...(Object.keys(fault.facts).length === 0 ? {} : { facts: fault.facts }),
  }
}
