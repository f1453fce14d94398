/** `zegel registry serve`, and logging in to registries. */

import { registryFlags } from './common.ts'
import type { CommandSpec } from './types.ts'

export const registryServeSpec = {
  name: 'registry serve',
  section: 'Registries',
  summary: 'Run a registry in the foreground, until Ctrl-C',
  description: [
    'Keeps everything in memory, or in a folder with --dir. It asks nobody for a password, so it listens on the loopback unless --allow-remote says otherwise.',
  ],
  flags: {
    address: {
      kind: 'text',
      value: 'HOST:PORT',
      default: '127.0.0.1:5005',
      help: 'Listen here; port 0 takes a free one, and the first line of standard output says which',
    },
    'allow-remote': {
      kind: 'switch',
      help: 'Listen on an address that other machines reach: whoever reaches it may read, write and delete',
    },
    dir: {
      kind: 'text',
      value: 'DIR',
      completes: 'folder',
      help: 'Keep the content in this folder; it is made when missing',
    },
  },
  examples: [
    { what: 'Try things out', command: 'zegel registry serve' },
    { what: 'Keep what was pushed', command: 'zegel registry serve --dir /var/lib/zegel/registry' },
  ],
} as const satisfies CommandSpec

export const loginSpec = {
  name: 'login',
  section: 'Registries',
  summary: 'Save the credentials of a registry where docker keeps them',
  description: [
    "Checks them against the registry first. They go to the credential helper that docker's config.json names, else into config.json itself (DOCKER_CONFIG is honoured).",
  ],
  arguments: [{ name: 'REGISTRY', help: 'Its host and port: registry.example.org' }],
  flags: {},
  groups: [registryFlags],
  examples: [
    {
      what: 'In a pipeline',
      command: 'printf %s "$TOKEN" | zegel login registry.example.org --username ci --password-stdin',
    },
  ],
} as const satisfies CommandSpec

export const logoutSpec = {
  name: 'logout',
  section: 'Registries',
  summary: 'Forget the credentials of a registry',
  arguments: [{ name: 'REGISTRY', help: 'Its host and port: registry.example.org' }],
  flags: {},
  examples: [{ what: 'Forget them', command: 'zegel logout registry.example.org' }],
} as const satisfies CommandSpec
