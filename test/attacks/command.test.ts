/** The command line against a hostile registry and hostile words: the exit status and what reaches a terminal. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writePublicKey } from '../../src/crypto/index.ts'
import { openLayoutForWriting } from '../../src/layout/index.ts'
import type { Descriptor } from '../../src/oci/index.ts'
import { zegel } from '../cli/fake-io.ts'
import { startTestRegistry, type TestRegistry } from '../registry/test-registry.ts'
import { attachBundle, signatureStatement } from '../support/attach.ts'
import { manifestOf, putImage } from '../support/image.ts'
import { testSigner } from '../support/keys.ts'

const release = testSigner('release.pub')
const VULN = 'https://cosign.sigstore.dev/attestation/vuln/v1'
/** Escape, CSI of C1, a bell, a right-to-left override, a zero-width space. */
const HOSTILE = '\u001b[2J\u009b31m\u0007\u202e\u200b'
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]/

let folder: string
let key: string
let registry: TestRegistry
let spoil: (path: string, request: IncomingMessage, response: ServerResponse) => boolean

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zegel-attack-'))
  key = join(folder, 'release.pub')
  await writeFile(key, writePublicKey(release.key.publicKey))
  spoil = () => false
  registry = await startTestRegistry({ before: (request, response) => spoil(request.url ?? '', request, response) })
  const raw = manifestOf({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: `sha256:${'0'.repeat(64)}`, size: 2 },
    layers: [],
  })
  for (const name of ['1.4', raw.descriptor.digest])
    registry.manifests.set(`shop/api ${name}`, { bytes: Buffer.from(raw.bytes), type: raw.descriptor.mediaType })
})

afterEach(async () => {
  await registry.close()
  await rm(folder, { recursive: true, force: true })
})

const image = (tag = '1.4'): string => `${registry.host}/shop/api:${tag}`

describe('a registry that answers with something else', () => {
  test('nothing is spoiled: the image is unsigned', async () => {
    expect((await zegel(['verify', '--key', key, image()])).status).toBe(1)
  })
  test.each<[string, number, string, string]>([
    ['a list of referrers under another type', 200, 'application/json', '{"manifests":[]}'],
    ['an error under a success', 200, 'application/json', '{"errors":[]}'],
    ['nothing at all', 200, '', ''],
  ])('%s: nothing is called unsigned', async (_, status, type, body) => {
    spoil = (path, _request, response) => {
      if (!path.includes('/referrers/')) return false
      response.writeHead(status, type === '' ? {} : { 'content-type': type }).end(body)
      return true
    }
    expect((await zegel(['verify', '--key', key, image()])).status).toBe(3)
  })
  test('a page of the web where the API is not known', async () => {
    spoil = (path, _request, response) => {
      if (!path.includes('/referrers/')) return false
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>')
      return true
    }
    expect((await zegel(['verify', '--key', key, image()])).status).toBe(1)
  })
  test('an image that is looked for in an index and is not there, or may not be seen', async () => {
    expect((await zegel(['verify', '--key', key, '--index', image(), image('2')])).status).toBe(3)
    spoil = (path, _request, response) => {
      if (!path.endsWith('/manifests/2')) return false
      response.writeHead(403).end()
      return true
    }
    const { status, json } = await zegel(['verify', '-o', 'json', '--key', key, '--index', image(), image('2')])
    expect([status, json['images']]).toMatchObject([3, [{ reason: { code: 'IMAGE_UNREADABLE' } }]])
  })
})

describe('hostile words do not reach the terminal', () => {
  let layout: string
  let subject: Descriptor
  beforeEach(async () => {
    layout = `oci:${join(folder, 'layout')}`
    const store = await openLayoutForWriting(join(folder, 'layout'))
    subject = await putImage(store, 'hello', '1.4')
    const named = { name: HOSTILE, digest: { sha256: subject.digest.slice(7) } }
    const predicate = { scanner: HOSTILE.replaceAll('\u001b', '').replaceAll('\u0007', '') }
    const statement = signatureStatement(subject, { subject: [named], predicateType: VULN, predicate })
    await attachBundle(store, subject, { key: release.key, statement: JSON.stringify(statement, null, 2) })
    await attachBundle(store, subject, {
      key: release.key,
      statement: signatureStatement(subject, { subject: [named], predicateType: `x:${HOSTILE}` }),
      payloadType: HOSTILE,
      hint: HOSTILE,
      annotations: { [HOSTILE]: HOSTILE },
    })
  })
  test.each([
    ['verify'],
    ['verify', '-o', 'json'],
    ['verify', '-a', 'x=y'],
    ['verify-attestation', '--type', 'vuln'],
    ['verify-attestation', '--type', 'vuln', '-o', 'json'],
    ['inspect'],
    ['inspect', '-o', 'json'],
  ])('%s %s %s %s', async (...words) => {
    const demand = words[0] === 'inspect' ? [] : ['--key', key]
    const { stdout, stderr } = await zegel([...words, ...demand, layout], { isTerminal: true })
    // Colours are ours.
    const shown = (stdout + stderr).replace(/\u001b\[[0-9;]*m/g, '')
    expect(CONTROL.exec(shown)).toBe(null)
  })
  test('a statement that was signed in several lines is printed in one', async () => {
    const { stdout } = await zegel(['verify-attestation', '--key', key, '--type', 'vuln', layout])
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(JSON.parse(stdout)).toMatchObject({ subject: [{ name: HOSTILE }] })
  })
})
