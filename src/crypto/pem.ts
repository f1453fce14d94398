/** Textual encodings (RFC 7468), with the explanatory text and the old headers (RFC 1421) that real files have. */

import { type Bytes, bufferOf, fromBase64, limits } from '../base/index.ts'
import { cryptoFault } from './faults.ts'

export interface PemBlock {
  /** `PUBLIC KEY`, `CERTIFICATE`, … */
  readonly label: string
  readonly bytes: Bytes
  /** OpenSSL's old encryption (`Proc-Type: 4,ENCRYPTED`): `bytes` is empty. */
  readonly hasHeaders: boolean
}

const BEGIN = /-----BEGIN ([A-Z0-9 ]{1,60})-----/g

/** Every block of the text, in order; none where there is no "-----BEGIN". @throws KEY_DAMAGED */
export function readPem(file: Bytes, where: string): readonly PemBlock[] {
  const text = bufferOf(file).toString('latin1')
  const blocks: PemBlock[] = []
  BEGIN.lastIndex = 0
  for (let begin = BEGIN.exec(text); begin !== null; begin = BEGIN.exec(text)) {
    const label = begin[1] ?? ''
    const start = BEGIN.lastIndex
    const end = text.indexOf(`-----END ${label}-----`, start)
    if (end < 0) throw damaged(where, `its "${label}" has no end line`)
    if (blocks.length === limits.pemBlocks) throw damaged(where, `it has more than ${limits.pemBlocks} blocks`)
    blocks.push(readBlock(label, text.slice(start, end), where))
    BEGIN.lastIndex = end + label.length + 14
  }
  return blocks
}

function readBlock(label: string, body: string, where: string): PemBlock {
  if (body.includes(':')) return { label, bytes: new Uint8Array(), hasHeaders: true }
  try {
    return { label, bytes: fromBase64(body.replace(/[ \t\r\n]+/g, ''), label), hasHeaders: false }
  } catch (cause) {
    throw damaged(where, `the lines of its "${label}" are not base64`, cause)
  }
}

/** One block with lines of 64 characters. */
export function writePem(label: string, bytes: Bytes): Bytes {
  const lines =
    bufferOf(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return Buffer.from(`-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`, 'latin1')
}

function damaged(where: string, why: string, cause?: unknown): Error {
  return cryptoFault('KEY_DAMAGED', `${where} is damaged: ${why}.`, {
    cause,
    fix: 'Get the file again from its origin.',
  })
}
