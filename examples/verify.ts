/** Verifies an image in a registry with a public key: `node examples/verify.ts IMAGE release.pub` */

import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { parseReference, readPublicKey, targetOf, verifyImage } from '../src/index.ts'
import { createRegistry, dockerCredentials } from '../src/registry/index.ts'

const [image = '', keyFile = ''] = process.argv.slice(2)
const reference = parseReference(image)
const registry = createRegistry({
  environment: process.env,
  clock: Date.now,
  log: { debug: () => {}, warn: console.error },
  credentials: dockerCredentials({
    environment: process.env,
    home: homedir(),
    run: async () => ({ status: 1, stdout: '' }), // no credential helpers here
  }),
})

const verdict = await verifyImage({ image: registry.repository(reference) }, targetOf(reference), {
  about: { kind: 'signature' },
  keys: [{ name: keyFile, key: readPublicKey(await readFile(keyFile), keyFile) }],
  threshold: 1,
  annotations: {},
})
registry.close()

console.log(verdict.verdict, verdict.digest, verdict.reason.detail)
process.exitCode = verdict.verdict === 'verified' ? 0 : 1
