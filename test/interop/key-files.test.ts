/**
 * Key files in both directions: what `cosign generate-key-pair` and `import-key-pair` wrote, we read; what `zegel key` wrote, cosign reads;
 * and the plain forms (PKCS#8, SEC1, PKCS#1, env://) that people bring along.
 */

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { describeWithPeers } from '../peers/peers.ts'
import { cosignVerifies, type KeyName, keyByCosign, keyByZegel, keyTypes, mustEndWell, plainKey } from './keys.ts'
import { formats, imageOf, PASSWORD, programsIn } from './programs.ts'
import { useWorld } from './world.ts'

describeWithPeers(['cosign', 'docker-registry'], 'key files of cosign and zegel', () => {
  const world = useWorld(['docker-registry'])
  const programs = programsIn(world)
  const { cosign, cosignMakes, cosignSays, zegel, zegelDoes } = programs
  let count = 0
  const newName = (): string => `key-${++count}`

  const read = (file: string): Promise<string> => readFile(file, 'utf8')
  const publicBy = {
    cosign: async (key: string) => (await cosign(['public-key', '--key', key])).stdout,
    zegel: async (key: string) => String((await zegelDoes(['key', 'public', '--key', key]))['pem']),
  }

  describe.each(keyTypes)('%s', (type) => {
    it('written by cosign: the same public key', async () => {
      const { key, pub } = await keyByCosign(world, programs, type, newName())
      expect(await publicBy.zegel(key)).toBe(await read(pub))
    })

    it('written by zegel key generate: the same public key', async () => {
      const { key, pub } = await keyByZegel(world, programs, type, newName())
      expect(await publicBy.cosign(key)).toBe(await read(pub))
    })

    it('written by zegel key import from PKCS#8: cosign reads both files', async () => {
      const name = newName()
      const pem = await world.write(`${name}.pem`, plainKey(type).export({ format: 'pem', type: 'pkcs8' }))
      await zegelDoes(['key', 'import', '--key', pem, '--out', world.file(name)])
      expect(await publicBy.cosign(world.file(`${name}.key`))).toBe(await read(world.file(`${name}.pub`)))
    })
  })

  it.each(['p256', 'ed25519'] as const)(
    '%s taken over from cosign with zegel key import: the same key',
    async (type) => {
      const { key, pub } = await keyByCosign(world, programs, type, newName())
      const name = newName()
      const password = await world.write('old-password', `${PASSWORD}\n`)
      await zegelDoes(['key', 'import', '--key', key, '--old-password-file', password, '--out', world.file(name)])
      expect(await read(world.file(`${name}.pub`))).toBe(await read(pub))
      expect(await publicBy.cosign(world.file(`${name}.key`))).toBe(await read(pub))
    },
  )

  it('the same file form: PEM label, key derivation and cipher', async () => {
    const ours = await keyByZegel(world, programs, 'p256', newName())
    const theirs = await keyByCosign(world, programs, 'p256', newName())
    const shapeOf = (pem: string): unknown => {
      const [label = '', ...lines] = pem.trim().split('\n')
      const body = JSON.parse(Buffer.from(lines.slice(0, -1).join(''), 'base64').toString()) as SealedKey
      const { kdf, cipher } = body
      const lengths = [kdf.salt, cipher.nonce].map((text) => Buffer.from(text, 'base64').length)
      return [label, Object.keys(body), { ...kdf, salt: '' }, { ...cipher, nonce: '' }, lengths]
    }
    expect(shapeOf(await read(ours.key))).toEqual(shapeOf(await read(theirs.key)))
  })

  it('a wrong password: both refuse, and nothing is signed', async () => {
    const { key } = await keyByCosign(world, programs, 'p256', newName())
    const image = await world.image('docker-registry')
    const wrong = { COSIGN_PASSWORD: 'not this one', ZEGEL_PASSWORD: 'not this one' }
    const { status, report } = await zegel(['sign', '--key', key, image.tagged], wrong)
    expect([status, report.code]).toEqual([2, 'KEY_WRONG_PASSWORD'])
    await expect(cosignMakes('bundle', 'sign', ['--key', key, image.pinned], wrong)).rejects.toThrow('decrypt')
    expect(await cosignSays('verify', ['--key', key.replace('.key', '.pub'), image.pinned])).toBe(10)
  })

  it('COSIGN_PASSWORD alone is enough, and an empty password is a password', async () => {
    const name = newName()
    const env = { COSIGN_PASSWORD: '' }
    await mustEndWell(cosign(['generate-key-pair', '--output-key-prefix', name], env))
    const { status, report } = await zegel(['key', 'public', '--key', world.file(`${name}.key`)], {
      ZEGEL_PASSWORD: '',
      ...env,
    })
    expect([status, report.code]).toEqual([0, undefined])
    expect(report['pem']).toBe(await read(world.file(`${name}.pub`)))
  })

  describe('plain and foreign forms, signed with by zegel', () => {
    const forms: readonly (readonly [name: string, type: KeyName, pem: (type: KeyName) => string | Buffer])[] = [
      ['PKCS#8', 'p256', (type) => plainKey(type).export({ format: 'pem', type: 'pkcs8' })],
      ['PKCS#8, encrypted', 'p256', encrypted],
      ['PKCS#8, encrypted', 'rsa-3072', encrypted],
      ['SEC1', 'p256', (type) => plainKey(type).export({ format: 'pem', type: 'sec1' })],
      ['SEC1', 'p384', (type) => plainKey(type).export({ format: 'pem', type: 'sec1' })],
      ['PKCS#1', 'rsa-2048', (type) => plainKey(type).export({ format: 'pem', type: 'pkcs1' })],
      ['openssl genpkey', 'p256', () => openssl('genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256')],
      ['openssl ecparam with its parameters', 'p256', () => openssl('ecparam -name prime256v1 -genkey')],
      ['openssl genrsa -traditional', 'rsa-2048', () => openssl('genrsa -traditional 2048')],
    ]

    it.each(forms)('%s of %s: cosign verifies it', async (_, type, make) => {
      const name = newName()
      const key = await world.write(`${name}.pem`, make(type))
      const pub = await world.write(`${name}.pub`, await publicBy.zegel(key))
      for (const format of formats) {
        const image = await world.image('docker-registry')
        await zegelDoes(['sign', '--format', format, '--key', key, image.tagged])
        const told = cosignVerifies[type] === 'by itself' ? [] : ['--signature-digest-algorithm', cosignVerifies[type]]
        expect(await cosignSays('verify', [...told, '--key', pub, image.pinned])).toBe(0)
      }
    })

    it.each(formats)('env://NAME for both keys, as cosign has it (%s)', async (format) => {
      const { key, pub } = await keyByZegel(world, programs, 'p256', newName())
      const image = await world.image('docker-registry')
      const env = { SIGNING_KEY: await read(key), PUBLIC_KEY: await read(pub) }
      await zegelDoes(['sign', '--format', format, '--key', 'env://SIGNING_KEY', image.tagged], env)
      await zegelDoes(['verify', '--key', 'env://PUBLIC_KEY', image.tagged], env)
      expect(await cosignSays('verify', ['--key', 'env://PUBLIC_KEY', image.pinned], env)).toBe(0)
      const again = await world.image('docker-registry')
      await cosignMakes(format, 'sign', ['--key', 'env://SIGNING_KEY', again.pinned], env)
      expect(imageOf(await zegelDoes(['verify', '--key', pub, again.tagged])).verdict).toBe('verified')
    })
  })

  it.each([
    ['SEC1', 'p256', 'sec1'],
    ['PKCS#1', 'rsa-2048', 'pkcs1'],
    ['SEC1', 'p521', 'sec1'],
  ] as const)('%s of %s imported by both: the same public key', async (_, type, form) => {
    const name = newName()
    const pem = await world.write(`${name}.pem`, plainKey(type).export({ format: 'pem', type: form }))
    await mustEndWell(cosign(['import-key-pair', '--key', pem, '--output-key-prefix', name]))
    await zegelDoes(['key', 'import', '--key', pem, '--out', world.file(`${name}-ours`)])
    expect(await read(world.file(`${name}-ours.pub`))).toBe(await read(world.file(`${name}.pub`)))
  })

  it('both refuse a key of 1024 bits', async () => {
    const pem = await world.write('small.pem', openssl('genrsa -traditional 1024'))
    const { status, report } = await zegel(['key', 'import', '--key', pem, '--out', world.file('small')])
    expect([status, report.code]).toEqual([2, 'KEY_TOO_SMALL'])
    expect((await cosign(['import-key-pair', '--key', pem, '--output-key-prefix', 'small'])).status).toBe(1)
  })
})

interface SealedKey {
  readonly kdf: { readonly name: string; readonly params: object; readonly salt: string }
  readonly cipher: { readonly name: string; readonly nonce: string }
}

/** OpenSSL's own encryption of PKCS#8, under the password of the tests. */
function encrypted(type: KeyName): string | Buffer {
  return plainKey(type).export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: PASSWORD })
}

function openssl(command: string): Buffer {
  return execFileSync('openssl', command.split(' '), { stdio: ['ignore', 'pipe', 'ignore'], input: randomBytes(0) })
}
