/** Made in one place, attached in another: `--no-upload` and `attach`, `download`, across cosign and zegel. */

import { readFile } from 'node:fs/promises'
import { beforeAll, expect, it } from 'vitest'
import { describeWithPeers } from '../peers/peers.ts'
import { keyPair, type PlainKeyFiles } from './keys.ts'
import { formats, programsIn } from './programs.ts'
import { useWorld } from './world.ts'

const predicate = new URL('../vectors/cosign/predicates/cdx.json', import.meta.url).pathname
const what = ['--type', 'cyclonedx', '--predicate', predicate]

describeWithPeers(['cosign', 'docker-registry'], 'attached with the other program', () => {
  const world = useWorld(['docker-registry'])
  const programs = programsIn(world)
  const { cosign, cosignMakes, cosignSays, zegel, zegelDoes } = programs
  let own: PlainKeyFiles
  beforeAll(async () => {
    own = await keyPair(world, programs, 'p256', 'release')
  })
  let count = 0
  const newFile = (): string => world.file(`made-${++count}`)

  async function bothVerify(image: { readonly pinned: string }): Promise<void> {
    expect(await cosignSays('verify', ['--key', own.pub, image.pinned])).toBe(0)
    expect((await zegel(['verify', '--key', own.pub, image.pinned])).status).toBe(0)
  }

  async function bothVerifyAttestation(image: { readonly pinned: string }): Promise<void> {
    const asked = ['--key', own.pub, '--type', 'cyclonedx', image.pinned]
    expect(await cosignSays('verify-attestation', asked)).toBe(0)
    expect((await zegel(['verify-attestation', ...asked])).status).toBe(0)
  }

  async function cosignAttaches(...args: string[]): Promise<void> {
    const { status, stderr } = await cosign(['attach', ...args])
    expect(status, stderr).toBe(0)
  }

  it('a bundle signed by zegel, with cosign attach attestation', async () => {
    const image = await world.image('docker-registry')
    const bundle = newFile()
    await zegelDoes(['sign', '--key', own.plain, '--no-upload', '--bundle', bundle, image.tagged])
    expect((await zegel(['verify', '--key', own.pub, image.tagged])).status).toBe(1)
    await cosignAttaches('attestation', '--attestation', bundle, image.pinned)
    await bothVerify(image)
  })

  it('a signature by zegel over the payload of cosign generate, with cosign attach signature', async () => {
    const image = await world.image('docker-registry')
    const signature = newFile()
    const made = ['--format', 'cosign', '--key', own.plain, '--no-upload', '--bundle', signature]
    await zegelDoes(['sign', ...made, image.tagged])
    const { stdout } = await cosign(['generate', image.pinned])
    const payload = await world.write('payload', stdout)
    await cosignAttaches('signature', '--payload', payload, '--signature', signature, image.pinned)
    await bothVerify(image)
  })

  it.each(formats)('an attestation by zegel (%s), with cosign attach attestation', async (format) => {
    const image = await world.image('docker-registry')
    const file = newFile()
    const made = ['--format', format, '--key', own.plain, ...what, '--no-upload', '--bundle', file]
    await zegelDoes(['attest', ...made, image.tagged])
    await cosignAttaches('attestation', '--attestation', file, image.pinned)
    await bothVerifyAttestation(image)
  })

  it('a bundle signed by cosign, with zegel attach signature', async () => {
    const image = await world.image('docker-registry')
    const bundle = newFile()
    await cosignMakes('bundle', 'sign', ['--key', own.key, '--upload=false', '--bundle', bundle, image.pinned])
    await zegelDoes(['attach', 'signature', '--bundle', bundle, image.tagged])
    await bothVerify(image)
  })

  it('a payload and signature by cosign, with zegel attach signature', async () => {
    const image = await world.image('docker-registry')
    const [payload, signature] = [newFile(), newFile()]
    const out = ['--upload=false', '--output-payload', payload, '--output-signature', signature]
    await cosignMakes('cosign', 'sign', ['--key', own.key, ...out, image.pinned])
    await zegelDoes(['attach', 'signature', '--payload', payload, '--signature', signature, image.tagged])
    await bothVerify(image)
  })

  it('an attestation bundle by cosign, with zegel attach attestation', async () => {
    const image = await world.image('docker-registry')
    const bundle = newFile()
    await cosignMakes('bundle', 'attest', ['--key', own.key, ...what, '--no-upload', '--bundle', bundle, image.pinned])
    await zegelDoes(['attach', 'attestation', '--attestation', bundle, image.tagged])
    await bothVerifyAttestation(image)
  })

  it('an attestation envelope by cosign, downloaded with cosign, with zegel attach attestation', async () => {
    const image = await world.image('docker-registry')
    await cosignMakes('cosign', 'attest', ['--key', own.key, ...what, image.pinned])
    const { stdout } = await cosign(['download', 'attestation', image.pinned])
    const envelope = await world.write('envelope', stdout)
    await zegelDoes(['clean', '--type', 'attestation', image.tagged])
    expect((await zegel(['verify-attestation', '--key', own.pub, '--type', 'cyclonedx', image.tagged])).status).toBe(1)
    await zegelDoes(['attach', 'attestation', '--attestation', envelope, image.tagged])
    await bothVerifyAttestation(image)
  })

  it.each(['text/spdx+json', 'application/vnd.cyclonedx+json'])('an SBOM of type %s, both ways', async (mediaType) => {
    const name = mediaType.includes('spdx') ? 'spdx.json' : 'cdx.json'
    const file = new URL(`../vectors/cosign/predicates/${name}`, import.meta.url).pathname
    const type = mediaType.includes('spdx') ? 'spdx' : 'cyclonedx'
    const byCosign = await world.image('docker-registry')
    await cosignAttaches('sbom', '--sbom', file, '--type', type, '--input-format', 'json', byCosign.pinned)
    const out = await zegel(['download', 'sbom', byCosign.tagged])
    expect(out.status).toBe(0)
    expect(JSON.stringify(out.report)).toContain(mediaType)
    const byZegel = await world.image('docker-registry')
    await zegelDoes(['attach', 'sbom', '--format', 'cosign', '--sbom', file, byZegel.tagged])
    const { stdout, stderr } = await cosign(['download', 'sbom', byZegel.pinned])
    expect(stdout).toBe(await readFile(file, 'utf8'))
    expect(stderr).toContain(mediaType)
  })

  it.each(formats)('cosign download reads what zegel wrote (%s)', async (format) => {
    const image = await world.image('docker-registry')
    await zegelDoes(['sign', '--format', format, '--key', own.plain, image.tagged])
    await zegelDoes(['attest', '--format', format, '--key', own.plain, ...what, image.tagged])
    const signature = await cosign(['download', 'signature', image.pinned])
    const attestation = await cosign([
      'download',
      'attestation',
      '--predicate-type',
      'https://cyclonedx.org/bom',
      image.pinned,
    ])
    expect([signature.status, attestation.status]).toEqual([0, 0])
    expect(
      attestation.stdout
        .trim()
        .split('\n')
        .map((line) => Object.keys(JSON.parse(line))),
    ).toHaveLength(1)
    const ours = await zegel(['download', 'attestation', '--predicate-type', 'cyclonedx', image.tagged])
    expect(ours.status).toBe(0)
  })

  it.each(formats)('cosign clean and zegel clean remove what the other wrote (%s)', async (format) => {
    const byZegel = await world.image('docker-registry')
    await zegelDoes(['sign', '--format', format, '--key', own.plain, byZegel.tagged])
    expect((await cosign(['clean', '-f', '--type', 'all', byZegel.pinned])).status).toBe(0)
    expect((await zegel(['verify', '--key', own.pub, byZegel.tagged])).status).toBe(1)
    const byCosign = await world.image('docker-registry')
    await cosignMakes(format, 'sign', ['--key', own.key, byCosign.pinned])
    await zegelDoes(['clean', '--type', 'all', byCosign.tagged])
    expect(await cosignSays('verify', ['--key', own.pub, byCosign.pinned])).toBe(10)
  })
})
