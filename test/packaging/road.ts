/** The main road, walked by an installed program: a key, a signature, an attestation, both verified, a stranger's key refused. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { openLayoutForWriting } from '../../src/layout/index.ts'
import { putImage } from '../support/image.ts'
import type { Ran } from './run.ts'

/** @param folder empty but for the installed program; the image lies there as an OCI layout */
export async function walkTheRoad(folder: string, zegel: (args: readonly string[]) => Promise<Ran>): Promise<void> {
  await putImage(await openLayoutForWriting(join(folder, 'image')), 'hello', '1.4')
  await writeFile(join(folder, 'sbom.json'), '{"bomFormat":"CycloneDX","specVersion":"1.6"}')
  const image = 'oci:image:1.4'
  const statusOf = async (...args: string[]): Promise<number | string> => {
    const { status, stderr } = await zegel(args)
    return status > 1 ? `${status}: ${stderr}` : status
  }
  expect(await statusOf('key', 'generate', '--out', 'release')).toBe(0)
  expect(await statusOf('key', 'generate', '--out', 'other')).toBe(0)
  expect(await statusOf('verify', '--key', 'release.pub', image)).toBe(1)
  expect(await statusOf('sign', '--key', 'release.key', image)).toBe(0)
  expect(
    await statusOf('attest', '--key', 'release.key', '--type', 'cyclonedx', '--predicate', 'sbom.json', image),
  ).toBe(0)
  expect(await statusOf('verify', '--key', 'release.pub', image)).toBe(0)
  expect(await statusOf('verify-attestation', '--key', 'release.pub', '--type', 'cyclonedx', image)).toBe(0)
  expect(await statusOf('verify', '--key', 'other.pub', image)).toBe(1)
}
