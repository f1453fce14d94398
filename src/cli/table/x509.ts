/** The flags that say whose certificates count. */

import type { FlagGroup } from './types.ts'

/** Whose certificates in Sigstore bundles and Cosign's signatures count. */
export const certificateFlags = {
  title: "Whose certificates count (bundles and Cosign's signatures)",
  flags: {
    'certificate-identity': {
      kind: 'list',
      isDemand: true,
      value: 'NAME',
      help: 'Accept certificates of exactly this subject alternative name (release@example.org, https://…, build.example.org), valid at the moment of verification; whether they were revoked is not asked',
    },
    'ca-roots': {
      kind: 'list',
      value: 'FILE',
      completes: 'file',
      help: 'With --certificate-identity: the root certificates that must stand behind it',
    },
    'ca-intermediates': {
      kind: 'list',
      value: 'FILE',
      completes: 'file',
      help: 'The authorities between: a bundle carries its own certificate alone',
    },
  },
} as const satisfies FlagGroup

/** Whose certificates count: Notation's trust policies and stores, or one identity and its root. */
export const x509Flags = {
  title: 'Whose certificates count (Notation signatures)',
  flags: {
    'trust-policy': {
      kind: 'list',
      isDemand: true,
      value: 'FILE',
      completes: 'file',
      help: "A Notation trust policy; default is the one in notation's own configuration folder",
    },
    'trust-store': {
      kind: 'text',
      value: 'DIR',
      completes: 'folder',
      help: "The folder that holds the trust stores (x509/); notation's own with --trust-policy default",
    },
    scope: {
      kind: 'text',
      isDemand: true,
      value: 'REPOSITORY',
      help: 'Take the statement of this repository: for layouts and archives, which have none of their own',
    },
    'x509-identity': {
      kind: 'list',
      isDemand: true,
      value: 'IDENTITY',
      help: 'Without a trust policy: accept certificates of this subject (C=NL,O=Example), or of this alternative name (san:uri:…, san:dns:…, san:email:…)',
    },
    root: {
      kind: 'list',
      value: 'FILE',
      completes: 'file',
      help: 'With --x509-identity: the root (or other certificate) that must vouch for it',
    },
    store: {
      kind: 'list',
      value: 'TYPE:NAME',
      help: 'With --x509-identity: a trust store (ca:NAME, tsa:NAME, signingAuthority:NAME) of --trust-store',
    },
    'allow-plugin': {
      kind: 'list',
      value: 'NAME=DIGEST',
      help: 'Where a signature demands this verification plugin of notation, run it, if its program has this digest (sha256:…)',
    },
    offline: {
      kind: 'switch',
      isDemand: true,
      help: 'Ask nobody whether a certificate was revoked; what is not known then is not good',
    },
    'revocation-dir': {
      kind: 'list',
      value: 'DIR',
      completes: 'folder',
      help: 'Answers about revocation that were collected beforehand (zegel trust fetch-revocation)',
    },
    'revocation-host': {
      kind: 'list',
      value: 'HOST',
      help: 'Certificates may send us to this host on the loopback or in a private network for CRLs and OCSP',
    },
  },
} as const satisfies FlagGroup
