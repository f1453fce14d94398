/**
 * Exit statuses and reports of real runs: 0 done, 1 refused, 2 the call was wrong, 3 could not tell. Each document that is written is held to the
 * JSON Schema that ships.
 */

import { mkdir, readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fallbackTag } from '../../src/envelope/index.ts'
import { describeWithPeers, type RunningRegistry, startRegistryPeer } from '../peers/peers.ts'
import { keyPair, type PlainKeyFiles } from './keys.ts'
import { imageOf, programsIn } from './programs.ts'
import { peerPlaces, places, type TestImage, useWorld } from './world.ts'

const predicate = new URL('../vectors/cosign/predicates/cdx.json', import.meta.url).pathname
const what = ['--type', 'cyclonedx', '--predicate', predicate]

describeWithPeers(['cosign', ...peerPlaces], 'statuses and reports', () => {
  const world = useWorld(places)
  const programs = programsIn(world)
  const { cosignMakes } = programs
  let own: PlainKeyFiles
  let other: PlainKeyFiles
  let image: TestImage
  beforeAll(async () => {
    own = await keyPair(world, programs, 'p256', 'release')
    other = await keyPair(world, programs, 'p384', 'other')
    image = await world.image('docker-registry')
  })

  const validators = new Map<string, (document: unknown) => boolean>()

  async function validator(schema: string): Promise<(document: unknown) => boolean> {
    const known = validators.get(schema)
    if (known !== undefined) return known
    const file = `${schema.replace('zegel.dev/', '').replace('/', '-')}.json`
    const text = await readFile(new URL(`../../schemas/${file}`, import.meta.url), 'utf8')
    const made = new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(text) as object)
    validators.set(schema, made)
    return made
  }

  /** The status and the code of the report, which is valid by the schema that it names, and by ours (see `zegel`). */
  async function run(...args: string[]): Promise<readonly [status: number, code: string | undefined, schema: string]> {
    const { status, report } = await programs.zegel(args)
    const valid = await validator(report.schema)
    expect(valid(report), `${report.schema} of zegel ${args.join(' ')}`).toBe(true)
    if (typeof report.status === 'number') expect(report.status).toBe(status)
    const code = report.code ?? report.images?.[0]?.reason?.code
    return [status, code, report.schema.replace('zegel.dev/', '')]
  }

  describe.each(places)('every command on %s', (place) => {
    it('done: 0, and a report of its own schema', async () => {
      const index = await world.index(place)
      const at = index.tagged
      const bundle = world.file(`bundle-${place}`)
      const layout = world.file(`layout-${place}`)
      const seen: (readonly [number, string])[] = []
      for (const args of [
        ['sign', '--key', own.plain, '--recursive', '-a', 'build=1', at],
        ['sign', '--key', own.plain, '--format', 'cosign', at],
        ['sign', '--key', own.plain, '--no-upload', '--bundle', bundle, at],
        ['attest', '--key', own.plain, ...what, at],
        ['attest', '--key', own.plain, ...what, '--format', 'cosign', '--replace', at],
        ['attach', 'sbom', '--sbom', predicate, at],
        ['verify', '--key', own.pub, '--recursive', '--each', at],
        ['verify', '--key', own.pub, '--key', other.pub, at, index.pinned],
        ['verify-attestation', '--key', own.pub, '--type', 'any', at],
        ['inspect', at],
        ['download', 'signature', at],
        ['download', 'attestation', at],
        ['copy', at, `oci:${layout}:1.4`],
        ['verify', '--key', own.pub, `oci:${layout}:1.4`],
        ['inspect', `oci:${layout}:1.4`],
        ['copy', `oci:${layout}:1.4`, `${world.address(place)}/mirror/api:1.4`],
        ['clean', '--type', 'all', '--dry-run', at],
        ['clean', '--type', 'attestation', at],
      ]) {
        const [status, , schema] = await run(...args)
        seen.push([status, schema])
      }
      expect(seen).toEqual([
        ...Array<unknown>(3).fill([0, 'sign/v1']),
        ...Array<unknown>(2).fill([0, 'attest/v1']),
        [0, 'attach/v1'],
        ...Array<unknown>(2).fill([0, 'verify/v1']),
        [0, 'verify-attestation/v1'],
        [0, 'inspect/v1'],
        ...Array<unknown>(2).fill([0, 'download/v1']),
        [0, 'copy/v1'],
        [0, 'verify/v1'],
        [0, 'inspect/v1'],
        [0, 'copy/v1'],
        ...Array<unknown>(2).fill([0, 'clean/v1']),
      ])
    })

    it('refused: 1, and why', async () => {
      const fresh = await world.image(place)
      expect(await run('verify', '--key', own.pub, fresh.tagged)).toEqual([1, 'NO_SIGNATURE', 'verify/v1'])
      await cosignMakes('bundle', 'sign', ['--key', own.key, fresh.pinned])
      expect(await run('verify', '--key', other.pub, fresh.tagged)).toEqual([1, 'NONE_PASSED', 'verify/v1'])
      const both = ['--key', own.pub, '--key', other.pub, '--threshold', '2']
      expect(await run('verify', ...both, fresh.tagged)).toEqual([1, 'THRESHOLD_NOT_MET', 'verify/v1'])
      const attestation = ['verify-attestation', '--key', own.pub, '--type', 'cyclonedx', fresh.tagged]
      expect((await run(...attestation))[0]).toBe(1)
    })

    it('not there: 3', async () => {
      const missing = `${world.address(place)}/shop/nothing:1.4`
      expect(await run('verify', '--key', own.pub, missing)).toEqual([3, 'IMAGE_MISSING', 'verify/v1'])
      for (const args of [
        ['sign', '--key', own.plain, missing],
        ['attest', '--key', own.plain, ...what, missing],
        ['inspect', missing],
        ['copy', missing, `oci:${world.file('none')}:1.4`],
        ['download', 'signature', missing],
        ['clean', '--type', 'all', missing],
      ]) {
        const [status, , schema] = await run(...args)
        expect([args[0], status, schema]).toEqual([args[0], 3, 'error/v1'])
      }
    })
  })

  it.each([
    ['no key', (it: string) => ['verify', it]],
    ['a key that is not there', (it: string) => ['verify', '--key', 'missing.pub', it]],
    ['a private key to verify with', (it: string) => ['verify', '--key', own.key, it]],
    ['a public key to sign with', (it: string) => ['sign', '--key', own.pub, it]],
    ['a malformed reference', () => ['verify', '--key', own.pub, '127.0.0.1:5000/Shop/API']],
    ['an unknown flag', (it: string) => ['verify', '--kee', own.pub, it]],
    [
      'an unknown predicate type',
      (it: string) => ['attest', '--key', own.plain, '--type', 'cyclone', '--predicate', predicate, it],
    ],
    ['a threshold that can not be met', (it: string) => ['verify', '--key', own.pub, '--threshold', '2', it]],
    [
      'a predicate that is no JSON',
      (it: string) => ['attest', '--key', own.plain, '--type', 'cyclonedx', '--predicate', own.pub, it],
    ],
    ['a layout that is not there', () => ['verify', '--key', own.pub, `oci:${world.file('nowhere')}:1`]],
  ] as const)('wrong before work begins, 2: %s', async (_, args) => {
    const [status, , schema] = await run(...args(image.tagged))
    expect([status, schema]).toEqual([2, 'error/v1'])
  })

  it('several images: 1 outranks 3 outranks 0', async () => {
    const [signed, unsigned] = [await world.image('docker-registry'), await world.image('docker-registry')]
    await programs.zegelDoes(['sign', '--key', own.plain, signed.tagged])
    const missing = `${world.address('docker-registry')}/shop/nothing:1.4`
    const of = async (...images: string[]): Promise<number> => (await run('verify', '--key', own.pub, ...images))[0]
    expect(await of(signed.tagged, signed.pinned)).toBe(0)
    expect(await of(signed.tagged, missing)).toBe(3)
    expect(await of(missing, unsigned.tagged, signed.tagged)).toBe(1)
  })

  describe('could not be seen: 3, never "unsigned"', () => {
    let closed: RunningRegistry
    beforeAll(async () => {
      const folder = world.file('closed')
      await mkdir(folder)
      const path = await world.write('htpasswd', 'alice:$2y$05$abcdefghijklmnopqrstuuoXuKqgZXLiJqzfmMXDDhSFPIvxV7t8.\n')
      closed = await startRegistryPeer('docker-registry', {
        config: `auth:\n  htpasswd: { realm: test, path: ${JSON.stringify(path)} }`,
        ready: 'connection',
      })
    })
    afterAll(() => closed.stop())

    it('a registry that wants a login', async () => {
      const at = `${closed.address}/shop/api:1.4`
      expect((await run('verify', '--key', own.pub, at))[0]).toBe(3)
      expect((await run('sign', '--key', own.plain, at))[0]).toBe(3)
    })

    it('nobody listens', async () => {
      expect((await run('verify', '--key', own.pub, '127.0.0.1:1/shop/api:1.4'))[0]).toBe(3)
    })

    it.each([401, 403, 429, 500, 503])('one place answers %i', async (status) => {
      const fresh = await world.image('docker-registry')
      await cosignMakes('bundle', 'sign', ['--key', other.key, fresh.pinned])
      const tag = fallbackTag(fresh.descriptor.digest)
      const front = await frontOf(world.address('docker-registry'), (path) => path.endsWith(tag), status)
      try {
        const at = fresh.tagged.replace(world.address('docker-registry'), front.address)
        const report = await programs.zegel(['verify', '--key', own.pub, at])
        expect([report.status, imageOf(report.report).reason.code]).toEqual([3, 'EVIDENCE_UNREADABLE'])
      } finally {
        await front.stop()
      }
    })
  })
})

/** The registry behind a front that answers some paths with a status. */
async function frontOf(
  address: string,
  isHidden: (path: string) => boolean,
  status: number,
): Promise<{ address: string; stop: () => Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const path = request.url ?? '/'
    if (isHidden(path)) return void response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
    void (async () => {
      const accept = request.headers.accept ?? '*/*'
      const answer = await fetch(`http://${address}${path}`, { method: request.method ?? 'GET', headers: { accept } })
      const bytes = Buffer.from(await answer.arrayBuffer())
      const kept = ['content-type', 'docker-content-digest', 'content-length'].flatMap((name) => {
        const value = answer.headers.get(name)
        return value === null ? [] : [[name, value] as const]
      })
      response.writeHead(answer.status, Object.fromEntries(kept)).end(request.method === 'HEAD' ? undefined : bytes)
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('no port')
  return {
    address: `127.0.0.1:${bound.port}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
