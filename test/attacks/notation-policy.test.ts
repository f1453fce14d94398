/** Policy files and stores that say less than they seem to, through the command line (attack checklist 13 and 15). */

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { notationMediaType } from '../../src/attachments/index.ts'
import { concat, digestOf } from '../../src/base/index.ts'
import { writePem } from '../../src/crypto/index.ts'
import { openLayoutForWriting } from '../../src/layout/index.ts'
import { mediaTypes, type RawManifest } from '../../src/oci/index.ts'
import { zegel } from '../cli/fake-io.ts'
import { startTestRegistry, type TestRegistry } from '../registry/test-registry.ts'
import { makeChain, type TestCertificate } from '../support/certificates.ts'
import { manifestOf, putImage } from '../support/image.ts'
import { attach, COSE, cose, JWS, jws, release, SIGNATURE_TYPE } from '../support/notation-attack.ts'

const other = makeChain()
const AT = ['--at', '2026-11-22T15:00:00Z', '--offline']
const SCOPE = 'registry.example.org/shop/api'
let folder: string
let layout: string
const at = (...names: readonly string[]): string => join(folder, ...names)
const pem = (...certificates: readonly TestCertificate[]): Uint8Array =>
  concat(...certificates.map(({ der }) => writePem('CERTIFICATE', der)))

async function store(type: string, name: string, ...certificates: readonly TestCertificate[]): Promise<void> {
  await mkdir(at('ts/x509', type, name), { recursive: true })
  await writeFile(at('ts/x509', type, name, 'root.pem'), pem(...certificates))
}

interface Statement {
  readonly [member: string]: unknown
}

const strict = (more: Statement = {}): Statement => ({
  name: 'strict',
  registryScopes: [SCOPE],
  signatureVerification: { level: 'strict' },
  trustStores: ['ca:acme'],
  trustedIdentities: ['*'],
  ...more,
})
const loose = (...registryScopes: readonly string[]): Statement =>
  strict({ name: 'loose', registryScopes, trustStores: ['ca:other'] })
const skipping = (...registryScopes: readonly string[]): Statement => ({
  name: 'skipping',
  registryScopes,
  signatureVerification: { level: 'skip' },
})
const policy = (...trustPolicies: readonly Statement[]): string => JSON.stringify({ version: '1.0', trustPolicies })

interface Answer {
  readonly status: number
  readonly text: string
}

async function verify(text: string, ...words: readonly string[]): Promise<Answer> {
  await writeFile(at('policy.json'), text)
  const flags = ['--trust-policy', at('policy.json'), '--trust-store', at('ts')]
  const { status, stdout, stderr } = await zegel(['verify', ...flags, ...AT, ...words], { stdin: 'p' })
  return { status, text: stdout + stderr }
}

const scoped = (text: string, scope = SCOPE): Promise<Answer> => verify(text, '--scope', scope, layout)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zegel-attack-'))
  layout = `oci:${at('layout')}`
  const opened = await openLayoutForWriting(at('layout'))
  const image = await putImage(opened, 'hello', '1.4')
  await attach({ store: opened, image }, jws(image))
  await store('ca', 'acme', release.root)
  await store('ca', 'other', other.root)
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('13. the file', () => {
  test('what the attacks begin with is verified', async () => {
    expect((await scoped(policy(strict()))).status).toBe(0)
    expect((await scoped(policy(loose(SCOPE)))).status).toBe(1)
  })
  const twice = (name: string, value: string): string =>
    policy(strict()).replace(`"${name}":`, `"${name}":${value},"${name}":`)
  const renamed = (from: string, to: string): string => policy(strict()).replace(`"${from}"`, `"${to}"`)
  test.each<[string, string]>([
    ['a member twice', twice('trustStores', '["ca:other"]')],
    ['a level twice', twice('level', '"skip"')],
    ['statements twice', twice('trustPolicies', '[]')],
    ['a member in another case', policy(strict({ TrustStores: ['ca:other'] }))],
    ['a member in another case alone', renamed('trustedIdentities', 'trustedidentities')],
    ['a typing error', renamed('trustedIdentities', 'trustedIdentites')],
    ['a member that is known elsewhere', policy(strict({ globalPolicy: true }))],
    ['a level in another case', renamed('strict"}', 'Strict"}').replace('"level":"strict"', '"level":"Strict"')],
    ['no level', policy(strict({ signatureVerification: {} }))],
    ['a level that is a list', policy(strict({ signatureVerification: { level: ['strict'] } }))],
    [
      'an override of nothing',
      policy(strict({ signatureVerification: { level: 'strict', override: { Revocation: 'skip' } } })),
    ],
    [
      'an override of integrity',
      policy(strict({ signatureVerification: { level: 'strict', override: { integrity: 'log' } } })),
    ],
    [
      'authenticity that is skipped',
      policy(strict({ signatureVerification: { level: 'strict', override: { authenticity: 'skip' } } })),
    ],
    [
      'a timestamp that is never verified',
      policy(strict({ signatureVerification: { level: 'strict', verifyTimestamp: 'never' } })),
    ],
    ['no identities', policy(strict({ trustedIdentities: [] }))],
    ['identities that are null', policy(strict({ trustedIdentities: null }))],
    ['everybody beside somebody', policy(strict({ trustedIdentities: ['*', 'x509.subject: C=US, ST=WA, O=ACME'] }))],
    ['an identity that is none', policy(strict({ trustedIdentities: ['x509.subject: O=ACME'] }))],
    ['an empty identity', policy(strict({ trustedIdentities: [''] }))],
    ['a store without a type', policy(strict({ trustStores: ['acme'] }))],
    ['a store that leads elsewhere', policy(strict({ trustStores: ['ca:../../elsewhere'] }))],
    ['a store that is a parent', policy(strict({ trustStores: ['ca:..'] }))],
    ['a store of timestamps alone', policy(strict({ trustStores: ['tsa:acme'] }))],
    ['skip for everything', policy(skipping('*'))],
    ['one scope in two statements', policy(strict(), loose(SCOPE))],
    [
      'one scope in two statements, once with the port of HTTPS',
      policy(strict(), loose('registry.example.org:443/shop/api')),
    ],
    ['one name for two statements', policy(strict(), { ...loose('registry.example.org/x'), name: 'strict' })],
    ['everything beside something', policy(strict({ registryScopes: ['*', SCOPE] }))],
    ['a wildcard in the middle', policy(strict({ registryScopes: ['registry.example.org/*/api'] }))],
    ['a wildcard for registries', policy(strict({ registryScopes: ['*.example.org/shop/api'] }))],
    ['a scope with a tag', policy(strict({ registryScopes: [`${SCOPE}:1.4`] }))],
    ['a scope in another case', policy(strict({ registryScopes: ['Registry.example.org/shop/api'] }))],
    ['a short name of Docker Hub', policy(strict({ registryScopes: ['docker.io/alpine'] }))],
    ['another name of Docker Hub', policy(strict({ registryScopes: ['index.docker.io/library/alpine'] }))],
    ['no version', JSON.stringify({ trustPolicies: [strict()] })],
    ['another version', policy(strict()).replace('1.0', '1.1')],
    ['no statement', policy()],
    ['something after the end', `${policy(strict())}{}`],
    ['a comment', `// strict\n${policy(strict())}`],
    ['a byte order mark', `\ufeff${policy(strict())}`],
    ['nothing', ''],
    ['a list', '[]'],
  ])('%s', async (_, text) => {
    const { status, text: said } = await scoped(text)
    expect([status, said]).toEqual([2, expect.stringContaining('TRUST_POLICY_INVALID')])
  })
})

describe('13. the stores', () => {
  const bad = async (): Promise<number> => (await scoped(policy(strict()))).status
  test('a store that is a symbolic link', async () => {
    await rm(at('ts/x509/ca/acme'), { recursive: true })
    await mkdir(at('elsewhere'))
    await writeFile(at('elsewhere/root.pem'), pem(release.root))
    await symlink(at('elsewhere'), at('ts/x509/ca/acme'))
    expect(await bad()).toBe(2)
  })
  test('a certificate that is a symbolic link', async () => {
    await rm(at('ts/x509/ca/acme/root.pem'))
    await writeFile(at('root.pem'), pem(release.root))
    await symlink(at('root.pem'), at('ts/x509/ca/acme/root.pem'))
    expect(await bad()).toBe(2)
  })
  test.each<[string, () => Promise<void>]>([
    ['a store that is not there', () => rm(at('ts/x509/ca/acme'), { recursive: true })],
    ['a store of nothing', () => rm(at('ts/x509/ca/acme/root.pem'))],
    [
      'a store in another case',
      async () => {
        await rm(at('ts/x509/ca/acme'), { recursive: true })
        await store('ca', 'ACME', release.root)
      },
    ],
    [
      'a store of another type',
      async () => {
        await rm(at('ts/x509/ca/acme'), { recursive: true })
        await store('signingAuthority', 'acme', release.root)
      },
    ],
    ['a leaf', () => store('ca', 'acme', release.leaf)],
    ['a folder within', async () => void (await mkdir(at('ts/x509/ca/acme/more')))],
    ['something that is no certificate', () => writeFile(at('ts/x509/ca/acme/x.pem'), 'x')],
    [
      'a private key',
      () => writeFile(at('ts/x509/ca/acme/x.pem'), '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'),
    ],
  ])('%s', async (_, change) => {
    await change()
    expect(await bad()).toBe(2)
  })
})

describe('13. which statement speaks', () => {
  test.each<[string, string, readonly Statement[], number]>([
    ['the whole name before a beginning', SCOPE, [strict(), loose('registry.example.org/*')], 0],
    [
      'the longer beginning before the shorter',
      SCOPE,
      [loose('registry.example.org/*'), strict({ registryScopes: ['registry.example.org/shop/*'] })],
      0,
    ],
    ['a beginning before everything', SCOPE, [loose('*'), strict({ registryScopes: ['registry.example.org/*'] })], 0],
    [
      'a stricter one is not passed by through a beginning that lets everything by',
      SCOPE,
      [skipping('registry.example.org/shop/*'), loose(SCOPE)],
      1,
    ],
    [
      'the port of HTTPS is no way around it',
      'registry.example.org:443/shop/api',
      [loose(SCOPE), strict({ registryScopes: ['*'] })],
      1,
    ],
    [
      'nor around a beginning',
      'registry.example.org:443/shop/api',
      [loose('registry.example.org/*'), strict({ registryScopes: ['*'] })],
      1,
    ],
    [
      'nor is a host in another case',
      'REGISTRY.example.org/shop/api',
      [loose(SCOPE), strict({ registryScopes: ['*'] })],
      1,
    ],
    [
      'another port is another registry',
      'registry.example.org:8443/shop/api',
      [loose(SCOPE), strict({ registryScopes: ['*'] })],
      0,
    ],
    [
      'a beginning ends at a part of the name',
      'registry.example.org/shop-evil/api',
      [strict({ registryScopes: ['registry.example.org/shop/*'] })],
      1,
    ],
    ['no statement', 'registry.example.org/shop/web', [strict()], 1],
    [
      'Docker Hub by its short name',
      'alpine',
      [loose('docker.io/library/alpine'), strict({ registryScopes: ['*'] })],
      1,
    ],
    [
      'Docker Hub by its other name',
      'index.docker.io/alpine',
      [loose('docker.io/library/alpine'), strict({ registryScopes: ['*'] })],
      1,
    ],
  ])('%s', async (_, scope, statements, status) => {
    expect((await scoped(policy(...statements), scope)).status).toBe(status)
  })
  test.each<[string, readonly Statement[]]>([
    ['everything', [strict({ registryScopes: ['*'] })]],
    ['skipping of something', [skipping('registry.example.org/x')]],
  ])('a layout without a name is under no statement: %s', async (_, statements) => {
    const { status, text } = await verify(policy(...statements), layout)
    expect([status, text.includes('--scope')]).toEqual([1, true])
  })
  test('a policy that lets through beside a key, an identity or another policy is a wrong call', async () => {
    await writeFile(at('audit.json'), policy(strict({ signatureVerification: { level: 'audit' } })))
    await writeFile(at('root.pem'), pem(release.root))
    for (const more of [
      ['--trust-policy', at('audit.json')],
      ['--trust-policy', at('audit.json'), '--x509-identity', 'C=US, ST=WA, O=x', '--root', at('root.pem')],
    ])
      expect((await verify(policy(strict()), '--scope', SCOPE, ...more, layout)).status).toBe(2)
    expect((await verify(policy(skipping(SCOPE)), '--scope', SCOPE, '-a', 'env=prod', layout)).status).toBe(2)
  })
})

describe('15. a registry', () => {
  let registry: TestRegistry
  const asked: string[] = []
  const authorised: string[] = []
  beforeEach(async () => {
    asked.length = 0
    authorised.length = 0
    registry = await startTestRegistry({
      before: (request, response) => {
        asked.push(request.url ?? '')
        if (request.headers.authorization !== undefined) authorised.push(request.url ?? '')
        else if (!(request.url ?? '').includes('/elsewhere/')) {
          response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end()
          return true
        }
        return undefined
      },
    })
  })
  afterEach(() => registry.close())
  const put = (name: string, raw: RawManifest): void => {
    registry.manifests.set(`shop/api ${name}`, { bytes: Buffer.from(raw.bytes), type: raw.descriptor.mediaType })
  }
  function serve(mediaType: string, urls?: readonly string[]): void {
    const image = manifestOf({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: { mediaType: mediaTypes.config, digest: `sha256:${'0'.repeat(64)}`, size: 2 },
      layers: [],
    })
    const envelope = Buffer.from(mediaType === COSE ? cose(image.descriptor) : jws(image.descriptor))
    const layer = {
      mediaType,
      digest: digestOf(envelope),
      size: envelope.length,
      ...(urls === undefined ? {} : { urls }),
    }
    const config = { mediaType: SIGNATURE_TYPE, digest: digestOf(Buffer.from('{}')), size: 2 }
    const signature = manifestOf({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config,
      layers: [layer],
      subject: image.descriptor,
    })
    const index = manifestOf({
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: [{ ...signature.descriptor, artifactType: notationMediaType }],
    })
    put('1.4', image)
    put(image.descriptor.digest, image)
    put(signature.descriptor.digest, signature)
    put(image.descriptor.digest.replace(':', '-'), index)
    if (urls === undefined) registry.blobs.set(`shop/api ${layer.digest}`, envelope)
  }
  const here = (): string => `${registry.host}/shop/api`
  async function ask(scopes: readonly string[], ...words: readonly string[]): Promise<Answer> {
    return verify(
      policy(strict({ registryScopes: scopes })),
      '--username',
      'u',
      '--password-stdin',
      ...words,
      `${here()}:1.4`,
    )
  }
  test.each([JWS, COSE])('a signature in it counts (%s)', async (mediaType) => {
    serve(mediaType)
    const { status, text } = await ask([here()])
    expect([status, text.includes('verified') || text]).toEqual([0, true])
    expect(authorised.length).toBeGreaterThan(0)
  })
  test('another host that a layer names is not asked, and hears no password', async () => {
    const requests: string[] = []
    const stranger = await startTestRegistry({
      before: (request) => void requests.push(request.headers.authorization ?? ''),
    })
    serve(JWS, [`http://${stranger.host}/elsewhere/blob`])
    expect((await ask([here()])).status).toBe(3)
    await stranger.close()
    expect(requests).toEqual([])
  })
  test('an image of a registry has a repository of its own, and --scope lends it no other', async () => {
    serve(JWS)
    expect(await ask([SCOPE], '--scope', SCOPE)).toEqual({ status: 2, text: expect.stringContaining('--scope') })
    expect(asked.filter((path) => path.includes('/referrers/'))).toEqual([])
  })
})
