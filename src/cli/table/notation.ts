/** `zegel notation-plugin`: our keys for an unmodified `notation sign`. */

import type { CommandSpec } from './types.ts'

export const notationPluginInstallSpec = {
  name: 'notation-plugin install',
  section: 'Keys',
  summary: 'Make the keys of this program usable from "notation sign"',
  description: [
    'Writes DIR/zegel/notation-zegel, a small script that calls this program. Then "notation sign --plugin zegel --id KEY" signs with a key file in any form that "zegel sign" reads, or with a PKCS#12 file.',
    'The certificates come from the PKCS#12 file, or from the file that --plugin-config cert_chain=FILE names, in any order. The password comes from ZEGEL_PASSWORD (or COSIGN_PASSWORD), or from the file that --plugin-config password_file=FILE names.',
  ],
  flags: {
    dir: {
      kind: 'text',
      value: 'DIR',
      completes: 'folder',
      help: "The folder of plugins; notation's own when left out",
    },
    executable: {
      kind: 'text',
      value: 'FILE',
      completes: 'file',
      help: 'Call this zegel instead of the one that runs now',
    },
  },
  examples: [
    { what: 'Install it for this user', command: 'zegel notation-plugin install' },
    {
      what: 'Sign with notation and a key file',
      command:
        'notation sign --plugin zegel --id "$PWD/release.key" --plugin-config cert_chain="$PWD/chain.pem" registry.example.org/shop/api@sha256:…',
    },
  ],
} as const satisfies CommandSpec

export const notationPluginRunSpec = {
  name: 'notation-plugin run',
  section: 'Keys',
  summary: 'Answer one command of notation, as its plugin',
  description: [
    'notation calls it: a request in JSON on standard input, the answer on standard output (plugin contract 1.0). Errors are JSON on standard error.',
  ],
  arguments: [
    {
      name: 'COMMAND',
      help: 'What is asked',
      choices: ['get-plugin-metadata', 'describe-key', 'generate-signature'],
    },
  ],
  flags: {},
  examples: [{ what: 'What notation asks first', command: 'echo {} | zegel notation-plugin run get-plugin-metadata' }],
  isHidden: true,
} as const satisfies CommandSpec
