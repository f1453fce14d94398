/** What cosign 3.1 wrote with a certificate of an own authority (vector 13): a legacy signature and a bundle, each with the leaf alone. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Certificate, readCertificates } from '../../../src/pki/index.ts'
import { parseCertificateIdentity } from '../../../src/trust/index.ts'
import { verifyImage } from '../../../src/verification/index.ts'
import { signatureQuestion } from '../../support/keys.ts'
import { vectorPath, vectorRepository } from '../../support/vectors.ts'

const file = (name: string): readonly Certificate[] => readCertificates(readFileSync(vectorPath('keys', name)), name)
const DAY = 24 * 60 * 60 * 1000
const MADE = Date.UTC(2026, 10, 22, 15)

test.each([
  ['its name and its root', 'dev@example.test', 'ca.crt', MADE, 'verified'],
  ['another name', 'ops@example.test', 'ca.crt', MADE, 'refused'],
  ['before the certificate was there', 'dev@example.test', 'ca.crt', MADE - DAY, 'refused'],
  ['after its end', 'dev@example.test', 'ca.crt', MADE + 11 * 365 * DAY, 'refused'],
])('%s', async (_, name, roots, at, expected) => {
  const { store, image } = await vectorRepository('13-own-ca-certificate')
  const certificates = { identities: [parseCertificateIdentity(name)], roots: file(roots), intermediates: [], at }
  const { verdict, candidates } = await verifyImage({ image: store }, image?.digest ?? '', {
    ...signatureQuestion([]),
    certificates,
  })
  expect(verdict).toBe(expected)
  expect(candidates.map((one) => one.verdict)).toEqual(Array(2).fill(expected === 'verified' ? 'passed' : 'failed'))
})
