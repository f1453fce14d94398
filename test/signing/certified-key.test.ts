/** A key with its certificate signs bundles and Cosign's formats: the rules hold before anything is signed, and what is there already is found again. */

import { describe, expect, test } from 'vitest'
import { predicateTypeOf } from '../../src/attestation/index.ts'
import { type Bytes, utf8 } from '../../src/base/index.ts'
import { memoryStore } from '../../src/layout/index.ts'
import { attestImage, certifiedKeySigner, keySigner, type Signer, signImage } from '../../src/signing/index.ts'
import {
  generalName,
  make,
  makeCertificate,
  makeChain,
  notAfter,
  parsed,
  purposes,
  usual,
} from '../support/certificates.ts'
import { putImage } from '../support/image.ts'
import { makeKey } from '../support/keys.ts'

const now = Date.UTC(2026, 10, 22)
const context = { clock: () => now, pause: { wait: async () => {}, random: () => 0 } }
const named = (text = 'release@example.org'): readonly Bytes[] => [
  ...usual.codeSigning(),
  make.subjectAltName([generalName.email(text)]),
]
const chain = makeChain({ leaf: { extensions: named() } })
const [, intermediate, root] = chain.certificates
const issuers = [intermediate, root].filter((one) => one !== undefined)
const signer = certifiedKeySigner(chain.leaf.key, chain.certificates.toReversed(), 'chain.pem', now)

/** Of the same authority, name and key. */
function renewed(): Signer {
  const leaf = makeCertificate({
    subject: 'Leaf',
    issuer: chain.intermediate,
    extensions: named(),
    key: chain.leaf.key,
  })
  return certifiedKeySigner(chain.leaf.key, [...parsed(leaf), ...issuers], 'chain.pem', now)
}

/** Of the same authority and name, with another key. */
function namesake(): Signer {
  const leaf = makeCertificate({ subject: 'Leaf', issuer: chain.intermediate, extensions: named() })
  return certifiedKeySigner(leaf.key, [...parsed(leaf), ...issuers], 'chain.pem', now)
}

describe('before anything is signed', () => {
  test('the chain is put in order', () => {
    expect(signer.certificate?.chain.map(({ fingerprint }) => fingerprint)).toEqual(
      chain.certificates.map(({ fingerprint }) => fingerprint),
    )
    expect(signer.certificate?.identities.map(({ text }) => text)).toEqual(['email:release@example.org'])
  })

  test('a leaf without an alternative name leaves the key bare', () => {
    const bare = makeChain()
    expect(certifiedKeySigner(bare.leaf.key, bare.certificates, 'chain.pem', now).certificate).toBeUndefined()
  })

  const other = makeChain({ leaf: { extensions: named() } })
  const microsoft = '1.3.6.1.4.1.311.10.3.12'
  const usages = [make.keyUsage(['digitalSignature']), make.extendedKeyUsage([microsoft])]
  const forOther = makeCertificate({ subject: 'Leaf', issuer: chain.intermediate, extensions: usages })
  const forServers = makeCertificate({
    subject: 'Leaf',
    issuer: chain.intermediate,
    extensions: [make.keyUsage(['digitalSignature']), make.extendedKeyUsage([purposes.serverAuth])],
  })
  const ed25519 = makeCertificate({
    subject: 'Leaf',
    issuer: chain.intermediate,
    extensions: named(),
    key: makeKey('ed25519'),
  })
  test.each([
    ['another key', makeKey(), chain.certificates, now],
    ['no certificate', chain.leaf.key, [], now],
    ['no authority between', chain.leaf.key, [...parsed(chain.leaf), ...parsed(chain.root)], now],
    ['no root', chain.leaf.key, chain.certificates.slice(0, 2), now],
    ['the authorities of others', chain.leaf.key, [...parsed(chain.leaf), ...other.certificates.slice(1)], now],
    ['expired', chain.leaf.key, chain.certificates, notAfter + 1],
    ['an authority as the leaf', chain.intermediate.key, issuers, now],
    ['for servers', forServers.key, [...parsed(forServers), ...issuers], now],
    ['for something else', forOther.key, [...parsed(forOther), ...issuers], now],
    ['an Ed25519 key', ed25519.key, [...parsed(ed25519), ...issuers], now],
  ])('%s is refused', (_, key, certificates, at) => {
    expect(() => certifiedKeySigner(key, certificates, 'chain.pem', at)).toThrow(
      expect.objectContaining({ code: 'SIGNING_CHAIN_INVALID' }),
    )
  })
})

describe.each(['bundle', 'cosign'] as const)('%s', (format) => {
  const image = async (): Promise<(by: Signer) => Promise<string>> => {
    const store = memoryStore('registry.test/shop/api')
    const target = { subject: await putImage(store), repository: 'registry.test/shop/api', store }
    return async (by) => (await signImage(target, { format, annotations: {} }, by, context)).outcome
  }

  test('the same by the same certificate is there already', async () => {
    const sign = await image()
    expect([await sign(signer), await sign(signer)]).toEqual(['pushed', 'already-there'])
  })

  test.each([
    ['a renewed certificate', renewed()],
    ['a namesake', namesake()],
  ])('%s is another one', async (_, by) => {
    const sign = await image()
    expect([await sign(signer), await sign(by), await sign(by), await sign(signer)]).toEqual([
      'pushed',
      'pushed',
      'already-there',
      'already-there',
    ])
  })

  test('the bare key is less than its certificate', async () => {
    const sign = await image()
    const bare = keySigner(chain.leaf.key)
    expect([await sign(bare), await sign(signer), await sign(bare)]).toEqual(['pushed', 'pushed', 'already-there'])
  })

  test('--replace removes what the same key attested, bare or with a certificate, and nobody else did', async () => {
    const store = memoryStore('registry.test/shop/api')
    const target = { subject: await putImage(store), repository: 'registry.test/shop/api', store }
    const type = predicateTypeOf('cyclonedx')
    const attest = async (by: Signer, content: string, replace = false): Promise<number> => {
      const predicate = utf8(JSON.stringify({ content }))
      const { replaced } = await attestImage(target, { format, type, predicate, replace }, by, context)
      return replaced?.length ?? 0
    }
    await attest(keySigner(chain.leaf.key), 'bare')
    await attest(namesake(), 'of a namesake')
    await attest(renewed(), 'renewed')
    await attest(signer, 'old')
    expect(await attest(signer, 'new', true)).toBe(3)
    expect(await attest(signer, 'newer', true)).toBe(1)
  })
})
