/** The scheme of signing authorities, which notation verifies and does not write, and the newer shape of manifests: both programs give one answer. */

import { beforeAll, expect, it } from 'vitest'
import { attachReferrer, notationReferrer } from '../../src/attachments/index.ts'
import { rfc3339 } from '../../src/base/index.ts'
import { noWait } from '../attachments/helpers.ts'
import { describeWithPeers } from '../peers/peers.ts'
import { forge, hang } from './notation-forge.ts'
import { encodings, type Trust, useNotation } from './notation-world.ts'
import { programsIn } from './programs.ts'
import { useWorld } from './world.ts'

const NOTARY = 'io.cncf.notary'
const MINUTE = 60_000
const DAY = 86_400_000

describeWithPeers(['notation', 'docker-registry', 'registry-honest'], 'schemes and shapes', () => {
  const places = ['docker-registry', 'registry-honest'] as const
  const world = useWorld(places)
  const signing = useNotation(world, programsIn(world), places)
  let byAuthority: Trust
  let byOwner: Trust
  beforeAll(async () => {
    byAuthority = await signing.trust('authority', { trustStores: ['signingAuthority:testing'] })
    byOwner = await signing.trust('owner')
  })

  /** As a signing authority writes it: its time is trusted, and critical. */
  function authorityHeader(text: string, time: number): string {
    const { [`${NOTARY}.signingTime`]: _, ...header } = JSON.parse(text) as Record<string, unknown>
    return JSON.stringify({
      ...header,
      crit: [`${NOTARY}.signingScheme`, `${NOTARY}.authenticSigningTime`],
      [`${NOTARY}.signingScheme`]: 'notary.x509.signingAuthority',
      [`${NOTARY}.authenticSigningTime`]: rfc3339(Math.floor(time / 1000) * 1000),
    })
  }

  it.each([
    ['now', 0, true, [0]],
    ['before the certificate was valid', 5 * DAY, false, [1, 'CERTIFICATE_EXPIRED']],
  ] as const)('a signing authority says it was made %s', async (_, before, accepted, said) => {
    const image = await world.image('registry-honest')
    const header = (text: string): string => authorityHeader(text, Date.now() - before)
    await hang(image, 'jws', forge('jws', { signer: signing.member(), image, header }))
    expect(await byAuthority.notationVerifies(image.pinned)).toBe(accepted)
    expect(await byAuthority.zegelSays(image.pinned)).toEqual(said)
  })

  it('what a signing authority says outlives the certificate', async () => {
    const image = await world.image('registry-honest')
    // The root has been there for five minutes.
    const signer = signing.member({ notBefore: Date.now() - 4 * MINUTE, notAfter: Date.now() - MINUTE })
    const header = (text: string): string => authorityHeader(text, Date.now() - 2 * MINUTE)
    await hang(image, 'jws', forge('jws', { signer, image, header }))
    expect(await byAuthority.notationVerifies(image.pinned)).toBe(true)
    expect(await byAuthority.zegelSays(image.pinned)).toEqual([0])
  })

  it('no kind of store stands in for another', async () => {
    const image = await world.image('registry-honest')
    const header = (text: string): string => authorityHeader(text, Date.now())
    await hang(image, 'jws', forge('jws', { signer: signing.member(), image, header }))
    expect(await byOwner.notationVerifies(image.pinned)).toBe(false)
    expect(await byOwner.zegelSays(image.pinned)).toEqual([1, 'NOT_IN_TRUST_STORE'])
    const own = await world.image('registry-honest')
    await signing.notationSigns('jws', 'p256', own.pinned)
    expect(await byAuthority.notationVerifies(own.pinned)).toBe(false)
    expect(await byAuthority.zegelSays(own.pinned)).toEqual([1, 'NOT_IN_TRUST_STORE'])
  })

  it.each(encodings)('a manifest with an artifact type, as notation 2 writes it (%s)', async (encoding) => {
    for (const place of places) {
      const image = await world.image(place)
      const signer = signing.member()
      const envelope = forge(encoding, { signer, image })
      const referrer = notationReferrer({
        envelope,
        encoding,
        chain: signer.chain,
        created: Date.now(),
        shape: 'modern',
      })
      await attachReferrer(image.store, image.descriptor, referrer, noWait)
      expect([await byOwner.notationVerifies(image.pinned), await byOwner.zegelSays(image.pinned)]).toEqual([true, [0]])
    }
  })
})
