/** Copies between two registries on this machine: `zegel copy` beside `oras cp -r`. Each run copies into a repository of its own. */

import { peer } from '../test/peers/programs.ts'
import { type Measured, measure } from './measure.ts'
import { printDemands, printTable, ratio } from './report.ts'
import type { World } from './world.ts'

const MB = 1_000_000

export async function copyImages(world: World, runs: number): Promise<boolean> {
  const from = await world.registry('docker-registry')
  const to = await world.registry('docker-registry')
  let isMet = true
  for (const [name, layers] of [
    ['one layer of 500 MB', [500 * MB]],
    ['five layers of 100 MB', [100 * MB, 100 * MB, 100 * MB, 100 * MB, 100 * MB]],
  ] as const) {
    const repository = `large/${layers.length}`
    const image = await world.image(from.address, repository, layers)
    const target = (who: string, run: number): string => `${to.address}/${repository}/${who}-${run + 1}:1`
    const rows: readonly Measured[] = await measure(
      [
        {
          name: 'oras cp -r',
          command: (run) => [
            peer('oras'),
            'cp',
            '-r',
            '--from-plain-http',
            '--to-plain-http',
            image,
            target('oras', run),
          ],
        },
        { name: 'zegel copy', command: (run) => world.command('copy', '--quiet', image, target('zegel', run)) },
      ],
      runs,
      { cwd: world.folder, environment: world.environment },
    )
    printTable(`Copy of ${name} (docker-registry to docker-registry; ${runs} runs)`, rows, 'oras cp -r')
    const peak = rows.find((row) => row.name === 'zegel copy')?.peak ?? Number.NaN
    const met = printDemands([
      { what: 'wall time, × oras', found: ratio(rows, 'zegel copy', 'oras cp -r'), atMost: 1.5 },
      { what: 'peak, MB', found: peak, atMost: 200 },
    ])
    isMet &&= met
  }
  return isMet
}
