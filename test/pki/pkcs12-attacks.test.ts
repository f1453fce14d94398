/** PKCS#12 files that nobody honest writes: too much work, parts that do not belong together, damage anywhere; and forms that few write. */

import { createHmac, pbkdf2Sync } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { type Bytes, limits, utf8 } from '../../src/base/index.ts'
import { derWrite } from '../../src/crypto/index.ts'
import { readPkcs12 } from '../../src/pki/index.ts'
import { derivationPurposes, derivePkcs12, pkcs12Passwords } from '../../src/pki/pkcs12-derivation.ts'
import { makeCertificate } from '../support/certificates.ts'
import { codeOfAsync, fuzzOptions, mutate, mutation } from '../support/fuzz.ts'
import { chain, fingerprints, openWorkbench } from './pkcs12-files.ts'

const { sequence, set, oid, octets, unsigned, explicit } = derWrite
const bench = openWorkbench()
afterAll(() => bench.close())

const DATA = '1.2.840.113549.1.7.1'
const PBES2 = '1.2.840.113549.1.5.13'
const SALT = Buffer.from('saltsalt')
const password = async () => utf8('secret')
const nobody = async (): Promise<Bytes> => {
  throw new Error('the password was asked for')
}
const bag = (type: number, value: Bytes, ...attributes: readonly Bytes[]): Bytes =>
  sequence(oid(`1.2.840.113549.1.12.10.1.${type}`), explicit(0, value), set(...attributes))
const localKeyId = (id: string): Bytes => sequence(oid('1.2.840.113549.1.9.21'), set(octets(utf8(id))))
const certificateBag = (der: Bytes, ...attributes: readonly Bytes[]): Bytes =>
  bag(3, sequence(oid('1.2.840.113549.1.9.22.1'), explicit(0, octets(der))), ...attributes)
const pkcs8 = chain.leaf.key.keyObject.export({ format: 'der', type: 'pkcs8' })
const data = (content: Bytes): Bytes => sequence(oid(DATA), explicit(0, octets(content)))
const safe = (...bags: readonly Bytes[]): Bytes => data(sequence(...bags))

async function macData(content: Bytes, iterations = 1): Promise<Bytes> {
  const [spelled = Buffer.alloc(0)] = pkcs12Passwords(utf8('secret'))
  const cost = { salt: SALT, iterations: Math.min(iterations, 10) }
  const key = await derivePkcs12('sha256', derivationPurposes.mac, spelled, cost)
  const digest = octets(createHmac('sha256', key).update(content).digest())
  const algorithm = sequence(oid('2.16.840.1.101.3.4.2.1'), derWrite.null())
  return sequence(sequence(algorithm, digest), octets(SALT), unsigned(iterations))
}

/** A file of these safes with a MAC that is right. */
async function pfx(safes: readonly Bytes[], iterations = 1): Promise<Buffer> {
  const content = sequence(...safes)
  return Buffer.from(sequence(unsigned(3), data(content), await macData(content, iterations)))
}

const pbkdf2 = (iterations: number): Bytes =>
  sequence(
    oid('1.2.840.113549.1.5.12'),
    sequence(octets(SALT), unsigned(iterations), unsigned(32), sequence(oid('1.2.840.113549.2.9'), derWrite.null())),
  )
const shrouded = (iterations: number): Bytes => {
  const cipher = sequence(oid('2.16.840.1.101.3.4.1.42'), octets(Buffer.alloc(16)))
  return bag(2, sequence(sequence(oid(PBES2), sequence(pbkdf2(iterations), cipher)), octets(Buffer.alloc(32))))
}
const tripleDes = (iterations: number): Bytes => {
  const parameters = sequence(octets(SALT), unsigned(iterations))
  return bag(2, sequence(sequence(oid('1.2.840.113549.1.12.1.3'), parameters), octets(Buffer.alloc(32))))
}
const codeOf = (file: Bytes, ask: () => Promise<Bytes> = password) => codeOfAsync(() => readPkcs12(file, ask, 'f'))

describe('more work than an honest file makes', () => {
  it('is refused before the password is asked for, where it is in the MAC', async () => {
    for (const iterations of [0, limits.pkcs12Iterations + 1])
      expect(await codeOf(await pfx([safe(bag(1, pkcs8))], iterations), nobody)).toBe('KEY_HOSTILE_PARAMETERS')
  })

  it.each<[string, readonly Bytes[]]>([
    ['rounds of PBKDF2', [shrouded(limits.pbkdf2Iterations + 1)]],
    ['rounds of its own derivation', [tripleDes(limits.pkcs12Iterations + 1)]],
    ['rounds in all', Array.from({ length: 11 }, () => tripleDes(limits.pkcs12Iterations))],
    ['parts', Array.from({ length: limits.pkcs12Sealed + 1 }, () => shrouded(1))],
  ])('%s', async (_, bags) => {
    expect(await codeOf(await pfx([safe(...bags)]))).toBe('KEY_HOSTILE_PARAMETERS')
  })

  it('bags, and bags in bags', async () => {
    const empty = bag(6, sequence())
    expect(await codeOf(await pfx([safe(...Array.from({ length: 129 }, () => empty))]))).toBe('PKCS12_INVALID')
    let deep = empty
    for (let depth = 0; depth < 40; depth++) deep = bag(6, sequence(deep))
    expect(await codeOf(await pfx([safe(deep)]))).toBe('PKCS12_INVALID')
  })
})

describe('forms that few write', () => {
  const read = async (file: Bytes) => {
    const { key, certificates } = await readPkcs12(file, password, 'f')
    expect(key.publicKey.fingerprint).toBe(chain.leaf.key.publicKey.fingerprint)
    return certificates.map(({ fingerprint }) => fingerprint)
  }
  const certificates = [chain.root, chain.intermediate, chain.leaf].map(({ der }) => certificateBag(der))

  it('bags in bags, secrets and unknown attributes; the certificate of the key comes first', async () => {
    const secret = bag(5, sequence(oid('1.2.3'), explicit(0, octets(SALT))))
    const strange = sequence(oid('1.2.3.4'), set(octets(SALT)))
    const file = await pfx([safe(bag(6, sequence(bag(1, pkcs8, strange))), secret), safe(...certificates)])
    expect((await read(file))[0]).toBe(fingerprints[0])
  })

  it('BER with indefinite lengths and octet strings in pieces, as Windows wrote it', async () => {
    const content = sequence(safe(bag(1, pkcs8)), safe(...certificates))
    const pieces = [content.subarray(0, 100), content.subarray(100)].map(octets)
    const ends = Buffer.of(0, 0)
    const file = Buffer.concat([
      ...[Buffer.of(0x30, 0x80), unsigned(3), Buffer.of(0x30, 0x80), oid(DATA), Buffer.of(0xa0, 0x80, 0x24, 0x80)],
      ...[...pieces, ends, ends, ends, await macData(content), ends],
    ])
    expect(await read(file)).toHaveLength(3)
  })

  it('PBMAC1 (RFC 9579)', async () => {
    const content = sequence(safe(bag(1, pkcs8)))
    const key = pbkdf2Sync('secret', SALT, 10, 32, 'sha256')
    const hmac = sequence(oid('1.2.840.113549.2.9'), derWrite.null())
    const algorithm = sequence(oid('1.2.840.113549.1.5.14'), sequence(pbkdf2(10), hmac))
    const digest = octets(createHmac('sha256', key).update(content).digest())
    const mac = sequence(sequence(algorithm, digest), octets(Buffer.alloc(8)), unsigned(1))
    const file = sequence(unsigned(3), data(content), mac)
    expect(await read(file)).toEqual([])
    expect(await codeOf(file, async () => utf8('other'))).toBe('KEY_WRONG_PASSWORD')
  })

  it('a certificate that it calls its own and that is of another key is refused', async () => {
    const stranger = makeCertificate({ subject: 'Stranger' })
    const key = bag(1, pkcs8, localKeyId('1'))
    const named = [certificateBag(stranger.der, localKeyId('1')), certificateBag(chain.leaf.der)]
    expect(await codeOf(await pfx([safe(key, ...named)]))).toBe('PKCS12_INVALID')
    const right = [certificateBag(stranger.der, localKeyId('2')), certificateBag(chain.leaf.der, localKeyId('1'))]
    expect((await read(await pfx([safe(key, ...right)])))[0]).toBe(fingerprints[0])
  })
})

describe('damage', () => {
  it('is found by the MAC, or before it', async () => {
    const file = bench.export(['-iter', '1'])
    const accepted = new Set<string>()
    await fc.assert(
      fc.asyncProperty(mutation, async (change) => {
        const changed = mutate(file, change)
        const code = await codeOf(changed)
        if (code === undefined) accepted.add(Buffer.from(changed).toString('hex'))
      }),
      fuzzOptions(300),
    )
    // What is not under the MAC: unused octets of the null beside the hash, or nothing was changed.
    for (const hex of accepted) {
      const found = await readPkcs12(Buffer.from(hex, 'hex'), password, 'f')
      expect(found.certificates.map(({ fingerprint }) => fingerprint)).toEqual(fingerprints)
    }
  }, 20_000)

  it('under a right MAC is a damaged file and no crash', async () => {
    const content = sequence(shrouded(1), certificateBag(chain.leaf.der, localKeyId('1')), bag(1, pkcs8))
    await fc.assert(
      fc.asyncProperty(mutation, async (change) => {
        const code = await codeOf(await pfx([data(mutate(content, change))]))
        expect(code ?? 'read').toMatch(/^(?:read|KEY_[A-Z_]+|PKCS12_[A-Z]+|LIMIT_EXCEEDED)$/)
      }),
      fuzzOptions(300),
    )
  }, 20_000)
})
