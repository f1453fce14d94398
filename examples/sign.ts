/** Signs an image in an OCI layout folder and attests its SBOM: `node examples/sign.ts DIR release.key sbom.json`, password in ZEGEL_PASSWORD */

import { readFile } from 'node:fs/promises'
import {
  attestImage,
  keySigner,
  openLayoutForWriting,
  predicateTypeOf,
  readPrivateKey,
  type SigningContext,
  signImage,
} from '../src/index.ts'

const [folder = '', keyFile = '', sbom = ''] = process.argv.slice(2)
const key = await readPrivateKey(await readFile(keyFile), keyFile, async () =>
  Buffer.from(process.env['ZEGEL_PASSWORD'] ?? ''),
)
const signer = keySigner(key)
const context: SigningContext = {
  clock: Date.now,
  pause: { wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)), random: Math.random },
}

await using store = await openLayoutForWriting(folder)
const { descriptor } = await store.resolveImage({})
const target = { subject: descriptor, repository: 'registry.example.org/shop/api', store }
const signed = await signImage(target, { format: 'bundle', annotations: {} }, signer, context)
const attested = await attestImage(
  target,
  { format: 'bundle', type: predicateTypeOf('cyclonedx'), predicate: await readFile(sbom), replace: false },
  signer,
  context,
)
console.log(signed.outcome, attested.outcome, descriptor.digest)
