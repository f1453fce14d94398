/** The one list of commands. Help, completion, the man page and the parser are made from it; a module is loaded when it is called. */

import { type Command, command } from './command.ts'
import { completionSpec, helpSpec, manSpec, versionSpec } from './table/basics.ts'
import { keyGenerateSpec, keyImportSpec, keyInspectSpec, keyPublicSpec } from './table/key.ts'

export const commands: readonly Command[] = [
  command(keyGenerateSpec, () => import('./commands/key-generate.ts')),
  command(keyImportSpec, () => import('./commands/key-import.ts')),
  command(keyInspectSpec, () => import('./commands/key-inspect.ts')),
  command(keyPublicSpec, () => import('./commands/key-public.ts')),
  command(completionSpec, () => import('./commands/completion.ts')),
  command(manSpec, () => import('./commands/man.ts')),
  command(helpSpec, () => import('./commands/help.ts')),
  command(versionSpec, () => import('./commands/version.ts')),
]
