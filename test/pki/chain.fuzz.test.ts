/** Chains with one damaged certificate: none is accepted, and none ends in anything but a problem or a refusal to read it. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { derValue } from '../../src/crypto/index.ts'
import { type Certificate, checkChain, parseCertificate } from '../../src/pki/index.ts'
import {
  extension,
  generalName,
  make,
  makeCertificate,
  makeChain,
  nameOf,
  parsed,
  usual,
} from '../support/certificates.ts'
import { fuzzOptions, mutate, mutation, outcome } from '../support/fuzz.ts'
import { makeKey } from '../support/make-key.ts'

const { dns, directory, ip } = generalName
const limits = make.nameConstraints(
  [directory(nameOf([['2.5.4.6', 'US']])), dns('example.org')],
  [ip(10, 0, 0, 0, 255, 0, 0, 0)],
)
const names = make.subjectAltName([dns('a.example.org'), ip(11, 0, 0, 1)])
const { certificates } = makeChain({
  intermediate: { subject: 'Intermediate', extensions: [...usual.authority(0), limits] },
  leaf: {
    extensions: [
      ...usual.codeSigning(),
      names,
      make.ocspAt('http://o.example.org'),
      make.crlAt('http://c.example.org'),
    ],
  },
})

it('the chain that is damaged is a good one', () => {
  expect(checkChain(certificates, 'code-signing')).toBeUndefined()
})

it.each([0, 1, 2])('certificate %i with a splice', (index) => {
  fc.assert(
    fc.property(mutation, (change) => {
      const original = certificates[index]?.raw ?? new Uint8Array()
      const bytes = mutate(original, change)
      if (Buffer.compare(bytes, original) === 0) return
      const read = outcome(() => parseCertificate(bytes))
      if (!('value' in read)) return
      const damaged: readonly Certificate[] = certificates.with(index, read.value)
      for (const purpose of ['code-signing', 'timestamping'] as const)
        expect(checkChain(damaged, purpose)).toBeDefined()
    }),
    fuzzOptions(400),
  )
})

const key = makeKey()
const root = makeCertificate({ subject: 'Root', key, extensions: usual.authority() })
const kinds = [
  '2.5.29.14',
  '2.5.29.15',
  '2.5.29.17',
  '2.5.29.19',
  '2.5.29.30',
  '2.5.29.31',
  '2.5.29.32',
  '2.5.29.35',
  '2.5.29.37',
  '1.3.6.1.5.5.7.1.1',
]

it('extensions of any content, well signed, end in a verdict', () => {
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc
      .tuple(fc.constantFrom(0x30, 0x03, 0x04), fc.uint8Array({ maxLength: 30 }))
      .map(([tag, inner]) => derValue(tag, inner)),
  )
  fc.assert(
    fc.property(fc.constantFrom(...kinds), content, fc.boolean(), (oid, value, isCritical) => {
      const odd = extension(oid, value, isCritical)
      const issuer = makeCertificate({ subject: 'Odd', key, issuer: root, extensions: [odd] })
      const leaf = makeCertificate({ subject: 'Leaf', key, issuer, extensions: [odd] })
      // Nothing of this has both a key usage and what else a certificate needs.
      expect(checkChain(parsed(leaf, issuer, root), 'code-signing')).toBeDefined()
    }),
    fuzzOptions(300),
  )
})
