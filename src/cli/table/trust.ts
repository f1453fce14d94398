/** `zegel trust`: trust stores and trust policies, in notation's layout. */

import type { CommandSpec, Flags } from './types.ts'

const LAYOUT =
  "The folders are notation's: DIR/x509/TYPE/NAME holds the certificates of one store; notation reads what is written here, and the reverse."
const TYPES =
  'ca vouches for signers, signingAuthority for those whose time counts too, tsa for timestamp authorities; none stands in for another.'

const folderFlag = {
  dir: {
    kind: 'text',
    value: 'DIR',
    completes: 'folder',
    variable: 'ZEGEL_TRUST_STORE',
    isRequired: true,
    help: "The folder that holds x509/; default is notation's own",
  },
} as const satisfies Flags

const anyStoreFlags = {
  type: {
    kind: 'text',
    value: 'TYPE',
    variable: 'ZEGEL_STORE_TYPE',
    choices: ['ca', 'signingAuthority', 'tsa'],
    help: 'What the store vouches for',
  },
  store: {
    kind: 'text',
    value: 'NAME',
    variable: 'ZEGEL_STORE_NAME',
    help: 'The name of the store: letters, digits, "_", "." and "-"',
  },
} as const satisfies Flags

const storeFlags = {
  type: { ...anyStoreFlags.type, isRequired: true },
  store: { ...anyStoreFlags.store, isRequired: true },
  ...folderFlag,
} as const satisfies Flags

export const trustAddSpec = {
  name: 'trust add',
  section: 'Trust',
  summary: 'Put roots into a trust store',
  description: [
    'Reads PEM, DER and PKCS#7, shows each certificate, and writes it as PEM. A leaf is refused, and of a tsa store everything but roots; then nothing is written. What is there already is left as it is.',
    TYPES,
    LAYOUT,
  ],
  arguments: [{ name: 'FILE', help: 'Certificates, or - for standard input', isMany: true, completes: 'file' }],
  flags: storeFlags,
  examples: [
    { what: 'A root of your own', command: 'zegel trust add --type ca --store demo --dir truststore pki/root.pem' },
    { what: 'For notation too', command: 'zegel trust add --type tsa --store time --dir default tsa-root.pem' },
  ],
} as const satisfies CommandSpec

export const trustListSpec = {
  name: 'trust list',
  section: 'Trust',
  summary: 'List trust stores and their certificates',
  description: [LAYOUT],
  flags: { ...anyStoreFlags, ...folderFlag },
  examples: [{ what: 'Whom do we trust?', command: 'zegel trust list --dir truststore' }],
} as const satisfies CommandSpec

export const trustShowSpec = {
  name: 'trust show',
  section: 'Trust',
  summary: 'Show the certificates of a trust store in full',
  arguments: [
    {
      name: 'CERTIFICATE',
      help: 'A file of the store, or a fingerprint (sha256:… or its beginning); all when left out',
      isOptional: true,
      isMany: true,
    },
  ],
  flags: storeFlags,
  examples: [{ what: 'Until when?', command: 'zegel trust show --type ca --store demo --dir truststore root.pem' }],
} as const satisfies CommandSpec

export const trustRemoveSpec = {
  name: 'trust remove',
  section: 'Trust',
  summary: 'Take certificates out of a trust store',
  description: [
    'A store whose last certificate goes is removed; what a policy names then is missing, and refuses everything.',
  ],
  arguments: [
    {
      name: 'CERTIFICATE',
      help: 'A file of the store, or a fingerprint (sha256:… or its beginning)',
      isOptional: true,
      isMany: true,
    },
  ],
  flags: { ...storeFlags, all: { kind: 'switch', help: 'Take out all of them, and the store with them' } },
  examples: [
    { what: 'A root that retired', command: 'zegel trust remove --type ca --store demo --dir truststore root.pem' },
  ],
} as const satisfies CommandSpec

const storesFlag = {
  'trust-store': {
    kind: 'text',
    value: 'DIR',
    completes: 'folder',
    help: "The folder that holds x509/; default is notation's own",
  },
} as const satisfies Flags

export const trustPolicyInitSpec = {
  name: 'trust policy init',
  section: 'Trust',
  summary: 'Write a trust policy: which signatures count for which repositories',
  description: [
    'Writes one statement of the level strict for the trust stores that are found. What no flag says is said in plain words when it is written: without --scope it is about every repository, without --identity it trusts everyone whose certificate chains to the stores.',
    'Several statements are one file: write the others beside the first, then ask "zegel trust policy check".',
  ],
  flags: {
    out: { kind: 'text', value: 'FILE', completes: 'file', isRequired: true, help: 'The policy: trustpolicy.json' },
    force: { kind: 'switch', help: 'Replace FILE when it is there' },
    name: { kind: 'text', value: 'NAME', default: 'default', help: 'The name of the statement' },
    scope: {
      kind: 'list',
      value: 'REPOSITORY',
      help: 'It is about this repository: registry.example.org/shop/api; registry.example.org/shop/* for all below (beyond notation)',
    },
    identity: {
      kind: 'list',
      value: 'IDENTITY',
      isDemand: true,
      help: 'Trust this subject ("C=NL, ST=NH, O=Example"), or x509.san: uri:…, x509.issuer: … (beyond notation), or "*"',
    },
    'identity-of': {
      kind: 'list',
      value: 'FILE',
      completes: 'file',
      help: 'Trust the subject of the first certificate in FILE, such as signing.pem',
    },
    store: { kind: 'list', value: 'TYPE:NAME', help: 'Name this trust store; those of --trust-store when left out' },
    'trust-store': {
      ...storesFlag['trust-store'],
      help: `${storesFlag['trust-store'].help}; ./truststore when left out`,
    },
    level: {
      kind: 'text',
      value: 'LEVEL',
      choices: ['strict', 'permissive', 'audit'],
      default: 'strict',
      help: 'strict enforces every check, permissive logs timestamps, expiry and revocation, audit proves nothing',
    },
  },
  examples: [
    { what: 'For the trust stores in ./truststore', command: 'zegel trust policy init --out trustpolicy.json' },
    {
      what: 'One signer for one team',
      command:
        'zegel trust policy init --out trustpolicy.json --identity-of signing.pem --scope "registry.example.org/shop/*"',
    },
  ],
} as const satisfies CommandSpec

const FILE = { name: 'FILE', help: "A trust policy; default is notation's own", completes: 'file' } as const

export const trustPolicyCheckSpec = {
  name: 'trust policy check',
  section: 'Trust',
  summary: 'Check a trust policy: its rules, its stores, and what notation would make of it',
  description: [
    'A policy that breaks a rule is told with the statement, the member and what to write. Exit status 0: it can be used; what is worth knowing is listed. 1: a trust store is missing or cannot be used. 2: it is no trust policy.',
  ],
  arguments: [FILE],
  flags: storesFlag,
  examples: [
    { what: 'Before it is rolled out', command: 'zegel trust policy check trustpolicy.json --trust-store truststore' },
  ],
} as const satisfies CommandSpec

export const trustPolicyShowSpec = {
  name: 'trust policy show',
  section: 'Trust',
  summary: 'Show which statement of a trust policy is about a repository, and what it means',
  description: [
    'The most specific scope decides: the repository itself, then the longest beginning (registry.example.org/shop/*), then "*". Exit status 1: no statement is about it, so nothing there would verify.',
  ],
  arguments: [FILE],
  flags: {
    scope: { kind: 'text', value: 'REPOSITORY', help: 'Show the statement for this repository; all when left out' },
  },
  examples: [
    {
      what: 'Who may sign this?',
      command: 'zegel trust policy show trustpolicy.json --scope registry.example.org/shop/api',
    },
  ],
} as const satisfies CommandSpec
