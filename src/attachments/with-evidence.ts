/** An image and the other repository in which its signatures lie, read as one place: what `--repository` and COSIGN_REPOSITORY name. */

import { type Bytes, Fault, isDigest } from '../base/index.ts'
import type { ByteStream, ContentReader, Descriptor, RawManifest, Referrers } from '../oci/index.ts'

/** The fallback tag, and Cosign's. */
const EVIDENCE_TAG = /^sha(?:256|384|512)-[0-9a-f]+(?:\.[a-z]+)?$/

/** @returns what hangs on the image comes from `evidence` alone; content by digest from wherever it is */
export function withEvidence(image: ContentReader, evidence: ContentReader): ContentReader {
  const placeOf = (tag: string): ContentReader => (EVIDENCE_TAG.test(tag) ? evidence : image)
  return {
    name: image.name,
    manifest: async (target): Promise<RawManifest | undefined> =>
      isDigest(target)
        ? ((await image.manifest(target)) ?? (await evidence.manifest(target)))
        : await placeOf(target).manifest(target),
    resolve: async (target): Promise<Descriptor | undefined> =>
      isDigest(target)
        ? ((await image.resolve(target)) ?? (await evidence.resolve(target)))
        : await placeOf(target).resolve(target),
    blob: async (descriptor, maxBytes): Promise<Bytes> => {
      try {
        return await image.blob(descriptor, maxBytes)
      } catch (error) {
        if (!isMissing(error)) throw error
        return await evidence.blob(descriptor, maxBytes)
      }
    },
    openBlob: (descriptor) => openEither(image, evidence, descriptor),
    referrers: (digest): Promise<Referrers> => evidence.referrers(digest),
    tags: () => image.tags(),
  }
}

async function* openEither(image: ContentReader, evidence: ContentReader, descriptor: Descriptor): ByteStream {
  let began = false
  try {
    for await (const part of image.openBlob(descriptor)) {
      began = true
      yield part
    }
  } catch (error) {
    if (began || !isMissing(error)) throw error
    yield* evidence.openBlob(descriptor)
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Fault && error.code === 'CONTENT_MISSING'
}
