/** The rules of trust policies, one case a rule (Notary Project, trust-store-trust-policy.md), with what we and what notation 1.3.2 make of it. */

export interface PolicyCase {
  readonly what: string
  readonly text: string
  readonly ours: 'taken' | 'refused'
  /** Where it differs from ours, the reason stands in `because`. */
  readonly notation: 'taken' | 'refused'
  readonly because?: string
  /** The member that a refusal names. */
  readonly member?: string
}

type Members = Readonly<Record<string, unknown>>

/** A statement that every rule accepts. */
export const sound: Members = {
  name: 'shop',
  registryScopes: ['registry.example.org/shop/api'],
  signatureVerification: { level: 'strict' },
  trustStores: ['ca:acme'],
  trustedIdentities: ['x509.subject: C=US, ST=WA, O=acme-rockets.io'],
}

const skipping: Members = {
  name: 'shop',
  registryScopes: ['registry.example.org/shop/api'],
  signatureVerification: { level: 'skip' },
}

/** One statement with changed members; undefined takes one out. */
export function policyText(...statements: readonly Members[]): string {
  return JSON.stringify({ version: '1.0', trustPolicies: statements })
}

const one = (changes: Members): string => policyText({ ...sound, ...changes })
const verification = (members: Members): string => one({ signatureVerification: members })
const identities = (...texts: readonly unknown[]): string => one({ trustedIdentities: texts })
const stores = (...names: readonly string[]): string => one({ trustStores: names })
const scopes = (...names: readonly string[]): string => one({ registryScopes: names })
const subject = (name: string): string => identities(`x509.subject: ${name}`)

function taken(what: string, text: string): PolicyCase {
  return { what, text, ours: 'taken', notation: 'taken' }
}

function refused(what: string, text: string, member?: string): PolicyCase {
  return { what, text, ours: 'refused', notation: 'refused', ...(member === undefined ? {} : { member }) }
}

/** We are stricter. */
function stricter(what: string, text: string, because: string, member?: string): PolicyCase {
  return { what, text, ours: 'refused', notation: 'taken', because, ...(member === undefined ? {} : { member }) }
}

/** An extension of ours. */
function extension(what: string, text: string, because: string): PolicyCase {
  return { what, text, ours: 'taken', notation: 'refused', because }
}

export const policyCases: readonly PolicyCase[] = [
  taken('a sound one', one({})),
  taken(
    'every member',
    one({
      signatureVerification: {
        level: 'permissive',
        override: { revocation: 'enforce' },
        verifyTimestamp: 'afterCertExpiry',
      },
      trustStores: ['ca:acme', 'tsa:time', 'signingAuthority:sa'],
    }),
  ),
  taken('the scope *', scopes('*')),
  taken('the identity *', identities('*')),
  taken('several scopes', scopes('registry.example.org/shop/api', 'localhost:5000/shop/api', '127.0.0.1:5000/a')),
  taken('several statements', policyText(sound, { ...sound, name: 'others', registryScopes: ['*'] })),
  taken('the level skip for a repository', policyText(skipping)),
  taken('the level skip with empty lists', policyText({ ...skipping, trustStores: [], trustedIdentities: [] })),
  taken('the level skip with lists of null', policyText({ ...skipping, trustStores: null, trustedIdentities: null })),
  taken(
    'the level skip with an empty override',
    policyText({ ...skipping, signatureVerification: { level: 'skip', override: {} } }),
  ),
  taken('a signing authority alone', stores('signingAuthority:sa')),
  taken('the same store twice', stores('ca:acme', 'ca:acme')),
  taken('an identity of a plugin', identities('arn:aws:signer:eu-west-1:1:/signing-profiles/x')),
  taken('two identities', identities('x509.subject: C=US, ST=WA, O=a', 'x509.subject: C=US, ST=WA, O=b')),
  taken('S for ST', subject('C=US, S=WA, O=a')),
  taken('an escaped comma', subject('C=US, ST=WA, O=ACME\\, Inc.')),

  refused('no version', JSON.stringify({ trustPolicies: [sound] }), 'version'),
  refused('another version', JSON.stringify({ version: '1.1', trustPolicies: [sound] }), 'version'),
  refused('a version that is a number', '{"version":1.0,"trustPolicies":[]}', 'version'),
  refused('no statement', policyText(), 'trustPolicies'),
  refused('no list of statements', '{"version":"1.0"}', 'trustPolicies'),
  refused('a statement without a name', one({ name: undefined }), 'name'),
  refused('an empty name', one({ name: '' }), 'name'),
  refused('a name twice', policyText(sound, { ...sound, registryScopes: ['registry.example.org/other'] }), 'name'),
  refused('no scope', one({ registryScopes: undefined }), 'registryScopes'),
  refused('an empty list of scopes', scopes(), 'registryScopes'),
  refused('* beside another scope', scopes('*', 'registry.example.org/shop/api'), 'registryScopes'),
  refused('a scope in two statements', policyText(sound, { ...sound, name: 'second' }), 'registryScopes'),
  refused(
    'a scope twice in one statement',
    scopes('registry.example.org/a', 'registry.example.org/a'),
    'registryScopes',
  ),
  refused(
    '* in two statements',
    policyText({ ...sound, registryScopes: ['*'] }, { ...sound, name: 'b', registryScopes: ['*'] }),
    'registryScopes',
  ),
  refused('a wildcard within a scope', scopes('registry.example.org/*/api'), 'registryScopes'),
  refused('a wildcard within a word', scopes('registry.example.org/shop*'), 'registryScopes'),
  refused('a wildcard registry', scopes('*.example.org/shop'), 'registryScopes'),
  refused('** at the end', scopes('registry.example.org/**'), 'registryScopes'),
  refused('a registry alone', scopes('registry.example.org'), 'registryScopes'),
  refused('a registry with a slash', scopes('registry.example.org/'), 'registryScopes'),
  refused('a tag', scopes('registry.example.org/shop/api:1.4'), 'registryScopes'),
  refused('a digest', scopes(`registry.example.org/shop/api@sha256:${'0'.repeat(64)}`), 'registryScopes'),
  refused('upper case in the repository', scopes('registry.example.org/Shop'), 'registryScopes'),
  refused('a protocol', scopes('https://registry.example.org/shop'), 'registryScopes'),
  refused('an empty scope', scopes(''), 'registryScopes'),
  refused('no verification', one({ signatureVerification: undefined }), 'signatureVerification'),
  refused('no level', verification({}), 'level'),
  refused('an unknown level', verification({ level: 'loose' }), 'level'),
  refused('a capitalised level', verification({ level: 'Strict' }), 'level'),
  refused(
    'another value of verifyTimestamp',
    verification({ level: 'strict', verifyTimestamp: 'never' }),
    'verifyTimestamp',
  ),
  refused('an override of integrity', verification({ level: 'strict', override: { integrity: 'log' } }), 'integrity'),
  refused(
    'an override of integrity to what it is',
    verification({ level: 'strict', override: { integrity: 'enforce' } }),
    'integrity',
  ),
  refused('an override by another word', verification({ level: 'strict', override: { expiry: 'warn' } }), 'expiry'),
  refused('an unknown override', verification({ level: 'strict', override: { freshness: 'log' } }), 'override'),
  refused(
    'an override at the level skip',
    policyText({ ...skipping, signatureVerification: { level: 'skip', override: { expiry: 'log' } } }),
    'override',
  ),
  ...['authenticity', 'authenticTimestamp', 'expiry'].map((check) =>
    refused(`skipping ${check}`, verification({ level: 'strict', override: { [check]: 'skip' } }), check),
  ),
  refused('skip with stores', policyText({ ...skipping, trustStores: ['ca:acme'] }), 'trustStores'),
  refused('skip with identities', policyText({ ...skipping, trustedIdentities: ['*'] }), 'trustedIdentities'),
  refused('no stores', one({ trustStores: undefined }), 'trustStores'),
  refused('an empty list of stores', stores(), 'trustStores'),
  refused('no identities', one({ trustedIdentities: undefined }), 'trustedIdentities'),
  refused('an empty list of identities', identities(), 'trustedIdentities'),
  refused('a store without a type', stores('acme'), 'trustStores'),
  refused('a store of an unknown type', stores('root:acme'), 'trustStores'),
  refused('a store of a type in upper case', stores('CA:acme'), 'trustStores'),
  refused('a store name with a slash', stores('ca:../acme'), 'trustStores'),
  refused('an empty store name', stores('ca:'), 'trustStores'),
  refused('a store name with a space', stores('ca:acme rockets'), 'trustStores'),
  refused('* beside another identity', identities('*', 'x509.subject: C=US, ST=WA, O=a'), 'trustedIdentities'),
  refused('an identity without a colon', identities('C=US, ST=WA, O=a'), 'trustedIdentities'),
  refused('an empty identity', identities(''), 'trustedIdentities'),
  refused('a subject without a name', subject(''), 'trustedIdentities'),
  refused('a name without C', subject('ST=WA, O=a'), 'trustedIdentities'),
  refused('a name without ST', subject('C=US, O=a'), 'trustedIdentities'),
  refused('a name without O', subject('C=US, ST=WA'), 'trustedIdentities'),
  refused('an attribute type twice', subject('C=US, ST=WA, O=a, OU=b, OU=c'), 'trustedIdentities'),
  refused('S beside ST', subject('C=US, ST=WA, S=WA, O=a'), 'trustedIdentities'),
  refused('a multi-valued relative name', subject('C=US, ST=WA, O=a+OU=b'), 'trustedIdentities'),
  refused('a hexadecimal value', subject('C=US, ST=WA, O=#0c0161'), 'trustedIdentities'),
  refused(
    'one name part of another',
    identities('x509.subject: C=US, ST=WA, O=a', 'x509.subject: C=US, ST=WA, O=a, CN=b'),
    'trustedIdentities',
  ),
  refused(
    'one name twice',
    identities('x509.subject: C=US, ST=WA, O=a', 'x509.subject: ST=WA, C=US, O=a'),
    'trustedIdentities',
  ),
  refused('attribute types in lower case', subject('c=US, st=WA, o=a'), 'trustedIdentities'),
  refused('data after it', `${one({})} {}`),
  refused('a comment', `// mine\n${one({})}`),
  refused('an empty file', ''),
  refused('a list', `[${one({})}]`),
  refused('scopes that are no list', one({ registryScopes: '*' }), 'registryScopes'),
  refused('an identity that is no text', identities(7), 'trustedIdentities'),

  stricter(
    'a member beside the same in another case',
    one({}).replace('"name":"shop"', '"name":"a","Name":"shop"'),
    'members are told apart by their case',
    'Name',
  ),
  stricter(
    'skip for *',
    policyText({ ...skipping, registryScopes: ['*'] }),
    'the specification forbids it',
    'registryScopes',
  ),
  stricter(
    'an unknown member of the document',
    JSON.stringify({ version: '1.0', trustPolicies: [sound], comment: '' }),
    'a typing error goes unseen',
    'comment',
  ),
  stricter(
    'an unknown member of a statement',
    one({ registryScope: ['*'] }),
    'a typing error goes unseen',
    'registryScope',
  ),
  stricter(
    'an unknown member of the verification',
    verification({ level: 'strict', overrides: { revocation: 'log' } }),
    'a typing error goes unseen',
    'overrides',
  ),
  stricter(
    'members in another case',
    one({}).replace('"trustPolicies"', '"TRUSTPOLICIES"'),
    'members are told apart by their case',
    'TRUSTPOLICIES',
  ),
  stricter('a member twice', one({}).replace('"name":"shop"', '"name":"a","name":"shop"'), 'the last one would win'),
  stricter('a tsa store alone', stores('tsa:time'), 'nothing vouches for a signer', 'trustStores'),
  stricter(
    'an empty verifyTimestamp',
    verification({ level: 'strict', verifyTimestamp: '' }),
    'it says nothing',
    'verifyTimestamp',
  ),
  stricter(
    'a registry in upper case',
    scopes('Registry.example.org/shop'),
    'names of registries are compared in lower case',
    'registryScopes',
  ),
  stricter(
    'a registry without a dot or port',
    scopes('registry/shop'),
    'it is a repository of Docker Hub',
    'registryScopes',
  ),
  stricter('a store called ..', stores('ca:..'), 'it is another folder', 'trustStores'),
  stricter('a subject of spaces', identities('arn:  '), 'it says nothing', 'trustedIdentities'),
  stricter(
    'one alternative name twice',
    identities('x509.san: dns:a.example', 'x509.san: dns:A.example'),
    'an identity of ours',
    'trustedIdentities',
  ),
  stricter(
    'an alternative name with a pattern',
    identities('x509.san: dns:*.example.org'),
    'an identity of ours',
    'trustedIdentities',
  ),
  stricter('an issuer without O', identities('x509.issuer: C=US, ST=WA'), 'an identity of ours', 'trustedIdentities'),

  taken('an alternative name', identities('x509.san: dns:build.example.org')),
  taken('an issuer', identities('x509.issuer: C=US, ST=WA, O=acme-rockets.io')),
  extension('all below a path', scopes('registry.example.org/shop/*'), 'a prefix scope'),
  extension('all below a registry', scopes('registry.example.org/*'), 'a prefix scope'),
  extension('all of Docker Hub', scopes('docker.io/*'), 'a prefix scope'),
]
