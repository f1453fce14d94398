/** Formats × key types × registries, both directions: whatever notation 1.3 signs, we verify; whatever we sign, it verifies. */

import { beforeAll, describe, expect, it } from 'vitest'
import { describeWithPeers } from '../peers/peers.ts'
import { encodings, notationKeys, notationPlaces, type Trust, useNotation } from './notation-world.ts'
import { programsIn } from './programs.ts'
import { useWorld } from './world.ts'

describeWithPeers(['notation', 'docker-registry', 'registry-honest'], 'notation and zegel verify each other', () => {
  const world = useWorld(notationPlaces)
  const signing = useNotation(world, programsIn(world), notationPlaces)
  let trust: Trust
  let other: Trust
  beforeAll(async () => {
    trust = await signing.trust('matrix')
    other = await signing.trust('other', { trustedIdentities: ['x509.subject: C=NL, ST=Utrecht, O=Others'] })
  })

  describe.each(notationPlaces)('on %s', (place) => {
    describe.each(encodings)('as %s', (encoding) => {
      it.each(notationKeys)('%s: notation signs, zegel verifies', async (key) => {
        const image = await world.image(place)
        await signing.notationSigns(encoding, key, image.pinned)
        const verified = await trust.zegelVerifies(image.tagged)
        expect(verified).toMatchObject({ verdict: 'verified', digest: image.digest, problems: [] })
        expect(verified.candidates).toMatchObject([{ kind: 'notation', verdict: 'passed' }])
        expect(await other.zegelSays(image.tagged)).toEqual([1, 'IDENTITY_NOT_TRUSTED'])
      })

      it.each(notationKeys)('%s: zegel signs, notation verifies', async (key) => {
        const image = await world.image(place)
        await signing.zegelSigns(encoding, key, image.tagged)
        expect(await trust.notationVerifies(image.pinned)).toBe(true)
        expect(await other.notationVerifies(image.pinned)).toBe(false)
        expect((await trust.zegelVerifies(image.tagged)).candidates).toHaveLength(1)
      })
    })
  })
})
