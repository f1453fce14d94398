/** Revocation that a naive verifier does not notice, and addresses in certificates that it should not ask (attack checklist 9). */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Bytes, silentLog } from '../../src/base/index.ts'
import { networkRevocation, offlineRevocation, type RevocationSource } from '../../src/trust/index.ts'
import {
  make,
  makeCertificate,
  makeChain,
  type TestCertificate,
  type TestChain,
  usual,
} from '../support/certificates.ts'
import { authorityHeader, judged, jws, storeOf, trustOf } from '../support/notation-attack.ts'
import { crlExtension, day, makeCrl, makeOcsp, now, type SinglePart, scope, serialOf } from '../support/revocation.ts'

const CRL = 'http://crl.acme.test/leaf.crl'
const OCSP = 'http://ocsp.acme.test/'
const revocable = (...pointers: readonly Bytes[]): TestChain =>
  makeChain({ leaf: { extensions: [...usual.codeSigning(), ...pointers] } })
const whole = ({ leaf, intermediate, root }: TestChain): readonly TestCertificate[] => [leaf, intermediate, root]
const trusting = (chain: TestChain, level: 'strict' | 'permissive' | 'audit' = 'strict') => [
  trustOf(level, { stores: [storeOf('ca', chain.root)] }),
]
const answering = (answers: { readonly crl?: Bytes; readonly ocsp?: Bytes }): RevocationSource => ({
  crl: async (question) => (answers.crl === undefined ? offlineRevocation.crl(question) : { base: answers.crl }),
  ocsp: async (question) => answers.ocsp ?? offlineRevocation.ocsp(question),
})

const unknown = ['unknown', 'REVOCATION_UNKNOWN']

describe('9. lists', () => {
  const chain = revocable(make.crlAt(CRL))
  const { leaf, intermediate, root } = chain
  const twin = makeCertificate({ subject: 'Intermediate', extensions: usual.authority() })
  const mine = [{ serial: serialOf(leaf) }]
  const under = async (crl: Bytes): Promise<readonly string[]> =>
    (
      await judged((image) => jws(image, { chain: whole(chain) }), {
        trusts: trusting(chain),
        revocation: answering({ crl }),
      })
    ).slice(0, 2)
  test.each<[string, Bytes, readonly string[]]>([
    ['good', makeCrl({ issuer: intermediate }), ['verified']],
    ['revoked', makeCrl({ issuer: intermediate, revoked: mine }), ['refused', 'CERTIFICATE_REVOKED']],
    [
      'revoked tomorrow',
      makeCrl({ issuer: intermediate, revoked: [{ serial: serialOf(leaf), date: now + day }] }),
      ['refused', 'CERTIFICATE_REVOKED'],
    ],
    [
      'held',
      makeCrl({ issuer: intermediate, revoked: [{ serial: serialOf(leaf), reason: 6 }] }),
      ['refused', 'CERTIFICATE_REVOKED'],
    ],
    [
      'revoked, bad only since tomorrow',
      makeCrl({ issuer: intermediate, revoked: [{ serial: serialOf(leaf), invalidityDate: now + day }] }),
      ['refused', 'CERTIFICATE_REVOKED'],
    ],
    [
      'revoked and taken back',
      makeCrl({ issuer: intermediate, revoked: [...mine, { serial: serialOf(leaf), reason: 8, date: now }] }),
      ['refused', 'CERTIFICATE_REVOKED'],
    ],
    ['of last year', makeCrl({ issuer: intermediate, thisUpdate: now - 300 * day, nextUpdate: now - 1 }), unknown],
    ['until this moment', makeCrl({ issuer: intermediate, nextUpdate: now }), unknown],
    ['of tomorrow', makeCrl({ issuer: intermediate, thisUpdate: now + day }), unknown],
    ['without an end', makeCrl({ issuer: intermediate, nextUpdate: 'none' }), unknown],
    ['of another issuer', makeCrl({ issuer: root }), unknown],
    ['of another issuer under the same name', makeCrl({ issuer: twin }), unknown],
    ['signed by another', makeCrl({ issuer: intermediate, signer: root }), unknown],
    ['signed by the leaf', makeCrl({ issuer: intermediate, signer: leaf }), unknown],
    [
      'of authorities only',
      makeCrl({ issuer: intermediate, extensions: [crlExtension.scope(scope.onlyAuthorities())] }),
      unknown,
    ],
    [
      'of some reasons only',
      makeCrl({ issuer: intermediate, extensions: [crlExtension.scope(scope.someReasons())] }),
      unknown,
    ],
    [
      'of attributes only',
      makeCrl({ issuer: intermediate, extensions: [crlExtension.scope(scope.onlyAttributes())] }),
      unknown,
    ],
    ['of others', makeCrl({ issuer: intermediate, extensions: [crlExtension.scope(scope.indirect())] }), unknown],
    ['a delta alone', makeCrl({ issuer: intermediate, number: 2, extensions: [crlExtension.delta(1)] }), unknown],
    [
      'with deltas that are not there',
      makeCrl({ issuer: intermediate, extensions: [make.freshestCrlAt('http://crl.acme.test/delta')] }),
      unknown,
    ],
    ['of version 1', makeCrl({ issuer: intermediate, version: 1 }), unknown],
    ['cut off', makeCrl({ issuer: intermediate }).subarray(0, -1), unknown],
    ['nothing', new Uint8Array(), unknown],
  ])('%s', async (_, crl, expected) => {
    expect(await under(crl)).toEqual(expected)
  })
  test('a list whose issuer may not sign lists', async () => {
    const silent = makeChain({
      intermediate: { extensions: [make.basicConstraints(true, 0), make.keyUsage(['keyCertSign'])] },
      leaf: { extensions: [...usual.codeSigning(), make.crlAt(CRL)] },
    })
    const revocation = answering({ crl: makeCrl({ issuer: silent.intermediate }) })
    expect(
      (await judged((image) => jws(image, { chain: whole(silent) }), { trusts: trusting(silent), revocation })).slice(
        0,
        2,
      ),
    ).toEqual(unknown)
  })
  test('every certificate but the root is asked about', async () => {
    const upper = makeChain({ intermediate: { extensions: [...usual.authority(0), make.crlAt(CRL)] } })
    const revocation = answering({
      crl: makeCrl({ issuer: upper.root, revoked: [{ serial: serialOf(upper.intermediate) }] }),
    })
    expect(
      (await judged((image) => jws(image, { chain: whole(upper) }), { trusts: trusting(upper), revocation })).slice(
        0,
        2,
      ),
    ).toEqual(['refused', 'CERTIFICATE_REVOKED'])
  })
  test('a signing authority is excused for what came later, and for nothing else', async () => {
    const stores = [storeOf('signingAuthority', root)]
    const under = async (invalidityDate: number | undefined): Promise<string> => {
      const entry = { serial: serialOf(leaf), ...(invalidityDate === undefined ? {} : { invalidityDate }) }
      const revocation = answering({ crl: makeCrl({ issuer: intermediate, revoked: [entry] }) })
      const attack = { chain: whole(chain), protected: authorityHeader }
      return (await judged((image) => jws(image, attack), { trusts: [trustOf('strict', { stores })], revocation }))[0]
    }
    const signed = Date.parse('2026-11-22T14:00:00Z')
    expect([
      await under(signed + 1000),
      await under(signed),
      await under(signed - 1000),
      await under(undefined),
    ]).toEqual(['verified', 'refused', 'refused', 'refused'])
  })
  test('permissive lets a revoked one through by name, audit proves nothing', async () => {
    const revocation = answering({ crl: makeCrl({ issuer: intermediate, revoked: mine }) })
    for (const [level, verdict] of [
      ['permissive', 'verified'],
      ['audit', 'unproven'],
    ] as const)
      expect(
        await judged((image) => jws(image, { chain: whole(chain) }), { trusts: trusting(chain, level), revocation }),
      ).toEqual([verdict, 'CERTIFICATE_REVOKED'])
  })
})

describe('9. OCSP', () => {
  const chain = revocable(make.ocspAt(OCSP))
  const { leaf, intermediate, root } = chain
  const other = makeCertificate({ subject: 'Other', issuer: intermediate, extensions: usual.codeSigning() })
  const twin = makeCertificate({ subject: 'Intermediate', extensions: usual.authority() })
  const delegate = (more: object = {}, issuer = intermediate) =>
    makeCertificate({
      subject: 'Responder',
      issuer,
      extensions: [make.keyUsage(['digitalSignature']), make.extendedKeyUsage(['1.3.6.1.5.5.7.3.9'])],
      ...more,
    })
  const about = (more: Partial<SinglePart> = {}): readonly SinglePart[] => [
    { certificate: leaf, issuer: intermediate, ...more },
  ]
  const by = (signer: TestCertificate, ...bag: readonly TestCertificate[]): Bytes =>
    makeOcsp({ signer, singles: about(), certificates: [signer, ...bag].map(({ der }) => der) })
  const revoked = { at: now - day } as const
  test.each<[string, Bytes, readonly string[]]>([
    ['good', makeOcsp({ signer: intermediate, singles: about() }), ['verified']],
    ['by a delegate', by(delegate()), ['verified']],
    [
      'revoked',
      makeOcsp({ signer: intermediate, singles: about({ status: revoked }) }),
      ['refused', 'CERTIFICATE_REVOKED'],
    ],
    [
      'good before revoked',
      makeOcsp({ signer: intermediate, singles: [...about(), ...about({ status: revoked })] }),
      ['refused', 'CERTIFICATE_REVOKED'],
    ],
    ['not known', makeOcsp({ signer: intermediate, singles: about({ status: 'unknown' }) }), unknown],
    [
      'of yesterday',
      makeOcsp({ signer: intermediate, singles: about({ thisUpdate: now - 2 * day, nextUpdate: now - 1 }) }),
      unknown,
    ],
    [
      'of tomorrow',
      makeOcsp({ signer: intermediate, singles: about({ thisUpdate: now + day, nextUpdate: now + 2 * day }) }),
      unknown,
    ],
    ['without an end', makeOcsp({ signer: intermediate, singles: about({ nextUpdate: 'none' }) }), unknown],
    ['about another certificate', makeOcsp({ signer: intermediate, singles: about({ certificate: other }) }), unknown],
    [
      'about the same number of another issuer',
      makeOcsp({ signer: intermediate, singles: about({ issuer: twin }) }),
      unknown,
    ],
    ['about nothing', makeOcsp({ signer: intermediate, singles: [] }), unknown],
    ['by another issuer of the same name', makeOcsp({ signer: twin, singles: about() }), unknown],
    ['by the root', by(root), unknown],
    ['by the leaf itself', by(leaf), unknown],
    ['by a certificate of the issuer for code', by(other), unknown],
    ['by a delegate of the root', by(delegate({}, root)), unknown],
    ['by a delegate of another', by(delegate({}, twin), twin), unknown],
    [
      'by a delegate that names the issuer and is signed by another',
      by(delegate({ issuerName: intermediate.subject }, twin)),
      unknown,
    ],
    ['by a delegate that has expired', by(delegate({ notAfter: now - 1000 })), unknown],
    ['by a delegate of a delegate', by(delegate({}, delegate()), delegate()), unknown],
    [
      'by a delegate whose certificate stands beside the one that signed',
      makeOcsp({ signer: twin, singles: about(), certificates: [delegate().der] }),
      unknown,
    ],
    ['an error', Buffer.from('30030a0106', 'hex'), unknown],
    ['cut off', makeOcsp({ signer: intermediate, singles: about() }).subarray(0, -1), unknown],
  ])('%s', async (_, ocsp, expected) => {
    const found = await judged((image) => jws(image, { chain: whole(chain) }), {
      trusts: trusting(chain),
      revocation: answering({ ocsp }),
    })
    expect(found.slice(0, 2)).toEqual(expected)
  })
})

describe('9. whom nobody asks', () => {
  let server: Server
  let asked: string[]
  let redirect: string | undefined
  let port: number
  beforeEach(async () => {
    asked = []
    redirect = undefined
    server = createServer((request, response) => {
      asked.push(request.url ?? '')
      if (redirect !== undefined && request.url === '/redirect') response.writeHead(302, { location: redirect }).end()
      else response.writeHead(404).end()
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    port = (server.address() as AddressInfo).port
  })
  afterEach(async () => {
    await new Promise((done) => server.close(done))
  })
  async function ask(
    chain: TestChain,
    trusts = trusting(chain),
    hosts: readonly string[] = [],
  ): Promise<readonly string[]> {
    const network = networkRevocation({ environment: {}, log: silentLog, clock: Date.now, hosts })
    try {
      return await judged((image) => jws(image, { chain: whole(chain) }), { trusts, revocation: network })
    } finally {
      network.close()
    }
  }
  const here = (path = '/'): string => `http://127.0.0.1:${port}${path}`

  test('the places that a trusted chain names are asked, where the operator says so', async () => {
    expect(
      (await ask(revocable(make.ocspAt(here('/ocsp')), make.crlAt(here('/crl'))), undefined, ['127.0.0.1'])).slice(
        0,
        2,
      ),
    ).toEqual(unknown)
    expect(asked.map((path) => path.slice(0, 4)).sort()).toEqual(['/crl', '/ocs'])
  })
  test.each(['strict', 'permissive', 'audit'] as const)(
    'nothing is asked for a chain that no store vouches for (%s)',
    async (level) => {
      const evil = revocable(make.ocspAt(here('/ocsp')), make.crlAt(here('/crl')))
      const [verdict] = await ask(evil, [trustOf(level)], ['127.0.0.1'])
      expect([verdict, asked]).toEqual([level === 'audit' ? 'unproven' : 'refused', []])
    },
  )
  test('nothing is asked for a chain with the trusted root behind it, nor for a signature that its key did not make', async () => {
    const evil = revocable(make.ocspAt(here('/ocsp')))
    const trusted = makeChain()
    const network = networkRevocation({ environment: {}, log: silentLog, clock: Date.now, hosts: ['127.0.0.1'] })
    const behind = [evil.leaf, trusted.intermediate, trusted.root]
    expect(
      (await judged((image) => jws(image, { chain: behind }), { trusts: trusting(trusted), revocation: network }))[0],
    ).toBe('refused')
    const stolen = { chain: whole(evil), key: trusted.leaf.key }
    expect((await judged((image) => jws(image, stolen), { trusts: trusting(evil), revocation: network }))[0]).toBe(
      'refused',
    )
    network.close()
    expect(asked).toEqual([])
  })
  test.each(['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '127.1', '2130706433', '0x7f000001'])(
    'this machine: %s',
    async (host) => {
      const at = `http://${host}:${port}/`
      expect((await ask(revocable(make.ocspAt(at), make.crlAt(at)))).slice(0, 2)).toEqual(unknown)
      expect(asked).toEqual([])
    },
  )
  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[fe80::1]/',
    'http://10.0.0.1/',
    'http://192.168.0.1/',
    'http://100.64.0.1/',
    'http://[fd00::1]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'file:///etc/passwd',
    'ldap://127.0.0.1/',
    'http://user:secret@acme.test/',
    '',
  ])('%s', async (at) => {
    const started = performance.now()
    expect((await ask(revocable(make.ocspAt(at), make.crlAt(at)))).slice(0, 2)).toEqual(unknown)
    // Nobody has waited for an answer.
    expect(performance.now() - started).toBeLessThan(1500)
  })
  test('a link-local address is asked for no operator', async () => {
    expect(
      (await ask(revocable(make.crlAt('http://169.254.169.254/')), undefined, ['169.254.169.254'])).slice(0, 2),
    ).toEqual(unknown)
  })
  test.each([
    'http://169.254.169.254/',
    'http://10.0.0.1/',
    'http://[::1]:PORT/inside',
    'http://localhost:PORT/inside',
    'file:///etc/passwd',
  ])('a redirect to %s', async (target) => {
    redirect = target.replace('PORT', String(port))
    const at = here('/redirect')
    const started = performance.now()
    expect((await ask(revocable(make.ocspAt(at), make.crlAt(at)), undefined, ['127.0.0.1'])).slice(0, 2)).toEqual(
      unknown,
    )
    expect(asked.filter((path) => path === '/inside')).toEqual([])
    expect(performance.now() - started).toBeLessThan(1500)
  })
})
