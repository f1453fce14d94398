/** Trust stores in notation's layout: what may lie in them, and what is made of them. */

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { limits, textOf, utf8 } from '../../src/base/index.ts'
import { writePem } from '../../src/crypto/index.ts'
import {
  openTrustStores,
  parseIdentity,
  parseTrustPolicy,
  parseWrittenIdentity,
  resolveTrust,
  simpleTrust,
  type TrustStoreType,
} from '../../src/trust/index.ts'
import { makeCertificate, makeChain, parsed, usual } from '../support/certificates.ts'
import { codeOf, codeOfAsync } from '../support/fuzz.ts'
import { policyText, sound } from './policy-cases.ts'

const { root, intermediate, leaf } = makeChain()
const alone = makeCertificate({ subject: 'Alone', extensions: usual.codeSigning() })
const pem = (...ders: readonly { readonly der: Uint8Array }[]) =>
  ders.map(({ der }) => textOf(writePem('CERTIFICATE', der))).join('')

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zegel-trust-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function put(store: string, file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(join(folder, 'x509', store), { recursive: true })
  await writeFile(join(folder, 'x509', store, file), content)
}

const load = (type: TrustStoreType, name = 'acme') => openTrustStores(folder).load({ type, name })

describe('a certificate in a store', () => {
  const kinds = [
    ['a root', root, { ca: true, signingAuthority: true, tsa: true }],
    ['an intermediate', intermediate, { ca: true, signingAuthority: true, tsa: false }],
    ['a leaf', leaf, { ca: false, signingAuthority: false, tsa: false }],
    ['a leaf that signs itself', alone, { ca: true, signingAuthority: true, tsa: true }],
  ] as const
  test.each(kinds)('%s', async (_, certificate, fits) => {
    for (const type of ['ca', 'signingAuthority', 'tsa'] as const) {
      await put(`${type}/acme`, 'one.pem', pem(certificate))
      expect(await codeOfAsync(() => load(type)), type).toBe(fits[type] ? undefined : 'TRUST_STORE_INVALID')
    }
  })

  test('one that says it is issued by itself, and is not signed by its own key, is a leaf', async () => {
    const forged = makeCertificate({
      subject: 'Forged',
      issuer: root,
      issuerName: makeCertificate({ subject: 'Forged' }).subject,
    })
    await put('ca/acme', 'forged.pem', pem(forged))
    expect(await codeOfAsync(() => load('ca'))).toBe('TRUST_STORE_INVALID')
  })
})

test('every certificate of every file, PEM and DER', async () => {
  await put('ca/acme', 'b.pem', pem(root, intermediate))
  await put('ca/acme', 'a.cer', alone.der)
  const { type, name, certificates } = await load('ca')
  expect({ type, name }).toEqual({ type: 'ca', name: 'acme' })
  expect(certificates.map(({ raw }) => Buffer.from(raw).equals(alone.der))).toEqual([true, false, false])
})

describe('refused', () => {
  test.each([
    ['a store that is not there', async () => {}, 'TRUST_STORE_MISSING'],
    ['a folder without x509', async () => put('../other', 'x', ''), 'TRUST_STORE_MISSING'],
    [
      'an empty store',
      async () => void (await mkdir(join(folder, 'x509/ca/acme'), { recursive: true })),
      'TRUST_STORE_INVALID',
    ],
    [
      'a folder within',
      async () => void (await mkdir(join(folder, 'x509/ca/acme/old'), { recursive: true })),
      'TRUST_STORE_INVALID',
    ],
    ['a file that holds none', async () => put('ca/acme', 'x.pem', 'hello'), 'CERTIFICATE_FILE_INVALID'],
    ['an empty file', async () => put('ca/acme', 'x.pem', ''), 'CERTIFICATE_FILE_INVALID'],
    [
      'a file that is too large',
      async () => put('ca/acme', 'x.pem', new Uint8Array(limits.keyFileBytes + 1)),
      'TRUST_STORE_INVALID',
    ],
    [
      'a store that is a link',
      async () => {
        await put('ca/real', 'x.pem', pem(root))
        await symlink(join(folder, 'x509/ca/real'), join(folder, 'x509/ca/acme'))
      },
      'TRUST_STORE_INVALID',
    ],
    [
      'a file that is a link',
      async () => {
        await put('ca/acme', '../x.pem', pem(root))
        await symlink(join(folder, 'x509/ca/x.pem'), join(folder, 'x509/ca/acme/y.pem'))
      },
      'TRUST_STORE_INVALID',
    ],
    [
      'a file that is a device',
      async () => {
        await put('ca/acme', 'x.pem', pem(root))
        await symlink('/dev/null', join(folder, 'x509/ca/acme/z.pem'))
      },
      'TRUST_STORE_INVALID',
    ],
    ['a store that is a file', async () => put('ca', 'acme', pem(root)), 'TRUST_STORE_MISSING'],
  ])('%s', async (what, prepare, code) => {
    await prepare()
    const found = await codeOfAsync(() => load('ca'))
    if (what === 'a store that is a file') expect(['TRUST_STORE_MISSING', 'TRUST_STORE_INVALID']).toContain(found)
    else expect(found).toBe(code)
  })

  test.each(['..', '.', '../ca/acme', 'a/b', '', 'a\0b'])('a name that leads elsewhere: %j', async (name) => {
    await put('ca/acme', 'x.pem', pem(root))
    expect(await codeOfAsync(() => load('ca', name))).toBe('TRUST_STORE_NAME_INVALID')
  })

  test('more than a store may hold', async () => {
    const block = pem(root)
    const padded = `${block}${' '.repeat(limits.keyFileBytes - block.length)}`
    for (let at = 0; at < limits.trustStoreBytes / limits.keyFileBytes + 1; at++)
      await put('ca/acme', `${at}.pem`, padded)
    expect(await codeOfAsync(() => load('ca'))).toBe('TRUST_STORE_INVALID')
  })
})

describe('resolved', () => {
  const policy = parseTrustPolicy(
    utf8(
      policyText(
        { ...sound, trustStores: ['ca:acme', 'tsa:time'], signatureVerification: { level: 'permissive' } },
        { name: 'free', registryScopes: ['registry.example.org/free'], signatureVerification: { level: 'skip' } },
      ),
    ),
    'trustpolicy.json',
  )

  test('a statement with its stores', async () => {
    await put('ca/acme', 'root.pem', pem(root))
    await put('tsa/time', 'alone.pem', pem(alone))
    const trust = await resolveTrust(policy, 'registry.example.org/shop/api', openTrustStores(folder))
    expect(trust).toMatchObject({ name: 'shop', level: 'permissive', verifyTimestamp: 'always' })
    expect(trust?.stores.map(({ type, certificates }) => [type, certificates.length])).toEqual([
      ['ca', 1],
      ['tsa', 1],
    ])
  })

  test('a store of another type does not stand in', async () => {
    await put('ca/acme', 'root.pem', pem(root))
    await put('ca/time', 'root.pem', pem(root))
    const resolved = resolveTrust(policy, 'registry.example.org/shop/api', openTrustStores(folder))
    expect(await codeOfAsync(() => resolved)).toBe('TRUST_STORE_MISSING')
  })

  test('the level skip needs no store, and a repository without a statement has no trust', async () => {
    const stores = openTrustStores(folder)
    expect((await resolveTrust(policy, 'registry.example.org/free', stores))?.level).toBe('skip')
    expect(await resolveTrust(policy, 'registry.example.org/else', stores)).toBeUndefined()
  })
})

describe('one identity and its root', () => {
  const [certificate] = parsed(root)
  const certificates = certificate === undefined ? [] : [certificate]
  const identity = parseWrittenIdentity('C=US, ST=WA, O=Zegel tests')

  test('is enforced in full', () => {
    const trust = simpleTrust([identity], [{ type: 'ca', name: 'root.pem', certificates }])
    expect(trust.level).toBe('strict')
    expect(new Set(Object.values(trust.actions))).toEqual(new Set(['enforce']))
  })

  test.each([
    ['no identity', [], [{ type: 'ca', name: 'x', certificates }]],
    ['no root', [identity], []],
    ['an empty store', [identity], [{ type: 'ca', name: 'x', certificates: [] }]],
    ['a timestamp root alone', [parseIdentity('*')], [{ type: 'tsa', name: 'x', certificates }]],
  ] as const)('%s', (_, identities, stores) => {
    expect(codeOf(() => simpleTrust(identities, stores))).toBe('TRUST_IDENTITY_INVALID')
  })
})
