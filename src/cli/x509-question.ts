/** What the flags of `verify` ask about certificates: trust policies with their stores, or one identity; and where revocation is asked. */

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Fault, limits, userFolders } from '../base/index.ts'
import { parseReference, repositoryName } from '../oci/index.ts'
import { readCertificates } from '../pki/index.ts'
import {
  folderRevocation,
  loadAll,
  networkRevocation,
  offlineRevocation,
  openTrustStores,
  parseStoreName,
  parseTrustPolicy,
  parseWrittenIdentity,
  type RevocationSource,
  rememberingRevocation,
  resolveTrust,
  simpleTrust,
  type TrustPolicyDocument,
  type TrustStore,
  type TrustStores,
  withCrlCache,
  type X509Trust,
} from '../trust/index.ts'
import type { X509Question } from '../verification/index.ts'
import type { Context } from './context.ts'
import { cliFault } from './faults.ts'
import { readNamedFile } from './files.ts'
import type { OpenedImage } from './images.ts'
import { notationFolders } from './notation-folders.ts'
import type { X509Options } from './x509-options.ts'

interface Policy {
  readonly file: string
  readonly document: TrustPolicyDocument
  readonly stores: TrustStores
}

/** @throws USAGE…, TRUST_…, FILE_…: everything that was written is read before a registry is asked */
export async function openX509Question(
  context: Context,
  options: X509Options,
  at: number,
  revocation: RevocationSource = revocationSource(context, options),
): Promise<(image: OpenedImage) => Promise<X509Question>> {
  const policies: Policy[] = []
  for (const named of options.trustPolicy) policies.push(await openPolicy(context, named, options))
  const simple = await openSimple(context, options)
  const scope = options.scope === undefined ? undefined : scopeOf(options.scope)
  const plugins = await pluginsOf(context, options)
  return async (image) => {
    const repository = repositoryOf(image, scope)
    const trusts = [...(await trustsFor(policies, repository)), ...simple]
    const uncovered = trusts.length > 0 ? {} : { uncovered: uncoveredText(policies, repository) }
    return { trusts, ...uncovered, at, revocation, ...plugins }
  }
}

/** As the scopes of a policy are written: a tag would be taken for something that counts. */
function scopeOf(text: string): string {
  const reference = parseReference(text)
  const repository = repositoryName(reference)
  if (reference.tag === undefined && reference.digest === undefined) return repository
  throw cliFault(
    'USAGE_VALUE_INVALID',
    `--scope says ${text}, which has a tag or a digest: it is about a repository.`,
    {
      fix: `Write ${repository}.`,
    },
  )
}

/** Programs are run by a module of its own, which few calls need. */
async function pluginsOf(context: Context, { allowPlugin }: X509Options): Promise<Pick<X509Question, 'plugins'>> {
  if (allowPlugin.length === 0) return {}
  const { allowedPlugins } = await import('./verification-plugins.ts')
  return { plugins: allowedPlugins(context, allowPlugin) }
}

/** A layout has no repository, and whether the statement for all others speaks for it or a stricter one nobody can tell without `--scope`. */
function repositoryOf({ name, repository, isRegistry }: OpenedImage, scope: string | undefined): string | undefined {
  if (!isRegistry) return scope
  if (scope === undefined || scope === repository) return repository
  throw cliFault('USAGE_VALUE_INVALID', `--scope says ${scope}, and ${name} is in ${repository}.`, {
    fix: 'Leave --scope out: it says which repository a layout or archive stands for.',
  })
}

async function trustsFor(policies: readonly Policy[], repository: string | undefined): Promise<readonly X509Trust[]> {
  if (repository === undefined) return []
  const found = await Promise.all(policies.map(({ document, stores }) => resolveTrust(document, repository, stores)))
  return found.filter((trust) => trust !== undefined)
}

function uncoveredText(policies: readonly Policy[], repository: string | undefined): string {
  const files = policies.map(({ file }) => file).join(', ')
  if (repository === undefined)
    return `A layout or archive names no repository that ${files} could speak for: say which one it stands for with --scope.`
  return `No statement of ${files} is about ${repository}.`
}

async function openPolicy(context: Context, named: string, options: X509Options): Promise<Policy> {
  const isDefault = named === 'default'
  const own = isDefault ? notationFolders(context.io) : undefined
  const file = own === undefined ? named : own.policyFile()
  const folder = options.trustStore ?? own?.trustStore
  if (folder === undefined) {
    throw cliFault('USAGE_FLAG_MISSING', 'A trust policy names trust stores, and nothing says where they are.', {
      fix: 'Add --trust-store DIR, the folder that holds x509/.',
    })
  }
  const document = parseTrustPolicy(await readNamedFile(context, file, limits.configFileBytes), file)
  return { file, document, stores: openTrustStores(folder) }
}

/** One trust of all identities and everything that vouches for them. */
async function openSimple(context: Context, options: X509Options): Promise<readonly X509Trust[]> {
  const { x509Identity, root, store, trustStore } = options
  if (x509Identity.length === 0) {
    if (root.length === 0 && store.length === 0) return []
    throw cliFault('USAGE_FLAG_MISSING', 'A root alone says nothing of who may sign.', {
      fix: 'Add --x509-identity "C=…, ST=…, O=…", or san:uri:…',
    })
  }
  if (store.length > 0 && trustStore === undefined)
    throw cliFault('USAGE_FLAG_MISSING', '--store names a trust store, and nothing says where it is.', {
      fix: 'Add --trust-store DIR, the folder that holds x509/.',
    })
  const stores: TrustStore[] = []
  for (const file of root) {
    const certificates = readCertificates(await readNamedFile(context, file, limits.keyFileBytes), file)
    stores.push({ type: 'ca', name: file, certificates })
  }
  if (trustStore !== undefined) stores.push(...(await loadAll(store.map(parseStoreName), openTrustStores(trustStore))))
  return [simpleTrust(x509Identity.map(parseWrittenIdentity), stores)]
}

function revocationSource(context: Context, options: X509Options): RevocationSource {
  const folders = options.revocationDir.map((path) => folderRevocation(existingFolder(path)))
  const last = options.offline ? offlineRevocation : networkSource(context, options)
  return rememberingRevocation(folders.reduceRight((next, folder) => oneThenOther(folder, next), last))
}

/** What is in it may be missing; a folder that is not there was misspelt. */
function existingFolder(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path
  throw cliFault('FILE_NOT_FOUND', `--revocation-dir: there is no folder ${path}.`, {
    fix: 'Check the path, or collect the answers there: zegel trust fetch-revocation --out DIR',
  })
}

/** Asks the network; the lists are kept in the user's cache for as long as they hold. */
function networkSource(context: Context, options: X509Options): RevocationSource {
  const { cache } = userFolders(context.io.environment, context.io.home)
  return withCrlCache(freshSource(context, options), join(cache, 'crl'), context.log)
}

/** Asks the network, and takes nothing from the cache. */
export function freshSource(
  context: Context,
  { revocationHost }: Pick<X509Options, 'revocationHost'>,
): RevocationSource {
  const { io, log, signal } = context
  const network = networkRevocation({
    environment: io.environment,
    log,
    clock: io.clock,
    signal,
    hosts: revocationHost,
  })
  context.atEnd(() => network.close())
  return network
}

/** What one place has not, or has in an answer that holds no longer, another may have. */
function oneThenOther(first: RevocationSource, second: RevocationSource): RevocationSource {
  return {
    ocsp: async (question) => (await useful(question, first.ocsp(question))) ?? (await second.ocsp(question)),
    crl: async (question) => (await useful(question, first.crl(question))) ?? (await second.crl(question)),
  }
}

async function useful<T>(
  { isUseful }: { readonly isUseful: (answer: T) => boolean },
  asked: Promise<T>,
): Promise<T | undefined> {
  try {
    const answer = await asked
    return isUseful(answer) ? answer : undefined
  } catch (error) {
    if (error instanceof Fault && error.status === 3) return undefined
    throw error
  }
}
