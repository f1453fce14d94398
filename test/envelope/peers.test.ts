/** Keys and bundles that we write, used by cosign itself. */

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bufferOf, concat, digestHex, digestOf, utf8 } from '../../src/base/index.ts'
import {
  generatePrivateKey,
  type KeyType,
  keyHint,
  type PrivateKey,
  prepareKey,
  readPublicKey,
  schemesOf,
  signParts,
  writeEncryptedPrivateKey,
  writePublicKey,
} from '../../src/crypto/index.ts'
import { paeParts, writeBundle } from '../../src/envelope/index.ts'
import { describeWithPeers, type PeerRun, runPeer } from '../peers/peers.ts'

const types: readonly KeyType[] = ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'rsa', 'ed25519']
const artifact = utf8('hello blob\n')
const payloadType = 'application/vnd.in-toto+json'
const statement = utf8(
  `{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a.txt","digest":{"sha256":"${digestHex(digestOf(artifact))}"}}],"predicateType":"https://cyclonedx.org/bom","predicate":{}}`,
)
const algorithmOf = (type: KeyType): 'sha256' | 'sha384' | 'sha512' =>
  type === 'ecdsa-p384' ? 'sha384' : type === 'ecdsa-p521' ? 'sha512' : 'sha256'

describeWithPeers(['cosign'], 'cosign', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zegel-envelope-'))
    await writeFile(join(folder, 'a.txt'), artifact)
    await prepareKey({ type: 'ed25519' })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const cosign = (...args: readonly string[]): Promise<PeerRun> =>
    runPeer('cosign', args, { cwd: folder, env: { COSIGN_PASSWORD: 'pässword', HOME: folder } })
  const newKey = async (type: KeyType): Promise<PrivateKey> => {
    const key = generatePrivateKey(type, 2048)
    await writeFile(join(folder, `${type}.key`), await writeEncryptedPrivateKey(key, utf8('pässword'), randomBytes))
    await writeFile(join(folder, `${type}.pub`), writePublicKey(key.publicKey))
    return key
  }

  it.each(types)('opens a key %s', async (type) => {
    const key = await newKey(type)
    const { status, stdout } = await cosign('public-key', '--key', `${type}.key`)
    expect(status).toBe(0)
    expect(readPublicKey(utf8(stdout), 'cosign').fingerprint).toBe(key.publicKey.fingerprint)
  })

  // cosign 3.1 does not verify the Ed25519 bundles that it writes itself; the bare signature it does.
  it.each(types.filter((type) => type !== 'ed25519'))('verifies bundles of a key %s', async (type) => {
    const key = await newKey(type)
    const [scheme = 'ed25519'] = schemesOf(type)
    const material = { kind: 'public-key', hint: keyHint(key.publicKey) } as const
    const algorithm = algorithmOf(type)
    const digest = { algorithm, value: Buffer.from(digestHex(digestOf(artifact, algorithm)), 'hex') }
    const signature = signParts(key, scheme, [artifact])
    const sig = signParts(key, scheme, paeParts(payloadType, [statement]))
    const blob = writeBundle({
      content: { kind: 'message-signature', signature, digest },
      material,
    })
    const attestation = writeBundle({
      content: { kind: 'dsse', envelope: { payloadType, payload: [statement], signatures: [{ sig }] } },
      material,
    })
    await writeFile(join(folder, `${type}.blob`), concat(...blob))
    await writeFile(join(folder, `${type}.att`), concat(...attestation))
    const common = ['--key', `${type}.pub`, '--insecure-ignore-tlog', '--signature-digest-algorithm', algorithm]
    const results = await Promise.all([
      cosign('verify-blob', ...common, '--bundle', `${type}.blob`, 'a.txt'),
      cosign('verify-blob-attestation', ...common, '--type', 'cyclonedx', '--bundle', `${type}.att`, 'a.txt'),
    ])
    expect(results.map(({ stderr, status }) => (status === 0 ? '' : stderr))).toEqual(['', ''])
  })

  it('verifies a bare Ed25519 signature', async () => {
    const key = await newKey('ed25519')
    await writeFile(join(folder, 'bare.sig'), bufferOf(signParts(key, 'ed25519', [artifact])).toString('base64'))
    const common = ['--key', 'ed25519.pub', '--insecure-ignore-tlog', '--signature', 'bare.sig']
    expect(await cosign('verify-blob', ...common, 'a.txt')).toMatchObject({ status: 0 })
  })
})
