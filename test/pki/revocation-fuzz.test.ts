/** Whatever the bytes: a CRL or OCSP response is read, or refused by a Fault; what was changed never makes a revoked certificate good. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Certificate,
  judgeCrlBytes,
  judgeOcspBytes,
  parseCrl,
  parseOcspResponse,
  revocationPointersOf,
} from '../../src/pki/index.ts'
import {
  extension,
  generalName,
  make,
  makeCertificate,
  makeChain,
  parsed,
  purposes,
  usual,
} from '../support/certificates.ts'
import { fuzzOptions, mutate, mutation, outcome } from '../support/fuzz.ts'
import { crlExtension, day, makeCrl, makeOcsp, nonceExtension, now, scope, serialOf } from '../support/revocation.ts'

const url = 'http://crl.example.org/1.crl'
const chain = makeChain({ leaf: { extensions: [...usual.codeSigning(), make.crlAt(url), make.ocspAt(url)] } })
const [leaf, intermediate] = chain.certificates as [Certificate, Certificate, Certificate]
const issuer = chain.intermediate
const serial = serialOf(chain.leaf)
const responder = makeCertificate({ subject: 'R', issuer, extensions: [make.extendedKeyUsage([purposes.ocspSigning])] })

const extensions = [crlExtension.scope(scope.point(generalName.uri(url)), scope.onlyUsers())]
const crl = makeCrl({
  issuer,
  number: 3,
  extensions,
  revoked: [{ serial: Uint8Array.of(1) }, { serial, reason: 1, invalidityDate: now - day }],
})
const delta = makeCrl({ issuer, number: 4, extensions: [...extensions, crlExtension.delta(2)] })
const revokedStatus = { at: now - day, reason: 1, invalidityDate: now - day }
const response = makeOcsp({
  signer: responder,
  certificates: [responder.der],
  singles: [{ certificate: chain.leaf, issuer, status: revokedStatus }],
  extensions: [nonceExtension(Uint8Array.of(1, 2, 3))],
})

describe('mutated', () => {
  it('CRLs', () => {
    fc.assert(
      fc.property(fc.constantFrom(crl, delta), mutation, (bytes, change) => {
        const changed = mutate(bytes, change)
        outcome(() => parseCrl(changed))
        const isWhole = Buffer.compare(changed, crl) === 0
        expect(judgeCrlBytes({ base: changed }, leaf, intermediate, now).status).toBe(isWhole ? 'revoked' : 'unknown')
        expect(judgeCrlBytes({ base: crl, delta: changed }, leaf, intermediate, now).status).not.toBe('good')
      }),
      fuzzOptions(1500),
    )
  })

  it('OCSP responses', () => {
    fc.assert(
      fc.property(mutation, (change) => {
        const changed = mutate(response, change)
        outcome(() => parseOcspResponse(changed))
        const { status } = judgeOcspBytes(changed, leaf, intermediate, now)
        expect(status).not.toBe('good')
      }),
      fuzzOptions(1500),
    )
  })

  it('entries, signed', () => {
    const entries = Buffer.from(parseCrl(crl).entries)
    fc.assert(
      fc.property(mutation, (change) => {
        const base = makeCrl({ issuer, entries: mutate(entries, change) })
        const answer = judgeCrlBytes({ base }, leaf, intermediate, now)
        expect(['good', 'revoked', 'unknown']).toContain(answer.status)
      }),
      fuzzOptions(500),
    )
  })

  it('places where to ask, which never pass for none', () => {
    const values = ['2.5.29.31', '1.3.6.1.5.5.7.1.1'].map(
      (oid) => [oid, leaf.extensions.get(oid)?.value ?? new Uint8Array()] as const,
    )
    fc.assert(
      fc.property(fc.constantFrom(...values), mutation, ([oid, value], change) => {
        const [certificate] = parsed(
          makeCertificate({ key: chain.leaf.key, extensions: [extension(oid, mutate(value, change))] }),
        )
        if (certificate === undefined) throw new Error('No certificate.')
        const pointers = revocationPointersOf(certificate)
        // An access method that is not OCSP is none; a distribution point always is one.
        if (!(pointers instanceof Error) && oid === '2.5.29.31') expect(pointers.points.length).toBeGreaterThan(0)
      }),
      fuzzOptions(300),
    )
  })
})

describe('arbitrary bytes', () => {
  it('are no CRL, no response', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(judgeCrlBytes({ base: bytes }, leaf, intermediate, now).status).toBe('unknown')
        expect(judgeOcspBytes(bytes, leaf, intermediate, now).status).toBe('unknown')
      }),
      fuzzOptions(500),
    )
  })
})
