/**
 * The same bundles judged by @sigstore/verify 4.1.3: the verdicts agree where it is right. It is known to be wrong for P-384 envelopes
 * and everything of Ed25519 (it knows one hash for envelopes and no empty digest); there ours is the reference's verdict.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Bundle, bundleFromJSON } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { bufferOf, concat, digestOf, utf8 } from '../../src/base/index.ts'
import {
  generatePrivateKey,
  type KeyType,
  keyHint,
  type PublicKey,
  prepareKey,
  readPublicKey,
  schemesOf,
  signParts,
  verifyParts,
} from '../../src/crypto/index.ts'
import { type NewBundleContent, paeParts, parseBundle, writeBundle } from '../../src/envelope/index.ts'
import { fuzzOptions, mutate, mutation, outcome } from '../support/fuzz.ts'

const root = join(import.meta.dirname, '../vectors/cosign')
const artifact = readFileSync(join(root, 'blob/artifact.txt'))
const vectorKeys = readdirSync(join(root, 'keys'))
  .filter((name) => name.endsWith('.pub'))
  .map((name) => readPublicKey(readFileSync(join(root, 'keys', name)), name))
const names = readdirSync(join(root, 'blob')).filter((name) => /^(att-)?key-.*sigstore\.json$/.test(name))
const documents = names.map((name) => readFileSync(join(root, 'blob', name)))

beforeAll(() => prepareKey({ type: 'ed25519' }))

/** True and false are verdicts; any exception of the oracle is a refusal. */
function theirs(bytes: Uint8Array, content: Buffer, keys: readonly PublicKey[]): boolean {
  try {
    const trust = toTrustMaterial(TrustedRoot.fromJSON({}), (hint) => {
      const key = keys.find((each) => keyHint(each) === hint)
      if (key === undefined) throw new Error('no key')
      return { publicKey: key.keyObject, validFor: () => true }
    })
    const verifier = new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 })
    verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(bufferOf(bytes).toString())), content))
    return true
  } catch {
    return false
  }
}

/** By the key that the hint names, as the oracle takes it. */
function ours(bytes: Uint8Array, content: Uint8Array, keys: readonly PublicKey[]): boolean {
  const result = outcome(() => parseBundle(bytes))
  if ('code' in result || result.value.material.kind !== 'public-key') return false
  const { hint } = result.value.material
  const key = keys.find((each) => keyHint(each) === hint)
  if (key === undefined) return false
  const signed = result.value.content
  if (signed.kind === 'message-signature') {
    if (signed.digest !== undefined) {
      const found = digestOf(content, signed.digest.algorithm)
      if (found !== `${signed.digest.algorithm}:${bufferOf(signed.digest.value).toString('hex')}`) return false
    }
    return schemesOf(key.type).some((scheme) => verifyParts(key, scheme, [content], signed.signature))
  }
  const { payloadType, payload, signatures } = signed.envelope
  const parts = paeParts(payloadType, [payload])
  return signatures.some(({ sig }) => schemesOf(key.type).some((scheme) => verifyParts(key, scheme, parts, sig)))
}

const isOracleWrong = (name: string): boolean => name.includes('ed25519') || name === 'att-key-p384.sigstore.json'
/** Its log entries need the private Sigstore's root, which is not given here. */
const needsRoot = (name: string): boolean => name.includes('rekor') || name.includes('tsa')

describe.each(names)('%s', (name) => {
  const bytes = readFileSync(join(root, 'blob', name))
  test('the verdict', () => {
    expect(ours(bytes, artifact, vectorKeys)).toBe(true)
    if (!needsRoot(name)) expect(theirs(bytes, artifact, vectorKeys)).toBe(!isOracleWrong(name))
  })

  test('another artifact and another key', () => {
    if (!name.startsWith('att-')) expect(ours(bytes, utf8('other'), vectorKeys)).toBe(false)
    const stranger = generatePrivateKey('ecdsa-p256').publicKey
    expect(ours(bytes, artifact, [stranger])).toBe(false)
    expect(theirs(bytes, artifact, [stranger])).toBe(false)
  })
})

describe('what we write is read by @sigstore/bundle and verified by @sigstore/verify', () => {
  const types: readonly KeyType[] = ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'rsa', 'ed25519']
  const payloadType = 'application/vnd.in-toto+json'
  test.each(types)('%s', (type) => {
    const key = generatePrivateKey(type, 2048)
    const material = { kind: 'public-key', hint: keyHint(key.publicKey) } as const
    const statement = utf8('{"_type":"https://in-toto.io/Statement/v1"}')
    const [plain = 'ed25519', prehashed = plain] = schemesOf(type)
    const algorithm = type === 'ecdsa-p384' ? 'sha384' : type === 'ecdsa-p521' ? 'sha512' : 'sha256'
    const digest = { algorithm, value: Buffer.from(digestOf(artifact, algorithm).slice(7), 'hex') } as const
    const sig = signParts(key, prehashed, paeParts(payloadType, [statement]))
    const contents: readonly NewBundleContent[] = [
      {
        kind: 'message-signature',
        signature: signParts(key, plain, [artifact]),
        ...(type === 'ed25519' ? {} : { digest }),
      },
      { kind: 'dsse', envelope: { payloadType, payload: [statement], signatures: [{ sig }] } },
    ]
    for (const content of contents) {
      const bytes = concat(...writeBundle({ content, material }))
      expect(ours(bytes, artifact, [key.publicKey])).toBe(true)
      const isOracleRight =
        type !== 'ed25519' && (content.kind === 'message-signature' || type === 'ecdsa-p256' || type === 'rsa')
      expect(theirs(bytes, artifact, [key.publicKey])).toBe(isOracleRight)
      if (type !== 'ed25519') expect(bundleFromJSON(JSON.parse(bufferOf(bytes).toString())).mediaType).toContain('v0.3')
    }
  })
})

/** What is signed, as the oracle reads it. */
function theirContent(bytes: Uint8Array): string | undefined {
  let bundle: Bundle
  try {
    bundle = bundleFromJSON(JSON.parse(bufferOf(bytes).toString()))
  } catch {
    return undefined
  }
  const { content } = bundle
  return content.$case === 'messageSignature'
    ? content.messageSignature.signature.toString('hex')
    : [
        content.dsseEnvelope.payloadType,
        content.dsseEnvelope.payload.toString('hex'),
        ...content.dsseEnvelope.signatures.map(({ sig }) => sig.toString('hex')),
      ].join()
}

function ourContent(bytes: Uint8Array): string | undefined {
  const result = outcome(() => parseBundle(bytes))
  if ('code' in result) return undefined
  const { content } = result.value
  return content.kind === 'message-signature'
    ? bufferOf(content.signature).toString('hex')
    : [
        content.envelope.payloadType,
        bufferOf(content.envelope.payload).toString('hex'),
        ...content.envelope.signatures.map(({ sig }) => bufferOf(sig).toString('hex')),
      ].join()
}

test('one change: what we accept the oracle reads as the same content, and a verdict of true is over the unchanged content', () => {
  fc.assert(
    fc.property(fc.constantFrom(...documents), mutation, (document, change) => {
      const bytes = mutate(document, change)
      const content = ourContent(bytes)
      if (content === undefined) return
      const read = theirContent(bytes)
      if (read !== undefined) expect(content).toBe(read)
      const isChanged = content !== ourContent(document)
      if (isChanged) expect(ours(bytes, artifact, vectorKeys)).toBe(false)
    }),
    fuzzOptions(3000),
  )
})
