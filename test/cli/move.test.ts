import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { predicateTypeOf } from '../../src/attestation/index.ts'
import { utf8 } from '../../src/base/index.ts'
import { writeSimpleSigning } from '../../src/envelope/index.ts'
import { openLayoutForWriting } from '../../src/layout/index.ts'
import { mediaTypes } from '../../src/oci/index.ts'
import { attestImage } from '../../src/signing/index.ts'
import { clock, type Furnished, furnish, noWait } from '../attachments/helpers.ts'
import { bundleOf, signatureStatement } from '../support/attach.ts'
import { putBlob, putImage, putManifest } from '../support/image.ts'
import { makeKey, testSigner } from '../support/keys.ts'
import { expectContract } from './contract.ts'
import { zegel } from './fake-io.ts'

let folder: string
let made: Furnished
let image: string
const file = (name: string): string => join(folder, name)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zegel-move-'))
  const store = await openLayoutForWriting(file('layout'))
  made = await furnish(store)
  const attestation = {
    format: 'bundle',
    type: predicateTypeOf('cyclonedx'),
    predicate: utf8('{ "a": 1 }'),
    replace: false,
  } as const
  const target = { subject: made.index, repository: 'registry.test/shop/api', store }
  await attestImage(target, attestation, testSigner().signer, { clock, pause: noWait })
  await store.dispose()
  image = `oci:${file('layout')}:1.4`
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('inspect', () => {
  test('a tree, and that nothing is verified', async () => {
    const called = await zegel(['inspect', image])
    expect(called.status).toBe(0)
    expect(called.stdout).toContain('linux/amd64')
    expect(called.stdout).toContain('says it states cyclonedx')
    expect(called.stderr).toContain('Nothing of this is verified')
  })

  test('-o json', async () => {
    const called = await zegel(['inspect', '-o', 'json', image])
    expectContract(called.json)
    expect(called.json).toMatchObject({ digest: made.index.digest, trust: 'nothing-verified' })
  })

  test('no such tag is 3', async () => {
    expect((await zegel(['tree', `oci:${file('layout')}:none`])).status).toBe(3)
  })
})

describe('copy', () => {
  test('to an archive and back; the tag comes from the source', async () => {
    const called = await zegel(['copy', '-o', 'json', image, `oci-archive:${file('image.tar')}`])
    expect(called).toMatchObject({ status: 0, stderr: '' })
    expectContract(called.json)
    expect(called.json).toMatchObject({ digest: made.index.digest, tags: ['1.4'], isIncomplete: false })
    const back = await zegel(['copy', `oci-archive:${file('image.tar')}:1.4`, `oci:${file('back')}:1.5`])
    expect(back.status).toBe(0)
    expect(back.stdout).toContain(made.index.digest)
    expect((await zegel(['inspect', `oci:${file('back')}:1.5`])).status).toBe(0)
  })

  test('a tag that names something else moves with --force only', async () => {
    await zegel(['copy', '--platform', 'linux/arm64', image, `oci:${file('there')}:1.4`])
    const refused = await zegel(['copy', '-o', 'json', image, `oci:${file('there')}:1.4`])
    expect(refused).toMatchObject({ status: 2, json: { code: 'COPY_TAG_TAKEN' } })
    expect((await zegel(['copy', '-f', image, `oci:${file('there')}:1.4`])).status).toBe(0)
  })

  test('--platform says what stays behind', async () => {
    const called = await zegel(['copy', '--platform', 'linux/amd64', image, `oci:${file('there')}`])
    expect(called.stdout).toContain('did not come along')
  })

  test('--only sig', async () => {
    const called = await zegel(['copy', '-o', 'json', '--only', 'sig', image, `oci:${file('there')}`])
    expectContract(called.json)
    expect(called.json).toMatchObject({ tags: [], attachments: 4 })
  })

  test.each([
    ['a docker-archive', ['x.tar'], 'docker-archive:', 'DESTINATION_INVALID'],
    ['a digest', [`there@sha256:${'0'.repeat(64)}`], 'oci:', 'DESTINATION_INVALID'],
  ])('%s is no destination', async (_, [name], prefix, code) => {
    const called = await zegel(['copy', '-o', 'json', image, `${prefix}${file(name ?? '')}`])
    expect(called).toMatchObject({ status: 2, json: { code } })
  })

  test.each([
    [['--only', 'everything'], 'USAGE_VALUE_INVALID'],
    [['--sig-only', '--without-attachments'], 'USAGE'],
    [['--platform', 'linux'], 'COPY_PLATFORM_INVALID'],
  ])('%j is refused', async (flags, code) => {
    const called = await zegel(['copy', '-o', 'json', ...flags, image, `oci:${file('there')}`])
    expect(called).toMatchObject({ status: 2, json: { code } })
  })
})

describe('download', () => {
  test('signatures, one JSON document a line', async () => {
    const called = await zegel(['download', 'signature', image])
    expect(called.status).toBe(0)
    const lines = called.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(lines.map((line) => Object.keys(line)[0]).sort()).toEqual(['Base64Signature', 'mediaType'])
  })

  test('attestations of a type, and the exact bytes of a predicate', async () => {
    const called = await zegel(['download', 'attestation', '--predicate-type', 'cyclonedx', image])
    expect(called.stdout.trimEnd().split('\n')).toHaveLength(1)
    const out = ['--predicate-type', 'cyclonedx', '--predicate-out', file('sbom.json')]
    expect((await zegel(['download', 'attestation', ...out, image])).status).toBe(0)
    expect(await readFile(file('sbom.json'), 'utf8')).toBe('{ "a": 1 }')
  })

  test('-o json', async () => {
    for (const kind of ['signature', 'attestation']) {
      const called = await zegel(['download', kind, '-o', 'json', image])
      expectContract(called.json)
    }
  })

  test.each([
    ['as it was written', '{"spdxVersion":"SPDX-2.3","n":12345678901234567890e-1}', true],
    ['unless two readers could see two documents', '{"spdxVersion":"SPDX-2.3","n":1,"n":2}', false],
  ])('-o json has the document %s', async (_, text, isThere) => {
    const folder = file('sbom-layout')
    const store = await openLayoutForWriting(folder)
    const subject = await putImage(store, text, 'one')
    const layer = await putBlob(store, 'text/spdx+json', text)
    const config = await putBlob(store, mediaTypes.empty, '{}')
    await putManifest(store, { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [layer], subject })
    await store[Symbol.asyncDispose]()
    const called = await zegel(['download', 'sbom', '-o', 'json', `oci:${folder}:one`])
    expect(called.status).toBe(0)
    expect(called.stdout.includes(text)).toBe(isThere)
  })

  test('an SBOM of one platform, as it is', async () => {
    const called = await zegel(['download', 'sbom', '--platform', 'linux/amd64', image])
    expect(called).toMatchObject({ status: 0, stdout: '{"spdxVersion":"SPDX-2.3"}' })
  })

  test('nothing of the kind is 1', async () => {
    const called = await zegel(['download', 'attestation', '--predicate-type', 'vuln', image])
    expect(called).toMatchObject({ status: 1, stdout: '' })
  })
})

describe('attach', () => {
  test('a bundle, once', async () => {
    await writeFile(file('bundle.json'), bundleOf({ key: makeKey(), statement: signatureStatement(made.other) }))
    const place = `oci:${file('layout')}@${made.other.digest}`
    const called = await zegel(['attach', 'signature', '-o', 'json', '--bundle', file('bundle.json'), place])
    expectContract(called.json)
    expect(called.json).toMatchObject({ outcome: 'pushed', kind: 'bundle' })
    const again = await zegel(['attach', 'attestation', '-o', 'json', '--attestation', file('bundle.json'), place])
    expect(again.json).toMatchObject({ outcome: 'already-there' })
    const other = await zegel(['attach', 'signature', '-o', 'json', '--bundle', file('bundle.json'), image])
    expect(other).toMatchObject({ status: 2, json: { code: 'ATTACH_OTHER_IMAGE' } })
  })

  test('a payload and its signature', async () => {
    await writeFile(file('payload'), writeSimpleSigning({ dockerReference: 'x', manifestDigest: made.index.digest }))
    await writeFile(file('signature'), 'AAAA\n')
    const flags = ['--payload', file('payload'), '--signature', file('signature')]
    expect(await zegel(['attach', 'signature', ...flags, image])).toMatchObject({ status: 0 })
    expect((await zegel(['attach', 'signature', '--payload', file('payload'), image])).status).toBe(2)
  })

  test('an SBOM', async () => {
    await writeFile(file('sbom'), '{"bomFormat":"CycloneDX"}')
    for (const format of ['referrer', 'cosign'])
      expect((await zegel(['attach', 'sbom', '--sbom', file('sbom'), '--format', format, image])).status).toBe(0)
  })
})

describe('clean', () => {
  test('says first what would go, removes it, never the image', async () => {
    const planned = await zegel(['clean', '--type', 'all', '--dry-run', '-o', 'json', image])
    expectContract(planned.json)
    expect(planned.json).toMatchObject({ isDryRun: true, removed: [{}, {}, {}] })
    const done = await zegel(['clean', '--type', 'all', image])
    expect(done.stdout).toContain('Removed 3 attachments')
    expect((await zegel(['inspect', '-o', 'json', image])).json).toMatchObject({ attachments: [] })
  })

  test('without --type nothing is guessed', async () => {
    expect((await zegel(['clean', image])).status).toBe(2)
  })
})
