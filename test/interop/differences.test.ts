/**
 * Where cosign 3.1 and zegel answer differently, side by side: each test holds both answers, and docs/interop.md has a row with its name.
 * A cosign that changes its answer makes a test fail: then the row goes, or becomes part of the matrix.
 */

import { createSign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it, type RunnerTask } from 'vitest'
import { isDigest, utf8 } from '../../src/base/index.ts'
import { type PrivateKey, readPrivateKey } from '../../src/crypto/index.ts'
import { fallbackTag } from '../../src/envelope/index.ts'
import { describeWithPeers, runPeer } from '../peers/peers.ts'
import { simplePayload, tagLegacySignature } from '../support/attach.ts'
import { keyPair, type PlainKeyFiles, plainKey } from './keys.ts'
import { imageOf, PASSWORD, programsIn } from './programs.ts'
import { type TestImage, useWorld } from './world.ts'

const predicates = new URL('../vectors/cosign/predicates/', import.meta.url).pathname
const cyclonedx = ['--type', 'cyclonedx', '--predicate', `${predicates}cdx.json`]
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json'

describeWithPeers(
  ['cosign', 'oras', 'docker-registry', 'registry-honest'],
  'where cosign 3.1 answers differently',
  () => {
    const world = useWorld(['docker-registry', 'registry-honest'])
    const programs = programsIn(world)
    const { cosign, cosignMakes, cosignSays, zegel, zegelDoes } = programs
    let own: PlainKeyFiles
    let ownKey: PrivateKey
    beforeAll(async () => {
      own = await keyPair(world, programs, 'p256', 'release')
      ownKey = await readPrivateKey(await readFile(own.key), 'release.key', async () => utf8(PASSWORD))
    })
    const newImage = (): Promise<TestImage> => world.image('docker-registry')
    const cosignVerifies = (...args: string[]): Promise<number> => cosignSays('verify', ['--key', own.pub, ...args])

    /** The status, and the codes of whatever did not pass. */
    async function zegelSays(...args: string[]): Promise<readonly unknown[]> {
      const { status, report } = await zegel(['verify', '--key', own.pub, ...args])
      const codes = imageOf(report).candidates.flatMap(({ findings }) => findings.map(({ code }) => code))
      return [status, ...new Set(codes.filter((code) => code !== 'OK'))]
    }

    const sign = (image: TestImage, ...more: string[]) =>
      cosignMakes('bundle', 'sign', ['--key', own.key, ...more, image.pinned])

    describe('what counts as a signature', () => {
      it('an attestation is no signature', async () => {
        const image = await newImage()
        await cosignMakes('bundle', 'attest', ['--key', own.key, ...cyclonedx, image.pinned])
        expect(await cosignVerifies(image.pinned)).toBe(0)
        expect(await zegelSays(image.tagged)).toEqual([1, 'NOT_A_SIGNATURE'])
      })

      it('a signature is no attestation', async () => {
        const image = await newImage()
        await sign(image)
        const asked = ['--key', own.pub, '--type', 'https://sigstore.dev/cosign/sign/v1', image.pinned]
        expect(await cosignSays('verify-attestation', asked)).toBe(0)
        const { status } = await zegel(['verify-attestation', '--key', own.pub, '--type', 'any', image.tagged])
        expect(status).toBe(1)
      })

      it('a foreign bundle hides no legacy signature', async () => {
        const other = await keyPair(world, programs, 'p256', 'scanner')
        const image = await newImage()
        await cosignMakes('cosign', 'sign', ['--key', own.key, image.pinned])
        expect(await cosignVerifies(image.pinned)).toBe(0)
        await cosignMakes('bundle', 'attest', ['--key', other.key, ...cyclonedx, image.pinned])
        expect(await cosignVerifies(image.pinned)).toBe(1)
        expect((await zegelSays(image.tagged))[0]).toBe(0)
      })

      it('several images in one call, each in its own format', async () => {
        const [legacy, bundle] = [await newImage(), await newImage()]
        await cosignMakes('cosign', 'sign', ['--key', own.key, legacy.pinned])
        await sign(bundle)
        expect(await cosignVerifies(legacy.pinned, bundle.pinned)).not.toBe(0)
        expect(await cosignVerifies(bundle.pinned, legacy.pinned)).not.toBe(0)
        await zegelDoes(['verify', '--key', own.pub, legacy.pinned, bundle.pinned])
        await zegelDoes(['verify', '--key', own.pub, bundle.pinned, legacy.pinned])
      })

      it('P-384 with SHA-256 is refused', async () => {
        const key = plainKey('p384')
        const image = await newImage()
        const payload = simplePayload(image)
        const signature = createSign('sha256').update(payload).sign(key).toString('base64')
        await tagLegacySignature(image.store, image.descriptor, { key: ownKey, payload, signature })
        const pem = await world.write('p384.pem', key.export({ format: 'pem', type: 'pkcs8' }))
        await zegelDoes(['key', 'public', '--key', pem, '--out', world.file('p384.pub')])
        expect(await cosignSays('verify', ['--key', world.file('p384.pub'), image.pinned])).toBe(0)
        const { status } = await zegel(['verify', '--key', world.file('p384.pub'), image.tagged])
        expect(status).toBe(1)
      })
    })

    describe('what a legacy payload may say', () => {
      const other = `sha256:${'0'.repeat(64)}`
      const cases: readonly (readonly [string, (payload: string) => string])[] = [
        [
          'a member in other letter case is another member',
          (it) => it.replace('docker-manifest-d', 'Docker-Manifest-D'),
        ],
        ['critical.type is checked', (it) => it.replace('cosign container image signature', 'anything at all')],
        ['critical.type must be there', (it) => it.replace(',"type":"cosign container image signature"', '')],
        [
          'no member twice',
          (it) =>
            it.replace('"docker-manifest-digest"', `"docker-manifest-digest":"${other}","docker-manifest-digest"`),
        ],
        ['no unknown member', (it) => it.replace('"optional":null', '"optional":null,"more":1')],
      ]
      it.each(cases)('%s', async (_, change) => {
        const image = await newImage()
        const payload = change(simplePayload(image))
        await tagLegacySignature(image.store, image.descriptor, { key: ownKey, payload })
        expect(await cosignVerifies(image.pinned)).toBe(0)
        expect(await zegelSays(image.tagged)).toEqual([1, 'ENVELOPE_MALFORMED'])
      })
    })

    describe('names', () => {
      it('a name given to cosign with a bundle is not signed', async () => {
        const image = await newImage()
        await sign(image, '--sign-container-identity', 'registry.example.org/shop/api')
        const { stdout } = await cosign(['verify', '--insecure-ignore-tlog', '--key', own.pub, image.pinned])
        // What was typed comes back as if it had been signed.
        expect(stdout).toContain(`"docker-reference":"${image.pinned}"`)
        const asked = ['--sign-container-identity', 'registry.example.org/shop/api', image.tagged]
        expect(await zegelSays(...asked)).toEqual([1, 'NAME_MISMATCH'])
        await zegelDoes(['sign', '--key', own.plain, ...asked])
        expect((await zegelSays(...asked))[0]).toBe(0)
        expect(await cosignVerifies(image.pinned)).toBe(0)
      })
    })

    describe('what is written', () => {
      it('fallback tags name the artifact type and the annotations', async () => {
        const listed = async (image: TestImage): Promise<unknown[]> => {
          const raw = await image.store.manifest(fallbackTag(image.descriptor.digest))
          const { manifests } = JSON.parse(Buffer.from(raw?.bytes ?? []).toString()) as {
            manifests: { artifactType: string; annotations?: object }[]
          }
          return manifests.map(({ artifactType, annotations }) => [artifactType, annotations !== undefined])
        }
        const shown = async (image: TestImage): Promise<number | undefined> => {
          const args = ['discover', '--plain-http', '--format', 'json', '--artifact-type', BUNDLE, image.pinned]
          const { stdout } = await runPeer('oras', args)
          return (JSON.parse(stdout) as { referrers?: unknown[] }).referrers?.length
        }
        const [theirs, ours] = [await newImage(), await newImage()]
        await sign(theirs)
        await zegelDoes(['sign', '--key', own.plain, ours.tagged])
        expect(await listed(theirs)).toEqual([['application/vnd.oci.empty.v1+json', false]])
        expect(await listed(ours)).toEqual([[BUNDLE, true]])
        expect([await shown(theirs), await shown(ours)]).toEqual([0, 1])
        expect((await zegelSays(theirs.tagged))[0]).toBe(0)
        // A copy repairs what cosign wrote.
        const copy = world.at('docker-registry', 'mirror/repaired', theirs.descriptor)
        await zegelDoes(['copy', theirs.tagged, copy.tagged])
        expect([await listed(copy), await shown(copy)]).toEqual([[[BUNDLE, true]], 1])
        expect(await cosignVerifies(copy.pinned)).toBe(0)
      })

      it('signing again adds nothing', async () => {
        const [theirs, ours] = [await world.image('registry-honest'), await world.image('registry-honest')]
        for (let time = 0; time < 3; time++) {
          await sign(theirs)
          await zegelDoes(['sign', '--key', own.plain, ours.tagged])
        }
        const count = async ({ store, descriptor }: TestImage): Promise<number | undefined> =>
          (await store.referrers(descriptor.digest))?.manifests.length
        expect([await count(theirs), await count(ours)]).toEqual([3, 1])
      })

      it('attest --replace replaces', async () => {
        const [theirs, ours] = [await world.image('registry-honest'), await world.image('registry-honest')]
        for (const file of ['cdx.json', 'uri.json']) {
          const what = ['--key', own.key, '--type', 'cyclonedx', '--predicate', predicates + file, '--replace']
          await cosignMakes('bundle', 'attest', [...what, theirs.pinned])
          await zegelDoes(['attest', ...what, ours.tagged])
        }
        const count = async ({ store, descriptor }: TestImage): Promise<number | undefined> =>
          (await store.referrers(descriptor.digest))?.manifests.length
        expect([await count(theirs), await count(ours)]).toEqual([2, 1])
      })

      it('predicates are kept as they were given', async () => {
        const given =
          '{"builder":{"id":"b"},"buildType":"t","buildConfig":{"count":12345678901234567},"unknown":[1,{}]}'
        const predicate = await world.write('provenance.json', given)
        const out = world.file('provenance-out.json')
        const kept: string[] = []
        for (const by of ['cosign', 'zegel'] as const) {
          const image = await newImage()
          const what = ['--key', own.key, '--type', 'slsaprovenance02', '--predicate', predicate]
          if (by === 'cosign') await cosignMakes('bundle', 'attest', [...what, image.pinned])
          else await zegelDoes(['attest', ...what, image.tagged])
          const asked = ['--key', own.pub, '--type', 'slsaprovenance02', '--predicate-out', out, image.tagged]
          await zegelDoes(['verify-attestation', ...asked])
          kept.push(await readFile(out, 'utf8'))
        }
        expect(kept[0]).not.toContain('unknown')
        expect(kept[0]).not.toContain('12345678901234567')
        expect(kept[1]).toBe(given)
      })

      it('a predicate of text can be verified', async () => {
        const image = await newImage()
        await cosignMakes('bundle', 'attest', [
          ...['--key', own.key, '--type', 'spdx', '--predicate', `${predicates}spdx.txt`, image.pinned],
        ])
        const asked = ['--key', own.pub, '--type', 'spdx', image.pinned]
        expect(await cosignSays('verify-attestation', asked)).toBe(1)
        await zegelDoes(['verify-attestation', ...asked])
      })
    })

    describe('what is said', () => {
      it('nothing is said of a log that was not asked for', async () => {
        const image = await newImage()
        await sign(image)
        const { stderr } = await cosign(['verify', '--insecure-ignore-tlog', '--key', own.pub, image.pinned])
        expect(stderr).toContain('Existence of the claims in the transparency log was verified offline')
        const report = await zegelDoes(['verify', '--key', own.pub, image.tagged])
        expect(imageOf(report).candidates.flatMap(({ findings }) => findings.map(({ check }) => check))).not.toContain(
          'log',
        )
      })

      it('a key needs no network beside the registry', async () => {
        const [legacy, bundle] = [await newImage(), await newImage()]
        await cosignMakes('cosign', 'sign', ['--key', own.key, legacy.pinned])
        await sign(bundle)
        for (const image of [legacy, bundle]) {
          expect((await cosign(['verify', '--key', own.pub, image.pinned])).status).not.toBe(0)
          expect((await zegelSays(image.tagged))[0]).toBe(0)
        }
      })

      it('unsigned, refused and not seen are three statuses', async () => {
        const other = await keyPair(world, programs, 'p256', 'stranger')
        const asked = async (image: TestImage): Promise<readonly unknown[]> => {
          const { status, report } = await zegel(['verify', '--key', own.pub, image.pinned])
          return [await cosignVerifies(image.pinned), status, imageOf(report).reason.code]
        }
        const [unsigned, bundle, legacy] = [await newImage(), await newImage(), await newImage()]
        await cosignMakes('bundle', 'sign', ['--key', other.key, bundle.pinned])
        await cosignMakes('cosign', 'sign', ['--key', other.key, legacy.pinned])
        expect(await asked(unsigned)).toEqual([10, 1, 'NO_SIGNATURE'])
        expect(await asked(bundle)).toEqual([1, 1, 'NONE_PASSED'])
        expect(await asked(legacy)).toEqual([12, 1, 'NONE_PASSED'])
        // An image that nobody has is "no signatures found" to cosign.
        expect(await asked(world.at('docker-registry', 'shop/nothing', unsigned.descriptor))).toEqual([
          10,
          3,
          'IMAGE_MISSING',
        ])
        const gone = { ...unsigned, pinned: `127.0.0.1:1/shop/api@${unsigned.digest}` }
        expect((await asked(gone)).slice(1)).toEqual([3, 'EVIDENCE_UNREADABLE'])
      })
    })

    describe('moving images', () => {
      it('bundles come along out of a layout that cosign saved', async () => {
        const image = await newImage()
        await sign(image)
        const layout = world.file('saved')
        expect((await cosign(['save', '--dir', layout, image.tagged])).status).toBe(0)
        const [theirs, ours] = ['by-cosign', 'by-zegel'].map((name) =>
          world.at('docker-registry', `loaded/${name}`, image.descriptor),
        )
        if (theirs === undefined || ours === undefined) throw new Error('two places')
        // It pushes the manifest before its blobs, which a registry that checks refuses.
        const { status, stderr } = await cosign(['load', '--dir', layout, theirs.tagged])
        expect([status, stderr.includes('MANIFEST_BLOB_UNKNOWN')]).toEqual([1, true])
        await zegelDoes(['copy', `oci:${layout}`, ours.tagged])
        expect(await cosignVerifies(ours.pinned)).toBe(0)
      })

      it('a saved index brings the signatures of its images', async () => {
        const index = await world.index('docker-registry')
        await cosignMakes('cosign', 'sign', ['--key', own.key, '--recursive', index.pinned])
        const [theirs, ours] = [world.file('index-by-cosign'), world.file('index-by-zegel')]
        expect((await cosign(['save', '--dir', theirs, index.tagged])).status).toBe(0)
        await zegelDoes(['copy', index.tagged, `oci:${ours}:1.4`])
        const each = ['verify', '--recursive', '--each', '--key', own.pub]
        expect((await zegel([...each, `oci:${theirs}`])).status).toBe(1)
        expect((await zegel([...each, `oci:${ours}:1.4`])).status).toBe(0)
      })

      it('a layout of an index with bundles can be verified', async () => {
        const index = await world.index('docker-registry')
        await sign(index)
        const layout = world.file('index-with-bundles')
        expect((await cosign(['save', '--dir', layout, index.tagged])).status).toBe(0)
        expect(await cosignVerifies('--local-image', layout)).toBe(1)
        expect((await zegelSays(`oci:${layout}`))[0]).toBe(0)
      })

      it('copy leaves no image under the fallback tag', async () => {
        const image = await newImage()
        await sign(image)
        const [theirs, ours] = ['by-cosign', 'by-zegel'].map((name) =>
          world.at('docker-registry', `copied/${name}`, image.descriptor),
        )
        if (theirs === undefined || ours === undefined) throw new Error('two places')
        expect((await cosign(['copy', image.tagged, theirs.tagged])).status).toBe(0)
        const under = async ({ store, digest }: TestImage): Promise<string | undefined> =>
          isDigest(digest) ? (await store.resolve(fallbackTag(digest)))?.digest : undefined
        expect(await under(theirs)).toBe(image.digest)
        expect(await cosignVerifies(theirs.pinned)).toBe(10)
        await zegelDoes(['copy', image.tagged, ours.tagged])
        expect(await under(ours)).not.toBe(image.digest)
        expect(await cosignVerifies(ours.pinned)).toBe(0)
      })
    })

    describe('Ed25519', () => {
      it('cosign can not verify the envelope that it signed with Ed25519', async () => {
        const { key, pub } = await keyPair(world, programs, 'ed25519', 'ed25519')
        const image = await newImage()
        const root = await world.write(
          'root.json',
          '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}',
        )
        await expect(
          // Given a trusted root it checks its own signature, and refuses it.
          cosignMakes('bundle', 'sign', ['--key', key, '--trusted-root', root, image.pinned]),
        ).rejects.toThrow('failed to verify signature')
        await cosignMakes('bundle', 'sign', ['--key', key, image.pinned])
        expect(await cosignSays('verify', ['--key', pub, image.pinned])).toBe(1)
        expect((await zegel(['verify', '--key', pub, image.tagged])).status).toBe(0)
      })
    })

    it('docs/interop.md has a row for every one of these tests, and for no other', async ({ task }) => {
      const docs = await readFile(new URL('../../docs/interop.md', import.meta.url), 'utf8')
      const [cosignPart = ''] = docs.split('\n## Notation')
      const named = [...cosignPart.matchAll(/\| `([^`]+)` \|$/gm)].map(([, name]) => name)
      const titles = task.file.tasks.flatMap(testsIn).filter((title) => title !== task.name)
      expect(named.toSorted()).toEqual(titles.toSorted())
    })
  },
)

function testsIn(task: RunnerTask): readonly string[] {
  return task.type === 'suite' ? task.tasks.flatMap(testsIn) : [task.name]
}
