/** Headers of the tar archives we write: ustar, with a pax record where a name or a size does not fit. The same content gives the same bytes. */

import { type Bytes, utf8 } from '../base/index.ts'
import { BLOCK } from './tar-header.ts'

const NAME_BYTES = 100
const LARGEST_OCTAL = 0o77777777777

/** The header of a regular file, owned by root, of 1970. */
export function tarFileHeader(name: string, size: number): Bytes {
  const records = [
    ...(Buffer.byteLength(name) > NAME_BYTES ? [paxRecord('path', name)] : []),
    ...(size > LARGEST_OCTAL ? [paxRecord('size', String(size))] : []),
  ]
  const header = block(name.slice(0, NAME_BYTES), size > LARGEST_OCTAL ? 0 : size, '0')
  if (records.length === 0) return header
  const pax = utf8(records.join(''))
  return Buffer.concat([block('pax', pax.length, 'x'), pax, padding(pax.length), header])
}

/** Zeros up to the next block. */
export function padding(size: number): Bytes {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK)
}

/** The end of an archive: two blocks of zeros. */
export const tarEnd: Bytes = new Uint8Array(2 * BLOCK)

function block(name: string, size: number, type: string): Bytes {
  const bytes = Buffer.alloc(BLOCK)
  bytes.write(name, 0, NAME_BYTES, 'utf8')
  bytes.write('0000644\0', 100)
  bytes.write('0000000\0', 108)
  bytes.write('0000000\0', 116)
  bytes.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  bytes.write(`${'0'.repeat(11)}\0`, 136)
  bytes.write('        ', 148)
  bytes.write(type, 156)
  bytes.write('ustar\u000000', 257)
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return bytes
}

/** Its length counts its own digits. */
function paxRecord(keyword: string, value: string): string {
  const rest = Buffer.byteLength(` ${keyword}=${value}\n`)
  let length = rest + String(rest).length
  if (String(length).length > String(rest).length) length = rest + String(length).length
  return `${length} ${keyword}=${value}\n`
}
