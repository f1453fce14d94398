/** A real signature with a change anywhere is never true and never an exception. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sameBytes, utf8 } from '../../src/base/index.ts'
import {
  generatePrivateKey,
  type KeyType,
  prepareKey,
  schemesOf,
  signParts,
  verifyParts,
} from '../../src/crypto/index.ts'
import { fuzzOptions, mutate, mutation } from '../support/fuzz.ts'

const types: readonly KeyType[] = ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'rsa', 'ed25519']

test.each(types)('%s', async (type) => {
  const key = generatePrivateKey(type, 2048)
  await prepareKey(key.publicKey)
  const message = utf8('DSSEv1 28 application/vnd.in-toto+json 2 {}')
  for (const scheme of schemesOf(type)) {
    const signature = signParts(key, scheme, [message])
    fc.assert(
      fc.property(mutation, fc.boolean(), (change, isMessage) => {
        const changed = mutate(isMessage ? message : signature, change)
        const isSame = sameBytes(changed, isMessage ? message : signature)
        const result = isMessage
          ? verifyParts(key.publicKey, scheme, [changed], signature)
          : verifyParts(key.publicKey, scheme, [message], changed)
        expect(result).toBe(isSame)
      }),
      fuzzOptions(scheme === 'ed25519ph' || type === 'ecdsa-p521' ? 200 : 500),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(verifyParts(key.publicKey, scheme, [message], bytes)).toBe(false)
      }),
      fuzzOptions(200),
    )
  }
})
