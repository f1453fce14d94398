/** Attestations of every `--type` and every key type, in both formats and both directions; the predicate as it was given. */

import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { describeWithPeers } from '../peers/peers.ts'
import { cosignVerifies, type KeyName, keyPair, keyTypes, type PlainKeyFiles } from './keys.ts'
import { formats, imageOf, programsIn, type ReportedCandidate } from './programs.ts'
import { useWorld } from './world.ts'

const vectors = new URL('../vectors/cosign/predicates/', import.meta.url).pathname

/** What is attested as which type; `vsa` is a short name of ours, cosign takes its URI. */
const types: readonly { readonly type: string; readonly file: string; readonly uri: string }[] = [
  { type: 'slsaprovenance', file: 'slsa02.json', uri: 'https://slsa.dev/provenance/v0.2' },
  { type: 'slsaprovenance02', file: 'slsa02.json', uri: 'https://slsa.dev/provenance/v0.2' },
  { type: 'slsaprovenance1', file: 'slsa1.json', uri: 'https://slsa.dev/provenance/v1' },
  { type: 'link', file: 'link.json', uri: 'https://in-toto.io/Link/v1' },
  { type: 'spdx', file: 'spdx.txt', uri: 'https://spdx.dev/Document' },
  { type: 'spdxjson', file: 'spdx.json', uri: 'https://spdx.dev/Document' },
  { type: 'cyclonedx', file: 'cdx.json', uri: 'https://cyclonedx.org/bom' },
  { type: 'vuln', file: 'vuln.json', uri: 'https://cosign.sigstore.dev/attestation/vuln/v1' },
  { type: 'openvex', file: 'vex.json', uri: 'https://openvex.dev/ns' },
  { type: 'custom', file: 'custom.txt', uri: 'https://cosign.sigstore.dev/attestation/v1' },
  { type: 'vsa', file: 'uri.json', uri: 'https://slsa.dev/verification_summary/v1' },
  { type: 'https://example.test/suite/v1', file: 'uri.json', uri: 'https://example.test/suite/v1' },
]

/** cosign 3.1 fails on a predicate that is a string, which is what its own `attest --type spdx` writes. */
const cosignSaysOf = (type: string): number => (type === 'spdx' ? 1 : 0)

describeWithPeers(['cosign', 'docker-registry', 'registry-honest'], 'attestations of cosign and zegel', () => {
  const world = useWorld(['docker-registry', 'registry-honest'])
  const programs = programsIn(world)
  const { cosign, cosignMakes, cosignSays, zegel, zegelDoes } = programs
  let own: PlainKeyFiles
  const keys = new Map<KeyName, PlainKeyFiles>()
  const keyOf = (type: KeyName): PlainKeyFiles => keys.get(type) ?? own
  beforeAll(async () => {
    own = await keyPair(world, programs, 'p256', 'release')
    for (const type of keyTypes) keys.set(type, await keyPair(world, programs, type, type))
  })

  async function provenBy(type: string, image: string, pub = own.pub): Promise<ReportedCandidate> {
    const verified = imageOf(await zegelDoes(['verify-attestation', '--key', pub, '--type', type, image]))
    const [candidate] = verified.candidates.filter(({ verdict }) => verdict === 'passed')
    if (candidate === undefined) throw new Error('verified without a candidate')
    return candidate
  }

  describe.each(formats)('format %s', (format) => {
    it.each(types)('$type by cosign: zegel verifies it', async ({ type, file, uri }) => {
      const image = await world.image('docker-registry')
      const named = type === 'vsa' ? uri : type
      const what = ['--key', own.key, '--type', named, '--predicate', vectors + file]
      await cosignMakes(format, 'attest', [...what, image.pinned])
      const candidate = await provenBy(type, image.tagged)
      expect(candidate.predicateType).toBe(uri)
      // cosign writes JSON anew (through protobuf), so the value is compared, of what it keeps.
      const text = await readFile(vectors + file, 'utf8')
      if (type === 'custom') expect(candidate.statement?.predicate).toMatchObject({ Data: text })
      else if (type === 'spdx') expect(candidate.statement?.predicate).toBe(text)
      else expect(candidate.statement?.predicate).toMatchObject(keptByCosign(type, JSON.parse(text)))
      const any = imageOf(await zegelDoes(['verify-attestation', '--key', own.pub, '--type', 'any', image.tagged]))
      expect(any.candidates[0]?.predicateType).toBe(uri)
      const other = await zegel([
        'verify-attestation',
        '--key',
        own.pub,
        '--type',
        'https://example.test/no',
        image.tagged,
      ])
      expect(other.status).toBe(1)
      expect(await cosignSays('verify-attestation', ['--key', own.pub, '--type', named, image.pinned])).toBe(
        cosignSaysOf(type),
      )
    })

    it.each(types)('$type by zegel: cosign verifies it', async ({ type, file, uri }) => {
      const image = await world.image('docker-registry')
      const predicate = ['--type', type, '--predicate', vectors + file]
      await zegelDoes(['attest', '--format', format, '--key', own.plain, ...predicate, image.tagged])
      const named = type === 'vsa' ? uri : type
      expect(await cosignSays('verify-attestation', ['--key', own.pub, '--type', named, image.pinned])).toBe(
        cosignSaysOf(type),
      )
      const other = type === 'link' ? 'vuln' : 'link'
      expect(await cosignSays('verify-attestation', ['--key', own.pub, '--type', other, image.pinned])).toBe(1)
      await exactPredicate(type, file, image.tagged)
    })

    it.each(keyTypes)('%s by cosign: zegel verifies it', async (type) => {
      const { key, pub } = keyOf(type)
      const image = await world.image('registry-honest')
      const what = ['--key', key, '--type', 'cyclonedx', '--predicate', `${vectors}cdx.json`]
      await cosignMakes(format, 'attest', [...what, image.pinned])
      const { findings } = await provenBy('cyclonedx', image.tagged, pub)
      expect(findings.map(({ outcome }) => outcome)).not.toContain('fail')
    })

    it.each(keyTypes)('%s by zegel: cosign verifies it', async (type) => {
      const { plain, pub } = keyOf(type)
      const image = await world.image('registry-honest')
      const what = ['--key', plain, '--type', 'cyclonedx', '--predicate', `${vectors}cdx.json`]
      await zegelDoes(['attest', '--format', format, ...what, image.tagged])
      const asked = ['--key', pub, '--type', 'cyclonedx', image.pinned]
      const how = cosignVerifies[type]
      expect(await cosignSays('verify-attestation', asked)).toBe(how === 'by itself' ? 0 : 1)
      if (how === 'by itself') return
      const told = ['--signature-digest-algorithm', how === 'never' ? 'sha512' : how]
      expect(await cosignSays('verify-attestation', [...told, ...asked])).toBe(how === 'never' ? 1 : 0)
    })

    it('the same attestation by both: cosign prints the statement that zegel prints', async () => {
      const image = await world.image('docker-registry')
      const what = ['--key', own.plain, '--type', 'cyclonedx', '--predicate', `${vectors}cdx.json`]
      await zegelDoes(['attest', '--format', format, ...what, image.tagged])
      const { stdout } = await cosign([
        ...['verify-attestation', '--insecure-ignore-tlog', '--key', own.pub, '--type', 'cyclonedx', image.pinned],
      ])
      const printed = statementOf(stdout)
      expect(printed).toEqual((await provenBy('cyclonedx', image.tagged)).statement)
    })

    it('signed again, nothing is added; --replace leaves one', async () => {
      const image = await world.image('docker-registry')
      const attest = async (file: string, ...more: string[]): Promise<string> => {
        const what = ['--key', own.plain, '--type', 'cyclonedx', '--predicate', vectors + file]
        const report = await zegelDoes(['attest', '--format', format, ...what, ...more, image.tagged])
        return imageOf(report).outcome ?? ''
      }
      expect([await attest('cdx.json'), await attest('cdx.json')]).toEqual(['pushed', 'already-there'])
      await attest('uri.json', '--replace')
      expect(await attestationsSeenByCosign(image.pinned)).toEqual([{ passed: true, suite: 'e2e' }])
    })
  })

  async function exactPredicate(type: string, file: string, image: string): Promise<void> {
    const out = world.file('predicate')
    await zegelDoes(['verify-attestation', '--key', own.pub, '--type', type, '--predicate-out', out, image])
    const given = await readFile(vectors + file, 'utf8')
    if (type === 'custom') expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({ Data: given })
    else expect(await readFile(out, 'utf8')).toBe(type === 'spdx' ? given : given.trim())
  }

  async function attestationsSeenByCosign(image: string): Promise<readonly unknown[]> {
    const { stdout } = await cosign([
      ...['verify-attestation', '--insecure-ignore-tlog', '--key', own.pub, '--type', 'cyclonedx', image],
    ])
    return stdout
      .trim()
      .split('\n')
      .map((line) => statementOf(line).predicate)
  }
})

/** cosign writes SLSA v0.2 and scans through types of its own: what is empty or false is dropped, and `invocation` of a scan changed. */
function keptByCosign(type: string, predicate: Record<string, unknown>): Record<string, unknown> {
  const { builder, buildType, scanner, metadata } = predicate
  if (type === 'slsaprovenance' || type === 'slsaprovenance02') return { builder, buildType }
  return type === 'vuln' ? { scanner, metadata } : predicate
}

/** Out of one line of `cosign verify-attestation`: a DSSE envelope. */
function statementOf(line: string): { readonly predicate: unknown } {
  const { payload } = JSON.parse(line) as { payload: string }
  return JSON.parse(Buffer.from(payload, 'base64').toString()) as { predicate: unknown }
}
