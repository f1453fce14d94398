/** SignedData (RFC 5652 section 5): its form, and what of it is held to DER. */

import { describe, expect, test } from 'vitest'
import { limits } from '../../src/base/index.ts'
import { derWrite, signNamed } from '../../src/crypto/index.ts'
import { parseSignedData } from '../../src/pki/index.ts'
import { usualAlgorithm } from '../support/certificates.ts'
import { codeOf } from '../support/fuzz.ts'
import {
  attribute,
  attributeTypes,
  hashAlgorithm,
  type MessageParts,
  makeAuthority,
  makeInfo,
  makeMessage,
  makeSigner,
  tstInfo,
} from '../support/timestamps.ts'

const { sequence, set, oid, octets, unsigned, explicit, implicit } = derWrite
const authority = makeAuthority()
const content = makeInfo(Buffer.from('a signature'))
const signer = makeSigner({ certificate: authority.leaf, content })
const usual: MessageParts = { content, bag: [authority.leaf.der, authority.intermediate.der], signers: [signer] }
const parse = (parts: Partial<MessageParts>) => parseSignedData(makeMessage({ ...usual, ...parts }), 'It')

describe('SignedData', () => {
  test('is read into slices', () => {
    const found = parse({})
    expect(found.version).toBe(3)
    expect(found.contentType).toBe(tstInfo)
    expect(Buffer.from(found.content ?? []).equals(content)).toBe(true)
    expect(found.certificates.map(({ raw }) => Buffer.from(raw))).toEqual([
      Buffer.from(authority.leaf.der),
      Buffer.from(authority.intermediate.der),
    ])
    expect(found.strangers).toBe(0)
    expect([...(found.signers[0]?.signedAttributes.keys() ?? [])]).toHaveLength(3)
    // The signed bytes are the attributes as SET OF.
    expect(found.signers[0]?.signedBytes?.[0]).toBe(0x31)
  })

  test('may hold neither content, certificates nor signers, as a bag of certificates does', () => {
    const body = sequence(unsigned(1), set(), sequence(oid('1.2.840.113549.1.7.1')), set())
    const found = parseSignedData(sequence(oid('1.2.840.113549.1.7.2'), explicit(0, body)), 'It')
    expect(found).toMatchObject({ content: undefined, certificates: [], signers: [] })
  })

  test.each([
    ['another certificate format', () => implicit(2, Buffer.from('3000', 'hex'), true)],
    ['a malformed certificate', () => sequence(sequence(unsigned(1)))],
    ['a certificate with more after its end', () => sequence(authority.leaf.der, unsigned(1))],
  ])('%s in the bag is counted and proves nothing', (_, stranger) => {
    const found = parse({ bag: [stranger(), authority.leaf.der] })
    expect([found.certificates.length, found.strangers]).toEqual([1, 1])
  })

  test('revocation lists beside the bag are passed over', () => {
    expect(parse({ afterBag: [implicit(1, sequence(), true)] }).signers).toHaveLength(1)
  })
})

describe('is refused', () => {
  const noVersion = (version: number) => makeSigner({ certificate: authority.leaf, content, version })
  const keyId = makeSigner({ certificate: authority.leaf, content, version: 3, sid: implicit(0, Buffer.from('id')) })
  const two = attribute(attributeTypes.signingTime, derWrite.generalizedTime(0))
  const list = [attribute(attributeTypes.contentType, oid(tstInfo)), two]

  test.each<[string, Partial<MessageParts>, string]>([
    ['a signer of version 3', { signers: [keyId] }, 'CMS_UNSUPPORTED'],
    [
      'a signer of version 1 with a key identifier',
      { signers: [makeSigner({ certificate: authority.leaf, content, sid: implicit(0, Buffer.from('id')) })] },
      'CMS_UNSUPPORTED',
    ],
    ['a signer of version 3 with issuer and serial number', { signers: [noVersion(3)] }, 'CMS_UNSUPPORTED'],
    [
      'an attribute twice',
      { signers: [makeSigner({ certificate: authority.leaf, content, attributes: [...list, two] })] },
      'CMS_INVALID',
    ],
    [
      'attributes out of order',
      {
        signers: [
          makeSigner({
            certificate: authority.leaf,
            content,
            rawAttributes: Buffer.concat(list.toSorted(Buffer.compare).toReversed()),
          }),
        ],
      },
      'CMS_INVALID',
    ],
    [
      'too many certificates',
      { bag: Array.from({ length: limits.cmsCertificates + 1 }, () => sequence()) },
      'LIMIT_EXCEEDED',
    ],
    ['too many signers', { signers: Array.from({ length: limits.cmsSigners + 1 }, () => signer) }, 'LIMIT_EXCEEDED'],
  ])('%s', (_, parts, code) => {
    expect(codeOf(() => parse(parts))).toBe(code)
  })

  test('another content type than SignedData', () => {
    expect(
      codeOf(() => parseSignedData(sequence(oid('1.2.840.113549.1.7.1'), explicit(0, octets(content))), 'It')),
    ).toBe('CMS_INVALID')
  })

  test('bytes after the end', () => {
    expect(codeOf(() => parseSignedData(Buffer.concat([makeMessage(usual), Buffer.from([0])]), 'It'))).toBe(
      'DER_INVALID',
    )
  })

  test('a signer with more after its end', () => {
    const key = authority.leaf.key
    const algorithm = usualAlgorithm(key)
    const long = sequence(
      unsigned(1),
      sequence(sequence(), unsigned(1)),
      hashAlgorithm('sha256'),
      hashAlgorithm('sha256'),
      octets(signNamed(key, algorithm, [content])),
      unsigned(1),
    )
    expect(codeOf(() => parse({ signers: [long] }))).toBe('DER_INVALID')
  })
})
