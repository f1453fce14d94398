/** The registry in a folder: what it holds comes back whole, after an orderly end and after SIGKILL, and it touches nothing else. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { digestHex, digestOf, utf8 } from '../../src/base/index.ts'
import { codeOfAsync } from '../support/fuzz.ts'
import { call } from './http.ts'
import { pushBlob, pushImage, start, temporaryFolder } from './registries.ts'

async function filesIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
}

async function fill(url: string): Promise<{ image: string; referrer: string }> {
  const image = await pushImage(url, 'shop/api', '1.4')
  const subject = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: image.digest,
    size: image.text.length,
  }
  const more = { subject, artifactType: 'a/b', annotations: { k: 'v' } }
  const referrer = await pushImage(url, 'shop/api', 'sig', more)
  await call(url, 'POST', `/v2/shop/copy/blobs/uploads/?mount=${digestOf(utf8('layer'))}&from=shop/api`)
  return { image: image.digest, referrer: referrer.digest }
}

async function expectFilled(url: string, held: { image: string; referrer: string }): Promise<void> {
  const got = await call(url, 'GET', '/v2/shop/api/manifests/1.4')
  expect(digestOf(got.body)).toBe(held.image)
  expect((await call(url, 'GET', `/v2/shop/copy/blobs/${digestOf(utf8('layer'))}`)).body.toString()).toBe('layer')
  const referrers = JSON.parse((await call(url, 'GET', `/v2/shop/api/referrers/${held.image}`)).body.toString())
  expect(referrers.manifests).toMatchObject([{ digest: held.referrer, artifactType: 'a/b', annotations: { k: 'v' } }])
  const tags = JSON.parse((await call(url, 'GET', '/v2/shop/api/tags/list')).body.toString())
  expect(tags.tags).toEqual(['1.4', 'sig'])
}

describe('a folder opened again', () => {
  it('holds everything, each content once', async () => {
    const dir = await temporaryFolder()
    const first = await start({ dir })
    const held = await fill(first.url)
    await first.close()
    const files = await filesIn(dir)
    expect(
      files.filter((file) => file.endsWith(digestHex(digestOf(utf8('layer')))) && file.startsWith('content')),
    ).toHaveLength(1)
    expect(files.some((file) => file.startsWith('uploads') || file.endsWith('.new') || file === 'lock')).toBe(false)
    const second = await start({ dir })
    await expectFilled(second.url, held)
    await call(second.url, 'DELETE', `/v2/shop/api/manifests/${held.image}`)
    await call(second.url, 'DELETE', `/v2/shop/api/manifests/${held.referrer}`)
    for (const name of ['shop/api', 'shop/copy'])
      for (const content of ['layer', '{}'])
        await call(second.url, 'DELETE', `/v2/${name}/blobs/${digestOf(utf8(content))}`)
    await second.close()
    expect((await filesIn(dir)).sort()).toEqual(['registry.json'])
  })

  it('drops what a crash left: files beside, uploads, content without a record, a record without content', async () => {
    const dir = await temporaryFolder()
    const first = await start({ dir })
    const held = await fill(first.url)
    const lost = await pushBlob(first.url, 'lost', 'lost content')
    await first.close()
    const orphan = 'f'.repeat(64)
    const tags = join(dir, 'repositories/shop/api/_tags')
    await mkdir(join(dir, 'content/sha256/ff'), { recursive: true })
    await writeFile(join(dir, 'content/sha256/ff', orphan), 'orphan')
    await writeFile(join(dir, 'uploads/1234'), 'half')
    await writeFile(join(tags, `${orphan}.new`), 'half')
    await writeFile(join(tags, orphan), '{"tag":"../../x","digest":"x"}')
    await writeFile(
      join(tags, orphan.replace('f', 'e')),
      JSON.stringify({ tag: 'dangling', digest: `sha256:${orphan}` }),
    )
    await rm(join(dir, 'content/sha256', lost.slice(7, 9), lost.slice(7)))
    const warned: string[] = []
    const second = await start({ dir, log: { debug: () => {}, warn: (message) => warned.push(message) } })
    await expectFilled(second.url, held)
    expect(warned).toHaveLength(3)
    expect((await call(second.url, 'HEAD', `/v2/lost/blobs/${lost}`)).status).toBe(404)
    await second.close()
    const files = await filesIn(dir)
    expect(
      files.some(
        (file) => file.startsWith('uploads') || file.endsWith('.new') || file === `content/sha256/ff/${orphan}`,
      ),
    ).toBe(false)
  })

  it('is served by one process only, and says so', async () => {
    const dir = await temporaryFolder()
    await start({ dir })
    expect(await codeOfAsync(() => start({ dir }))).toBe('SERVE_DIR_LOCKED')
  })

  it('takes over the lock of a process that is gone', async () => {
    const dir = await temporaryFolder()
    const ended = spawn(process.execPath, ['-e', ''])
    await once(ended, 'exit')
    await (await start({ dir })).close()
    await writeFile(join(dir, 'lock'), `${ended.pid}\n`)
    const registry = await start({ dir })
    expect((await call(registry.url, 'GET', '/v2/')).status).toBe(200)
  })
})

describe('a folder that is not a registry', () => {
  it.each([
    ['somebody’s files', 'letter.txt', 'SERVE_DIR_FOREIGN'],
    ['another version', 'registry.json', 'SERVE_DIR_FOREIGN'],
  ])('%s', async (_, name, code) => {
    const dir = await temporaryFolder()
    await writeFile(join(dir, name), '{"format":"zegel-registry","version":2}')
    expect(await codeOfAsync(() => start({ dir }))).toBe(code)
    expect(await filesIn(dir)).toEqual([name])
  })

  it('a file', async () => {
    const path = join(await temporaryFolder(), 'file')
    await writeFile(path, '')
    expect(await codeOfAsync(() => start({ dir: path }))).toBe('SERVE_DIR_UNUSABLE')
  })

  it('a folder that is not there is made', async () => {
    const dir = join(await temporaryFolder(), 'deep/er')
    await (await start({ dir })).close()
    expect((await stat(dir)).isDirectory()).toBe(true)
    expect(await readFile(join(dir, 'registry.json'), 'utf8')).toContain('zegel-registry')
  })
})

describe('SIGKILL', () => {
  it('in the middle of pushes leaves what was answered, and no half blob', { timeout: 60_000 }, async () => {
    const dir = await temporaryFolder()
    const { child, url } = await startChild(dir)
    const held = await fill(url)
    const answered: string[] = []
    const half = digestOf(Buffer.alloc(4_000_000, 'z'))
    const broken = halfUpload(url, half)
    const pushing = Promise.allSettled(
      [1, 2, 3].map(async (lane) => {
        for (let at = 0; ; at++)
          answered.push(await pushBlob(url, `lane/${lane}`, `${lane} ${at} ${'x'.repeat(50_000)}`))
      }),
    )
    await new Promise((resolve) => setTimeout(resolve, 700))
    child.kill('SIGKILL')
    await Promise.all([once(child, 'exit'), pushing, broken])
    const again = await start({ dir })
    await expectFilled(again.url, held)
    expect(answered.length).toBeGreaterThan(0)
    const lanes = await Promise.all(answered.map((digest) => found(again.url, digest)))
    expect(lanes).toEqual(answered.map(() => true))
    expect((await call(again.url, 'HEAD', `/v2/half/blobs/${half}`)).status).toBe(404)
    for (const file of (await filesIn(dir)).filter((name) => name.startsWith('content/sha256')))
      expect(file.endsWith(digestHex(digestOf(await readFile(join(dir, file)))))).toBe(true)
  })
})

async function found(url: string, digest: string): Promise<boolean> {
  for (const lane of [1, 2, 3]) {
    const got = await call(url, 'GET', `/v2/lane/${lane}/blobs/${digest}`)
    if (got.status === 200) return digestOf(got.body) === digest
  }
  return false
}

/** Announces four million bytes, sends three, and waits for the end. */
function halfUpload(url: string, digest: string): Promise<void> {
  return new Promise((resolve) => {
    const asked = request(`${url}/v2/half/blobs/uploads/?digest=${digest}`, {
      method: 'POST',
      headers: { 'content-length': 4_000_000 },
      agent: false,
    })
    asked.on('error', () => resolve())
    asked.write(Buffer.alloc(3_000_000, 'z'))
  })
}

async function startChild(dir: string): Promise<{ child: ChildProcess; url: string }> {
  const script = join(import.meta.dirname, 'serve-folder.ts')
  const child = spawn(process.execPath, [script, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  return { child, url: line.trim() }
}
