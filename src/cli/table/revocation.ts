/** `zegel trust fetch-revocation`. */

import { evidenceFlags, registryFlags } from './common.ts'
import type { CommandSpec } from './types.ts'
import { x509Flags } from './x509.ts'

const {
  offline: _,
  'revocation-dir': __,
  'x509-identity': ___,
  root: ____,
  store: _____,
  ...policyFlags
} = x509Flags.flags

export const fetchRevocationSpec = {
  name: 'trust fetch-revocation',
  section: 'Trust',
  summary: 'Collect what is known of revocation, to verify behind an air gap',
  description: [
    'Asks the OCSP responders and fetches the CRLs that certificates name, and keeps their answers in a folder for "zegel verify --offline --revocation-dir". Nothing in the folder is trusted: each answer is judged by its own signature and times when it is used, so fetch anew before the answers run out.',
    'The certificates are those of chain files (--cert-chain), and those behind the signatures of images that a trust policy accepts.',
    'Exit status 3 when something could not be collected.',
  ],
  arguments: [
    { name: 'IMAGE', help: 'An image whose signatures will be verified offline', isOptional: true, isMany: true },
  ],
  flags: {
    out: {
      kind: 'text',
      value: 'DIR',
      completes: 'folder',
      isRequired: true,
      help: 'The folder that the answers are put into',
    },
    'cert-chain': {
      kind: 'list',
      value: 'FILE',
      completes: 'file',
      help: 'Ask about the certificates in FILE (PEM, DER, PKCS#7), from the leaf to the root',
    },
  },
  groups: [{ title: x509Flags.title, flags: policyFlags }, evidenceFlags, registryFlags],
  examples: [
    {
      what: 'For one signer',
      command: 'zegel trust fetch-revocation --out revocation --cert-chain signing.pem',
    },
    {
      what: 'For what is signed already',
      command:
        'zegel trust fetch-revocation --out revocation --trust-policy trustpolicy.json --trust-store truststore registry.example.org/shop/api:1.4',
    },
  ],
} as const satisfies CommandSpec
