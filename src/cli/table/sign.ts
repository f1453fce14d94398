/** `zegel sign`, `zegel attest` and their kin for files. */

import { evidenceFlags, passwordFlags, registryFlags } from './common.ts'
import type { CommandSpec, Flag, FlagGroup } from './types.ts'

const key = {
  kind: 'text',
  short: 'k',
  value: 'FILE',
  completes: 'file',
  isRequired: true,
  help: 'Sign with this private key: a file (PKCS#12 too), - for standard input, or env://NAME',
} as const satisfies Flag

/** `sign` has other places for keys too. */
const { isRequired: _, ...optionalKey } = key

const signFormat = {
  kind: 'text',
  value: 'FORMAT',
  variable: 'ZEGEL_SIGN_FORMAT',
  choices: ['bundle', 'cosign', 'notation-jws', 'notation-cose'],
  default: 'bundle',
  help: 'bundle: a Sigstore bundle as a referrer (cosign 3) · cosign: the older tag .sig (every cosign) · notation-jws, notation-cose: a Notation signature with your certificates',
} as const satisfies Flag

const certChain = {
  kind: 'text',
  value: 'FILE',
  completes: 'file',
  help: 'Put the certificate of --key in, out of the chain in FILE (PEM, DER, PKCS#7, or the PKCS#12 file of --key), where it has an alternative name: "zegel verify --certificate-identity" asks for it',
} as const satisfies Flag

const notationFlags = {
  title: 'With certificates (--format notation-jws or notation-cose)',
  flags: {
    'cert-chain': {
      ...certChain,
      help: 'The certificates of --key (PEM, DER or PKCS#7), in any order; a PKCS#12 file brings them along. With the formats bundle and cosign the certificate goes in where it has an alternative name',
    },
    'key-name': {
      kind: 'text',
      value: 'NAME',
      help: "Sign with this key of notation's own signingkeys.json; default is the one that is named so there",
    },
    plugin: {
      kind: 'text',
      value: 'NAME',
      help: "Sign with a key that this notation plugin holds, of those in notation's own folder",
    },
    id: { kind: 'text', value: 'KEYID', help: 'The key, in the words of --plugin' },
    'plugin-config': { kind: 'list', value: 'KEY=VALUE', help: 'Tell the plugin this' },
    expiry: {
      kind: 'duration',
      short: 'e',
      value: 'DURATION',
      help: 'The signature holds for this long: 24h, 90m (for ever when left out)',
    },
    'user-metadata': { kind: 'list', short: 'm', value: 'KEY=VALUE', help: 'Sign this with it, as -a does' },
    'timestamp-url': {
      kind: 'text',
      value: 'URL',
      help: 'Have the signature stamped by this timestamp authority (RFC 3161), so that it outlives its certificate',
    },
    'timestamp-root-cert': {
      kind: 'text',
      value: 'FILE',
      completes: 'file',
      help: 'The root certificate of the timestamp authority',
    },
  },
} as const satisfies FlagGroup

const bundle = {
  kind: 'text',
  value: 'FILE',
  completes: 'file',
  help: 'Write what was made to FILE too: the Sigstore bundle, with --format cosign the signature or DSSE envelope, with a Notation format its envelope',
} as const satisfies Flag

const fileBundle = { ...bundle, help: 'Write the Sigstore bundle to FILE' } as const satisfies Flag

const writingFlags = {
  title: 'How it is written',
  flags: {
    format: {
      kind: 'text',
      value: 'FORMAT',
      variable: 'ZEGEL_ATTEST_FORMAT',
      choices: ['bundle', 'cosign'],
      default: 'bundle',
      help: 'bundle: a Sigstore bundle as a referrer (cosign 3) · cosign: the older tags .sig and .att (every cosign)',
    },
    bundle,
    'no-upload': { kind: 'switch', help: 'Push nothing; write it with --bundle' },
    recursive: { kind: 'switch', short: 'r', help: 'Of an index: the images in it too' },
    'sign-container-identity': {
      kind: 'text',
      value: 'NAME',
      help: 'Sign this logical repository name with it; "zegel verify" with the same flag demands it',
    },
  },
} as const satisfies FlagGroup

const TYPES = 'cyclonedx, spdx, spdxjson, slsaprovenance, slsaprovenance1, vuln, openvex, vsa, link, custom, or a URI'

const predicateFlags = {
  title: 'What is attested',
  flags: {
    type: { kind: 'text', value: 'TYPE', isRequired: true, help: `The predicate type: ${TYPES}` },
    predicate: {
      kind: 'text',
      value: 'FILE',
      completes: 'file',
      isRequired: true,
      help: 'The predicate, as the tool wrote it; - for standard input. Its bytes are kept exactly, without white space around them',
    },
  },
} as const satisfies FlagGroup

const { format: __, ...signWriting } = writingFlags.flags
const signWritingFlags = { ...writingFlags, flags: signWriting } as const satisfies FlagGroup

export const signSpec = {
  name: 'sign',
  section: 'Sign',
  summary: 'Sign an image',
  description: [
    'Signs the digest that the tag has now. Signing the same again with the same key pushes nothing and says so.',
    'The image is in a registry or in a layout folder (oci:DIR[:TAG|@DIGEST]).',
  ],
  arguments: [{ name: 'IMAGE', help: 'registry.example.org/team/app:1.4 or oci:DIR[:TAG|@DIGEST]', isMany: true }],
  flags: {
    key: optionalKey,
    format: signFormat,
    annotations: { kind: 'list', short: 'a', value: 'KEY=VALUE', help: 'Sign this with it' },
  },
  groups: [notationFlags, signWritingFlags, passwordFlags, evidenceFlags, registryFlags],
  examples: [
    { what: 'Sign what was just pushed', command: 'zegel sign --key release.key registry.example.org/shop/api:1.4' },
    {
      what: 'For readers of the older format too',
      command: 'zegel sign --key release.key --format cosign registry.example.org/shop/api:1.4',
    },
    {
      what: 'With the code-signing certificate that you have',
      command: 'zegel sign --format notation-jws --key codesigning.p12 registry.example.org/shop/api:1.4',
    },
  ],
} as const satisfies CommandSpec

export const attestSpec = {
  name: 'attest',
  section: 'Sign',
  summary: 'Attest something about an image: an SBOM, its provenance, a scan',
  arguments: [{ name: 'IMAGE', help: 'registry.example.org/team/app:1.4 or oci:DIR[:TAG|@DIGEST]', isMany: true }],
  flags: {
    key,
    'cert-chain': certChain,
    replace: {
      kind: 'switch',
      help: 'Remove the older attestations of this type by the same key, once the new one is there',
    },
  },
  groups: [predicateFlags, writingFlags, passwordFlags, evidenceFlags, registryFlags],
  examples: [
    {
      what: 'Publish the SBOM',
      command:
        'zegel attest --key release.key --type cyclonedx --predicate sbom.json registry.example.org/shop/api:1.4',
    },
  ],
} as const satisfies CommandSpec

export const signBlobSpec = {
  name: 'sign-blob',
  section: 'Sign',
  summary: 'Sign a file',
  arguments: [{ name: 'FILE', help: 'The file; - for standard input', completes: 'file' }],
  flags: {
    key,
    'cert-chain': certChain,
    bundle: fileBundle,
    'output-signature': {
      kind: 'text',
      value: 'FILE',
      completes: 'file',
      help: 'Write the bare signature in base64 to FILE',
    },
  },
  groups: [passwordFlags],
  examples: [
    { what: 'A release archive', command: 'zegel sign-blob --key release.key --bundle app.tgz.sigstore.json app.tgz' },
  ],
} as const satisfies CommandSpec

export const attestBlobSpec = {
  name: 'attest-blob',
  section: 'Sign',
  summary: 'Attest something about a file',
  arguments: [{ name: 'FILE', help: 'The file; - for standard input', completes: 'file' }],
  flags: { key, 'cert-chain': certChain, bundle: fileBundle },
  groups: [predicateFlags, passwordFlags],
  examples: [
    {
      what: 'Where a release came from',
      command:
        'zegel attest-blob --key release.key --type slsaprovenance1 --predicate provenance.json --bundle app.att.json app.tgz',
    },
  ],
} as const satisfies CommandSpec
