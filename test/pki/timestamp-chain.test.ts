/** The chain of a timestamp authority, and the time within its validity (the Notary Project's signature specification, "Timestamping"). */

import { describe, expect, test } from 'vitest'
import { derWrite } from '../../src/crypto/index.ts'
import { parseCertificate, type TimestampVerdict, verifyTimestamp } from '../../src/pki/index.ts'
import { make, makeCertificate, nameOf, purposes, type TestCertificate, usual } from '../support/certificates.ts'
import { makeKey } from '../support/make-key.ts'
import { makeAuthority, makeToken, type TokenParts } from '../support/timestamps.ts'

const { sequence, unsigned } = derWrite
const message = Buffer.from('the raw bytes of a signature')
const authority = makeAuthority()
const other = makeAuthority('Other')
const parsed = ({ der }: TestCertificate) => parseCertificate(der)
const roots = [parsed(authority.root)]

function verify(parts: Partial<TokenParts> = {}, trusted = roots): TimestampVerdict {
  return verifyTimestamp({ token: makeToken({ authority, message, ...parts }), message, roots: trusted })
}

const code = (verdict: TimestampVerdict): string => (verdict.ok ? 'believed' : verdict.code)

/** An authority's certificate that is like the usual one but for this. */
function leaf(parts: Parameters<typeof makeCertificate>[0]): {
  readonly certificate: TestCertificate
  readonly bag: readonly Uint8Array[]
} {
  const certificate = makeCertificate({
    subject: 'Time',
    issuer: authority.intermediate,
    extensions: usual.timestamping(),
    ...parts,
  })
  return { certificate, bag: [certificate.der, authority.intermediate.der] }
}

const accuracy = (seconds: number): Uint8Array => sequence(unsigned(seconds))

describe('the chain of the authority', () => {
  const usage = make.keyUsage(['digitalSignature'])
  const extensions = (...list: readonly Uint8Array[]) => leaf({ extensions: list })

  test.each<[string, Partial<TokenParts>, string]>([
    ['no extended key usage', extensions(usage), 'TIMESTAMP_CHAIN_INVALID'],
    [
      'timeStamping that is not critical',
      extensions(usage, make.extendedKeyUsage([purposes.timeStamping], false)),
      'TIMESTAMP_CHAIN_INVALID',
    ],
    [
      'timeStamping beside another usage',
      extensions(usage, make.extendedKeyUsage([purposes.timeStamping, purposes.codeSigning], true)),
      'TIMESTAMP_CHAIN_INVALID',
    ],
    ['any usage', extensions(usage, make.extendedKeyUsage([purposes.any], true)), 'TIMESTAMP_CHAIN_INVALID'],
    ['no key usage', extensions(make.extendedKeyUsage([purposes.timeStamping], true)), 'TIMESTAMP_CHAIN_INVALID'],
    [
      'a certificate signed by another key than its issuer’s',
      leaf({ issuer: { ...authority.intermediate, key: makeKey() } }),
      'TIMESTAMP_CHAIN_INVALID',
    ],
    ['an authority that is not valid yet', leaf({ notBefore: Date.UTC(2027, 0, 1) }), 'TIMESTAMP_OUTSIDE_VALIDITY'],
    [
      'an authority that is expired',
      leaf({ notAfter: Date.UTC(2026, 10, 22, 14, 30, 11) }),
      'TIMESTAMP_OUTSIDE_VALIDITY',
    ],
    ['the last second of its validity', leaf({ notAfter: Date.UTC(2026, 10, 22, 14, 30, 12) }), 'believed'],
    [
      'the last second, with an accuracy that reaches beyond',
      { ...leaf({ notAfter: Date.UTC(2026, 10, 22, 14, 30, 12) }), rest: [accuracy(1)] },
      'TIMESTAMP_OUTSIDE_VALIDITY',
    ],
    [
      'the first second, with an accuracy that reaches before',
      { ...leaf({ notBefore: Date.UTC(2026, 10, 22, 14, 30, 12) }), rest: [accuracy(1)] },
      'TIMESTAMP_OUTSIDE_VALIDITY',
    ],
    ['an accuracy of years', { rest: [accuracy(2 ** 40)] }, 'TIMESTAMP_OUTSIDE_VALIDITY'],
    ['a time before the root', { time: '20200101000000Z' }, 'TIMESTAMP_OUTSIDE_VALIDITY'],
    ['a time after the root', { time: '20500101000000Z' }, 'TIMESTAMP_OUTSIDE_VALIDITY'],
    ['no intermediate', { bag: [authority.leaf.der] }, 'TIMESTAMP_UNTRUSTED'],
  ])('%s', (_, parts, expected) => {
    expect(code(verify(parts))).toBe(expected)
  })

  test('the roots of another authority, or none', () => {
    expect(code(verify({}, [parsed(other.root)]))).toBe('TIMESTAMP_UNTRUSTED')
    expect(code(verify({}, []))).toBe('TIMESTAMP_UNTRUSTED')
  })

  test('a root of the same name and another key is another root, whatever the bag holds', () => {
    const twin = makeCertificate({ subject: 'Time root', extensions: usual.authority() })
    const bag = [authority.leaf.der, authority.intermediate.der, authority.root.der]
    expect(code(verify({ bag }, [parsed(twin)]))).toBe('TIMESTAMP_CHAIN_INVALID')
  })

  test('the window is that of the authority that signed, not another’s (TOB-SIGSTORE-11)', () => {
    const old = makeCertificate({ subject: 'Old', extensions: usual.authority(), notAfter: Date.UTC(2026, 5, 1) })
    const certificate = makeCertificate({ subject: 'Old time', issuer: old, extensions: usual.timestamping() })
    const trusted = [parsed(authority.root), parsed(old)]
    expect(code(verify({ certificate, bag: [certificate.der, authority.leaf.der] }, trusted))).toBe(
      'TIMESTAMP_OUTSIDE_VALIDITY',
    )
  })

  test('a bag of certificates that all issue one another ends in time', () => {
    const key = makeKey()
    const name = { subject: 'Loop', issuerName: nameOf('Loop'), key, extensions: usual.authority() }
    const bag = Array.from({ length: 30 }, () => makeCertificate(name).der)
    const certificate = makeCertificate({
      subject: 'Lost',
      issuer: makeCertificate(name),
      extensions: usual.timestamping(),
    })
    const started = performance.now()
    expect(code(verify({ certificate, bag: [certificate.der, ...bag] }))).toBe('TIMESTAMP_UNTRUSTED')
    const root = parsed(makeCertificate({ subject: 'Loop', extensions: usual.authority() }))
    expect(code(verify({ certificate, bag: [certificate.der, ...bag] }, [root]))).toBe('TIMESTAMP_CHAIN_INVALID')
    expect(performance.now() - started).toBeLessThan(1000)
  })
})
