/** `zegel pki`: a testing authority. */

import type { CommandSpec } from './types.ts'

export const pkiInitSpec = {
  name: 'pki init',
  section: 'Keys',
  summary: 'Make certificates for trying things out: a root, a signing certificate, a timestamp authority',
  description: [
    'Writes root.pem, signing.key, signing.pem (the certificate with its intermediate and its root) and tsa-root.pem into DIR, and what "pki serve" needs into DIR/authority. Existing files are never overwritten.',
    'It is for testing only: the keys are not encrypted, nothing keeps a record of what was issued, and whoever reads DIR can sign as anybody in it. For production have certificates from an authority that guards its keys.',
  ],
  flags: {
    out: {
      kind: 'text',
      value: 'DIR',
      completes: 'folder',
      isRequired: true,
      help: 'Write into this folder; it is made when missing',
    },
    subject: {
      kind: 'text',
      value: 'DN',
      help: 'The name in the signing certificate, with C, ST and O as trust policies need them: CN=release,O=Example,ST=Utrecht,C=NL',
    },
    days: {
      kind: 'count',
      value: 'N',
      default: '365',
      help: 'How long the signing certificate is valid, 3650 at most; the authorities are for 3650 days',
    },
    type: {
      kind: 'text',
      value: 'TYPE',
      variable: 'ZEGEL_PKI_TYPE',
      choices: ['p256', 'p384', 'p521', 'rsa-2048', 'rsa-3072', 'rsa-4096'],
      default: 'p256',
      help: 'The type of the signing key',
    },
    'revocation-url': {
      kind: 'text',
      value: 'URL',
      help: 'Name CRL and OCSP below this URL in the certificates, where "pki serve" will answer: http://127.0.0.1:3003 (none are named when left out)',
    },
  },
  examples: [
    { what: 'Certificates to try with', command: 'zegel pki init --out pki' },
    {
      what: 'Whose revocation can be tried too',
      command: 'zegel pki init --out pki --revocation-url http://127.0.0.1:3003',
    },
  ],
} as const satisfies CommandSpec

export const pkiServeSpec = {
  name: 'pki serve',
  section: 'Keys',
  summary: 'Serve timestamps, CRLs and OCSP of a testing authority, until Ctrl-C',
  description: [
    'Timestamps are at / and /timestamp, OCSP at /ocsp, the lists at /crl/root.crl, /crl/intermediate.crl and /crl/tsa-root.crl. It stamps whatever it is sent, so it listens on the loopback unless --allow-remote says otherwise.',
  ],
  arguments: [{ name: 'DIR', help: 'The folder of "pki init"', completes: 'folder' }],
  flags: {
    address: {
      kind: 'text',
      value: 'HOST:PORT',
      default: '127.0.0.1:3003',
      help: 'Listen here; port 0 takes a free one, and the first line of standard output says which',
    },
    'allow-remote': { kind: 'switch', help: 'Listen on an address that other machines reach' },
    'fresh-for': {
      kind: 'duration',
      value: 'DURATION',
      default: '1h',
      help: 'How long CRLs and OCSP answers may be relied on (their next update)',
    },
  },
  examples: [
    { what: 'Serve it', command: 'zegel pki serve pki --address 127.0.0.1:3003' },
    {
      what: 'A timestamp that outlives the certificate',
      command:
        'zegel sign --format notation-jws --key pki/signing.key --cert-chain pki/signing.pem --timestamp-url http://127.0.0.1:3003 --timestamp-root-cert pki/tsa-root.pem 127.0.0.1:5005/shop/api:1.4',
    },
  ],
} as const satisfies CommandSpec

export const pkiRevokeSpec = {
  name: 'pki revoke',
  section: 'Keys',
  summary: 'Revoke a certificate of a testing authority',
  description: ['A running "pki serve" says so from its next answer on. What was revoked stays revoked.'],
  arguments: [
    { name: 'DIR', help: 'The folder of "pki init"', completes: 'folder' },
    {
      name: 'CERTIFICATE',
      help: 'A file, whose first certificate counts, or a serial number in hex',
      completes: 'file',
    },
  ],
  flags: {
    reason: {
      kind: 'text',
      value: 'REASON',
      choices: [
        'keyCompromise',
        'cACompromise',
        'affiliationChanged',
        'superseded',
        'cessationOfOperation',
        'certificateHold',
        'privilegeWithdrawn',
      ],
      help: 'Why (RFC 5280 section 5.3.1); none is said when left out',
    },
  },
  examples: [
    {
      what: 'The signing key was lost',
      command: 'zegel pki revoke pki pki/signing.pem --reason keyCompromise',
    },
  ],
} as const satisfies CommandSpec
