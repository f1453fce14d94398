/** `zegel verify` and its kin: who signed, and what was attested. */

import { evidenceFlags, registryFlags } from './common.ts'
import type { CommandSpec, FlagGroup } from './types.ts'
import { certificateFlags, x509Flags } from './x509.ts'

const IMAGE_FORMS = 'registry.example.org/team/app:1.4, oci:DIR[:TAG|@DIGEST], oci-archive:FILE or docker-archive:FILE'

/** What is asked of whatever is verified. */
const questionFlags = {
  title: 'Who must have signed',
  flags: {
    key: {
      kind: 'list',
      isDemand: true,
      short: 'k',
      value: 'FILE',
      completes: 'file',
      help: 'Accept the public key (or certificate, taken as its bare key) in FILE or env://NAME: any one of several',
    },
    threshold: {
      kind: 'count',
      isDemand: true,
      value: 'N',
      default: '1',
      help: 'Demand signatures by N different signers',
    },
  },
} as const satisfies FlagGroup

/** What is asked of an image. */
const imageQuestionFlags = {
  title: 'What must be signed',
  flags: {
    annotations: {
      kind: 'list',
      isDemand: true,
      short: 'a',
      value: 'KEY=VALUE',
      help: 'Demand this signed annotation',
    },
    'sign-container-identity': {
      kind: 'text',
      isDemand: true,
      value: 'NAME',
      help: 'Demand that this repository name was signed; without it the signed name is shown and never counts',
    },
  },
} as const satisfies FlagGroup

const imageFlags = {
  title: 'Which image',
  flags: {
    recursive: {
      kind: 'switch',
      isDemand: true,
      short: 'r',
      help: 'Of an index: demand its signature, and say of each image in it whether it is signed itself or proven through the index',
    },
    each: { kind: 'switch', isDemand: true, help: 'With --recursive: demand a signature of each image in the index' },
    index: {
      kind: 'text',
      isDemand: true,
      value: 'IMAGE',
      help: 'Prove the image through this index: the index is verified and must name the image',
    },
    digest: { kind: 'text', value: 'DIGEST', help: 'The digest that a classic docker-archive is expected to have' },
    at: {
      kind: 'time',
      value: 'TIME',
      help: 'Verify as of this moment (RFC 3339): certificates, timestamps and revocation. A key has no time of its own, so with keys it is only named in the answer',
    },
  },
} as const satisfies FlagGroup

const EXIT = [
  'Exit status 0: every image is verified. 1: at least one is refused: it was seen, and nothing proves it. 3: something could not be read, so nothing is said.',
]

export const verifySpec = {
  name: 'verify',
  section: 'Verify',
  summary: 'Verify who signed an image',
  description: [
    `Finds everything attached to the image in every format and place, judges each candidate on its own, and lists them all. An image is ${IMAGE_FORMS}. An attestation is no signature.`,
    ...EXIT,
  ],
  arguments: [{ name: 'IMAGE', help: `${IMAGE_FORMS}`, isMany: true }],
  flags: {},
  groups: [questionFlags, x509Flags, certificateFlags, imageQuestionFlags, imageFlags, evidenceFlags, registryFlags],
  examples: [
    { what: 'Signed with this key?', command: 'zegel verify --key release.pub registry.example.org/shop/api:1.4' },
    {
      what: 'Signed by two of three',
      command: 'zegel verify --key a.pub --key b.pub --key c.pub --threshold 2 registry.example.org/shop/api:1.4',
    },
    {
      what: 'Signed with a certificate that your trust policy accepts',
      command:
        'zegel verify --trust-policy trustpolicy.json --trust-store truststore registry.example.org/shop/api:1.4',
    },
    { what: 'A folder, without any network', command: 'zegel verify --key release.pub -o json oci:layout:1.4' },
  ],
} as const satisfies CommandSpec

export const verifyAttestationSpec = {
  name: 'verify-attestation',
  section: 'Verify',
  summary: 'Verify what was attested about an image, and print it',
  description: [
    'Prints the verified statements, one JSON document a line. With --type any every predicate is taken and named.',
    ...EXIT,
  ],
  arguments: [{ name: 'IMAGE', help: IMAGE_FORMS, isMany: true }],
  flags: {
    type: {
      kind: 'text',
      value: 'TYPE',
      isRequired: true,
      help: 'The predicate type: cyclonedx, spdx, spdxjson, slsaprovenance, slsaprovenance1, vuln, openvex, vsa, link, custom, a URI, or any',
    },
    'predicate-out': {
      kind: 'text',
      value: 'FILE',
      completes: 'file',
      help: 'Write the exact bytes of the one verified predicate to FILE',
    },
  },
  groups: [questionFlags, certificateFlags, imageQuestionFlags, imageFlags, evidenceFlags, registryFlags],
  examples: [
    {
      what: 'The proven SBOM',
      command:
        'zegel verify-attestation --key release.pub --type cyclonedx --predicate-out sbom.json registry.example.org/shop/api:1.4',
    },
  ],
} as const satisfies CommandSpec

const ARTIFACT = 'A file, - for standard input, or its digest as sha256:HEX (sha384, sha512)'

const bundleFlag = {
  bundle: {
    kind: 'text',
    value: 'FILE',
    completes: 'file',
    help: 'The Sigstore bundle that lies beside the file',
  },
} as const

export const verifyBlobSpec = {
  name: 'verify-blob',
  section: 'Verify',
  summary: 'Verify the signature of a file',
  arguments: [{ name: 'FILE', help: ARTIFACT, completes: 'file' }],
  flags: {
    ...bundleFlag,
    signature: {
      kind: 'text',
      value: 'FILE',
      completes: 'file',
      help: "Instead of --bundle: a bare signature in base64, or cosign's older bundle",
    },
  },
  groups: [questionFlags, certificateFlags],
  examples: [
    {
      what: 'A release archive',
      command: 'zegel verify-blob --key release.pub --bundle app.tgz.sigstore.json app.tgz',
    },
  ],
} as const satisfies CommandSpec

export const verifyBlobAttestationSpec = {
  name: 'verify-blob-attestation',
  section: 'Verify',
  summary: 'Verify what was attested about a file, and print it',
  arguments: [{ name: 'FILE', help: ARTIFACT, completes: 'file' }],
  flags: {
    bundle: { ...bundleFlag.bundle, isRequired: true },
    type: { kind: 'text', value: 'TYPE', isRequired: true, help: 'The predicate type by short name or URI, or any' },
    'predicate-out': {
      kind: 'text',
      value: 'FILE',
      completes: 'file',
      help: 'Write the exact bytes of the predicate to FILE',
    },
  },
  groups: [questionFlags, certificateFlags],
  examples: [
    {
      what: 'Where a release came from',
      command: 'zegel verify-blob-attestation --key release.pub --type slsaprovenance1 --bundle app.att.json app.tgz',
    },
  ],
} as const satisfies CommandSpec
