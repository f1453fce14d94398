/** `zegel key`: key pairs in the files that cosign reads too. */

import { passwordFlags } from './common.ts'
import type { CommandSpec } from './types.ts'

export const keyGenerateSpec = {
  name: 'key generate',
  aliases: { 'generate-key-pair': { out: 'cosign' } },
  section: 'Keys',
  summary: 'Make a key pair: NAME.key, encrypted as cosign does, and NAME.pub',
  description: [
    'The private key is encrypted with a password (scrypt and XSalsa20-Poly1305, the "ENCRYPTED SIGSTORE PRIVATE KEY" that cosign reads and writes). Existing files are never overwritten.',
    'Called as generate-key-pair, NAME is cosign when left out.',
  ],
  flags: {
    out: {
      kind: 'text',
      value: 'NAME',
      completes: 'file',
      aliases: ['output-key-prefix'],
      isRequired: true,
      help: 'Write NAME.key and NAME.pub',
    },
    type: {
      kind: 'text',
      value: 'TYPE',
      variable: 'ZEGEL_KEY_TYPE',
      choices: ['p256', 'p384', 'p521', 'rsa-2048', 'rsa-3072', 'rsa-4096', 'ed25519'],
      default: 'p256',
      help: 'The type of the key',
    },
  },
  groups: [passwordFlags],
  examples: [
    {
      what: 'release.key and release.pub, with a password that is asked for',
      command: 'zegel key generate --out release',
    },
    { what: 'In a pipeline', command: 'ZEGEL_PASSWORD="$SECRET" zegel key generate --out release --type ed25519' },
  ],
} as const satisfies CommandSpec

export const keyImportSpec = {
  name: 'key import',
  aliases: { 'import-key-pair': { out: 'import-cosign' } },
  section: 'Keys',
  summary: 'Turn a private key in PEM into a key pair as "key generate" writes it',
  description: [
    'Reads PKCS#8 (plain or encrypted), SEC1 and PKCS#1, and keys that cosign encrypted. The password of the new file comes from where passwords come from; that of an encrypted key that is read, from --old-password-file or a prompt.',
    'Called as import-key-pair, NAME is import-cosign when left out.',
  ],
  flags: {
    key: {
      kind: 'text',
      short: 'k',
      value: 'KEY',
      completes: 'file',
      isRequired: true,
      help: 'The private key: a file, - for standard input, or env://NAME',
    },
    out: {
      kind: 'text',
      value: 'NAME',
      completes: 'file',
      aliases: ['output-key-prefix'],
      isRequired: true,
      help: 'Write NAME.key and NAME.pub',
    },
    'old-password-file': {
      kind: 'text',
      value: 'FILE',
      completes: 'file',
      help: 'Read the password of the key that is imported from FILE',
    },
  },
  groups: [passwordFlags],
  examples: [
    {
      what: 'Sign with a key that openssl made',
      command: 'zegel key import --key openssl.pem --out release',
    },
  ],
} as const satisfies CommandSpec

export const keyPublicSpec = {
  name: 'key public',
  aliases: { 'public-key': {} },
  section: 'Keys',
  summary: 'Write the public key of a private key, in PEM',
  flags: {
    key: {
      kind: 'text',
      short: 'k',
      value: 'KEY',
      completes: 'file',
      isRequired: true,
      help: 'The private (or public) key or a certificate: a file, - for standard input, or env://NAME',
    },
    out: {
      kind: 'text',
      value: 'FILE',
      completes: 'file',
      aliases: ['outfile'],
      help: 'Write it to FILE instead of standard output',
    },
  },
  groups: [passwordFlags],
  examples: [
    { what: 'Give the public key to those who verify', command: 'zegel key public --key release.key > release.pub' },
  ],
} as const satisfies CommandSpec

export const keyInspectSpec = {
  name: 'key inspect',
  section: 'Keys',
  summary: 'Say what a key file is: type, fingerprint, encrypted or not',
  description: [
    'The password of an encrypted key is asked for only with --decrypt: without it nothing but the format is known.',
  ],
  arguments: [{ name: 'KEY', help: 'A file, - for standard input, or env://NAME', completes: 'file' }],
  flags: {
    decrypt: { kind: 'switch', help: 'Decrypt an encrypted private key, to say its type and fingerprint' },
  },
  groups: [passwordFlags],
  examples: [{ what: 'Which key is this?', command: 'zegel key inspect release.pub' }],
} as const satisfies CommandSpec
