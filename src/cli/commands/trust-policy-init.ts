/** `zegel trust policy init`: one statement, and in plain words what nobody chose. */

import { existsSync } from 'node:fs'
import { limits, utf8 } from '../../base/index.ts'
import type { TrustPolicyReport } from '../../contract/index.ts'
import { readCertificates } from '../../pki/index.ts'
import {
  checkPolicy,
  formatStoreName,
  identitiesOf,
  listTrustStores,
  loadAll,
  openTrustStores,
  parseStoreName,
  parseTrustPolicy,
  parseWrittenIdentity,
  type StoreName,
  subjectIdentity,
  trustFault,
} from '../../trust/index.ts'
import type { Context } from '../context.ts'
import { readNamedFile, writeFileAtomically } from '../files.ts'
import { assertFree } from '../files-free.ts'
import type { trustPolicyInitSpec } from '../table/trust.ts'
import type { InputOf } from '../table/types.ts'
import { trustFolder } from '../trust-folder.ts'
import { statementLines, statementReport } from '../trust-policy-report.ts'

type Options = InputOf<typeof trustPolicyInitSpec>['options']

const FOUND_HERE = 'truststore'

export async function run(context: Context, { options }: InputOf<typeof trustPolicyInitSpec>): Promise<0> {
  const { out, force, name, level } = options
  if (!force) await assertFree(out, 'Choose another name, or replace it with --force.')
  const stores = (await storesFor(context, options)).map(formatStoreName)
  const identities = await identitiesFor(context, options)
  const statement = {
    name,
    registryScopes: options.scope.length === 0 ? ['*'] : options.scope,
    signatureVerification: {
      level,
      ...(stores.some((store) => store.startsWith('tsa:')) ? { verifyTimestamp: 'always' } : {}),
    },
    trustStores: stores,
    trustedIdentities: identities.length === 0 ? ['*'] : identities,
  }
  const bytes = utf8(`${JSON.stringify({ version: '1.0', trustPolicies: [statement] }, null, 2)}\n`)
  const document = parseTrustPolicy(bytes, out)
  await writeFileAtomically(context, out, [bytes], { mode: 0o644, overwrite: force })
  const notation = checkPolicy(document).filter(({ kind }) => kind === 'notation')
  const report: TrustPolicyReport = {
    schema: 'zegel.dev/trust-policy/v1',
    status: 0,
    file: out,
    statements: document.statements.map(statementReport),
    notes: [...unchosen(options, stores), ...notation.map(({ detail }) => detail)],
  }
  await tell(context, report)
  return 0
}

/** What stands in the policy without a flag that says it. */
function unchosen({ scope, identity, identityOf }: Options, stores: readonly string[]): readonly string[] {
  const signers = stores.filter((store) => !store.startsWith('tsa:')).join(' and ')
  const notes: string[] = []
  if (identity.length === 0 && identityOf.length === 0)
    notes.push(
      `It trusts everyone whose certificate chains to ${signers}. To trust one signer alone: --identity-of signing.pem, or --identity "C=…, ST=…, O=…".`,
    )
  if (scope.length === 0)
    notes.push('It is about every repository. To say it of some alone: --scope registry.example.org/shop/api.')
  if (stores.some((store) => store.startsWith('tsa:')))
    notes.push('It demands a timestamp of each signature ("verifyTimestamp": "always"), since a tsa store is named.')
  return notes
}

async function storesFor(context: Context, { store, trustStore }: Options): Promise<readonly StoreName[]> {
  const folder = trustStore === undefined ? undefined : trustFolder(context, trustStore)
  if (store.length > 0) {
    const named = store.map(parseStoreName)
    if (folder !== undefined) await loadAll(named, openTrustStores(folder))
    return named
  }
  if (folder === undefined && !existsSync(FOUND_HERE)) {
    throw trustFault(
      'TRUST_STORE_MISSING',
      `Nothing says which trust stores it names, and there is no ./${FOUND_HERE}.`,
      {
        fix: `Add a root first: zegel trust add --type ca --store NAME --dir ${FOUND_HERE} FILE; or name the folder with --trust-store DIR.`,
      },
    )
  }
  const found = await listTrustStores(folder ?? FOUND_HERE)
  await loadAll(found, openTrustStores(folder ?? FOUND_HERE))
  if (found.some(({ type }) => type !== 'tsa')) return found
  throw trustFault('TRUST_STORE_MISSING', `${folder ?? FOUND_HERE} has no trust store that vouches for signers.`, {
    fix: `Add their root: zegel trust add --type ca --store NAME --dir ${folder ?? FOUND_HERE} FILE`,
  })
}

/** As the policy writes them; none where nobody said whom to trust. */
async function identitiesFor(context: Context, { identity, identityOf }: Options): Promise<readonly string[]> {
  const written = identity.map((text) => (text === '*' ? text : parseWrittenIdentity(text).text))
  const read: string[] = []
  for (const file of identityOf) read.push(await identityIn(context, file))
  return [...written, ...read]
}

async function identityIn(context: Context, file: string): Promise<string> {
  const [leaf] = readCertificates(await readNamedFile(context, file, limits.keyFileBytes), file)
  const subject = leaf === undefined ? undefined : subjectIdentity(leaf)
  if (subject !== undefined) return subject.text
  const names = leaf === undefined ? [] : identitiesOf(leaf).filter(({ kind }) => kind === 'san')
  const others = names.map(({ text }) => `--identity "${text}"`)
  throw trustFault(
    'TRUST_IDENTITY_INVALID',
    `The subject in ${file} cannot be an identity: it needs C, ST and O, each once.`,
    {
      fix:
        others.length === 0 ? 'Have a certificate issued that has them.' : `Beyond notation: ${others.join(' or ')}.`,
    },
  )
}

async function tell(context: Context, report: TrustPolicyReport): Promise<void> {
  if (context.isJson) await context.printJson(report)
  else {
    await context.print(`wrote  ${report.file}`)
    for (const statement of report.statements) {
      await context.print(
        statementLines(statement, context.style)
          .map((line) => `  ${line}`)
          .join('\n'),
      )
    }
  }
  for (const note of report.notes) context.log.warn(note)
}
