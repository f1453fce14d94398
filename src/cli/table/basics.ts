/** The commands about the program itself. */

import type { CommandSpec } from './types.ts'

export const versionSpec = {
  name: 'version',
  section: 'More',
  summary: 'Say which version this is, and what it runs on',
  flags: {},
  examples: [{ what: 'For a script', command: 'zegel version -o json' }],
} as const satisfies CommandSpec

export const helpSpec = {
  name: 'help',
  section: 'More',
  summary: 'Explain a command',
  arguments: [{ name: 'COMMAND', help: 'The words of the command', isOptional: true, isMany: true }],
  flags: {},
  examples: [{ what: 'Explain one command', command: 'zegel help key generate' }],
} as const satisfies CommandSpec

export const completionSpec = {
  name: 'completion',
  section: 'More',
  summary: 'Write the completion script of a shell',
  arguments: [{ name: 'SHELL', help: 'bash, zsh or fish', choices: ['bash', 'zsh', 'fish'] }],
  flags: {},
  examples: [
    { what: 'For bash, in ~/.bashrc', command: 'source <(zegel completion bash)' },
    { what: 'For zsh, in ~/.zshrc after compinit', command: 'source <(zegel completion zsh)' },
    { what: 'For fish', command: 'zegel completion fish > ~/.config/fish/completions/zegel.fish' },
  ],
} as const satisfies CommandSpec

export const manSpec = {
  name: 'man',
  section: 'More',
  summary: 'Write the man page',
  flags: {},
  examples: [{ what: 'Read it', command: 'zegel man | man -l -' }],
} as const satisfies CommandSpec
