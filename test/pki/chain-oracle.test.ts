/** Chains of every make, judged by OpenSSL and pkijs too: what is accepted here they accept, and where the rules are the same, so are the verdicts. */

import * as asn1js from 'asn1js'
import fc from 'fast-check'
import * as pkijs from 'pkijs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Bytes } from '../../src/base/index.ts'
import { checkChain, validAt } from '../../src/pki/index.ts'
import { make, makeCertificate, parsed, type TestCertificate, usual } from '../support/certificates.ts'
import { fuzzOptions } from '../support/fuzz.ts'
import { makeKey } from '../support/make-key.ts'
import { opensslAccepts } from '../support/openssl-verify.ts'

const keys = [makeKey(), makeKey('ecdsa-p384'), makeKey('rsa')]
const leafKey = makeKey()
const [year, now] = [365 * 86_400_000, Date.UTC(2027, 0)]

/** What one certificate of a chain is made with; the rules that break are the ones that both sides have. */
interface Make {
  readonly isAuthority: boolean
  readonly pathLength: number | undefined
  readonly canSign: boolean
  readonly isExpired: boolean
  readonly signedBy: 'issuer' | 'other'
  readonly namedAs: 'issuer' | 'other'
}

/** Mostly right, so that chains with one fault, and with none, are many. */
const mostly = <T>(usually: T, ...else_: readonly T[]) =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usually) }, ...else_.map((value) => fc.constant(value)))
const made: fc.Arbitrary<Make> = fc.record({
  isAuthority: mostly(true, false),
  pathLength: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.nat(3)),
  canSign: mostly(true, false),
  isExpired: mostly(false, true),
  signedBy: mostly<Make['signedBy']>('issuer', 'other'),
  namedAs: mostly<Make['namedAs']>('issuer', 'other'),
})

/** From the leaf to the root. */
function build(authorities: readonly Make[], leafIsExpired: boolean): readonly TestCertificate[] {
  const chain: TestCertificate[] = []
  const stranger = {
    der: new Uint8Array(),
    key: makeKey(),
    subject: makeCertificate({ subject: 'Stranger', key: leafKey }).subject,
  }
  for (const [index, one] of authorities.entries()) {
    const issuer = chain[0]
    const signer =
      issuer === undefined ? undefined : one.signedBy === 'issuer' ? issuer : { ...issuer, key: stranger.key }
    const key = keys[index % 3]
    if (key === undefined) throw new Error('no key')
    const extensions: Bytes[] = [make.basicConstraints(one.isAuthority, one.isAuthority ? one.pathLength : undefined)]
    extensions.push(make.keyUsage(one.canSign ? ['keyCertSign', 'cRLSign'] : ['cRLSign']))
    chain.unshift(
      makeCertificate({
        subject: `Authority ${index}`,
        key,
        extensions,
        ...(one.isExpired ? { notAfter: now - 1000 } : { notAfter: now + year }),
        ...(signer === undefined ? {} : { issuer: signer }),
        ...(signer !== undefined && one.namedAs === 'other' ? { issuerName: stranger.subject } : {}),
      }),
    )
  }
  const issuer = chain[0]
  if (issuer === undefined) throw new Error('no issuer')
  const notAfter = leafIsExpired ? now - 1000 : now + year
  return [
    makeCertificate({ subject: 'Leaf', key: leafKey, issuer, notAfter, extensions: usual.codeSigning() }),
    ...chain,
  ]
}

function isAccepted(chain: readonly TestCertificate[]): boolean {
  const certificates = parsed(...chain)
  return checkChain(certificates, 'code-signing') === undefined && validAt(certificates, now) === undefined
}

async function pkijsAccepts(chain: readonly TestCertificate[]): Promise<boolean> {
  const certificates = chain.map(
    ({ der }) => new pkijs.Certificate({ schema: asn1js.fromBER(Uint8Array.from(der).buffer).result }),
  )
  const engine = new pkijs.CertificateChainValidationEngine({
    trustedCerts: certificates.slice(-1),
    certs: certificates.slice(0, -1).toReversed(),
    checkDate: new Date(now),
  })
  return (await engine.verify()).result
}

describe('generated chains', () => {
  beforeAll(() => {
    pkijs.setEngine('node', new pkijs.CryptoEngine({ name: 'node', crypto: globalThis.crypto }))
  })

  const chains = fc.sample(fc.tuple(fc.array(made, { minLength: 1, maxLength: 4 }), mostly(false, true)), {
    ...fuzzOptions(60),
  })
  const built = chains.map(([authorities, leafIsExpired]) => build(authorities, leafIsExpired))

  it('have the verdict of OpenSSL', () => {
    const verdicts = built.map((chain) => [isAccepted(chain), opensslAccepts(chain, now)])
    for (const [ours, theirs] of verdicts) expect(ours).toBe(theirs)
    const accepted = verdicts.filter(([ours]) => ours).length
    expect([accepted > 10, verdicts.length - accepted > 10]).toEqual([true, true])
  })

  it('have the verdict of pkijs', async () => {
    for (const chain of built) expect(await pkijsAccepts(chain)).toBe(isAccepted(chain))
  })
})
