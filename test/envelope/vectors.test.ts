/** Everything that cosign 3.1.1 wrote with a key is parsed, verified over its exact bytes, and written again to the same bytes. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { bufferOf, concat, digestOf, fromBase64, utf8 } from '../../src/base/index.ts'
import { keyHint, type PublicKey, prepareKey, readPublicKey, schemesOf, verifyParts } from '../../src/crypto/index.ts'
import {
  bundleAnnotations,
  cosignAnnotations,
  cosignMediaTypes,
  type DsseEnvelope,
  isBundleMediaType,
  paeParts,
  parseBundle,
  parseDsse,
  parseLegacyBundle,
  parseRekorBundle,
  parseSimpleSigning,
  parseTimestampAnnotation,
  type SigstoreBundle,
  writeBundle,
  writeDsse,
  writeSimpleSigning,
} from '../../src/envelope/index.ts'
import { type ImageManifest, parseManifest } from '../../src/oci/index.ts'

const root = join(import.meta.dirname, '../vectors/cosign')
const read = (...path: readonly string[]): Buffer => readFileSync(join(root, ...path))
const keys: readonly PublicKey[] = readdirSync(join(root, 'keys'))
  .filter((name) => name.endsWith('.pub'))
  .map((name) => readPublicKey(read('keys', name), name))
const artifact = read('blob', 'artifact.txt')

beforeAll(() => prepareKey({ type: 'ed25519' }))

const isSignedBy = (key: PublicKey, parts: readonly Uint8Array[], signature: Uint8Array): boolean =>
  schemesOf(key.type).some((scheme) => verifyParts(key, scheme, parts, signature))
const signer = (parts: readonly Uint8Array[], signature: Uint8Array): PublicKey | undefined =>
  keys.find((key) => isSignedBy(key, parts, signature))
const signedParts = ({ payloadType, payload }: DsseEnvelope): readonly Uint8Array[] => paeParts(payloadType, [payload])

/** What `writeBundle` takes of what `parseBundle` gave. */
function rewrite(bundle: SigstoreBundle): string {
  const { content, material, tlogEntries, timestamps } = bundle
  const newContent =
    content.kind === 'dsse'
      ? { kind: content.kind, envelope: { ...content.envelope, payload: [content.envelope.payload] } }
      : content
  return bufferOf(concat(...writeBundle({ content: newContent, material, tlogEntries, timestamps }))).toString()
}

describe.each(readdirSync(join(root, 'blob')).filter((name) => name.endsWith('.sigstore.json')))('blob/%s', (name) => {
  const bytes = read('blob', name)
  const bundle = parseBundle(bytes)
  test('parses, verifies over what it signs, and is written again as it was', () => {
    expect(bundle.version).toBe('0.3')
    expect(bundle.raw).toBe(bytes)
    expect(rewrite(bundle)).toBe(bytes.toString().trimEnd())
    const [parts, signature] =
      bundle.content.kind === 'dsse'
        ? [signedParts(bundle.content.envelope), bundle.content.envelope.signatures[0]?.sig ?? utf8('')]
        : [[artifact], bundle.content.signature]
    if (bundle.material.kind === 'public-key') {
      const key = signer(parts, signature)
      expect(key).toBeDefined()
      if (key !== undefined) expect(keyHint(key)).toBe(bundle.material.hint)
    } else {
      const [leaf] = bundle.material.chain
      const key = readPublicKey(leaf ?? utf8(''), 'leaf')
      expect(isSignedBy(key, parts, signature)).toBe(true)
      expect(isSignedBy(key, [...parts, utf8(' ')], signature)).toBe(false)
    }
  })

  test('log entries and timestamps', () => {
    expect(bundle.tlogEntries.length).toBe(name.includes('rekor') ? 1 : 0)
    if (name.includes('rekor2') || name.includes('tsa')) expect(bundle.timestamps.length).toBe(1)
    for (const entry of bundle.tlogEntries) {
      expect(entry.inclusionPromise === undefined).toBe(name.includes('rekor2'))
      expect(entry.integratedTime === undefined).toBe(name.includes('rekor2'))
      expect(entry.inclusionProof?.rootHash.length).toBe(32)
      expect(JSON.parse(bufferOf(entry.canonicalizedBody).toString())).toMatchObject({ kind: entry.kindVersion.kind })
    }
  })
})

test('Ed25519 blobs have no digest in their bundle, P-384 has SHA-384', () => {
  expect(parseBundle(read('blob', 'key-ed25519.sigstore.json')).content).not.toHaveProperty('digest')
  expect(parseBundle(read('blob', 'key-p384.sigstore.json')).content).toMatchObject({ digest: { algorithm: 'sha384' } })
})

describe('detached signatures', () => {
  test.each(readdirSync(join(root, 'blob')).filter((name) => name.endsWith('.sig') && name.startsWith('legacy')))(
    '%s',
    (name) => {
      expect(signer([artifact], fromBase64(read('blob', name).toString().trim()))).toBeDefined()
    },
  )

  test('the payload that cosign generate prints, signed by hand', () => {
    const payload = read('blob', 'generate.payload.json')
    const signature = fromBase64(read('blob', 'generate.payload.sig').toString().trim())
    const exact = payload.at(-1) === 0x0a ? payload.subarray(0, -1) : payload
    expect([payload, exact].some((bytes) => signer([bytes], signature) !== undefined)).toBe(true)
    expect(parseSimpleSigning(exact).dockerReference).toBe('127.0.0.1:5150/s11/app')
  })

  test('the old bundle', () => {
    const bundle = parseLegacyBundle(read('blob', 'legacy-key-rekor1.cosign-bundle.json'))
    expect(signer([artifact], bundle.signature)).toBeDefined()
    expect(bundle.rekorBundle).toMatchObject({ logIndex: 1046, integratedTime: 1795358140 })
    expect(readPublicKey(bundle.certificate ?? utf8(''), 'cert').type).toBe('ecdsa-p256')
  })
})

const folders = readdirSync(join(root, 'oci'))
const manifests = folders.flatMap((folder) =>
  readdirSync(join(root, 'oci', folder))
    .filter((name) => name.endsWith('.manifest.json'))
    .flatMap((name) => {
      const manifest = parseManifest(read('oci', folder, name), '')
      return manifest.kind === 'image' ? [{ folder, name, manifest }] : []
    }),
)
const layers = manifests.flatMap(({ folder, name, manifest }) =>
  manifest.layers.flatMap((layer, at) => {
    const file = join(root, 'oci', folder, 'blobs', layer.digest.replace(':', '-'))
    return [{ label: `${folder}/${name}#${at}`, layer, file, manifest }]
  }),
)
const layersOf = (
  mediaType: (type: string) => boolean,
): readonly [string, Buffer, ImageManifest['layers'][number], ImageManifest][] =>
  layers
    .filter(({ layer }) => mediaType(layer.mediaType))
    .map(({ label, layer, file, manifest }) => [label, readFileSync(file), layer, manifest])

describe('simple signing layers', () => {
  const all = layersOf((type) => type === cosignMediaTypes.simpleSigning)
  test('there are many', () => expect(all.length).toBeGreaterThanOrEqual(10))

  test.each(all)('%s', (_, bytes, layer) => {
    expect(digestOf(bytes)).toBe(layer.digest)
    const payload = parseSimpleSigning(bytes)
    const { dockerReference, manifestDigest, annotations } = payload
    expect(bufferOf(writeSimpleSigning({ dockerReference, manifestDigest, annotations })).toString()).toBe(
      bytes.toString(),
    )
    const signature = fromBase64(layer.annotations?.[cosignAnnotations.signature] ?? '')
    const certificate = layer.annotations?.[cosignAnnotations.certificate]
    const key = certificate === undefined ? signer([bytes], signature) : readPublicKey(utf8(certificate), 'certificate')
    expect(key !== undefined && isSignedBy(key, [bytes], signature)).toBe(true)
    const bundle = layer.annotations?.[cosignAnnotations.bundle]
    if (bundle !== undefined) expect(parseRekorBundle(utf8(bundle)).logId.length).toBe(32)
    const timestamp = layer.annotations?.[cosignAnnotations.rfc3161Timestamp]
    if (timestamp !== undefined) expect(parseTimestampAnnotation(utf8(timestamp))[0]).toBe(0x30)
  })
})

describe('DSSE layers', () => {
  const all = layersOf((type) => type === cosignMediaTypes.dsse)
  test('there are many', () => expect(all.length).toBeGreaterThanOrEqual(10))

  test.each(all)('%s', (_, bytes) => {
    const envelope = parseDsse(bytes)
    expect(signer(signedParts(envelope), envelope.signatures[0]?.sig ?? utf8(''))).toBeDefined()
    expect(bufferOf(concat(...writeDsse({ ...envelope, payload: [envelope.payload] }))).toString()).toBe(
      bytes.toString(),
    )
  })
})

describe('bundle layers', () => {
  const all = layersOf((type) => isBundleMediaType(type) !== undefined)
  test('there are many', () => expect(all.length).toBeGreaterThanOrEqual(20))

  test.each(all)('%s', (_, bytes, __, manifest) => {
    const bundle = parseBundle(bytes)
    expect(manifest.annotations[bundleAnnotations.content]).toBe('dsse-envelope')
    expect(rewrite(bundle)).toBe(bytes.toString())
    if (bundle.content.kind !== 'dsse') return
    const { envelope } = bundle.content
    expect(bytes.toString('latin1').includes(bufferOf(envelope.raw).toString('latin1'))).toBe(true)
    const signature = envelope.signatures[0]?.sig ?? utf8('')
    const key =
      bundle.material.kind === 'certificates'
        ? readPublicKey(bundle.material.chain[0] ?? utf8(''), 'leaf')
        : signer(signedParts(envelope), signature)
    expect(key !== undefined && isSignedBy(key, signedParts(envelope), signature)).toBe(true)
  })
})
