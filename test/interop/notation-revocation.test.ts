/** Revocation asked of one authority by notation and by zegel: lists and OCSP, good, revoked, and nobody there. */

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuthorityServer, type Member, type Revocation, serveAuthority } from '../../src/authority/index.ts'
import { silentLog } from '../../src/base/index.ts'
import type { Certificate } from '../../src/pki/index.ts'
import { describeWithPeers } from '../peers/peers.ts'
import { type Trust, useNotation } from './notation-world.ts'
import { imageOf, programsIn } from './programs.ts'
import { useWorld } from './world.ts'

const HOST = ['--revocation-host', '127.0.0.1']
const ways = ['crl', 'ocsp'] as const

describeWithPeers(['notation', 'docker-registry'], 'revocation asked by notation and zegel', () => {
  const world = useWorld(['docker-registry'])
  const programs = programsIn(world)
  const signing = useNotation(world, programs, ['docker-registry'])
  const issued: Certificate[] = []
  const revoked: Revocation[] = []
  let server: AuthorityServer
  let trust: Trust
  beforeAll(async () => {
    server = await serveAuthority({
      issuers: signing.authority,
      issued,
      revoked: async () => revoked,
      freshMs: 86_400_000,
      clock: Date.now,
      random: (length) => randomBytes(length),
      address: '127.0.0.1',
      port: 0,
      allowRemote: false,
      log: silentLog,
    })
    trust = await signing.trust('revocation')
  })
  afterAll(() => server.close())

  function memberOf(way: (typeof ways)[number] | 'nobody'): Member {
    const places = {
      crl: { crlUrl: `${server.url}/crl/intermediate.crl` },
      ocsp: { ocspUrl: `${server.url}/ocsp` },
      // A closed port: it fails at once.
      nobody: { ocspUrl: 'http://127.0.0.1:9/ocsp' },
    }
    const made = signing.member(places[way])
    issued.push(made.certificate)
    return made
  }
  function revoke({ certificate }: Member): void {
    revoked.push({ serial: certificate.serial, at: Date.now() - 1000 })
  }
  /** Lists that notation or zegel keeps would still say that all is well. */
  const freshTrust = (
    (count) => () =>
      signing.trust(`fresh-${++count}`)
  )(0)

  it.each(ways)('by %s: good, and nobody is asked on the loopback unless we are told so', async (way) => {
    const image = await world.image('docker-registry')
    await signing.notationSigns('jws', memberOf(way), image.pinned)
    expect([await trust.notationVerifies(image.pinned), await trust.zegelSays(image.pinned, ...HOST)]).toEqual([
      true,
      [0],
    ])
    const { status, report } = await programs.zegel(['verify', ...trust.flags, '--offline', image.pinned], {
      XDG_CACHE_HOME: world.file(`cache-offline-${way}`),
    })
    expect([status, imageOf(report).verdict]).toEqual([3, 'unknown'])
  })

  it.each(ways)('by %s: revoked, refused by both', async (way) => {
    const signer = memberOf(way)
    revoke(signer)
    const image = await world.image('docker-registry')
    await signing.zegelSigns('cose', signer, image.pinned)
    const fresh = await freshTrust()
    expect(await fresh.notationVerifies(image.pinned)).toBe(false)
    const { status, report } = await programs.zegel(['verify', ...fresh.flags, ...HOST, image.pinned], {
      XDG_CACHE_HOME: world.file(`cache-revoked-${way}`),
    })
    expect(status).toBe(1)
    expect(JSON.stringify(report)).toContain('CERTIFICATE_REVOKED')
  })

  it('nobody there: notation fails, and we say that we could not tell', async () => {
    const image = await world.image('docker-registry')
    await signing.notationSigns('jws', memberOf('nobody'), image.pinned)
    expect(await trust.notationVerifies(image.pinned)).toBe(false)
    expect((await trust.zegelSays(image.pinned, ...HOST))[0]).toBe(3)
    const skipping = await signing.trust('no-revocation', { override: { revocation: 'skip' } })
    expect([await skipping.notationVerifies(image.pinned), await skipping.zegelSays(image.pinned)]).toEqual([true, [0]])
    const logging = await signing.trust('log-revocation', { override: { revocation: 'log' } })
    expect([await logging.notationVerifies(image.pinned), await logging.zegelSays(image.pinned, ...HOST)]).toEqual([
      true,
      [0, 'REVOCATION_UNKNOWN'],
    ])
  })

  describe('two signatures, of which one is by a revoked certificate', () => {
    it('is accepted by both, and we name the revoked one', async () => {
      const signer = memberOf('ocsp')
      revoke(signer)
      const image = await world.image('docker-registry')
      await signing.notationSigns('jws', signer, image.pinned)
      await signing.notationSigns('jws', 'p256', image.pinned)
      expect(await trust.notationVerifies(image.pinned)).toBe(true)
      expect(await trust.zegelSays(image.pinned, ...HOST)).toEqual([0, 'CERTIFICATE_REVOKED'])
    })
  })
})
