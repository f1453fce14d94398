/** Files: sign-blob and attest-blob of both programs, every key type, the bundle and the older detached forms. */

import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { describeWithPeers } from '../peers/peers.ts'
import { cosignVerifies, type KeyName, keyPair, keyTypes, type PlainKeyFiles } from './keys.ts'
import { programsIn } from './programs.ts'
import { useWorld } from './world.ts'

const predicate = new URL('../vectors/cosign/predicates/cdx.json', import.meta.url).pathname
const CONTENT = 'what is released\n'
const what = ['--type', 'cyclonedx', '--predicate', predicate]

describeWithPeers(['cosign'], 'files signed by cosign and zegel', () => {
  const world = useWorld([])
  const programs = programsIn(world)
  const { cosignMakes, cosignSays, zegel, zegelDoes } = programs
  const keys = new Map<KeyName, PlainKeyFiles>()
  let file = ''
  let changed = ''
  beforeAll(async () => {
    file = await world.write('artifact', CONTENT)
    changed = await world.write('changed', `${CONTENT} and more`)
    for (const type of keyTypes) keys.set(type, await keyPair(world, programs, type, type))
  })
  const keyOf = (type: KeyName): PlainKeyFiles => keys.get(type) ?? { key: '', pub: '', plain: '' }

  const digestsOf = (text: string): string[] =>
    ['sha256', 'sha384', 'sha512'].map((name) => `${name}:${createHash(name).update(text).digest('hex')}`)

  /** Its status by itself, and told the digest algorithm of the key. */
  async function cosignSaysOf(type: KeyName, command: string, args: readonly string[]): Promise<number[]> {
    const how = cosignVerifies[type]
    const told = how === 'by itself' ? 'sha256' : how === 'never' ? 'sha512' : how
    return [await cosignSays(command, args), await cosignSays(command, ['--signature-digest-algorithm', told, ...args])]
  }

  /** What cosign 3.1 says of a good signature: pure Ed25519 of a file it knows, Ed25519ph of an envelope it doesn't. */
  const expected = (type: KeyName, isEnvelope: boolean): number[] => {
    if (type === 'ed25519') return isEnvelope ? [1, 1] : [0, 0]
    return cosignVerifies[type] === 'by itself' ? [0, 0] : [1, 0]
  }

  describe.each(keyTypes)('%s', (type) => {
    it('sign-blob by cosign, a bundle: zegel verifies the file and its digest', async () => {
      const { key, pub } = keyOf(type)
      const bundle = world.file(`theirs-${type}.json`)
      await cosignMakes('bundle', 'sign-blob', ['--key', key, '--bundle', bundle, file])
      await zegelDoes(['verify-blob', '--key', pub, '--bundle', bundle, file])
      expect((await zegel(['verify-blob', '--key', pub, '--bundle', bundle, changed])).status).toBe(1)
      const statuses: number[] = []
      for (const digest of digestsOf(CONTENT)) {
        statuses.push((await zegel(['verify-blob', '--key', pub, '--bundle', bundle, digest])).status)
      }
      // The digest that was signed proves it; of another algorithm, or for pure Ed25519, the file is needed: nothing is said.
      const proving = { p384: 1, p521: 2, ed25519: undefined }[type as string] ?? (type === 'ed25519' ? undefined : 0)
      expect(statuses.map((status) => status === 0)).toEqual([0, 1, 2].map((at) => at === proving))
      // cosign 3.1 can't read the empty messageDigest that it writes for Ed25519.
      const own = type === 'ed25519' ? [1, 1] : expected(type, false)
      expect(await cosignSaysOf(type, 'verify-blob', ['--key', pub, '--bundle', bundle, file])).toEqual(own)
    })

    it('sign-blob by cosign, the bare signature: zegel verifies', async () => {
      const { key, pub } = keyOf(type)
      const signature = world.file(`theirs-${type}.sig`)
      await cosignMakes('cosign', 'sign-blob', ['--key', key, '--output-signature', signature, file])
      await zegelDoes(['verify-blob', '--key', pub, '--signature', signature, file])
      expect((await zegel(['verify-blob', '--key', pub, '--signature', signature, changed])).status).toBe(1)
    })

    it('sign-blob by zegel: cosign verifies the bundle and the bare signature', async () => {
      const { plain, pub } = keyOf(type)
      const [bundle, signature] = [world.file(`ours-${type}.json`), world.file(`ours-${type}.sig`)]
      await zegelDoes(['sign-blob', '--key', plain, '--bundle', bundle, '--output-signature', signature, file])
      const asked = (name: string): string[] => ['--key', pub, '--bundle', bundle, name]
      expect(await cosignSaysOf(type, 'verify-blob', asked(file))).toEqual(expected(type, false))
      expect((await cosignSaysOf(type, 'verify-blob', asked(changed))).filter((status) => status === 0)).toEqual([])
      const bare = ['--new-bundle-format=false', '--key', pub, '--signature', signature, file]
      expect(await cosignSaysOf(type, 'verify-blob', bare)).toEqual(expected(type, false))
    })

    it('attest-blob by cosign: zegel verifies the file and its digest', async () => {
      const { key, pub } = keyOf(type)
      const bundle = world.file(`theirs-${type}.att.json`)
      await cosignMakes('bundle', 'attest-blob', ['--key', key, ...what, '--bundle', bundle, file])
      const asked = ['verify-blob-attestation', '--key', pub, '--type', 'cyclonedx', '--bundle', bundle]
      await zegelDoes([...asked, file])
      await zegelDoes([...asked, digestsOf(CONTENT)[0] ?? ''])
      expect((await zegel([...asked, changed])).status).toBe(1)
      expect((await zegel(['verify-blob', '--key', pub, '--bundle', bundle, file])).status).toBe(1)
    })

    it('attest-blob by zegel: cosign verifies', async () => {
      const { plain, pub } = keyOf(type)
      const bundle = world.file(`ours-${type}.att.json`)
      await zegelDoes(['attest-blob', '--key', plain, ...what, '--bundle', bundle, file])
      const asked = (name: string): string[] => ['--key', pub, '--type', 'cyclonedx', '--bundle', bundle, name]
      expect(await cosignSaysOf(type, 'verify-blob-attestation', asked(file))).toEqual(expected(type, true))
      const other = await cosignSaysOf(type, 'verify-blob-attestation', asked(changed))
      expect(other.filter((status) => status === 0)).toEqual([])
    })
  })

  it('the older bundle of cosign 2 (base64Signature): zegel verifies', async () => {
    const { key, pub } = keyOf('p256')
    const bundle = world.file('older.json')
    await cosignMakes('cosign', 'sign-blob', ['--key', key, '--bundle', bundle, file])
    await zegelDoes(['verify-blob', '--key', pub, '--signature', bundle, file])
    expect(await cosignSays('verify-blob', ['--new-bundle-format=false', '--key', pub, '--bundle', bundle, file])).toBe(
      0,
    )
  })
})
