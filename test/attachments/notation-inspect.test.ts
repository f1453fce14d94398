/** What `inspect` shows of a Notation signature: all that it says, believed in nothing. */

import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AttachmentNode, attachReferrer, inspectImage, notationReferrer } from '../../src/attachments/index.ts'
import { notationFacts } from '../../src/attachments/notation-facts.ts'
import { type Bytes, utf8 } from '../../src/base/index.ts'
import { inspectReport } from '../../src/contract/attachments.ts'
import { notationMediaTypes } from '../../src/envelope/index.ts'
import { memoryStore } from '../../src/layout/index.ts'
import type { Descriptor } from '../../src/oci/index.ts'
import { fuzzOptions, mutate, mutation, outcome } from '../support/fuzz.ts'
import { putImage } from '../support/image.ts'
import { notationSample, notationVector } from '../support/notation-vectors.ts'
import { noWait } from './helpers.ts'

async function shown(sample: string): Promise<AttachmentNode | undefined> {
  const { store, digest } = await notationSample(sample)
  const tree = await inspectImage(store, digest)
  expect(tree.problems).toEqual([])
  inspectReport.parse({ schema: 'zegel.dev/inspect/v1', image: 'x', trust: 'nothing-verified', ...tree })
  return tree.attachments[0]
}

test.each(['jws', 'cose'] as const)('times, user metadata and certificates: %s', async (encoding) => {
  const node = await shown(`pos/${encoding}-expiry-meta`)
  const manifest = readFileSync(notationVector(`pos/${encoding}-expiry-meta/manifest.json`))
  expect(node).toMatchObject({
    kind: 'notation',
    notation: {
      encoding,
      algorithm: 'ES256',
      scheme: 'notary.x509',
      signingTime: expect.stringMatching(/^2026-11-22T14:30:1\dZ$/),
      expiry: expect.stringMatching(/^2026-11-23T14:30:1\dZ$/),
      artifact: { size: manifest.length },
      userMetadata: { build: '42', 'io.acme/x': 'y' },
      signingAgent: 'notation-go/1.3.2',
    },
  })
  const certificates = node?.notation?.certificates ?? []
  expect(certificates).toHaveLength(3)
  expect(certificates.map(({ issuer }) => issuer)).toEqual(
    [...certificates.slice(1), certificates[2]].map((it) => it?.subject),
  )
  expect(JSON.parse(node?.annotations?.['io.cncf.notary.x509chain.thumbprint#S256'] ?? '')).toEqual(
    certificates.map(({ fingerprint }) => fingerprint.slice('sha256:'.length)),
  )
  expect(node?.notation).not.toHaveProperty('timestamp')
})

test('a timestamp, readable or not', async () => {
  expect((await shown('pos/jws-timestamp'))?.notation?.timestamp).toEqual({ time: '2026-11-22T14:30:12Z' })
  const garbage = (await shown('ours/jws-ts-garbage-ignored-when-no-tsa-store'))?.notation
  expect(garbage?.timestamp).toMatchObject({ problem: expect.any(String) })
  expect(garbage?.certificates).toHaveLength(3)
})

test('a plugin, critical headers, the time of an authority, another content', async () => {
  const plugin = (await shown('ours/jws-verification-plugin'))?.notation
  expect(plugin).toMatchObject({ verificationPlugin: { name: expect.any(String) }, headers: [{ isCritical: true }] })
  const authority = (await shown('ours/cose-signing-authority'))?.notation
  expect(authority).toMatchObject({ authenticSigningTime: expect.any(String) })
  expect(authority).not.toHaveProperty('signingTime')
  const other = (await shown('neg/jws-bad-cty'))?.notation
  expect(other?.contentType).not.toBe('application/vnd.cncf.notary.payload.v1+json')
  expect(other).not.toHaveProperty('artifact')
})

describe('what cannot be read is told, and hides nothing', () => {
  async function attached(envelope: Bytes): Promise<[ReturnType<typeof memoryStore>, Descriptor]> {
    const store = memoryStore('registry.test/shop/api')
    const subject = await putImage(store)
    const good = readFileSync(notationVector('pos/jws-p256/envelope.jws'))
    for (const content of [envelope, good]) {
      const referrer = notationReferrer({ envelope: content, encoding: 'jws', chain: [], created: 0 })
      await attachReferrer(store, subject, referrer, noWait)
    }
    return [store, subject]
  }

  test.each([
    ['no envelope', utf8('{}')],
    ['nothing', new Uint8Array()],
  ])('%s', async (_, envelope) => {
    const [store, subject] = await attached(envelope)
    const { attachments, problems } = await inspectImage(store, subject.digest)
    expect(problems).toMatchObject([{ code: 'ATTACHMENT_MALFORMED', isUnseen: false }])
    expect(attachments.map(({ notation }) => notation?.algorithm ?? 'unread').toSorted()).toEqual(['ES256', 'unread'])
  })

  test('an envelope larger than is read', async () => {
    const [store, subject] = await attached(new Uint8Array(4 * 1024 * 1024 + 1))
    const { problems } = await inspectImage(store, subject.digest)
    expect(problems).toMatchObject([{ code: 'ATTACHMENT_UNREADABLE', isUnseen: true }])
  })
})

test('any envelope with one change', () => {
  const documents = readdirSync(notationVector('pos')).flatMap((sample) =>
    readdirSync(notationVector('pos', sample))
      .filter((name) => name.startsWith('envelope.'))
      .map((name) => ({
        bytes: readFileSync(notationVector('pos', sample, name)),
        type: notationMediaTypes[name.endsWith('jws') ? 'jws' : 'cose'],
      })),
  )
  fc.assert(
    fc.property(fc.constantFrom(...documents), mutation, ({ bytes, type }, change) => {
      outcome(() => notationFacts(mutate(bytes, change), type))
    }),
    fuzzOptions(400),
  )
})
