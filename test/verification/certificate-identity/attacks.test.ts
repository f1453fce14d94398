/** Bundles and Cosign signatures with certificates: what a certificate may prove, and every way in which it may not. */

import { describe, expect, test } from 'vitest'
import { type Bytes, textOf, toBase64, utf8 } from '../../../src/base/index.ts'
import { type PrivateKey, schemesOf, signParts, writePem } from '../../../src/crypto/index.ts'
import {
  cosignAnnotations,
  cosignMediaTypes,
  cosignTag,
  paeParts,
  writeBundle,
  writeDsse,
} from '../../../src/envelope/index.ts'
import { memoryStore } from '../../../src/layout/index.ts'
import { type ContentStore, type Descriptor, mediaTypes } from '../../../src/oci/index.ts'
import { type Certificate, parseCertificate } from '../../../src/pki/index.ts'
import { parseCertificateIdentity, simpleTrust } from '../../../src/trust/index.ts'
import { type CertificateQuestion, isCertified, type Question, verifyImage } from '../../../src/verification/index.ts'
import { attachRaw, signatureStatement, simplePayload } from '../../support/attach.ts'
import {
  type CertificateParts,
  generalName,
  make,
  makeCertificate,
  makeChain,
  notAfter,
  notBefore,
  parsed,
  purposes,
  type TestCertificate,
  usual,
} from '../../support/certificates.ts'
import { putBlob, putImage, putManifest } from '../../support/image.ts'
import { makeKey, signatureQuestion, testSigner } from '../../support/keys.ts'

const NAME = 'release@example.org'
const named = (...names: readonly Bytes[]): readonly Bytes[] => [
  ...usual.codeSigning(),
  make.subjectAltName(names.length === 0 ? [generalName.email(NAME)] : names),
]
const chain = makeChain({ leaf: { extensions: named() } })
const stranger = makeChain({ leaf: { extensions: named() } })
const at = Date.UTC(2026, 10, 22)
const release = testSigner('release.pub')

const [, intermediate, root] = chain.certificates
const question: CertificateQuestion = {
  identities: [parseCertificateIdentity(NAME)],
  roots: [root as Certificate],
  intermediates: [intermediate as Certificate],
  at,
}

async function scene(): Promise<{ store: ContentStore; image: Descriptor }> {
  const store = memoryStore('registry.test/shop/api')
  return { store, image: await putImage(store) }
}

function signWith(key: PrivateKey, parts: readonly Bytes[]): Bytes {
  return signParts(key, schemesOf(key.publicKey.type)[0] ?? 'ed25519', parts)
}

const PAYLOAD_TYPE = 'application/vnd.in-toto+json'

/** A bundle of version 0.3 with one certificate, or of 0.2 with several. */
function bundleOf(key: PrivateKey, certificates: readonly Bytes[], statement: object): Bytes {
  const payload = utf8(JSON.stringify(statement))
  const sig = signWith(key, paeParts(PAYLOAD_TYPE, [payload]))
  const envelope = { payloadType: PAYLOAD_TYPE, payload: [payload], signatures: [{ keyid: '', sig }] }
  const written = writeBundle({
    content: { kind: 'dsse', envelope },
    material: { kind: 'certificates', chain: certificates.slice(0, 1) },
  })
  if (certificates.length === 1) return Buffer.concat(written)
  const bundle = JSON.parse(Buffer.concat(written).toString()) as Record<string, unknown>
  const x509CertificateChain = { certificates: certificates.map((der) => ({ rawBytes: toBase64(der) })) }
  const mediaType = 'application/vnd.dev.sigstore.bundle+json;version=0.2'
  return utf8(JSON.stringify({ ...bundle, mediaType, verificationMaterial: { x509CertificateChain } }))
}

async function judge(
  key: PrivateKey,
  certificates: readonly Bytes[],
  asked: Partial<CertificateQuestion> = {},
  more: Partial<Question> = {},
): Promise<readonly string[]> {
  const { store, image } = await scene()
  await attachRaw(store, image, bundleOf(key, certificates, signatureStatement(image)))
  return codes(store, image, { ...signatureQuestion([]), certificates: { ...question, ...asked }, ...more })
}

async function codes(store: ContentStore, image: Descriptor, asked: Question): Promise<readonly string[]> {
  const { verdict, candidates } = await verifyImage({ image: store }, image.digest, asked)
  const bad = candidates.flatMap((it) => it.findings).filter((it) => it.outcome !== 'pass')
  return [verdict, ...bad.map(({ check, code }) => `${check} ${code}`)]
}

const leafOf = (extensions: readonly Bytes[], more: CertificateParts = {}): TestCertificate =>
  makeCertificate({ subject: 'Leaf', issuer: chain.intermediate, extensions, ...more })

describe('a bundle with a certificate is accepted', () => {
  test('for its name, its root and its validity, and says who signed', async () => {
    const { store, image } = await scene()
    await attachRaw(store, image, bundleOf(chain.leaf.key, [chain.leaf.der], signatureStatement(image)))
    const asked = { ...signatureQuestion([release.trusted]), certificates: question }
    const { verdict, signers } = await verifyImage({ image: store }, image.digest, asked)
    expect(verdict).toBe('verified')
    expect(signers).toMatchObject([{ policy: `certificate identity email:${NAME}`, identities: [`email:${NAME}`] }])
    expect(signers.every(isCertified)).toBe(true)
  })

  test.each([
    ['an authority between that lies in the bundle', { intermediates: [] }, [chain.leaf, chain.intermediate]],
    ['with the root beside it', { intermediates: [] }, [chain.leaf, chain.intermediate, chain.root]],
    ['strangers in its bag', {}, [chain.leaf, stranger.leaf, stranger.intermediate, stranger.root]],
    ['another root among the given', { roots: [...parsed(stranger.root), ...question.roots] }, [chain.leaf]],
    ['in its first millisecond', { at: notBefore }, [chain.leaf]],
    ['in its last', { at: notAfter }, [chain.leaf]],
  ])('%s', async (_, asked, certificates) => {
    expect(
      await judge(
        chain.leaf.key,
        certificates.map(({ der }) => der),
        asked,
      ),
    ).toEqual(['verified'])
  })

  test.each([
    ['uri', generalName.uri('https://git.example.org/shop/api@refs/heads/main')],
    ['uri', generalName.uri('spiffe://example.org/build')],
    ['dns', generalName.dns('build.example.org')],
    ['email', generalName.email('a@example.org')],
    ['ip', generalName.ip(10, 0, 0, 1)],
  ])('with a name of the form %s', async (form, name) => {
    const leaf = leafOf(named(generalName.dns('other.example.org'), name))
    const text = form === 'ip' ? '10.0.0.1' : Buffer.from(name).subarray(2).toString('latin1')
    const asked = { identities: [parseCertificateIdentity(text)] }
    expect(asked.identities[0]?.form).toBe(form)
    expect(await judge(leaf.key, [leaf.der], asked)).toEqual(['verified'])
  })

  test('without a subject, and with each type of key', async () => {
    for (const type of ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'rsa'] as const) {
      const leaf = leafOf(named(), { key: makeKey(type), subject: [] })
      expect(await judge(leaf.key, [leaf.der])).toEqual(['verified'])
    }
  })
})

describe('a bundle with a certificate is refused', () => {
  const { leaf } = chain
  test.each<[string, PrivateKey, readonly TestCertificate[], Partial<CertificateQuestion>, readonly string[]]>([
    ['signed by another key than the leaf has', stranger.leaf.key, [leaf], {}, ['signature SIGNATURE_INVALID']],
    [
      "signed by a stranger, with the right leaf in the bag's second place",
      stranger.leaf.key,
      [stranger.leaf, leaf, chain.intermediate],
      {},
      ['certificate CERTIFICATE_CHAIN_INVALID'],
    ],
    [
      'signed by the authority between, which stands as the leaf',
      chain.intermediate.key,
      [chain.intermediate],
      {},
      ['certificate CERTIFICATE_CHAIN_INVALID', 'identity IDENTITY_NOT_TRUSTED'],
    ],
    [
      'signed by the root itself',
      chain.root.key,
      [chain.root],
      {},
      ['certificate CERTIFICATE_CHAIN_INVALID', 'identity IDENTITY_NOT_TRUSTED'],
    ],
    [
      'of an authority that only has the name of ours',
      stranger.leaf.key,
      [stranger.leaf],
      {},
      ['certificate CERTIFICATE_CHAIN_INVALID'],
    ],
    [
      'whose root it brings along itself',
      stranger.leaf.key,
      [stranger.leaf, stranger.intermediate, stranger.root],
      {},
      ['certificate CERTIFICATE_CHAIN_INVALID'],
    ],
    ['whose authority nobody gives', leaf.key, [leaf], { intermediates: [] }, ['trust NOT_IN_TRUST_STORE']],
    [
      'whose authority between stands as the root',
      leaf.key,
      [leaf],
      { roots: question.intermediates, intermediates: [] },
      ['certificate CERTIFICATE_CHAIN_INVALID'],
    ],
    [
      'of another name',
      leaf.key,
      [leaf],
      { identities: [parseCertificateIdentity('other@example.org')] },
      ['identity IDENTITY_NOT_TRUSTED'],
    ],
    [
      'of the name in other letters',
      leaf.key,
      [leaf],
      { identities: [parseCertificateIdentity('Release@example.org')] },
      ['identity IDENTITY_NOT_TRUSTED'],
    ],
    [
      'of a part of the name',
      leaf.key,
      [leaf],
      { identities: [parseCertificateIdentity('example.org')] },
      ['identity IDENTITY_NOT_TRUSTED'],
    ],
    ['before it is valid', leaf.key, [leaf], { at: notBefore - 1 }, ['timestamp CERTIFICATE_EXPIRED']],
    ['once it is no longer', leaf.key, [leaf], { at: notAfter + 1 }, ['timestamp CERTIFICATE_EXPIRED']],
  ])('%s', async (_, key, certificates, asked, expected) => {
    expect(
      await judge(
        key,
        certificates.map(({ der }) => der),
        asked,
      ),
    ).toEqual(['refused', ...expected])
  })

  const usages: readonly [string, readonly Bytes[], string][] = [
    ['without an alternative name', usual.codeSigning(), 'identity IDENTITY_NOT_TRUSTED'],
    ['whose name is a URI that looks like the address', named(generalName.uri(NAME)), 'identity IDENTITY_NOT_TRUSTED'],
    ['whose name is a host that looks like the address', named(generalName.dns(NAME)), 'identity IDENTITY_NOT_TRUSTED'],
    [
      'for servers',
      [
        make.keyUsage(['digitalSignature']),
        make.extendedKeyUsage([purposes.serverAuth]),
        make.subjectAltName([generalName.email(NAME)]),
      ],
      'certificate CERTIFICATE_CHAIN_INVALID',
    ],
    [
      'for something that is not code signing',
      [
        make.keyUsage(['digitalSignature']),
        make.extendedKeyUsage(['1.3.6.1.4.1.311.10.3.12']),
        make.subjectAltName([generalName.email(NAME)]),
      ],
      'certificate CERTIFICATE_CHAIN_INVALID',
    ],
    ['without a key usage', [make.subjectAltName([generalName.email(NAME)])], 'certificate CERTIFICATE_CHAIN_INVALID'],
  ]
  test.each(usages)('a leaf %s', async (_, extensions, expected) => {
    const other = leafOf(extensions)
    expect(await judge(other.key, [other.der])).toEqual(['refused', expected])
  })

  test('an authority that has expired while the leaf has not', async () => {
    const old = makeCertificate({
      subject: 'Intermediate',
      issuer: chain.root,
      extensions: usual.authority(0),
      notAfter: at - 1,
    })
    const other = makeCertificate({ subject: 'Leaf', issuer: old, extensions: named() })
    expect(await judge(other.key, [other.der], { intermediates: parsed(old) })).toEqual([
      'refused',
      'timestamp CERTIFICATE_EXPIRED',
    ])
  })

  test('what is no certificate', async () => {
    expect(await judge(leaf.key, [utf8('no certificate')])).toEqual([
      'refused',
      'certificate CERTIFICATE_CHAIN_INVALID',
    ])
    expect(await judge(leaf.key, [leaf.der, utf8('no certificate')])).toEqual([
      'refused',
      'certificate CERTIFICATE_CHAIN_INVALID',
    ])
  })

  test('about another image, of another kind, or changed since', async () => {
    const { store, image } = await scene()
    const other = await putImage(store, 'another one')
    await attachRaw(store, image, bundleOf(leaf.key, [leaf.der], signatureStatement(other)))
    const asked = { ...signatureQuestion([]), certificates: question }
    expect(await codes(store, image, asked)).toEqual(['refused', 'subject SUBJECT_OTHER'])
    const attested = await scene()
    const statement = signatureStatement(attested.image, { predicateType: 'https://cyclonedx.org/bom' })
    await attachRaw(attested.store, attested.image, bundleOf(leaf.key, [leaf.der], statement))
    expect(await codes(attested.store, attested.image, asked)).toEqual(['refused', 'predicate-type NOT_A_SIGNATURE'])
  })

  test('any byte of the certificate or the signature changed', async () => {
    const { store, image } = await scene()
    const asked = { ...signatureQuestion([]), certificates: question }
    const good = bundleOf(leaf.key, [leaf.der], signatureStatement(image))
    const text = Buffer.from(good).toString()
    for (let i = 0; i < 60; i++) {
      const place = Math.floor((text.length * i) / 60)
      const changed = `${text.slice(0, place)}${text[place] === 'A' ? 'B' : 'A'}${text.slice(place + 1)}`
      const one = await scene()
      await attachRaw(one.store, one.image, utf8(changed))
      expect((await codes(one.store, one.image, asked))[0]).not.toBe('verified')
    }
    await attachRaw(store, image, good)
    expect(await codes(store, image, asked)).toEqual(['verified'])
  })

  test('by a key alone, though it made the signature', async () => {
    const trusted = { name: 'leaf.pub', key: leaf.key.publicKey }
    expect(
      await judge(
        leaf.key,
        [leaf.der],
        { identities: [parseCertificateIdentity('other@example.org')] },
        { keys: [trusted] },
      ),
    ).toEqual(['refused', 'identity IDENTITY_NOT_TRUSTED'])
    const { store, image } = await scene()
    await attachRaw(store, image, bundleOf(leaf.key, [leaf.der], signatureStatement(image)))
    expect(await codes(store, image, signatureQuestion([trusted]))).toEqual(['refused', 'key NEEDS_IDENTITY'])
  })

  test('a bundle of a bare key, where only certificates count', async () => {
    const { store, image } = await scene()
    const payload = utf8(JSON.stringify(signatureStatement(image)))
    const sig = signWith(leaf.key, paeParts(PAYLOAD_TYPE, [payload]))
    const envelope = { payloadType: PAYLOAD_TYPE, payload: [payload], signatures: [{ keyid: '', sig }] }
    const material = { kind: 'public-key', hint: '' } as const
    await attachRaw(store, image, Buffer.concat(writeBundle({ content: { kind: 'dsse', envelope }, material })))
    const asked = { ...signatureQuestion([]), certificates: question }
    expect(await codes(store, image, asked)).toEqual(['refused', 'key NEEDS_KEY'])
  })
})

describe("Cosign's formats with certificates in annotations", () => {
  const pem = (...certificates: readonly TestCertificate[]): string =>
    certificates.map(({ der }) => textOf(writePem('CERTIFICATE', der))).join('')

  async function tagged(
    key: PrivateKey,
    annotations: Readonly<Record<string, string>>,
    asked: Partial<CertificateQuestion> = {},
    keys: Question['keys'] = [],
  ): Promise<readonly string[]> {
    const { store, image } = await scene()
    const payload = simplePayload(image)
    const layer = await putBlob(store, cosignMediaTypes.simpleSigning, payload)
    const signature = toBase64(signWith(key, [utf8(payload)]))
    await tag(store, image, 'sig', {
      ...layer,
      annotations: { [cosignAnnotations.signature]: signature, ...annotations },
    })
    return codes(store, image, { ...signatureQuestion(keys), certificates: { ...question, ...asked } })
  }

  async function tag(store: ContentStore, image: Descriptor, suffix: 'sig' | 'att', layer: Descriptor): Promise<void> {
    const config = await putBlob(store, mediaTypes.config, '{}')
    const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [layer] }
    await putManifest(store, manifest, cosignTag(image.digest, suffix))
  }

  const { certificate, chain: chainKey } = cosignAnnotations
  const { leaf } = chain
  test.each<[string, PrivateKey, Record<string, string>, Partial<CertificateQuestion>, readonly string[]]>([
    ['the leaf alone', leaf.key, { [certificate]: pem(leaf), [chainKey]: '' }, {}, ['verified']],
    [
      'with its chain',
      leaf.key,
      { [certificate]: pem(leaf), [chainKey]: pem(chain.intermediate, chain.root) },
      { intermediates: [] },
      ['verified'],
    ],
    ['another key', stranger.leaf.key, { [certificate]: pem(leaf) }, {}, ['refused', 'signature SIGNATURE_INVALID']],
    [
      "a stranger's leaf before ours",
      stranger.leaf.key,
      { [certificate]: pem(stranger.leaf, leaf) },
      {},
      ['refused', 'certificate CERTIFICATE_CHAIN_INVALID'],
    ],
    [
      'our leaf in the chain',
      stranger.leaf.key,
      { [certificate]: pem(stranger.leaf), [chainKey]: pem(leaf, chain.intermediate) },
      {},
      ['refused', 'certificate CERTIFICATE_CHAIN_INVALID'],
    ],
    ['no PEM', leaf.key, { [certificate]: 'leaf' }, {}, ['refused', 'certificate CERTIFICATE_CHAIN_INVALID']],
    [
      'a broken chain',
      leaf.key,
      { [certificate]: pem(leaf), [chainKey]: 'x' },
      {},
      ['refused', 'certificate CERTIFICATE_CHAIN_INVALID'],
    ],
    [
      'an expired one',
      leaf.key,
      { [certificate]: pem(leaf) },
      { at: notAfter + 1 },
      ['refused', 'timestamp CERTIFICATE_EXPIRED'],
    ],
    ['no certificate', leaf.key, {}, {}, ['refused', 'key NEEDS_KEY']],
  ])('a signature: %s', async (_, key, annotations, asked, expected) => {
    expect(await tagged(key, annotations, asked)).toEqual(expected)
  })

  test('a key that was given made what a certificate lies beside', async () => {
    expect(await tagged(release.key, { [certificate]: pem(leaf) }, {}, [release.trusted])).toEqual(['verified'])
    expect(await tagged(leaf.key, { [certificate]: pem(leaf) }, {}, [release.trusted])).toEqual(['verified'])
    expect((await tagged(stranger.leaf.key, { [certificate]: pem(leaf) }, {}, [release.trusted]))[0]).toBe('refused')
  })

  test('an attestation', async () => {
    const predicateType = 'https://cyclonedx.org/bom'
    for (const [key, expected] of [
      [leaf.key, ['verified']],
      [stranger.leaf.key, ['refused', 'signature SIGNATURE_INVALID']],
    ] as const) {
      const { store, image } = await scene()
      const payload = utf8(JSON.stringify(signatureStatement(image, { predicateType })))
      const sig = signWith(key, paeParts(PAYLOAD_TYPE, [payload]))
      const envelope = { payloadType: PAYLOAD_TYPE, payload: [payload], signatures: [{ keyid: '', sig }] }
      const layer = await putBlob(store, cosignMediaTypes.dsse, Buffer.concat(writeDsse(envelope)))
      await tag(store, image, 'att', { ...layer, annotations: { predicateType, [certificate]: pem(leaf) } })
      const asked = {
        ...signatureQuestion([]),
        about: { kind: 'attestation', predicateType },
        certificates: question,
      } as const
      expect(await codes(store, image, asked)).toEqual(expected)
    }
  })
})

describe('a question', () => {
  const refused = async (asked: Partial<CertificateQuestion>, more: Partial<Question> = {}): Promise<string> => {
    const { store, image } = await scene()
    const whole = { ...signatureQuestion([]), certificates: { ...question, ...asked }, ...more }
    return verifyImage({ image: store }, image.digest, whole).then(
      () => 'asked',
      (error: { code?: string }) => String(error.code),
    )
  }

  test('without a name, a root or a moment is none', async () => {
    expect(await refused({ identities: [] })).toBe('VERIFY_IDENTITY_INCOMPLETE')
    expect(await refused({ roots: [] })).toBe('VERIFY_IDENTITY_INCOMPLETE')
    expect(await refused({ identities: [{ kind: 'san', form: 'email', value: '', text: '' }] })).toBe(
      'VERIFY_IDENTITY_INCOMPLETE',
    )
    expect(await refused({ at: Number.NaN })).toBe('VERIFY_TIME_INVALID')
    expect(await refused({})).toBe('asked')
  })

  test('beside a level that lets everything through is refused', async () => {
    const { leaf } = chain
    const trust = simpleTrust(
      [parseCertificateIdentity(NAME)],
      [{ type: 'ca', name: 'x', certificates: [parseCertificate(leaf.der)] }],
    )
    const actions = { ...trust.actions, authenticity: 'log' } as const
    const revocation = { ocsp: async () => undefined, crl: async () => undefined } as never
    const x509 = { trusts: [{ ...trust, actions }], at, revocation }
    expect(await refused({}, { x509 })).toBe('VERIFY_POLICY_PROVES_NOTHING')
  })

  test.each(['', ' ', '*', '*@example.org', 'san:', 'san:email:', 'san:uri:x y', 'a b', '.*'])(
    'no identity: "%s"',
    (text) => {
      expect(() => parseCertificateIdentity(text)).toThrow(expect.objectContaining({ code: 'TRUST_IDENTITY_INVALID' }))
    },
  )
})

describe('a threshold', () => {
  test('counts a renewed certificate of the same name once, and two names twice', async () => {
    const { store, image } = await scene()
    const renewed = leafOf(named(), { subject: [] })
    const other = leafOf(named(generalName.email('second@example.org')), { subject: [] })
    const first = leafOf(named(), { subject: [] })
    const identities = [NAME, 'second@example.org'].map(parseCertificateIdentity)
    const asked = { ...signatureQuestion([], { threshold: 2 }), certificates: { ...question, identities } }
    for (const { key, der } of [first, renewed])
      await attachRaw(store, image, bundleOf(key, [der], signatureStatement(image)))
    expect(await codes(store, image, asked)).toEqual(['refused'])
    await attachRaw(store, image, bundleOf(other.key, [other.der], signatureStatement(image)))
    expect(await codes(store, image, asked)).toEqual(['verified'])
  })
})
