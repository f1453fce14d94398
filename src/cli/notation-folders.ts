/** notation's own folders (notation-go, dir/path.go), read where a flag says so and never otherwise. */

import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { Environment } from '../base/index.ts'

export interface NotationFolders {
  readonly config: string
  readonly trustStore: string
  readonly signingKeys: string
  readonly plugins: string
  /** That of OCI artifacts where there is one, else the older name. */
  policyFile(): string
}

export function notationFolders({
  environment,
  home,
}: {
  readonly environment: Environment
  readonly home: string
}): NotationFolders {
  const named = environment['XDG_CONFIG_HOME']
  const base = named !== undefined && isAbsolute(named) ? named : join(home, '.config')
  const config = join(base, 'notation')
  return {
    config,
    trustStore: join(config, 'truststore'),
    signingKeys: join(config, 'signingkeys.json'),
    plugins: join(config, 'plugins'),
    policyFile: () => {
      const newer = join(config, 'trustpolicy.oci.json')
      return existsSync(newer) ? newer : join(config, 'trustpolicy.json')
    },
  }
}
