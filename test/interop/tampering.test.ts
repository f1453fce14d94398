/**
 * The same evidence, damaged in the same way, shown to cosign and to zegel: both refuse, or both accept. Where they differ, the case says so
 * and why; a difference that nobody wrote down fails.
 */

import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Bytes, utf8 } from '../../src/base/index.ts'
import { type PrivateKey, readPrivateKey } from '../../src/crypto/index.ts'
import { describeWithPeers } from '../peers/peers.ts'
import { attachRaw, bundleOf, signatureStatement, simplePayload, tagLegacySignature } from '../support/attach.ts'
import { fuzzOptions } from '../support/fuzz.ts'
import { makeKey } from '../support/keys.ts'
import { type KeyFiles, keyByZegel } from './keys.ts'
import { imageOf, PASSWORD, programsIn } from './programs.ts'
import { type TestImage, useWorld } from './world.ts'

/** A bundle as parsed JSON, as far as the cases reach into it. */
interface BundleJson {
  mediaType?: unknown
  verificationMaterial?: Record<string, unknown>
  dsseEnvelope: { payload: string; payloadType: unknown; signatures: { sig: string; keyid?: string }[] }
  [member: string]: unknown
}

type Said = 'both accept' | 'both refuse' | 'zegel is stricter' | 'zegel is wider'

interface BundleCase {
  readonly what: string
  readonly said: Said
  readonly why?: string
  change(bundle: BundleJson, text: string): BundleJson | string | undefined
}

/** Changes in place; what is returned replaces the bundle. */
const bundleCases: readonly BundleCase[] = [
  { what: 'nothing', said: 'both accept', change: () => undefined },
  { what: 'white space between members', said: 'both accept', change: (it) => JSON.stringify(it, null, 2) },
  { what: 'a line end after it', said: 'both accept', change: (_, text) => `${text}\n` },
  { what: 'a byte order mark before it', said: 'both refuse', change: (_, text) => `\ufeff${text}` },
  { what: 'a second document after it', said: 'both refuse', change: (_, text) => `${text}{}` },
  { what: 'cut short', said: 'both refuse', change: (_, text) => text.slice(0, -1) },
  { what: 'an unknown member', said: 'both refuse', change: (it) => ({ ...it, more: 1 }) },
  {
    what: 'an unknown member of the envelope',
    said: 'both refuse',
    change: (it) => void Object.assign(it.dsseEnvelope, { more: 1 }),
  },
  { what: 'a member twice', said: 'both refuse', change: (_, text) => text.replace('{', '{"mediaType":"x",') },
  {
    what: 'the payload twice',
    said: 'both refuse',
    change: (_, text) => text.replace('"payload"', '"payload":"aGk=","payload"'),
  },
  {
    what: 'a name in other letter case',
    said: 'both refuse',
    change: (_, text) => text.replace('"payload"', '"Payload"'),
  },
  {
    what: 'a name in snake_case',
    said: 'zegel is stricter',
    why: "Protocol Buffers' JSON reader takes both spellings of each name; one spelling keeps all readers at one answer, and nobody writes the other",
    change: (_, text) => text.replace('dsseEnvelope', 'dsse_envelope'),
  },
  { what: 'no media type', said: 'both refuse', change: (it) => void delete it.mediaType },
  {
    what: 'the media type of version 0.1',
    said: 'zegel is wider',
    why: 'cosign passes over older bundles of keys as if they were not there',
    change: (it) => void Object.assign(it, { mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1' }),
  },
  {
    what: 'the media type of version 0.2',
    said: 'zegel is wider',
    why: 'cosign passes over older bundles of keys as if they were not there',
    change: (it) => void Object.assign(it, { mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.2' }),
  },
  {
    what: 'the other media type of version 0.3',
    said: 'both accept',
    change: (it) => void Object.assign(it, { mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.3' }),
  },
  {
    what: 'the media type of a version to come',
    said: 'both refuse',
    change: (it) => void Object.assign(it, { mediaType: 'application/vnd.dev.sigstore.bundle.v0.4+json' }),
  },
  {
    what: 'the media type of a patch version',
    said: 'zegel is stricter',
    why: 'there is no version 0.3.1, so nothing is known of it',
    change: (it) => void Object.assign(it, { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3.1+json' }),
  },
  { what: 'no verification material', said: 'both refuse', change: (it) => void delete it.verificationMaterial },
  { what: 'empty verification material', said: 'both refuse', change: (it) => ({ ...it, verificationMaterial: {} }) },
  { what: 'no hint', said: 'both accept', change: (it) => ({ ...it, verificationMaterial: { publicKey: {} } }) },
  {
    what: 'the hint of another key',
    said: 'both accept',
    why: 'the hint is unsigned: the signature decides',
    change: (it) => ({ ...it, verificationMaterial: { publicKey: { hint: 'AAAA' } } }),
  },
  {
    what: 'a certificate in the place of the key',
    said: 'both refuse',
    change: (it) => ({ ...it, verificationMaterial: { certificate: { rawBytes: 'AAAA' } } }),
  },
  {
    what: 'a log entry that is none',
    said: 'both refuse',
    change: (it) => void Object.assign(it.verificationMaterial ?? {}, { tlogEntries: [{ logIndex: '1' }] }),
  },
  {
    what: 'a timestamp that is none',
    said: 'both accept',
    why: 'none was asked for, and none counts',
    change: (it) =>
      void Object.assign(it.verificationMaterial ?? {}, {
        timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: 'AAAA' }] },
      }),
  },
  { what: 'no signature', said: 'both refuse', change: (it) => inEnvelope(it, { signatures: [] }) },
  {
    what: 'an empty signature',
    said: 'both refuse',
    change: (it) => inEnvelope(it, { signatures: [{ sig: '' }] }),
  },
  {
    what: 'the signature twice',
    said: 'both refuse',
    change: (it) => void it.dsseEnvelope.signatures.push(...it.dsseEnvelope.signatures),
  },
  {
    what: 'a false signature before the good one',
    said: 'both refuse',
    change: (it) => void it.dsseEnvelope.signatures.unshift({ sig: 'AAAA' }),
  },
  {
    what: 'a keyid of another name',
    said: 'zegel is wider',
    why: 'DSSE: a keyid is an unsigned hint and must not decide anything',
    change: (it) => changeSignature(it, (signature) => ({ ...signature, keyid: 'other' })),
  },
  {
    what: 'a byte after the signature',
    said: 'both refuse',
    change: (it) => changeBytes(it, (sig) => Buffer.concat([sig, Buffer.of(0)])),
  },
  {
    what: 'white space in base64',
    said: 'zegel is stricter',
    why: 'RFC 4648 section 3.3: characters outside the alphabet are refused unless the format says otherwise',
    change: (it) => changePayload(it, (text) => `${text.slice(0, 40)}\n${text.slice(40)}`),
  },
  {
    what: 'the payload in base64 of the URL-safe alphabet',
    said: 'zegel is stricter',
    why: 'one encoding, so that the same bytes have one text; nobody writes the other',
    change: (it) => changePayload(it, (text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  },
  {
    what: 'another payload type',
    said: 'both refuse',
    change: (it) => inEnvelope(it, { payloadType: 'application/json' }),
  },
  {
    what: 'a payload type that is a number',
    said: 'both refuse',
    change: (it) => inEnvelope(it, { payloadType: 1 }),
  },
  {
    what: 'an envelope and a message signature at once',
    said: 'both refuse',
    change: (it) => ({
      ...it,
      messageSignature: { messageDigest: { algorithm: 'SHA2_256', digest: 'AAAA' }, signature: 'AAAA' },
    }),
  },
]

/** Statements, well signed, that say something else. */
const statementCases: readonly {
  readonly what: string
  readonly said: Said
  readonly why?: string
  change(text: string, digest: string): string
}[] = [
  { what: 'no predicate', said: 'both accept', change: (text) => text.replace(/,"predicate":.*\}\}$/, '}') },
  { what: 'Statement v0.1', said: 'both accept', change: (text) => text.replace('Statement/v1', 'Statement/v0.1') },
  { what: 'a line end after it', said: 'both accept', change: (text) => `${text}\n` },
  {
    what: 'no _type',
    said: 'zegel is stricter',
    why: 'in-toto: _type is required',
    change: (text) => text.replace('"_type":"https://in-toto.io/Statement/v1",', ''),
  },
  {
    what: 'another _type',
    said: 'zegel is stricter',
    why: 'in-toto: _type says how the rest is read',
    change: (text) => text.replace('https://in-toto.io/Statement/v1', 'https://example.test/v1'),
  },
  {
    what: 'an unknown member',
    said: 'zegel is wider',
    why: 'in-toto: consumers must pass over members that they do not know',
    change: (text) => text.replace('"predicate":', '"more":1,"predicate":'),
  },
  {
    what: 'the subject twice',
    said: 'both refuse',
    change: (text) => text.replace('"predicateType"', '"subject":[],"predicateType"'),
  },
  {
    what: 'a name in other letter case',
    said: 'both refuse',
    change: (text) => text.replace('"subject"', '"Subject"'),
  },
  {
    what: 'two subjects, one of them the image',
    said: 'both accept',
    change: (text) => text.replace('"subject":[', `"subject":[{"digest":{"sha256":"${'0'.repeat(64)}"}},`),
  },
  { what: 'no subject', said: 'both refuse', change: (text) => text.replace(/"subject":\[.*?\]/, '"subject":[]') },
  {
    what: 'the digest of another image',
    said: 'both refuse',
    change: (text, digest) => text.replace(digest, '0'.repeat(64)),
  },
  {
    what: 'the digest in capitals',
    said: 'both refuse',
    change: (text, digest) => text.replace(digest, digest.toUpperCase()),
  },
  {
    what: 'the digest under another algorithm',
    said: 'both refuse',
    change: (text) => text.replace('"sha256"', '"sha512"'),
  },
  {
    what: 'a predicate type in other letter case',
    said: 'zegel is stricter',
    why: 'it is not an image signature, and cosign takes any type for one',
    change: (text) => text.replace('sign/v1"', 'sign/V1"'),
  },
]

describeWithPeers(['cosign', 'registry-honest', 'docker-registry'], 'damaged evidence', () => {
  const world = useWorld(['registry-honest', 'docker-registry'])
  const programs = programsIn(world)
  const { cosignSays, zegel } = programs
  let own: KeyFiles
  let key: PrivateKey
  beforeAll(async () => {
    own = await keyByZegel(world, programs, 'p256', 'release')
    key = await readPrivateKey(await readFile(own.key), 'release.key', async () => utf8(PASSWORD))
  })

  async function saidOf(image: TestImage): Promise<Said> {
    const byCosign = (await cosignSays('verify', ['--key', own.pub, image.pinned])) === 0
    const { status, report } = await zegel(['verify', '--key', own.pub, image.pinned])
    // Refused is 1, never "could not tell": everything was there to be read.
    expect(imageOf(report).verdict).toBe(status === 0 ? 'verified' : 'refused')
    if (byCosign === (status === 0)) return byCosign ? 'both accept' : 'both refuse'
    return byCosign ? 'zegel is stricter' : 'zegel is wider'
  }

  /** Question marks in a row have a slash in their base64, wherever they stand: the URL-safe alphabet has another letter for it. */
  const statementOf = (image: TestImage): string =>
    JSON.stringify(signatureStatement(image.descriptor, { predicate: { note: '??????' } }))

  const bundleAround = (statement: string, by = key): string => Buffer.from(bundleOf({ key: by, statement })).toString()

  async function attached(change: (text: string, image: TestImage) => string | Bytes) {
    const image = await world.image('registry-honest')
    const changed = change(bundleAround(statementOf(image)), image)
    await attachRaw(image.store, image.descriptor, typeof changed === 'string' ? utf8(changed) : changed)
    return image
  }

  it.each(bundleCases)('bundle with $what: $said', async ({ change, said }) => {
    const image = await attached((text) => {
      const bundle = JSON.parse(text) as BundleJson
      const changed = change(bundle, text) ?? bundle
      return typeof changed === 'string' ? changed : JSON.stringify(changed)
    })
    expect(await saidOf(image)).toBe(said)
  })

  it.each(statementCases)('statement with $what: $said', async ({ change, said }) => {
    const image = await attached((_, at) => bundleAround(change(statementOf(at), at.digest.slice('sha256:'.length))))
    expect(await saidOf(image)).toBe(said)
  })

  it('a bundle by another key: both refuse', async () => {
    expect(await saidOf(await attached((_, at) => bundleAround(statementOf(at), makeKey())))).toBe('both refuse')
  })

  it('the bundle of another image: both refuse', async () => {
    const other = await world.image('registry-honest')
    expect(await saidOf(await attached(() => bundleAround(statementOf(other))))).toBe('both refuse')
  })

  it('one byte of a bundle, anywhere: both say the same', async () => {
    const flips = fc.record({
      place: fc.double({ min: 0, max: 0.999, noNaN: true }),
      bit: fc.integer({ min: 0, max: 6 }),
    })
    const check = fc.asyncProperty(flips, async ({ place, bit }) => {
      const image = await attached((text) => flipped(utf8(text), place, bit))
      expect(['both accept', 'both refuse']).toContain(await saidOf(image))
    })
    await fc.assert(check, fuzzOptions(25))
  })

  it('one byte of what a bundle signs, or of its signature: both refuse', async () => {
    const flips = fc.record({
      part: fc.constantFrom('payload', 'signature'),
      place: fc.double({ min: 0, max: 0.999, noNaN: true }),
      bit: fc.integer({ min: 0, max: 7 }),
    })
    const check = fc.asyncProperty(flips, async ({ part, place, bit }) => {
      const image = await attached((text) => {
        const bundle = JSON.parse(text) as BundleJson
        const flip = (base64: string): string => flipped(Buffer.from(base64, 'base64'), place, bit).toString('base64')
        if (part === 'payload') changePayload(bundle, flip)
        else changeSignature(bundle, ({ sig }) => ({ sig: flip(sig) }))
        return JSON.stringify(bundle)
      })
      expect(await saidOf(image)).toBe('both refuse')
    })
    await fc.assert(check, fuzzOptions(20))
  })

  describe('legacy signatures', () => {
    type Legacy = { payload: string; carried?: string; signature?: string }

    async function tagged(make: (image: TestImage) => Legacy): Promise<TestImage> {
      const image = await world.image('docker-registry')
      await tagLegacySignature(image.store, image.descriptor, { key, ...make(image) })
      return image
    }

    const zeros = `sha256:${'0'.repeat(64)}`
    const cases: readonly { what: string; said: Said; make: (image: TestImage) => Legacy }[] = [
      { what: 'nothing changed', said: 'both accept', make: (image) => ({ payload: simplePayload(image) }) },
      {
        what: 'no optional',
        said: 'both accept',
        make: (image) => ({ payload: simplePayload(image).replace(',"optional":null', '') }),
      },
      {
        what: 'a line end after the payload',
        said: 'both accept',
        make: (image) => ({ payload: `${simplePayload(image)}\n` }),
      },
      { what: 'a second document', said: 'both refuse', make: (image) => ({ payload: `${simplePayload(image)}{}` }) },
      {
        what: 'another digest, signed',
        said: 'both refuse',
        make: () => ({ payload: simplePayload({ digest: zeros }) }),
      },
      {
        what: 'another digest, changed after it was signed',
        said: 'both refuse',
        make: (image) => ({ payload: simplePayload({ digest: zeros }), carried: simplePayload(image) }),
      },
      {
        what: 'an empty signature',
        said: 'both refuse',
        make: (image) => ({ payload: simplePayload(image), signature: '' }),
      },
      {
        what: 'a signature that is no base64',
        said: 'both refuse',
        make: (image) => ({ payload: simplePayload(image), signature: '!' }),
      },
    ]
    it.each(cases)('$what: $said', async ({ make, said }) => {
      expect(await saidOf(await tagged(make))).toBe(said)
    })

    it('one byte of the payload, anywhere: both refuse', async () => {
      const place = fc.double({ min: 0, max: 0.999, noNaN: true })
      const check = fc.asyncProperty(place, fc.integer({ min: 0, max: 6 }), async (at, bit) => {
        const image = await tagged((it) => {
          const payload = simplePayload(it)
          return { payload, carried: flipped(utf8(payload), at, bit).toString('latin1') }
        })
        expect(await saidOf(image)).toBe('both refuse')
      })
      await fc.assert(check, fuzzOptions(15))
    })
  })
})

function flipped(bytes: Bytes, place: number, bit: number): Buffer {
  const changed = Buffer.from(bytes)
  const at = Math.floor(place * changed.length)
  changed[at] = (changed[at] ?? 0) ^ (1 << bit)
  return changed
}

function inEnvelope(bundle: BundleJson, members: Partial<BundleJson['dsseEnvelope']>): BundleJson {
  return { ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, ...members } }
}

function changePayload({ dsseEnvelope }: BundleJson, change: (base64: string) => string): undefined {
  dsseEnvelope.payload = change(dsseEnvelope.payload)
}

function changeSignature(
  { dsseEnvelope }: BundleJson,
  change: (signature: { sig: string }) => { sig: string; keyid?: string },
): undefined {
  dsseEnvelope.signatures = dsseEnvelope.signatures.map(change)
}

function changeBytes(bundle: BundleJson, change: (sig: Buffer) => Buffer): undefined {
  changeSignature(bundle, ({ sig }) => ({ sig: change(Buffer.from(sig, 'base64')).toString('base64') }))
}
