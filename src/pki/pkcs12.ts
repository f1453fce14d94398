/** PKCS#12 files (RFC 7292): a private key with its certificates, as code-signing authorities, Windows and Java hand them out. */

import { type Bytes, clip, Fault, formatBytes, limits, sameBytes } from '../base/index.ts'
import {
  contextTag,
  cryptoFault,
  type DerReader,
  derTags,
  isPkcs12,
  type PrivateKey,
  readDerSequence,
  readPrivateKey,
} from '../crypto/index.ts'
import { derFromBer } from './ber.ts'
import type { Certificate } from './certificate.ts'
import { pkiFault } from './faults.ts'
import { type CertificateBag, type KeyBag, nameOfBag, Pkcs12Bags } from './pkcs12-bags.ts'
import { Pkcs12Work } from './pkcs12-encryption.ts'
import { pkcs12Invalid, pkcs12Unsupported, wrongPassword } from './pkcs12-fault.ts'
import { type Pkcs12Mac, type Pkcs12Password, readMac } from './pkcs12-mac.ts'

export interface Pkcs12 {
  readonly key: PrivateKey
  /** That of the key first where there is one, then the others in their order; none where the file has none. */
  readonly certificates: readonly Certificate[]
}

const DATA = '1.2.840.113549.1.7.1'
const SIGNED_DATA = '1.2.840.113549.1.7.2'

/** Down to the octet string that the MAC is over. */
const OUTER_LEVELS = 3

/**
 * Reads the one key of the file and its certificates. Nothing in it is looked at before its MAC was found right; a file that demands more work than an
 * honest one is refused before the password is asked for.
 * @param password asked for once; undefined where nobody gave one: the empty one is tried then
 * @param where names the file in messages
 * @throws PKCS12_INVALID, PKCS12_UNSUPPORTED, KEY_PASSWORD_MISSING, KEY_WRONG_PASSWORD, KEY_HOSTILE_PARAMETERS, KEY_UNSUPPORTED, KEY_TOO_SMALL,
 *   KEY_DAMAGED
 * @example const { key, certificates } = await readPkcs12(await readFile('release.p12'), async () => utf8('secret'), 'release.p12')
 */
export async function readPkcs12(
  file: Bytes,
  password: () => Promise<Bytes | undefined>,
  where: string,
): Promise<Pkcs12> {
  if (file.length > limits.keyFileBytes) {
    const size = formatBytes(file.length)
    throw pkcs12Invalid(where, `has ${size}; a key file has at most ${formatBytes(limits.keyFileBytes)}`)
  }
  try {
    return await readWhole(file, password, where)
  } catch (error) {
    // In a file that a person names a broken structure is a damaged file, not a refused signature.
    if (!(error instanceof Fault) || error.status !== 1) throw error
    throw pkcs12Invalid(where, `is damaged: ${error.message.replace(/\.$/, '')}`, error)
  }
}

async function readWhole(file: Bytes, password: () => Promise<Bytes | undefined>, where: string): Promise<Pkcs12> {
  if (!isPkcs12(file)) throw pkcs12Invalid(where, 'is no PKCS#12 file')
  const { content, mac } = readOuter(readDerSequence(derFromBer(file, where, OUTER_LEVELS), where), where)
  const proven = await checkMac(mac, content, await password(), where)
  const bags = new Pkcs12Bags(where, new Pkcs12Work(where))
  await bags.read(content, proven)
  const chosen = onlyKey(bags.keys, where)
  const key = await openKey(chosen, proven, where)
  return { key, certificates: inOrder(key, chosen, bags.certificates, where) }
}

function readOuter(pfx: DerReader, where: string): { readonly content: Bytes; readonly mac: Pkcs12Mac } {
  pfx.small()
  const safe = pfx.sequence()
  const type = safe.oid()
  if (type === SIGNED_DATA) throw pkcs12Unsupported(where, 'is protected by a signature, not by a password')
  if (type !== DATA) throw pkcs12Invalid(where, `has a content of the unknown type ${type}`)
  const explicit = safe.enter(contextTag(0))
  safe.end()
  const content = explicit.octets()
  explicit.end()
  if (pfx.peek() !== derTags.sequence)
    throw pkcs12Invalid(where, 'has no MAC, so nothing proves that its parts belong together')
  const mac = readMac(pfx.sequence(), where)
  pfx.end()
  return { content, mac }
}

async function checkMac(
  mac: Pkcs12Mac,
  content: Bytes,
  given: Bytes | undefined,
  where: string,
): Promise<Pkcs12Password> {
  const proven = await mac.check(content, given ?? new Uint8Array())
  if (proven !== undefined) return proven
  if (given !== undefined) throw wrongPassword(where)
  throw cryptoFault('KEY_PASSWORD_MISSING', `${where} is encrypted and no password was given.`, {
    fix: 'Set ZEGEL_PASSWORD (or COSIGN_PASSWORD), or run the command on a terminal, which asks for it.',
  })
}

function onlyKey(keys: readonly KeyBag[], where: string): KeyBag {
  const [key] = keys
  if (key === undefined) throw pkcs12Invalid(where, 'has no private key')
  if (keys.length === 1) return key
  const names = clip(keys.map(nameOfBag).join(', '), 400)
  throw pkiFault(
    'PKCS12_UNSUPPORTED',
    `${where} has ${keys.length} private keys: ${names}; which one signs it does not say.`,
    {
      fix: 'Export the one that should sign into a file of its own.',
    },
  )
}

async function openKey(bag: KeyBag, password: Pkcs12Password, where: string): Promise<PrivateKey> {
  const pkcs8 = await bag.open(password)
  try {
    return await readPrivateKey(pkcs8, where, async () => undefined)
  } finally {
    pkcs8.fill(0)
  }
}

/** By the key itself; what the file says of it (localKeyId) only has to be true. */
function inOrder(
  { publicKey }: PrivateKey,
  { localKeyId }: KeyBag,
  bags: readonly CertificateBag[],
  where: string,
): readonly Certificate[] {
  const isNamed = (bag: CertificateBag): boolean =>
    localKeyId !== undefined && bag.localKeyId !== undefined && sameBytes(bag.localKeyId, localKeyId)
  const isOwn = ({ certificate }: CertificateBag): boolean => sameBytes(certificate.spki, publicKey.spki)
  const named = bags.filter(isNamed)
  if (named.length > 0 && !named.some(isOwn))
    throw pkcs12Invalid(where, 'names a certificate as that of its key, and it is that of another one')
  const rank = (bag: CertificateBag): number => (isOwn(bag) ? (isNamed(bag) ? 0 : 1) : 2)
  return bags.toSorted((a, b) => rank(a) - rank(b)).map(({ certificate }) => certificate)
}
