/** The ground of the tests with notation: an authority whose certificates are valid now, keys of every kind, and folders of notation that trust it. */

import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { beforeAll, expect } from 'vitest'
import { type Authority, createAuthority, type Member, type MemberOptions } from '../../src/authority/index.ts'
import { readPrivateKey, writePem } from '../../src/crypto/index.ts'
import { type PeerRun, runPeer } from '../peers/peers.ts'
import { notationVector } from '../support/notation-vectors.ts'
import { imageOf, type Programs, type ReportedImage } from './programs.ts'
import type { Place, World } from './world.ts'

export const encodings = ['jws', 'cose'] as const
export type Encoding = (typeof encodings)[number]

/** Every key that a Notation signature can be made with. Those of RSA are stored: making them takes seconds. */
export const notationKeys = ['rsa2048', 'rsa3072', 'rsa4096', 'p256', 'p384', 'p521'] as const
export type NotationKey = (typeof notationKeys)[number]

/** docker-registry: fallback tags · registry-honest: the Referrers API · zegel: our own. */
export const notationPlaces = ['docker-registry', 'registry-honest', 'zegel'] as const satisfies Place[]

/** One statement of a trust policy, without what all have. */
export interface Statement {
  readonly level?: 'strict' | 'permissive' | 'audit' | 'skip'
  readonly override?: Readonly<Record<string, string>>
  readonly verifyTimestamp?: 'always' | 'afterCertExpiry'
  readonly trustStores?: readonly string[]
  readonly trustedIdentities?: readonly string[]
  readonly registryScopes?: readonly string[]
}

/** One configuration folder: what notation and zegel are both asked under. */
export interface Trust {
  /** What `zegel verify` needs. */
  readonly flags: readonly string[]
  /** Any call of notation that finds this folder. */
  notation(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<PeerRun>
  notationVerifies(image: string, ...more: string[]): Promise<boolean>
  /** The status, and the codes of whatever failed, or would have but for the policy. */
  zegelSays(image: string, ...more: string[]): Promise<readonly unknown[]>
  zegelVerifies(image: string, ...more: string[]): Promise<ReportedImage>
}

export interface NotationWorld {
  readonly authority: Authority
  /** Of C=NL, ST=Utrecht, O=Example, or what the options make of it. */
  member(options?: Partial<MemberOptions>): Member
  /** By an authority that nobody trusts. */
  foreignMember(): Member
  /** Strict, the root of the authority, and O=Example; what else is wanted is said. */
  trust(name: string, statement?: Statement): Promise<Trust>
  /** The certificate of a kind of key. */
  keyMember(key: NotationKey): Member
  /** `--key` and `--cert-chain`: of a kind of key, or of a certificate that is written for it. */
  keyFlags(key: NotationKey | Member): Promise<readonly string[]>
  zegelSigns(encoding: Encoding, key: NotationKey | Member, image: string, ...more: string[]): Promise<void>
  notationSigns(encoding: Encoding, key: NotationKey | Member, image: string, ...more: string[]): Promise<void>
}

export const EXAMPLE = 'x509.subject: C=NL, ST=Utrecht, O=Example'

/** What every folder of trust has, by its name in policies. */
const STORES: Readonly<Record<string, (authority: Authority) => Member>> = {
  'ca/testing': ({ root }) => root,
  'signingAuthority/testing': ({ root }) => root,
  'tsa/testing': ({ tsaRoot }) => tsaRoot,
}

interface Written {
  readonly name: string
  readonly keyPath: string
  readonly certPath: string
}

/** @example const signing = useNotation(world, programs, ['docker-registry']) */
export function useNotation(world: World, { zegel, zegelDoes }: Programs, wanted: readonly Place[]): NotationWorld {
  const circumstances = { clock: Date.now, random: (length: number) => randomBytes(length) }
  const authority = createAuthority(circumstances)
  const kinds = new Map<NotationKey, Member>()
  const written = new Map<Member, Written>()

  const member: NotationWorld['member'] = (options = {}) =>
    authority.issueSigning({ subject: exampleName('release'), ...options })

  beforeAll(async () => {
    for (const kind of notationKeys) {
      const file = notationVector('pki', `leaf-${kind}.key`)
      const key = await readPrivateKey(await readFile(file), file, async () => undefined)
      kinds.set(kind, member({ key, subject: exampleName(kind) }))
    }
  })

  function keyMember(key: NotationKey): Member {
    const found = kinds.get(key)
    if (found === undefined) throw new Error('Keys are there when the tests run, not before.')
    return found
  }

  async function filesOf(key: NotationKey | Member): Promise<Written> {
    const signer = typeof key === 'string' ? keyMember(key) : key
    const known = written.get(signer)
    if (known !== undefined) return known
    const name = `signer-${written.size}`
    const files = { name, keyPath: world.file(`${name}.key`), certPath: world.file(`${name}.pem`) }
    written.set(signer, files)
    await writeFile(files.keyPath, signer.key.keyObject.export({ format: 'pem', type: 'pkcs8' }))
    await writeFile(files.certPath, Buffer.concat(signer.chain.map(({ raw }) => writePem('CERTIFICATE', raw))))
    return files
  }

  const keyFlags: NotationWorld['keyFlags'] = async (key) => {
    const { keyPath, certPath } = await filesOf(key)
    return ['--key', keyPath, '--cert-chain', certPath]
  }

  /** `signingkeys.json` lists one key: files of several tests at once never meet. */
  async function signingFolder({ name, keyPath, certPath }: Written): Promise<string> {
    const folder = world.file(`signing-${name}`)
    await save(join(folder, 'notation/config.json'), configuration())
    await save(join(folder, 'notation/signingkeys.json'), { default: name, keys: [{ name, keyPath, certPath }] })
    return folder
  }
  const configuration = (): object => ({ insecureRegistries: wanted.map((place) => world.address(place)) })

  const notationIn = (folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runPeer('notation', args, {
      cwd: world.folder,
      env: { HOME: world.folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), ...env },
    })

  async function trust(name: string, statement: Statement = {}): Promise<Trust> {
    const folder = world.file(`trust-${name}`)
    const own = join(folder, 'notation')
    await save(join(own, 'config.json'), configuration())
    await save(join(own, 'trustpolicy.json'), { version: '1.0', trustPolicies: [policyOf(statement)] })
    for (const [store, of] of Object.entries(STORES)) {
      const file = join(own, 'truststore/x509', store, 'root.pem')
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, writePem('CERTIFICATE', of(authority).certificate.raw))
    }
    const flags = ['--trust-policy', join(own, 'trustpolicy.json'), '--trust-store', join(own, 'truststore')]
    const notation: Trust['notation'] = (args, env) => notationIn(folder, args, env)
    return {
      flags,
      notation,
      notationVerifies: async (image, ...more) => (await notation(['verify', ...more, image])).status === 0,
      zegelSays: async (image, ...more) => {
        const { status, report } = await zegel(['verify', ...flags, ...more, image])
        const findings = imageOf(report).candidates.flatMap((candidate) => candidate.findings)
        const wrong = findings.filter(({ outcome }) => outcome === 'fail' || outcome === 'warn')
        return [status, ...new Set(wrong.map(({ code }) => code))]
      },
      zegelVerifies: async (image, ...more) => imageOf(await zegelDoes(['verify', ...flags, ...more, image])),
    }
  }

  return {
    authority,
    member,
    foreignMember: () => createAuthority(circumstances).issueSigning({ subject: exampleName('foreign') }),
    trust,
    keyMember,
    keyFlags,
    zegelSigns: async (encoding, key, image, ...more) => {
      const files = await keyFlags(key)
      await zegelDoes(['sign', '--format', `notation-${encoding}`, ...files, ...more, image])
    },
    notationSigns: async (encoding, key, image, ...more) => {
      const files = await filesOf(key)
      const args = ['sign', '--key', files.name, '--signature-format', encoding, ...more, image]
      // Signing in a layout is an experiment of notation's.
      const run = await notationIn(await signingFolder(files), args, { NOTATION_EXPERIMENTAL: '1' })
      expect(run.status, `notation ${args.join(' ')}: ${run.stderr}`).toBe(0)
    },
  }
}

export function exampleName(name: string): NonNullable<MemberOptions['subject']> {
  return [
    ['C', 'NL'],
    ['ST', 'Utrecht'],
    ['O', 'Example'],
    ['CN', name],
  ]
}

function policyOf(statement: Statement): object {
  const { level = 'strict', override, verifyTimestamp, registryScopes = ['*'] } = statement
  const signatureVerification = {
    level,
    ...(override === undefined ? {} : { override }),
    ...(verifyTimestamp === undefined ? {} : { verifyTimestamp }),
  }
  const trusted = {
    trustStores: statement.trustStores ?? ['ca:testing'],
    trustedIdentities: statement.trustedIdentities ?? [EXAMPLE],
  }
  return { name: 'testing', registryScopes, signatureVerification, ...(level === 'skip' ? {} : trusted) }
}

async function save(file: string, value: object): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, JSON.stringify(value))
}
