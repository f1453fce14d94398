/** Notation verifications a second in one process with the bytes at hand: with a chain seen before, and with a new chain of three each time. */

import { randomBytes } from 'node:crypto'
import { type Attachment, discover } from '../src/attachments/index.ts'
import { createAuthority } from '../src/authority/index.ts'
import type { Bytes } from '../src/base/index.ts'
import { memoryStore } from '../src/layout/index.ts'
import type { BlobReader, ContentStore, Descriptor } from '../src/oci/index.ts'
import { certifiedSigner, signNotation } from '../src/signing/index.ts'
import { offlineRevocation, parseIdentity, simpleTrust } from '../src/trust/index.ts'
import { judgeAttachment, type Question } from '../src/verification/index.ts'
import { putImage } from '../test/support/image.ts'
import { median } from './measure.ts'
import { type Demand, printDemands } from './report.ts'

/** More than are remembered: each comes again only after it was forgotten. */
const CHAINS = 800

interface Prepared {
  readonly subject: Descriptor
  readonly attachment: Attachment
  readonly bytes: Bytes
  readonly question: Question
}

export async function notationInProcess(rounds: number): Promise<boolean> {
  const demands: Demand[] = []
  for (const encoding of ['jws', 'cose'] as const) {
    const chains: Prepared[] = []
    for (let at = 0; at < CHAINS; at++) chains.push(await prepare(encoding, at))
    const known = await rates(chains.slice(0, 1), rounds)
    const fresh = await rates(chains, rounds)
    console.log(
      `\n### In process: Notation signatures (${encoding}, P-256, chains of three), one core (${rounds} rounds)\n`,
    )
    console.log(
      `${Math.round(known)} verifications a second with a chain seen before, ${Math.round(fresh)} with a new one each time`,
    )
    demands.push(
      { what: `${encoding}, known chain, verifications a second`, found: known, atLeast: 5000 },
      { what: `${encoding}, new chain, verifications a second`, found: fresh, atLeast: 1500 },
    )
  }
  return printDemands(demands)
}

/** An image signed under an authority of its own. */
async function prepare(encoding: 'jws' | 'cose', at: number): Promise<Prepared> {
  const authority = createAuthority({ clock: Date.now, random: randomBytes })
  const { key, chain } = authority.issueSigning()
  const store: ContentStore = memoryStore(`registry.test/shop/api-${at}`, { referrers: 'scan' })
  const subject = await putImage(store)
  const context = { clock: Date.now, pause: { wait: async () => {}, random: () => 0 } }
  const signer = certifiedSigner(key, chain, 'the bench', Date.now())
  await signNotation({ subject, repository: store.name, store }, { encoding, annotations: {} }, signer, context)
  const { attachments } = await discover(store, subject.digest)
  const attachment = attachments.find(({ kind }) => kind === 'notation')
  if (attachment === undefined) throw new Error('nothing was signed')
  const stores = [{ type: 'ca', name: 'bench', certificates: chain.slice(-1) }] as const
  const trusts = [simpleTrust([parseIdentity('*')], stores)]
  const x509 = { trusts, at: Date.now(), revocation: offlineRevocation }
  const question: Question = { about: { kind: 'signature' }, keys: [], x509, threshold: 1, annotations: {} }
  return { subject, attachment, bytes: await store.blob(attachment.layer, attachment.layer.size), question }
}

async function rates(prepared: readonly Prepared[], rounds: number): Promise<number> {
  const found: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const rate = await rateOf(prepared)
    // The first is the compiler's.
    if (round > 0) found.push(rate)
  }
  return median(found) ?? 0
}

async function rateOf(prepared: readonly Prepared[]): Promise<number> {
  const started = performance.now()
  let done = 0
  for (; performance.now() - started < 1000; done++) await verify(prepared[done % prepared.length])
  return (done * 1000) / (performance.now() - started)
}

async function verify(prepared: Prepared | undefined): Promise<void> {
  if (prepared === undefined) throw new Error('nothing was prepared')
  const { subject, attachment, bytes, question } = prepared
  const reader: BlobReader = {
    blob: async () => bytes,
    openBlob: () => {
      throw new Error('nothing is streamed here')
    },
  }
  const judged = await judgeAttachment(
    reader,
    attachment,
    { digest: subject.digest, descriptor: async () => subject },
    question,
  )
  if (judged?.verdict !== 'passed') throw new Error('a good signature did not pass')
}
