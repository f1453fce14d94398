/** Chains ordered for signing, from certificates in any order. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Certificate, completeChain, orderChain, parseCertificate } from '../../src/pki/index.ts'
import { makeCertificate, makeChain, parsed, type TestCertificate, usual } from '../support/certificates.ts'
import { fuzzOptions } from '../support/fuzz.ts'
import { makeKey } from '../support/make-key.ts'

const { leaf, intermediate, root, certificates } = makeChain()
const stranger = makeChain({ leaf: { subject: 'Other leaf' } })
const key = leaf.key.publicKey

const names = (chain: readonly Certificate[]) => chain.map(({ fingerprint }) => fingerprint)
function ordered(pool: readonly TestCertificate[], of: Parameters<typeof orderChain>[0] = key) {
  const result = orderChain(of, parsed(...pool))
  return result.ok ? names(result.chain) : result.problem
}

describe('a chain is ordered', () => {
  it('whatever lies around it', () => {
    const pool = [leaf, intermediate, root, stranger.leaf, stranger.intermediate, stranger.root, root]
    fc.assert(
      fc.property(fc.shuffledSubarray(pool, { minLength: pool.length }), (shuffled) => {
        expect(ordered(shuffled)).toEqual(names(certificates))
      }),
      fuzzOptions(60),
    )
  })

  it('from its certificate, which need not be in the pool', () => {
    expect(ordered([root, intermediate], certificates[0])).toEqual(names(certificates))
  })

  it('of one certificate that signs itself', () => {
    const alone = makeCertificate({ subject: 'Alone', extensions: usual.codeSigning() })
    expect(ordered([root, alone, leaf], alone.key.publicKey)).toEqual(names(parsed(alone)))
  })

  it('completed from what is given beside it', () => {
    const completed = completeChain(certificates.slice(0, 1), certificates.slice(1))
    expect(completed.ok && names(completed.chain)).toEqual(names(certificates))
    expect(completeChain([], certificates).ok).toBe(false)
  })

  it('over the certificate of an authority that keeps the rules, where another of the same name does not', () => {
    const old = makeCertificate({ subject: 'Intermediate', key: intermediate.key, issuer: root, extensions: [] })
    expect(ordered([leaf, old, intermediate, root])).toEqual(names(certificates))
    // Where none keeps them, the way is given, and the rules say what is wrong with it.
    expect(ordered([leaf, old, root])).toEqual(names(parsed(leaf, old, root)))
  })

  it('over a cross-signed authority, the shorter way first', () => {
    const other = makeCertificate({ subject: 'Other root', extensions: usual.authority() })
    const cross = makeCertificate({ subject: 'Root', key: root.key, issuer: other, extensions: usual.authority() })
    expect(ordered([leaf, cross, intermediate, other, root])).toEqual(names(certificates))
    expect(ordered([leaf, cross, intermediate, other])).toEqual(names(parsed(leaf, intermediate, cross, other)))
  })

  it('of several certificates of one key with the one that is valid longest', () => {
    const newer = makeCertificate({
      subject: 'Newer',
      key: leaf.key,
      issuer: root,
      notAfter: Date.UTC(2040, 0),
      extensions: usual.codeSigning(),
    })
    expect(ordered([leaf, newer, intermediate, root])).toEqual(names(parsed(newer, root)))
  })
})

describe('what is missing is named', () => {
  it.each<[string, readonly TestCertificate[], RegExp]>([
    ['the root', [intermediate, leaf], /"CN=Intermediate.*issued by "CN=Root,/],
    ['the intermediate', [root, leaf], /"CN=Leaf.*issued by "CN=Intermediate,/],
    ['everything else', [leaf], /"CN=Leaf.*issued by "CN=Intermediate,/],
    ['the true intermediate', [leaf, stranger.intermediate, stranger.root], /"CN=Leaf.*issued by "CN=Intermediate,/],
    ['the certificate of the key', [intermediate, root], /none of the 2 certificates/],
    ['any certificate', [], /no certificate/],
  ])('%s', (_, pool, detail) => {
    expect(ordered(pool)).toMatchObject({ rule: 'issuer', detail: expect.stringMatching(detail) })
  })

  it('authorities in a circle end', () => {
    const [a, b] = [makeKey(), makeKey()]
    const first = makeCertificate({ subject: 'A', key: a, extensions: usual.authority() })
    const second = makeCertificate({ subject: 'B', key: b, issuer: first, extensions: usual.authority() })
    const circle = makeCertificate({ subject: 'A', key: a, issuer: second, extensions: usual.authority() })
    const end = makeCertificate({ subject: 'End', key: leaf.key, issuer: second, extensions: usual.codeSigning() })
    expect(ordered([end, second, circle])).toMatchObject({ rule: 'issuer' })
  })

  it('too many certificates are refused', () => {
    const pool = Array.from({ length: 300 }, (_, serial) =>
      parseCertificate(makeCertificate({ key: leaf.key, serial: serial + 1 }).der),
    )
    const result = orderChain(key, pool)
    expect(result.ok).toBe(false)
  })
})
