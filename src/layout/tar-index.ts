/**
 * Where each file of a tar archive lies, found by walking its headers once; nothing is unpacked. Names that lead out of the archive, names
 * that occur twice, sparse files and devices are refused, so that no two readers see two archives.
 */

import { type Bytes, bufferOf, clip, limits } from '../base/index.ts'
import { layoutFault } from './faults.ts'
import { BLOCK, isZeroBlock, readPaxRecords, readTarHeader, type TarHeader, textUntilNul } from './tar-header.ts'

/** Bytes that can be read at any place: a file, or memory. Gives fewer only at the end. */
export interface RandomAccess {
  readonly size: number
  read(offset: number, length: number): Promise<Bytes>
}

export interface TarEntry {
  readonly kind: 'file'
  /** Of its content, from the archive's start; bytes. */
  readonly offset: number
  readonly size: number
}

export interface TarLink {
  readonly kind: 'link'
  /** As written: relative to the link's folder. */
  readonly target: string
}

export type TarIndex = ReadonlyMap<string, TarEntry | TarLink>

/** How much is read at once while headers are walked. */
const WINDOW = 64 * 1024

/** @throws ARCHIVE_INVALID, LIMIT_EXCEEDED */
export async function indexTar(source: RandomAccess, where: string): Promise<TarIndex> {
  return new TarWalk(source, where).walk()
}

/** What an extended header says of the next entry. */
interface Extension {
  path?: string
  linkPath?: string
  size?: number
}

class TarWalk {
  private readonly source: RandomAccess
  private readonly where: string
  private readonly index = new Map<string, TarEntry | TarLink>()
  private window: { start: number; bytes: Bytes } = { start: 0, bytes: new Uint8Array(0) }
  private at = 0

  constructor(source: RandomAccess, where: string) {
    this.source = source
    this.where = where
  }

  async walk(): Promise<TarIndex> {
    let extension: Extension = {}
    for (let count = 0; ; count++) {
      const block = await this.block()
      if (block === undefined) return this.index
      if (count === limits.archiveEntries) this.refuse(`it has more than ${limits.archiveEntries} entries`)
      const header = readTarHeader(block)
      if (header === undefined) this.refuse(`there is no valid header at byte ${this.at - BLOCK}`)
      extension = await this.take(header, extension)
    }
  }

  /** Undefined at the end of the archive: a block of zeros, or the end of the file. */
  private async block(): Promise<Bytes | undefined> {
    const block = await this.bytes(this.at, BLOCK)
    if (block.length === 0) {
      if (this.at === 0) this.refuse('it is empty')
      return undefined
    }
    if (block.length < BLOCK) this.refuse('it ends inside a header')
    this.at += BLOCK
    return isZeroBlock(block) ? undefined : block
  }

  private async take(header: TarHeader, extension: Extension): Promise<Extension> {
    const start = this.at
    switch (header.type) {
      case 'x':
        return { ...extension, ...this.pax(await this.metadata(header)) }
      case 'g':
        return this.global(await this.metadata(header), extension)
      case 'L':
        return { ...extension, path: textUntilNul(bufferOf(await this.metadata(header))) }
      case 'K':
        return { ...extension, linkPath: textUntilNul(bufferOf(await this.metadata(header))) }
      default:
        this.add(header, extension, start)
        return {}
    }
  }

  private add(header: TarHeader, extension: Extension, offset: number): void {
    const written = extension.path ?? header.name
    const name = this.safeName(written)
    const hasContent = header.type === '0' || header.type === '7'
    const size = extension.size ?? header.size
    const isFolder = header.type === '5' || (hasContent && written.endsWith('/'))
    // Readers differ on whether such content is there: what follows would be headers to one and bytes to the other.
    if (size > 0 && (isFolder || !hasContent)) this.refuse(`its entry "${clip(name)}" has content but is no file`)
    this.skip(size, written)
    if (isFolder) return
    if (name === '') this.refuse('it has a file without a name')
    if (this.index.has(name)) this.refuse(`it has "${clip(name)}" twice`)
    if (hasContent) this.index.set(name, { kind: 'file', offset, size })
    else if (header.type === '1' || header.type === '2')
      this.index.set(name, { kind: 'link', target: extension.linkPath ?? header.linkName })
    else this.refuse(`its entry "${clip(name)}" is neither a file nor a folder (type "${clip(header.type)}")`)
  }

  private skip(size: number, name: string): void {
    const end = this.at + size
    if (!Number.isSafeInteger(end) || end > this.source.size) this.refuse(`it ends inside "${clip(name)}"`)
    this.at = Math.min(this.source.size, end + ((BLOCK - (size % BLOCK)) % BLOCK))
  }

  /** `./a//b/` is `a/b`. */
  private safeName(written: string): string {
    if (Buffer.byteLength(written) > limits.pathBytes)
      this.refuse(`it has a name longer than ${limits.pathBytes} bytes`)
    const parts = written.split('/').filter((part) => part !== '' && part !== '.')
    if (written.startsWith('/') || parts.includes('..') || written.includes('\0'))
      this.refuse(`its entry "${clip(written)}" leads out of the archive`)
    return parts.join('/')
  }

  private async metadata(header: TarHeader): Promise<Bytes> {
    if (header.size > limits.archiveHeaderBytes) this.refuse(`an extended header has ${header.size} bytes`)
    const bytes = await this.bytes(this.at, header.size)
    this.skip(header.size, 'an extended header')
    return bytes
  }

  private pax(bytes: Bytes): Extension {
    const records = readPaxRecords(bytes) ?? this.refuse('it has a malformed pax header')
    const path = records.get('path')
    const linkPath = records.get('linkpath')
    const size = records.get('size')
    if ([...records.keys()].some((keyword) => keyword.startsWith('GNU.sparse.'))) this.refuse('it has a sparse file')
    if (size !== undefined && !/^(?:0|[1-9][0-9]{0,15})$/.test(size)) this.refuse('it has a malformed pax size')
    return {
      ...(path === undefined ? {} : { path }),
      ...(linkPath === undefined ? {} : { linkPath }),
      ...(size === undefined ? {} : { size: Number(size) }),
    }
  }

  /** Comments and the like are fine; what would rename or resize every later entry is not. */
  private global(bytes: Bytes, extension: Extension): Extension {
    if (Object.keys(this.pax(bytes)).length > 0) this.refuse('a global pax header changes names or sizes')
    return extension
  }

  private async bytes(offset: number, length: number): Promise<Bytes> {
    const { start, bytes } = this.window
    if (offset >= start && offset + length <= start + bytes.length)
      return bytes.subarray(offset - start, offset - start + length)
    const fresh = await this.source.read(offset, Math.max(length, WINDOW))
    this.window = { start: offset, bytes: fresh }
    return fresh.subarray(0, length)
  }

  private refuse(why: string): never {
    throw layoutFault('ARCHIVE_INVALID', `${this.where} is no archive that can be read safely: ${why}.`, {
      fix: 'Make it again, for instance with: zegel copy REGISTRY/IMAGE oci-archive:FILE',
    })
  }
}
