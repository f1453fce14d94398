/** What a Notation signature is about (signature-specification.md, "Payload"): exactly this artifact's media type, digest and size, and the signed annotations. */

import { Fault } from '../../base/index.ts'
import { type NotationEnvelope, type NotationPayload, parseNotationPayload } from '../../envelope/index.ts'
import type { Descriptor } from '../../oci/index.ts'
import { attempt } from '../attempt.ts'
import { type Finding, fail, inconclusive, pass } from '../finding.ts'
import { annotationFindings, nameFindings } from '../judge-statement.ts'
import type { Question } from '../question.ts'
import type { Subject } from '../subject.ts'

export interface SignedContentFindings {
  readonly findings: readonly Finding[]
  readonly annotations: Readonly<Record<string, string>>
}

export async function contentFindings(
  envelope: NotationEnvelope,
  subject: Subject,
  question: Question,
): Promise<SignedContentFindings> {
  const { value: payload, finding } = attempt(() => parseNotationPayload(envelope.payload))
  if (finding !== undefined)
    return { findings: [fail('subject', 'STATEMENT_MALFORMED', finding.detail)], annotations: {} }
  const findings = [
    await subjectFinding(payload, subject),
    ...annotationFindings(question.annotations, payload.annotations),
    // The format has no place for a name.
    ...nameFindings(question.name, undefined),
  ]
  return { findings, annotations: payload.annotations }
}

async function subjectFinding(signed: NotationPayload, { digest, descriptor }: Subject): Promise<Finding> {
  if (signed.digest !== digest) return other(`It is about ${signed.digest}, not about ${digest}.`)
  let found: Descriptor
  try {
    found = await descriptor()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return inconclusive('subject', 'CONTENT_UNREADABLE', error.message, error.fix)
  }
  if (signed.mediaType !== found.mediaType)
    return other(`It is about a ${signed.mediaType}; the image is a ${found.mediaType}.`)
  if (signed.size !== found.size)
    return other(`It is about a manifest of ${signed.size} bytes; that of the image has ${found.size}.`)
  return pass('subject', `It is about ${digest}.`)
}

function other(detail: string): Finding {
  const fix = 'It was made for another image: take the image that was signed, or have this one signed.'
  return fail('subject', 'SUBJECT_OTHER', detail, fix)
}
