/** Verifies the images of one call, side by side, each with its own verdict: what `verify` and `verify-attestation` share. */

import { type Digest, Fault, isDigest, mapBounded } from '../base/index.ts'
import type { ContentReader } from '../oci/index.ts'
import {
  type ImageVerdict,
  prepareQuestion,
  type Question,
  verifyImage,
  verifyRecursively,
  verifyThroughIndex,
  type X509Question,
} from '../verification/index.ts'
import type { Context } from './context.ts'
import { cliFault } from './faults.ts'
import { type ImageOptions, type OpenedImage, openForReading } from './images.ts'
import type { NamedVerdict } from './verify-report.ts'

export interface VerifyOptions extends ImageOptions {
  readonly recursive: boolean
  readonly each: boolean
  readonly index: string | undefined
}

/** Images that are looked at at once: the registry client bounds what one host sees. */
const IMAGES_AT_ONCE = 32

/** What is asked of each image: the same, but for the trust policy's statement, which depends on its repository. */
export interface AskedImages {
  readonly question: Question
  readonly x509Of?: (image: OpenedImage) => Promise<X509Question>
}

async function questionOf({ question, x509Of }: AskedImages, image: OpenedImage): Promise<Question> {
  return x509Of === undefined ? question : { ...question, x509: await x509Of(image) }
}

/** @throws VERIFY_NO_KEY, REFERENCE_INVALID and whatever else is wrong with the call, before anything is asked of a registry */
export async function verifyImages(
  context: Context,
  names: readonly string[],
  asked: AskedImages,
  options: VerifyOptions,
): Promise<readonly NamedVerdict[]> {
  checkOptions(options)
  const images: { readonly opened: OpenedImage; readonly question: Question }[] = []
  for (const name of names) {
    const opened = await openForReading(context, name, options)
    const question = await questionOf(asked, opened)
    await prepareQuestion(question)
    images.push({ opened, question })
  }
  return mapBounded(images, IMAGES_AT_ONCE, async ({ opened, question }) => {
    const { name, repository } = opened
    return { name, repository, verdict: await verifyOne(context, opened, question, options) }
  })
}

async function verifyOne(
  context: Context,
  opened: OpenedImage,
  question: Question,
  options: VerifyOptions,
): Promise<ImageVerdict> {
  const { image, evidence, target } = opened
  const place = evidence === image ? { image } : { image, evidence }
  if (options.recursive) return verifyRecursively(place, target, question, { each: options.each })
  if (options.index === undefined) return verifyImage(place, target, question)
  const index = await openForReading(context, options.index, options)
  if (index.repository !== opened.repository) {
    throw cliFault('USAGE_VALUE_INVALID', `${options.index} is in another repository than ${opened.name}.`, {
      fix: 'Name the index in the repository of the image.',
    })
  }
  const child = isDigest(target) ? target : await digestOf(image, target)
  // Without a digest there is nothing to look for in the index: the verdict says why there is none.
  if (child === undefined) return verifyImage(place, target, question)
  return verifyThroughIndex(place, child, index.target, question)
}

async function digestOf(image: ContentReader, tag: string): Promise<Digest | undefined> {
  try {
    return (await image.resolve(tag))?.digest
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

function checkOptions({ recursive, each, index }: VerifyOptions): void {
  if (each && !recursive)
    throw cliFault('USAGE_FLAG_MISSING', '--each says something only together with --recursive.', {
      fix: 'Add --recursive.',
    })
  if (recursive && index !== undefined) {
    throw cliFault('USAGE', '--recursive asks about an index, --index about an image in it.', {
      fix: 'Give one of them.',
    })
  }
}
