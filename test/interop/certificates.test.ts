/**
 * Certificates of one's own authority in bundles and in Cosign's older formats, both directions: what cosign 3.1 signs with `--certificate` we verify
 * with `--certificate-identity` and `--ca-roots`; what we sign with `--cert-chain` it verifies. Of bundles cosign takes roots out of a trusted root only.
 */

import { beforeAll, expect, it } from 'vitest'
import { type Bytes, textOf, utf8 } from '../../src/base/index.ts'
import { writePem } from '../../src/crypto/index.ts'
import { describeWithPeers } from '../peers/peers.ts'
import { generalName, make, makeChain, type TestCertificate, usual } from '../support/certificates.ts'
import { makeKey } from '../support/keys.ts'
import { mustEndWell } from './keys.ts'
import { type Format, formats, imageOf, type Programs, programsIn } from './programs.ts'
import { type TestImage, useWorld } from './world.ts'

const NAME = 'release@example.org'
const names: Readonly<Record<string, Bytes>> = {
  [NAME]: generalName.email(NAME),
  'https://git.example.org/shop/api@refs/heads/main': generalName.uri(
    'https://git.example.org/shop/api@refs/heads/main',
  ),
  'build.example.org': generalName.dns('build.example.org'),
}
const pem = (...certificates: readonly TestCertificate[]): string =>
  certificates.map(({ der }) => textOf(writePem('CERTIFICATE', der))).join('')

describeWithPeers(['cosign', 'docker-registry', 'registry-honest'], 'certificates of an own authority', () => {
  const world = useWorld(['docker-registry', 'registry-honest'])
  const programs = programsIn(world)
  const { cosign, cosignMakes, cosignSays, zegel, zegelDoes } = programs
  const file = (name: string): string => world.file(name)
  const places = ['docker-registry', 'registry-honest'] as const

  beforeAll(async () => {
    const withName = (name: Bytes): readonly Bytes[] => [...usual.codeSigning(), make.subjectAltName([name])]
    const chain = makeChain({ leaf: { extensions: withName(generalName.email(NAME)) } })
    await writeChain('', chain)
    for (const [index, name] of Object.values(names).entries())
      await writeChain(`${index}-`, makeChain({ leaf: { extensions: withName(name) } }))
    await writeChain('nameless-', makeChain())
    await writeChain(
      'rsa-',
      makeChain({ leaf: { extensions: withName(generalName.email(NAME)), key: makeKey('rsa') } }),
    )
  })

  async function writeChain(prefix: string, { leaf, intermediate, root }: ReturnType<typeof makeChain>): Promise<void> {
    const key = leaf.key.keyObject.export({ format: 'der', type: 'pkcs8' })
    await world.write(`${prefix}leaf.pem`, writePem('PRIVATE KEY', key))
    await world.write(`${prefix}leaf.crt`, pem(leaf))
    await world.write(`${prefix}root.crt`, pem(root))
    await world.write(`${prefix}intermediate.crt`, pem(intermediate))
    await world.write(`${prefix}issuers.pem`, pem(intermediate, root))
    await world.write(`${prefix}chain.pem`, pem(root, leaf, intermediate))
    await mustEndWell(
      cosign(['import-key-pair', '--key', file(`${prefix}leaf.pem`), '--output-key-prefix', `${prefix}leaf`]),
    )
    await mustEndWell(
      cosign([
        'trusted-root',
        'create',
        '--fulcio',
        `url=https://ca.example.org,certificate-chain=${file(`${prefix}issuers.pem`)}`,
        '--out',
        file(`${prefix}trusted-root.json`),
      ]),
    )
  }

  const asked = (prefix = '', name = NAME): readonly string[] => [
    '--certificate-identity',
    name,
    '--ca-roots',
    file(`${prefix}root.crt`),
    '--ca-intermediates',
    file(`${prefix}intermediate.crt`),
  ]

  async function cosignVerdict(image: TestImage, prefix = '', name = NAME, command = ['verify']): Promise<number> {
    const identity = ['--certificate-identity', name, '--certificate-oidc-issuer-regexp', '.*']
    const trust = ['--insecure-ignore-sct', '--trusted-root', file(`${prefix}trusted-root.json`)]
    const [verb = 'verify', ...more] = command
    return cosignSays(verb, [...more, ...identity, ...trust, image.pinned])
  }

  const cosignSigns = (
    format: Format,
    command: string,
    prefix: string,
    args: readonly string[],
  ): ReturnType<Programs['cosignMakes']> =>
    cosignMakes(format, command, [
      '--key',
      file(`${prefix}leaf.key`),
      '--certificate',
      file(`${prefix}leaf.crt`),
      '--certificate-chain',
      file(`${prefix}issuers.pem`),
      ...args,
    ])
  const key = (prefix = ''): readonly string[] => [
    '--key',
    file(`${prefix}leaf.pem`),
    '--cert-chain',
    file(`${prefix}chain.pem`),
  ]

  it.each(formats.flatMap((format) => places.map((place) => [format, place] as const)))(
    '%s on %s: cosign signs, zegel verifies',
    async (format, place) => {
      const image = await world.image(place)
      await cosignSigns(format, 'sign', '', [image.pinned])
      const verified = imageOf(await zegelDoes(['verify', ...asked(), image.tagged]))
      expect(verified.candidates.map(({ verdict }) => verdict)).toEqual(['passed'])
      expect((await zegel(['verify', ...asked('', 'other@example.org'), image.tagged])).status).toBe(1)
      expect((await zegel(['verify', ...asked('0-'), image.tagged])).status).toBe(1)
    },
  )

  it.each(formats.flatMap((format) => places.map((place) => [format, place] as const)))(
    '%s on %s: zegel signs, cosign verifies',
    async (format, place) => {
      const image = await world.image(place)
      const sign = ['sign', '--format', format, ...key(), image.tagged]
      expect(imageOf(await zegelDoes(sign)).outcome).toBe('pushed')
      expect(imageOf(await zegelDoes(sign)).outcome).toBe('already-there')
      expect(await cosignVerdict(image)).toBe(0)
      expect(await cosignVerdict(image, '', 'other@example.org')).not.toBe(0)
      expect(await cosignVerdict(image, '0-')).not.toBe(0)
      const verified = imageOf(await zegelDoes(['verify', ...asked(), image.tagged]))
      expect(verified.candidates).toHaveLength(1)
    },
  )

  it.each(Object.keys(names).map((name, index) => [name, `${index}-`] as const))(
    'the name %s',
    async (name, prefix) => {
      const image = await world.image('registry-honest')
      await zegelDoes(['sign', ...key(prefix), image.tagged])
      // Of bundles cosign reads addresses and URIs only.
      expect(await cosignVerdict(image, prefix, name)).toBe(name === 'build.example.org' ? 1 : 0)
      await zegelDoes(['verify', ...asked(prefix, name), image.tagged])
    },
  )

  it('an RSA key, by both', async () => {
    const [ours, theirs] = [await world.image('registry-honest'), await world.image('registry-honest')]
    await zegelDoes(['sign', ...key('rsa-'), ours.tagged])
    expect(await cosignVerdict(ours, 'rsa-')).toBe(0)
    await cosignSigns('bundle', 'sign', 'rsa-', [theirs.pinned])
    await zegelDoes(['verify', ...asked('rsa-'), theirs.tagged])
  })

  it.each(formats)('attestations, %s', async (format) => {
    const predicate = await world.write('predicate.json', '{"bomFormat":"CycloneDX"}')
    const about = ['--type', 'cyclonedx']
    const what = [...about, '--predicate', predicate]
    const [ours, theirs] = [await world.image('registry-honest'), await world.image('registry-honest')]
    const attest = ['attest', '--format', format, ...what, ...key(), ours.tagged]
    expect(imageOf(await zegelDoes(attest)).outcome).toBe('pushed')
    expect(imageOf(await zegelDoes(attest)).outcome).toBe('already-there')
    expect(await cosignVerdict(ours, '', NAME, ['verify-attestation', ...about])).toBe(0)
    await cosignSigns(format, 'attest', '', [...what, theirs.pinned])
    for (const image of [ours, theirs]) {
      await zegelDoes(['verify-attestation', ...about, ...asked(), image.tagged])
      expect((await zegel(['verify-attestation', ...about, ...asked('0-'), image.tagged])).status).toBe(1)
      expect((await zegel(['verify', ...asked(), image.tagged])).status).toBe(1)
    }
  })

  it('files', async () => {
    const artifact = await world.write('artifact.txt', utf8('what was signed'))
    await zegelDoes(['sign-blob', ...key(), '--bundle', file('ours.json'), artifact])
    const identity = ['--certificate-identity', NAME, '--certificate-oidc-issuer-regexp', '.*', '--insecure-ignore-sct']
    const trust = ['--trusted-root', file('trusted-root.json')]
    expect(await cosignSays('verify-blob', [...identity, ...trust, '--bundle', file('ours.json'), artifact])).toBe(0)
    await zegelDoes(['verify-blob', ...asked(), '--bundle', file('ours.json'), artifact])
    expect(
      (await zegel(['verify-blob', ...asked('', 'x@example.org'), '--bundle', file('ours.json'), artifact])).status,
    ).toBe(1)
    const other = await world.write('other.txt', utf8('something else'))
    expect((await zegel(['verify-blob', ...asked(), '--bundle', file('ours.json'), other])).status).toBe(1)
  })

  it('without an alternative name the key is a bare one, and says so', async () => {
    const image = await world.image('registry-honest')
    const { status, stderr } = await zegel(['sign', ...key('nameless-'), image.tagged])
    expect(status).toBe(0)
    expect(stderr).not.toBe('')
    await zegelDoes(['verify', '--key', file('nameless-leaf.pub'), image.tagged])
    expect(await cosignSays('verify', ['--key', file('nameless-leaf.pub'), image.pinned])).toBe(0)
    // The certificate's public key is the same key.
    await zegelDoes(['verify', '--key', file('nameless-leaf.crt'), image.tagged])
  })

  it.each(formats)('a bare signature of the same key is another one: %s', async (format) => {
    const image = await world.image('registry-honest')
    const sign = ['sign', '--format', format, image.tagged]
    await zegelDoes([...sign, '--key', file('leaf.pem')])
    expect(imageOf(await zegelDoes([...sign, ...key()])).outcome).toBe('pushed')
    expect(imageOf(await zegelDoes([...sign, ...key()])).outcome).toBe('already-there')
    await zegelDoes(['verify', ...asked(), image.tagged])
    await zegelDoes(['verify', '--key', file('leaf.pub'), image.tagged])
  })
})
