/** Writes DER for tests: just enough to build key files that no tool writes. */

type Bytes = Uint8Array

export function tlv(tag: number, ...parts: readonly Bytes[]): Buffer {
  const content = Buffer.concat(parts)
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content])
  const length = Buffer.from(
    content.length
      .toString(16)
      .padStart(2, '0')
      .replace(/^(?=(?:..)*.$)/, '0'),
    'hex',
  )
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, content])
}

export const sequence = (...parts: readonly Bytes[]): Buffer => tlv(0x30, ...parts)
export const octets = (bytes: Bytes): Buffer => tlv(0x04, bytes)
export const bits = (bytes: Bytes): Buffer => tlv(0x03, Buffer.from([0]), bytes)
export const nothing = (): Buffer => tlv(0x05)

export function integer(value: bigint | number): Buffer {
  const digits = BigInt(value).toString(16)
  const magnitude = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
  return tlv(0x02, (magnitude[0] ?? 0) > 0x7f ? Buffer.from([0]) : Buffer.alloc(0), magnitude)
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const octetsOf = [first * 40 + second, ...rest].flatMap((number) => {
    const groups = [number % 128]
    for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift(0x80 | (left % 128))
    return groups
  })
  return tlv(0x06, Buffer.from(octetsOf))
}
