/** The registry that `login` and `logout` are about, in its one spelling. */

import { parseReference } from '../oci/index.ts'
import { cliFault } from './faults.ts'

/**
 * @param written `registry.example.org`, `127.0.0.1:5000`, `docker.io`; people also write `https://…/`
 * @throws USAGE_VALUE_INVALID
 */
export function readRegistryName(written: string): string {
  const name = written.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, '')
  try {
    const { registry, repository } = parseReference(`${name}/x/y`)
    if (repository === 'x/y') return registry
  } catch {
    // Said below, in the words of this argument.
  }
  throw cliFault('USAGE_VALUE_INVALID', `"${written.slice(0, 100)}" is not the name of a registry.`, {
    fix: 'Write its host, with the port where it has one: registry.example.org, localhost:5000, docker.io.',
  })
}
