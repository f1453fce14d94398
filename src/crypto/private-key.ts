/** Reading private keys (Cosign's, PKCS#8 plain and encrypted, SEC1, PKCS#1), making them, and writing them as Cosign does. */

import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type Bytes, forShell } from '../base/index.ts'
import { SUPPORTED_KEYS } from './algorithm-names.ts'
import { readDerSequence } from './der.ts'
import { cryptoFault } from './faults.ts'
import { type KeyBlock, openKeyFile, type PrivateKind, type PublicKind } from './key-file.ts'
import { type KeyType, type PrivateKey, type Random, schemesOf } from './key-types.ts'
import { openPkcs8, readSealedPkcs8 } from './pbes2.ts'
import { asDamaged } from './public-key.ts'
import { signParts, verifyParts } from './signature.ts'
import { openSigstoreKey, readSealed, sealSigstoreKey } from './sigstore-key.ts'
import { publicKeyFromSpki } from './spki.ts'

const MAX_SIGNING_RSA_BITS = 4096
const PRIVATE: readonly (PublicKind | PrivateKind)[] = [
  'sigstore',
  'pkcs8',
  'pkcs8-encrypted',
  'sec1',
  'pkcs1',
  'pem-encrypted',
]

/**
 * Reads the private key of a file. The password is asked for only when the key is encrypted, and an encrypted key whose derivation
 * costs more than the bounds is refused before it is asked.
 * @param password undefined: nobody gave one. An empty one is a password.
 * @throws KEY_UNKNOWN_FORMAT, KEY_NOT_PRIVATE, KEY_PASSWORD_MISSING, KEY_WRONG_PASSWORD, KEY_HOSTILE_PARAMETERS, KEY_UNSUPPORTED,
 *   KEY_TOO_SMALL, KEY_DAMAGED
 * @example const key = await readPrivateKey(await readFile('release.key'), 'release.key', async () => utf8(password))
 */
export async function readPrivateKey(
  bytes: Bytes,
  where: string,
  password: () => Promise<Bytes | undefined>,
): Promise<PrivateKey> {
  const block = choose(openKeyFile(bytes, where), where)
  if (block.kind === 'pem-encrypted') {
    throw cryptoFault('KEY_UNSUPPORTED', `${where} has OpenSSL's old PEM encryption, which is too weak to keep.`, {
      fix: `Encrypt it anew: openssl pkcs8 -topk8 -v2 aes-256-cbc -in ${forShell(where)} -out KEY.pem`,
    })
  }
  if (block.kind !== 'sigstore' && block.kind !== 'pkcs8-encrypted') return fromDer(block.kind, block.bytes, where)
  const pkcs8 = await decrypt(block, where, password)
  try {
    return fromDer('pkcs8', pkcs8, where)
  } finally {
    pkcs8.fill(0)
  }
}

/** Whether a password will be asked for. False for what is no key file. */
export function isEncryptedPrivateKey(bytes: Bytes): boolean {
  try {
    return openKeyFile(bytes, 'the file').some(({ kind }) => kind === 'sigstore' || kind === 'pkcs8-encrypted')
  } catch {
    return false
  }
}

function choose(blocks: readonly KeyBlock[], where: string): KeyBlock {
  const keys = blocks.filter(({ kind }) => PRIVATE.includes(kind))
  const [key] = keys
  if (key === undefined) {
    throw cryptoFault('KEY_NOT_PRIVATE', `${where} is a public key or a certificate; signing needs the private key.`, {
      fix: 'Give the private key file, such as release.key.',
    })
  }
  if (keys.length > 1) {
    throw cryptoFault(
      'KEY_UNSUPPORTED',
      `${where} holds ${keys.length} private keys, so it does not say which one signs.`,
      {
        fix: 'Put each key into a file of its own.',
      },
    )
  }
  return key
}

async function decrypt(block: KeyBlock, where: string, password: () => Promise<Bytes | undefined>): Promise<Bytes> {
  if (block.kind === 'sigstore') readSealed(block.bytes, where)
  else asDamaged(where, () => readSealedPkcs8(block.bytes, where))
  const given = await password()
  if (given === undefined) {
    throw cryptoFault('KEY_PASSWORD_MISSING', `${where} is encrypted and no password was given.`, {
      fix: 'Set ZEGEL_PASSWORD (or COSIGN_PASSWORD), or run the command on a terminal, which asks for it.',
    })
  }
  return block.kind === 'sigstore' ? openSigstoreKey(block.bytes, given, where) : openPkcs8(block.bytes, given, where)
}

function fromDer(type: KeyBlock['kind'], der: Bytes, where: string): PrivateKey {
  const keyObject = importKey(type, der, where)
  const supported: readonly (string | undefined)[] = ['ec', 'rsa', 'ed25519']
  if (!supported.includes(keyObject.asymmetricKeyType)) {
    throw cryptoFault(
      'KEY_UNSUPPORTED',
      `The key in ${where} is ${keyObject.asymmetricKeyType ?? 'of an unknown kind'}, which is not supported.`,
      { fix: SUPPORTED_KEYS },
    )
  }
  const key = privateKeyOf(keyObject, where)
  // A file can name another public key than the private one makes: everything signed with it would fail later, elsewhere.
  const scheme = schemesOf(key.publicKey.type)[0]
  if (scheme !== undefined && !verifyParts(key.publicKey, scheme, [PROBE], signParts(key, scheme, [PROBE])))
    throw cryptoFault('KEY_DAMAGED', `The private and the public part of the key in ${where} do not belong together.`)
  return key
}

const PROBE = new Uint8Array(32)

function importKey(type: KeyBlock['kind'], der: Bytes, where: string): KeyObject {
  if (type !== 'pkcs8' && type !== 'sec1' && type !== 'pkcs1')
    throw cryptoFault('KEY_NOT_PRIVATE', `${where} is no private key.`)
  asDamaged(where, () => readDerSequence(der, `The key in ${where}`))
  const copy = Buffer.from(der)
  try {
    return createPrivateKey({ key: copy, format: 'der', type })
  } catch {
    // Without a cause: it stands between us and a secret.
    throw cryptoFault(
      'KEY_DAMAGED',
      `The private key in ${where} is damaged or of a kind that OpenSSL does not know.`,
      {
        fix: SUPPORTED_KEYS,
      },
    )
  } finally {
    copy.fill(0)
  }
}

function privateKeyOf(keyObject: KeyObject, where: string): PrivateKey {
  const publicKey = publicKeyFromSpki(createPublicKey(keyObject).export({ format: 'der', type: 'spki' }), where)
  if (publicKey.type === 'rsa' && publicKey.bits > MAX_SIGNING_RSA_BITS) {
    throw cryptoFault(
      'KEY_UNSUPPORTED',
      `The RSA key in ${where} has ${publicKey.bits} bits; signing takes at most ${MAX_SIGNING_RSA_BITS}.`,
      { fix: SUPPORTED_KEYS },
    )
  }
  return { publicKey, keyObject }
}

const CURVES: Readonly<Partial<Record<KeyType, string>>> = {
  'ecdsa-p256': 'P-256',
  'ecdsa-p384': 'P-384',
  'ecdsa-p521': 'P-521',
}

/**
 * Makes a key with OpenSSL's randomness.
 * @param bits of an RSA key: 2048, 3072 (when left out) or 4096
 * @throws KEY_TOO_SMALL, KEY_UNSUPPORTED
 */
export function generatePrivateKey(type: KeyType, bits = 3072): PrivateKey {
  const namedCurve = CURVES[type]
  if (namedCurve !== undefined) return privateKeyOf(generateKeyPairSync('ec', { namedCurve }).privateKey, 'the new key')
  if (type === 'ed25519') return privateKeyOf(generateKeyPairSync('ed25519').privateKey, 'the new key')
  if (bits < 2048)
    throw cryptoFault('KEY_TOO_SMALL', `An RSA key of ${bits} bits is too small.`, { fix: SUPPORTED_KEYS })
  if (bits > MAX_SIGNING_RSA_BITS || bits % 8 !== 0)
    throw cryptoFault('KEY_UNSUPPORTED', `RSA keys of ${bits} bits are not made.`, { fix: SUPPORTED_KEYS })
  return privateKeyOf(generateKeyPairSync('rsa', { modulusLength: bits }).privateKey, 'the new key')
}

/**
 * The key as "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----", which Cosign opens with the same password.
 * @param random 32 and 24 bytes are drawn: salt and nonce
 * @example await writeEncryptedPrivateKey(generatePrivateKey('ecdsa-p256'), utf8(password), randomBytes)
 */
export async function writeEncryptedPrivateKey(key: PrivateKey, password: Bytes, random: Random): Promise<Bytes> {
  const pkcs8 = key.keyObject.export({ format: 'der', type: 'pkcs8' })
  try {
    return await sealSigstoreKey(pkcs8, password, random)
  } finally {
    pkcs8.fill(0)
  }
}
