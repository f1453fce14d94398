/** The road of one image in the demo: built, signed, attested, verified; then what must be refused. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { attachReferrer, discover } from '../../attachments/index.ts'
import type { ContentStore } from '../../oci/index.ts'
import type { Registry } from '../../registry/index.ts'
import type { Context } from '../context.ts'
import { pauseOf } from '../pause.ts'
import { pushImage, type SampleImage, sampleImage, sampleSbom } from './sample-image.ts'
import type { Teller } from './teller.ts'

export interface Scene {
  readonly folder: string
  /** `127.0.0.1:5005` */
  readonly address: string
  readonly registry: Registry
}

export interface Names {
  readonly image: string
  readonly unsigned: string
  readonly key: string
  readonly publicKey: string
}

export function namesOf({ folder, address }: Scene): Names {
  return {
    image: `${address}/demo/app:1.0`,
    unsigned: `${address}/demo/unsigned:1.0`,
    key: join(folder, 'release.key'),
    publicKey: join(folder, 'release.pub'),
  }
}

export async function travel(context: Context, teller: Teller, scene: Scene): Promise<void> {
  await signAndVerify(teller, scene)
  await signWithCertificate(teller, scene)
  await refuseTampered(context, teller, scene)
  await refuseUnsigned(teller, scene)
  await refuseStranger(teller, scene)
}

async function signAndVerify(teller: Teller, scene: Scene): Promise<void> {
  const { image, key, publicKey } = namesOf(scene)
  const sbom = join(scene.folder, 'sbom.json')
  await writeFile(sbom, `${JSON.stringify(sampleSbom, null, 2)}\n`)

  await teller.chapter('A key pair: the private half signs, the public half verifies')
  await teller.run(['key', 'generate', '--out', join(scene.folder, 'release')], 0)

  await teller.chapter('A small image is built and pushed to the registry of this demo')
  const built = await sampleImage('hello from a signed image')
  await pushImage(repositoryOf(scene, 'demo/app'), built, '1.0')
  await teller.tell(`   ${image}\n   ${built.manifest.descriptor.digest}`)

  await teller.chapter('It is signed: where it comes from, and that nobody changed it')
  await teller.run(['sign', '--key', key, image], 0)

  await teller.chapter('Its SBOM is attested: what is in it')
  await teller.run(['attest', '--key', key, '--type', 'cyclonedx', '--predicate', sbom, image], 0)

  await teller.chapter('Anybody with the public key can verify both')
  await teller.run(['verify', '--key', publicKey, image], 0)
  await teller.run(
    [
      'verify-attestation',
      '--key',
      publicKey,
      '--type',
      'cyclonedx',
      '--predicate-out',
      join(scene.folder, 'verified-sbom.json'),
      image,
    ],
    0,
  )
}

/** The other world: certificates that an organisation has already, as notation signs with them. */
async function signWithCertificate(teller: Teller, scene: Scene): Promise<void> {
  const { folder } = scene
  const { image, publicKey } = namesOf(scene)
  const pki = join(folder, 'pki')
  const truststore = join(folder, 'truststore')
  const policy = join(folder, 'trustpolicy.json')

  await teller.chapter('Certificates to try with, and a trust policy that says which of them count')
  await teller.run(['pki', 'init', '--out', pki], 0)
  await teller.run(['trust', 'add', '--type', 'ca', '--store', 'demo', '--dir', truststore, join(pki, 'root.pem')], 0)
  await teller.run(['trust', 'policy', 'init', '--out', policy, '--trust-store', truststore], 0)

  await teller.chapter('The same image is signed with a certificate, as notation reads it')
  const [key, chain] = [join(pki, 'signing.key'), join(pki, 'signing.pem')]
  await teller.run(['sign', '--format', 'notation-cose', '--key', key, '--cert-chain', chain, image], 0)

  await teller.chapter('Both worlds in one answer')
  await teller.run(['verify', '--key', publicKey, '--trust-policy', policy, '--trust-store', truststore, image], 0)
}

/** An attacker changes the image and hangs the good signature on his own. */
async function refuseTampered(context: Context, teller: Teller, scene: Scene): Promise<void> {
  await teller.chapter('A tampered copy, with the real signature hung on it: refused')
  const honest = repositoryOf(scene, 'demo/app')
  const store = repositoryOf(scene, 'demo/tampered')
  const evil = await sampleImage('hello from somebody else')
  await pushImage(store, evil, '1.0')
  await stealSignatures(context, honest, store, evil)
  await teller.run(['verify', '--key', namesOf(scene).publicKey, `${scene.address}/demo/tampered:1.0`], 1)
}

async function stealSignatures(
  context: Context,
  honest: ContentStore,
  store: ContentStore,
  evil: SampleImage,
): Promise<void> {
  const original = await honest.resolve('1.0')
  if (original === undefined) return
  const { attachments } = await discover(honest, original.digest)
  for (const { layer, parsed } of attachments) {
    const content = [await honest.blob(layer, layer.size)]
    const { artifactType = layer.mediaType, annotations } = parsed
    const referrer = { artifactType, mediaType: layer.mediaType, content, annotations }
    await attachReferrer(store, evil.manifest.descriptor, referrer, pauseOf(context))
  }
}

async function refuseUnsigned(teller: Teller, scene: Scene): Promise<void> {
  const { unsigned, publicKey } = namesOf(scene)
  await teller.chapter('An image that nobody signed: refused')
  await pushImage(repositoryOf(scene, 'demo/unsigned'), await sampleImage('hello from nobody'), '1.0')
  await teller.run(['verify', '--key', publicKey, unsigned], 1)
}

async function refuseStranger(teller: Teller, scene: Scene): Promise<void> {
  const image = `${scene.address}/demo/stranger:1.0`
  await teller.chapter('An image signed by a stranger: refused')
  await pushImage(repositoryOf(scene, 'demo/stranger'), await sampleImage('hello from a stranger'), '1.0')
  await teller.run(['key', 'generate', '--out', join(scene.folder, 'stranger')], 0)
  await teller.run(['sign', '--key', join(scene.folder, 'stranger.key'), image], 0)
  await teller.run(['verify', '--key', namesOf(scene).publicKey, image], 1)
}

function repositoryOf({ registry, address }: Scene, repository: string): ContentStore {
  return registry.repository({ registry: address, repository })
}
