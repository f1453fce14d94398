/** What is attached, in words: kinds, and what could not be read. */

import type { AttachmentKind, AttachmentProblem } from '../../attachments/index.ts'
import { forTerminal } from '../../base/index.ts'

export const kindWords: Readonly<Record<AttachmentKind, string>> = {
  bundle: 'Sigstore bundle',
  'cosign-signature': 'Cosign signature',
  'cosign-attestation': 'Cosign attestation',
  sbom: 'SBOM (unsigned)',
  notation: 'Notation signature',
  unknown: 'artifact',
}

export function problemLines(problems: readonly AttachmentProblem[]): readonly string[] {
  return problems.map(({ place, digest, code, detail, isUnseen }) => {
    const what = isUnseen ? 'not seen' : 'skipped'
    return forTerminal(`${what}: ${digest ?? place} (${place}): ${detail} [${code}]`)
  })
}
