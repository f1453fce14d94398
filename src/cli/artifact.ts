/** A file that is verified, or its digest in its place; and the report of what was found. */

import { isDigest } from '../base/index.ts'
import type { VerifyBlobReport } from '../contract/index.ts'
import type { Artifact, Judgement } from '../verification/index.ts'
import type { Status } from './command.ts'
import type { Context } from './context.ts'
import { readNamedFile } from './files.ts'
import { signerReport } from './signer-report.ts'

/** Files are as large as memory allows. */
export const anySize = Number.MAX_SAFE_INTEGER

/** @param name a file, `-`, or `sha256:HEX` (sha384, sha512) */
export async function readArtifact(context: Context, name: string): Promise<Artifact> {
  if (isDigest(name)) return { digest: name }
  return { bytes: await readNamedFile(context, name, anySize) }
}

export function blobStatus({ verdict }: Judgement): Exclude<Status, 2> {
  return verdict === 'passed' ? 0 : verdict === 'unreadable' ? 3 : 1
}

export function blobReport(artifact: string, judgement: Judgement): Omit<VerifyBlobReport, 'schema'> {
  const { verdict, findings, signers } = judgement
  return {
    status: blobStatus(judgement),
    artifact,
    verdict,
    signers: signers.map(signerReport),
    findings,
  }
}
