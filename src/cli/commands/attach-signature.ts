/** `zegel attach signature (--bundle FILE | --payload FILE --signature FILE) IMAGE`. */

import { type ForeignSignature, importBundle, importSignature } from '../../attachments/index.ts'
import { type Bytes, limits } from '../../base/index.ts'
import { attachOne, readStatement } from '../attach-one.ts'
import type { Status } from '../command.ts'
import type { Context } from '../context.ts'
import { cliFault } from '../faults.ts'
import { readNamedFile } from '../files.ts'
import type { attachSignatureSpec } from '../table/move.ts'
import type { InputOf } from '../table/types.ts'

type Options = InputOf<typeof attachSignatureSpec>['options']

export async function run(
  context: Context,
  { options, arguments: names }: InputOf<typeof attachSignatureSpec>,
): Promise<Status> {
  const [name = ''] = names
  if (options.bundle !== undefined) {
    if (options.payload !== undefined || options.signature !== undefined) throw either()
    const bytes = await readNamedFile(context, options.bundle)
    return attachOne(context, name, options, (target) => importBundle(target, bytes, readStatement))
  }
  const signature = await readSignature(context, options)
  return attachOne(context, name, options, (target) => importSignature(target, signature))
}

async function readSignature(context: Context, options: Options): Promise<ForeignSignature> {
  if (options.payload === undefined || options.signature === undefined) throw either()
  const read = (path: string): Promise<Bytes> => readNamedFile(context, path, limits.signatureBytes)
  const optional = async <K extends string>(key: K, path: string | undefined): Promise<{ [_ in K]?: Bytes }> =>
    path === undefined ? {} : ({ [key]: await read(path) } as { [_ in K]?: Bytes })
  return {
    payload: await read(options.payload),
    signature: await read(options.signature),
    ...(await optional('certificate', options.certificate)),
    ...(await optional('chain', options.certificateChain)),
    ...(await optional('rekorBundle', options.rekorResponse)),
    ...(await optional('timestamp', options.tsr)),
  }
}

function either(): Error {
  return cliFault('USAGE_FLAG_MISSING', 'A signature is a bundle, or a payload with the signature over it.', {
    fix: 'Give --bundle FILE, or --payload FILE and --signature FILE.',
  })
}
