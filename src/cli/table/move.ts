/** Looking at what is attached to an image, and moving it: inspect, copy, download, attach, clean. */

import { evidenceFlags, registryFlags } from './common.ts'
import type { CommandSpec, Flag, FlagGroup } from './types.ts'

const IMAGE_FORMS = 'registry.example.org/team/app:1.4, oci:DIR[:TAG|@DIGEST], oci-archive:FILE or docker-archive:FILE'
const STORE_FORMS = 'registry.example.org/team/app:1.4 or oci:DIR[:TAG|@DIGEST]'

const platform = {
  kind: 'text',
  value: 'OS/ARCH[/VARIANT]',
  help: 'Of an index: the image of this platform',
} as const satisfies Flag

export const inspectSpec = {
  name: 'inspect',
  aliases: { tree: {} },
  section: 'Look and move',
  summary: 'Show what is attached to an image, as a tree; nothing of it is verified',
  arguments: [{ name: 'IMAGE', help: IMAGE_FORMS }],
  flags: {
    digest: { kind: 'text', value: 'DIGEST', help: 'The digest that a classic docker-archive is expected to have' },
  },
  groups: [evidenceFlags, registryFlags],
  examples: [{ what: 'What hangs on it?', command: 'zegel inspect registry.example.org/shop/api:1.4' }],
} as const satisfies CommandSpec

const sourceEvidenceFlags = {
  title: evidenceFlags.title,
  flags: {
    repository: {
      ...evidenceFlags.flags.repository,
      help: 'Take what is attached from this repository of the source; at the destination it lies beside the image',
    },
  },
} as const satisfies FlagGroup

export const copySpec = {
  name: 'copy',
  section: 'Look and move',
  summary: 'Copy an image with all its signatures, attestations and referrers',
  description: [
    'Copies the image, of an index all its images, everything attached to them, and what is attached to that in turn. The tag is written last. What the destination has is not sent again: after a failure the same command finishes the copy.',
    'Where the destination lists no referrers itself, their fallback tags are written, or repaired. What its tags .sig, .att and .sbom hold already stays beside what is copied.',
    'Exit status 3 when something attached could not be read and may be missing from the copy.',
  ],
  arguments: [
    { name: 'SOURCE', help: IMAGE_FORMS },
    {
      name: 'DESTINATION',
      help: "registry.example.org/team/app[:TAG], oci:DIR[:TAG] or oci-archive:FILE[:TAG]; without a tag it gets the source's",
    },
  ],
  flags: {
    platform: {
      ...platform,
      help: 'Of an index: only the image of this platform, with its own attachments; those of the index stay behind',
    },
    only: {
      kind: 'text',
      value: 'KINDS',
      help: 'Only attachments of these kinds, and not the image: sig, att, sbom, separated by commas',
    },
    'sig-only': { kind: 'switch', help: 'As --only sig' },
    'without-attachments': { kind: 'switch', help: 'The image alone' },
    force: { kind: 'switch', short: 'f', help: 'Let the tag at the destination move, when it names something else' },
    digest: { kind: 'text', value: 'DIGEST', help: 'The digest that a classic docker-archive is expected to have' },
  },
  groups: [sourceEvidenceFlags, registryFlags],
  examples: [
    {
      what: 'Mirror an image with its proofs',
      command: 'zegel copy registry.example.org/shop/api:1.4 mirror.example.org/shop/api:1.4',
    },
    { what: 'Carry it over an air gap', command: 'zegel copy registry.example.org/shop/api:1.4 oci-archive:api.tar' },
  ],
} as const satisfies CommandSpec

export const downloadSignatureSpec = {
  name: 'download signature',
  section: 'Look and move',
  summary: 'Write the signatures of an image to standard output, one JSON document a line; nothing is verified',
  arguments: [{ name: 'IMAGE', help: IMAGE_FORMS }],
  flags: { platform },
  groups: [evidenceFlags, registryFlags],
  examples: [{ what: 'Keep them', command: 'zegel download signature registry.example.org/shop/api:1.4 > sigs.jsonl' }],
} as const satisfies CommandSpec

export const downloadAttestationSpec = {
  name: 'download attestation',
  section: 'Look and move',
  summary: 'Write the attestations of an image to standard output, one JSON document a line; nothing is verified',
  arguments: [{ name: 'IMAGE', help: IMAGE_FORMS }],
  flags: {
    platform,
    'predicate-type': {
      kind: 'text',
      value: 'TYPE',
      aliases: ['type'],
      help: 'Only those that say they state this: a short name (cyclonedx, spdxjson, slsaprovenance1 …) or a URI',
    },
    'predicate-out': {
      kind: 'text',
      value: 'FILE',
      completes: 'file',
      help: "Write the one attestation's predicate to FILE, its exact bytes, instead",
    },
  },
  groups: [evidenceFlags, registryFlags],
  examples: [
    {
      what: 'The SBOM, unverified',
      command:
        'zegel download attestation --predicate-type cyclonedx --predicate-out sbom.json registry.example.org/shop/api:1.4',
    },
  ],
} as const satisfies CommandSpec

export const downloadSbomSpec = {
  name: 'download sbom',
  section: 'Look and move',
  summary: 'Write the unsigned SBOM that is attached to an image to standard output',
  arguments: [{ name: 'IMAGE', help: IMAGE_FORMS }],
  flags: { platform },
  groups: [evidenceFlags, registryFlags],
  examples: [{ what: 'Keep it', command: 'zegel download sbom registry.example.org/shop/api:1.4 > sbom.json' }],
} as const satisfies CommandSpec

const file = (help: string) => ({ kind: 'text', value: 'FILE', completes: 'file', help }) as const satisfies Flag

export const attachSignatureSpec = {
  name: 'attach signature',
  section: 'Look and move',
  summary: 'Attach a signature that was made elsewhere',
  description: [
    'Either a Sigstore bundle, or a payload (simple signing) with the signature over it. Their form is checked, and that they are about this image; the signature itself is not: "zegel verify" does that.',
  ],
  arguments: [{ name: 'IMAGE', help: STORE_FORMS }],
  flags: {
    bundle: file('The Sigstore bundle'),
    payload: file('The payload that was signed, its exact bytes; - for standard input'),
    signature: file('The signature over the payload, in base64'),
    certificate: file('The certificate of the signer (PEM)'),
    'certificate-chain': file('The certificates between it and its root (PEM)'),
    'rekor-response': file('The proof of the transparency log, as Cosign keeps it (JSON)'),
    tsr: file('The answer of a timestamp authority (RFC 3161, DER)'),
  },
  groups: [evidenceFlags, registryFlags],
  examples: [
    {
      what: 'Signed on another machine',
      command: 'zegel attach signature --bundle api.sigstore.json registry.example.org/shop/api:1.4',
    },
  ],
} as const satisfies CommandSpec

export const attachAttestationSpec = {
  name: 'attach attestation',
  section: 'Look and move',
  summary: 'Attach an attestation that was made elsewhere: a Sigstore bundle or a DSSE envelope',
  description: ['A bundle becomes a referrer; an envelope goes to the tag .att, as cosign does it.'],
  arguments: [{ name: 'IMAGE', help: STORE_FORMS }],
  flags: { attestation: { ...file('The bundle or envelope; - for standard input'), isRequired: true } },
  groups: [evidenceFlags, registryFlags],
  examples: [
    {
      what: 'Made by the build',
      command: 'zegel attach attestation --attestation provenance.json registry.example.org/shop/api:1.4',
    },
  ],
} as const satisfies CommandSpec

export const attachSbomSpec = {
  name: 'attach sbom',
  section: 'Look and move',
  summary: 'Attach an SBOM, unsigned; "zegel attest" signs it as well',
  arguments: [{ name: 'IMAGE', help: STORE_FORMS }],
  flags: {
    sbom: {
      ...file('The SBOM (SPDX, CycloneDX, Syft); - for standard input'),
      isRequired: true,
    },
    format: {
      kind: 'text',
      value: 'FORMAT',
      variable: 'ZEGEL_SBOM_FORMAT',
      choices: ['referrer', 'cosign'],
      default: 'referrer',
      help: "referrer: listed among the image's referrers · cosign: the older tag .sbom",
    },
  },
  groups: [evidenceFlags, registryFlags],
  examples: [{ what: 'As it is', command: 'zegel attach sbom --sbom sbom.json registry.example.org/shop/api:1.4' }],
} as const satisfies CommandSpec

export const cleanSpec = {
  name: 'clean',
  section: 'Look and move',
  summary: 'Remove what is attached to an image; never the image',
  arguments: [{ name: 'IMAGE', help: STORE_FORMS }],
  flags: {
    type: {
      kind: 'text',
      value: 'TYPE',
      variable: 'ZEGEL_CLEAN_TYPE',
      choices: ['signature', 'attestation', 'sbom', 'referrer', 'all'],
      isRequired: true,
      help: 'What is removed; referrer means everything that is listed as a referrer, whatever it is',
    },
    'dry-run': { kind: 'switch', help: 'Remove nothing, and say what would go' },
    force: { kind: 'switch', short: 'f', help: 'For scripts that call cosign: nothing is asked here' },
  },
  groups: [evidenceFlags, registryFlags],
  examples: [
    { what: 'See first', command: 'zegel clean --type signature --dry-run registry.example.org/shop/api:1.4' },
  ],
} as const satisfies CommandSpec
