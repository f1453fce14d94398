/** Flags that several commands share, in the words people already type. */

import type { FlagGroup } from './types.ts'

/** Of every command. */
export const globalFlags = {
  title: 'Global flags',
  flags: {
    output: {
      kind: 'text',
      short: 'o',
      value: 'FORMAT',
      choices: ['text', 'json'],
      default: 'text',
      help: 'Write the result as text for people or as JSON for programs (schemas are in the folder schemas/ of the package)',
    },
    timeout: {
      kind: 'duration',
      short: 't',
      value: 'DURATION',
      help: 'Give up after this long: 30s, 5m, 1h (no limit for the whole when left out; each request has its own)',
    },
    quiet: { kind: 'switch', short: 'q', help: 'Write only the result and errors' },
    debug: {
      kind: 'switch',
      short: 'd',
      aliases: ['verbose'],
      help: 'Show each HTTP request (never its secrets), and the stack trace of an unexpected error',
    },
    'no-color': { kind: 'switch', help: 'Write no colours (NO_COLOR and CI mean the same)' },
  },
} as const satisfies FlagGroup

/** Of every command that talks to a registry. */
export const registryFlags = {
  title: 'Registry flags',
  flags: {
    username: {
      kind: 'text',
      short: 'u',
      value: 'NAME',
      aliases: ['registry-username'],
      help: 'Log in to the registry of the image as NAME, with the password from --password-stdin',
    },
    'password-stdin': { kind: 'switch', help: 'Read the password (or token) of --username from standard input' },
    'allow-http': {
      kind: 'switch',
      aliases: ['allow-http-registry'],
      help: 'Speak plain HTTP to registries that offer no TLS (loopback addresses may always)',
    },
    'registry-ca': {
      kind: 'text',
      value: 'FILE',
      completes: 'file',
      aliases: ['registry-cacert'],
      help: 'Trust these CA certificates (PEM) of registries besides those of the system',
    },
    'registry-client-cert': {
      kind: 'text',
      value: 'FILE',
      completes: 'file',
      help: 'Show this client certificate (PEM) to registries',
    },
    'registry-client-key': {
      kind: 'text',
      value: 'FILE',
      completes: 'file',
      help: 'The private key (PEM) of --registry-client-cert',
    },
    'hosts-dir': {
      kind: 'list',
      value: 'DIR',
      completes: 'folder',
      help: "Read mirrors, CAs and client certificates of registries from this folder: containerd's certs.d with hosts.toml files, or docker's certs.d",
    },
    'max-concurrency': {
      kind: 'count',
      value: 'N',
      help: 'Ask one registry host at most N things at once (16 when left out)',
    },
  },
} as const satisfies FlagGroup

/** Where signatures lie when they aren't beside the image. */
export const evidenceFlags = {
  title: 'Signature repository',
  flags: {
    repository: {
      kind: 'text',
      value: 'REPOSITORY',
      otherVariables: ['COSIGN_REPOSITORY'],
      help: 'Read and write signatures and attestations in this repository instead of the one of the image',
    },
  },
} as const satisfies FlagGroup

/** Where the password of a private key comes from: never an argument. */
export const passwordFlags = {
  title: 'Password of the key (else ZEGEL_PASSWORD, COSIGN_PASSWORD, or a prompt on a terminal)',
  flags: {
    'password-fd': { kind: 'text', value: 'N', help: 'Read the password from file descriptor N' },
    'password-file': {
      kind: 'text',
      value: 'FILE',
      completes: 'file',
      help: 'Read the password from FILE; a line end after it does not count',
    },
  },
} as const satisfies FlagGroup
