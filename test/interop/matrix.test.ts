/**
 * Formats × key types × registries, both directions: whatever cosign 3.1 writes with a key, we verify; whatever we write, it verifies.
 *
 * Cosign signs with keys that zegel made and zegel with keys that cosign made, so that the key files cross too. Where cosign 3.1 can't
 * verify such a key by itself, the test holds what it says instead: a cosign that has learnt it makes the test fail, and is noticed.
 */

import { beforeAll, describe, expect, it } from 'vitest'
import { describeWithPeers } from '../peers/peers.ts'
import { cosignVerifies, type KeyFiles, type KeyName, keyByCosign, keyByZegel, keyTypes } from './keys.ts'
import { type Format, formats, imageOf, programsIn } from './programs.ts'
import { peerPlaces, places, useWorld } from './world.ts'

/** cosign's exit status for "no signature matches": of a bundle 1, of a legacy signature 12. */
const NO_MATCH: Readonly<Record<Format, number>> = { bundle: 1, cosign: 12 }

describeWithPeers(['cosign', ...peerPlaces], 'cosign and zegel verify each other', () => {
  const world = useWorld(places)
  const programs = programsIn(world)
  const { cosignMakes, cosignSays, zegelDoes, zegel } = programs
  const madeByZegel = new Map<KeyName, KeyFiles>()
  const madeByCosign = new Map<KeyName, KeyFiles>()
  const keyOf = (made: Map<KeyName, KeyFiles>, type: KeyName): KeyFiles => made.get(type) ?? { key: '', pub: '' }

  beforeAll(async () => {
    for (const type of keyTypes) {
      madeByZegel.set(type, await keyByZegel(world, programs, type, `ours-${type}`))
      madeByCosign.set(type, await keyByCosign(world, programs, type, `theirs-${type}`))
    }
  })

  /** With the digest algorithm of the key where it must be told; where nothing helps, the refusal is held. */
  async function expectCosignVerifies(type: KeyName, format: Format, pub: string, image: string): Promise<void> {
    const how = cosignVerifies[type]
    const plain = await cosignSays('verify', ['--key', pub, image])
    expect(plain, `cosign verify of a ${type} key by itself`).toBe(how === 'by itself' ? 0 : NO_MATCH[format])
    if (how === 'by itself') return
    const told = ['--signature-digest-algorithm', how === 'never' ? 'sha512' : how]
    const status = await cosignSays('verify', [...told, '--key', pub, image])
    expect(status, `cosign verify of a ${type} key, told the digest`).toBe(how === 'never' ? NO_MATCH[format] : 0)
  }

  describe.each(places)('on %s', (place) => {
    describe.each(formats)('format %s', (format) => {
      it.each(keyTypes)('%s: cosign signs, zegel verifies', async (type) => {
        const { key, pub } = keyOf(madeByZegel, type)
        const image = await world.image(place)
        await cosignMakes(format, 'sign', ['--key', key, image.pinned])
        const verified = imageOf(await zegelDoes(['verify', '--key', pub, image.tagged]))
        expect(verified).toMatchObject({ verdict: 'verified', digest: image.digest, problems: [] })
        expect(verified.candidates).toHaveLength(1)
        if (place === 'docker-registry') await expectCosignVerifies(type, format, pub, image.pinned)
        const other = await zegel(['verify', '--key', keyOf(madeByCosign, type).pub, image.tagged])
        expect([other.status, imageOf(other.report).verdict]).toEqual([1, 'refused'])
      })

      it.each(keyTypes)('%s: zegel signs, cosign verifies', async (type) => {
        const { key, pub } = keyOf(madeByCosign, type)
        const image = await world.image(place)
        await zegelDoes(['sign', '--format', format, '--key', key, image.tagged])
        await expectCosignVerifies(type, format, pub, image.pinned)
        expect(await cosignSays('verify', ['--key', keyOf(madeByZegel, type).pub, image.pinned])).toBe(NO_MATCH[format])
        expect(imageOf(await zegelDoes(['verify', '--key', pub, image.tagged])).candidates).toHaveLength(1)
      })
    })
  })
})
