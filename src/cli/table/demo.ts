/** `zegel demo`. */

import type { CommandSpec } from './types.ts'

export const demoSpec = {
  name: 'demo',
  section: 'More',
  summary: 'Take a sample image through the whole road, on a registry of its own',
  description: [
    'Builds a small image, signs it, attests its SBOM and verifies both; then shows how a tampered copy, an unsigned image and one signed by a stranger are refused. On a terminal the registry then stays until Ctrl-C, to try things; elsewhere the demo ends by itself.',
    'Everything is in memory and in one folder, which is made anew at each run.',
  ],
  flags: {
    dir: {
      kind: 'text',
      value: 'DIR',
      completes: 'folder',
      default: 'zegel-demo',
      help: 'The folder of the keys and the SBOM',
    },
  },
  examples: [{ what: 'See what Zegel does', command: 'zegel demo' }],
} as const satisfies CommandSpec
