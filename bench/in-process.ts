/** Verifications a second in one process with the bytes at hand: parsing, all checks, one signature, on one core. */

import { digestOf, utf8 } from '../src/base/index.ts'
import { bundleMediaType } from '../src/envelope/index.ts'
import { memoryStore } from '../src/layout/index.ts'
import { signImage } from '../src/signing/index.ts'
import { type Judgement, prepareQuestion } from '../src/verification/index.ts'
import { judgeBundle } from '../src/verification/judge-bundle.ts'
import { putImage } from '../test/support/image.ts'
import { signatureQuestion, testSigner } from '../test/support/keys.ts'
import { median } from './measure.ts'
import { printDemands } from './report.ts'

export async function inProcess(rounds: number): Promise<boolean> {
  const store = memoryStore('registry.test/shop/api')
  const subject = await putImage(store)
  const { signer, trusted } = testSigner()
  const context = { clock: Date.now, pause: { wait: async () => {}, random: () => 0 } }
  const target = { subject, repository: 'registry.test/shop/api', store }
  const { layer } = await signImage(target, { format: 'bundle', annotations: {} }, signer, context)
  if (layer === undefined) throw new Error('nothing was signed')
  const bytes = await store.blob({ mediaType: bundleMediaType, digest: layer, size: 659 }, 10_000).catch(() => utf8(''))
  if (digestOf(bytes) !== layer) throw new Error('the bundle was not found again')
  const question = signatureQuestion([trusted])
  await prepareQuestion(question)
  const rates: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const rate = await rateOf(() => judgeBundle(bytes, subject.digest, question))
    // The first is the compiler's.
    if (round > 0) rates.push(rate)
  }
  const found = median(rates) ?? 0
  console.log(`\n### In process: bundles of ${bytes.length} bytes, P-256, one core (${rounds} rounds of a second)\n`)
  console.log(
    `${Math.round(found)} verifications a second (${Math.round(Math.min(...rates))} to ${Math.round(Math.max(...rates))})`,
  )
  return printDemands([{ what: 'verifications a second', found, atLeast: 4000 }])
}

async function rateOf(verify: () => Promise<Judgement>): Promise<number> {
  const started = performance.now()
  let done = 0
  for (; performance.now() - started < 1000; done++) {
    if ((await verify()).verdict !== 'passed') throw new Error('a good bundle did not pass')
  }
  return (done * 1000) / (performance.now() - started)
}
