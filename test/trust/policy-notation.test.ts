/** Trust policies beside the real notation: what it imports and what we take, each difference by its name and reason. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWithPeers, runPeer } from '../peers/peers.ts'
import { policyCases } from './policy-cases.ts'

describeWithPeers(['notation'], 'notation policy import', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zegel-trust-'))
  })
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  it.each(policyCases.map((one, at) => ({ ...one, at })))('$notation: $what', async ({ text, notation, at }) => {
    const file = join(folder, `${at}.json`)
    await writeFile(file, text)
    const env = { XDG_CONFIG_HOME: join(folder, `config-${at}`) }
    const { status } = await runPeer('notation', ['policy', 'import', '--force', file], { env })
    expect(status === 0 ? 'taken' : 'refused').toBe(notation)
  })

  it('differs from us only where a reason is written', () => {
    for (const { what, ours, notation, because } of policyCases)
      expect(because !== undefined, what).toBe(ours !== notation)
  })
})
