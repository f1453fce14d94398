/**
 * Judges who signed a Sigstore bundle or a Cosign signature by the certificate that it carries (sigstore client specification, "Verification", without
 * its log and its time): the chain to a root that was given, its validity at the moment of verification, its alternative name, and that its own key
 * signed. Every check is made and listed. Revocation is not asked.
 */

import { type Bytes, rfc3339 } from '../../base/index.ts'
import { keyName, prepareKey, schemesOf, verifyParts } from '../../crypto/index.ts'
import { paeParts } from '../../envelope/index.ts'
import type { Descriptor } from '../../oci/index.ts'
import { type Certificate, formatName } from '../../pki/index.ts'
import { certificateIdentitiesOf, matchesIdentity } from '../../trust/index.ts'
import { attempt } from '../attempt.ts'
import { type Check, type Finding, fail, pass } from '../finding.ts'
import type { CertificateQuestion } from '../question.ts'
import type { SignatureProof, Signed } from '../signature-proof.ts'
import type { CertifiedIdentity } from '../signer.ts'
import { carriedCertificates } from './carried.ts'
import { type FoundPath, findPath } from './path.ts'

const DEMANDED: readonly Check[] = ['certificate', 'trust', 'identity', 'timestamp', 'signature']

/** @param carried the certificates of a bundle in DER, leaf first, or a layer that has them in its annotations: the leaf alone may have signed */
export async function proofOf(
  signed: Signed,
  carried: readonly Bytes[] | Descriptor,
  question: CertificateQuestion,
): Promise<SignatureProof> {
  const { value, finding } = attempt(() => carriedCertificates(carried))
  const [leaf, ...others] = value ?? []
  if (leaf === undefined) {
    const detail = finding?.detail ?? 'It carries no certificate.'
    return { findings: [fail('certificate', 'CERTIFICATE_CHAIN_INVALID', detail)], signers: [], demanded: DEMANDED }
  }
  const findings = [
    ...pathFindings(findPath(leaf, others, question), leaf, question.at),
    identityFinding(leaf, question),
    await signatureFinding(leaf, signed),
  ]
  const isProven = DEMANDED.every((check) => {
    const made = findings.filter((finding) => finding.check === check)
    return made.length > 0 && made.every(({ outcome }) => outcome === 'pass')
  })
  return { findings, signers: isProven ? [signerOf(leaf, question)] : [], demanded: DEMANDED }
}

function pathFindings(path: FoundPath | undefined, leaf: Certificate, at: number): readonly Finding[] {
  if (path === undefined) {
    const detail = `No root that was given stands behind the certificate of ${nameOf(leaf)}; ${formatName(leaf.issuer)} issued it.`
    const fix =
      'If that is who should: give its root with --ca-roots, and the authorities between with --ca-intermediates.'
    return [fail('trust', 'NOT_IN_TRUST_STORE', detail, fix)]
  }
  const { chain, broken, outside } = path
  const time =
    outside === undefined
      ? pass('timestamp', `Its certificates are valid at the moment of verification (${rfc3339(at)}).`)
      : fail(
          'timestamp',
          'CERTIFICATE_EXPIRED',
          outside.detail,
          'Have it signed again with a certificate that is valid.',
        )
  if (broken !== undefined) return [fail('certificate', 'CERTIFICATE_CHAIN_INVALID', broken.detail, broken.fix), time]
  const root = chain.at(-1) ?? leaf
  return [
    pass(
      'certificate',
      `Its ${chain.length} certificates keep the rules for code signing; whether one was revoked is not asked.`,
    ),
    pass('trust', `The root ${formatName(root.subject)} (${root.fingerprint.slice(0, 19)}…) stands behind it.`),
    time,
  ]
}

function identityFinding(leaf: Certificate, { identities }: CertificateQuestion): Finding {
  if (identities.some((identity) => matchesIdentity(identity, leaf)))
    return pass('identity', `Signed by ${nameOf(leaf)}.`)
  const wanted = identities.map(({ text }) => text).join(' or ')
  const found = certificateIdentitiesOf(leaf).length === 0 ? 'a certificate without an alternative name' : nameOf(leaf)
  return fail(
    'identity',
    'IDENTITY_NOT_TRUSTED',
    `Signed by ${found}; accepted is ${wanted}.`,
    'If that is who should sign, say so with --certificate-identity.',
  )
}

async function signatureFinding(leaf: Certificate, signed: Signed): Promise<Finding> {
  const name = nameOf(leaf)
  const { value: key, finding } = attempt(() => leaf.publicKey())
  if (finding !== undefined) return fail('signature', 'ALGORITHM_NOT_OF_KEY', finding.detail)
  await prepareKey(key)
  const { parts, signatures } = partsOf(signed)
  const isMade = signatures.some((signature) =>
    schemesOf(key.type).some((scheme) => verifyParts(key, scheme, parts, signature)),
  )
  if (isMade) return pass('signature', `Made with the key in the certificate of ${name} (${keyName(key)}).`)
  const detail = `The key in the certificate of ${name} did not make this signature, or it was changed since.`
  return fail('signature', 'SIGNATURE_INVALID', detail, 'Have the image signed again.')
}

/** Of an envelope there may be several signatures; one by the leaf is enough. */
function partsOf(signed: Signed): { parts: readonly Bytes[]; signatures: readonly Bytes[] } {
  if ('parts' in signed)
    return { parts: signed.parts, signatures: signed.signature === undefined ? [] : [signed.signature] }
  const { payloadType, payload, signatures } = signed
  return { parts: paeParts(payloadType, [payload]), signatures: signatures.map(({ sig }) => sig) }
}

function signerOf(leaf: Certificate, { identities }: CertificateQuestion): CertifiedIdentity {
  const matched = identities.filter((identity) => matchesIdentity(identity, leaf)).map(({ text }) => text)
  return {
    policy: `certificate identity ${matched.join(' and ')}`,
    certificate: leaf,
    subject: formatName(leaf.subject),
    issuer: formatName(leaf.issuer),
    identities: matched,
  }
}

/** Certificates for signing often have no subject, and a name beside it. */
function nameOf(leaf: Certificate): string {
  const names = certificateIdentitiesOf(leaf).map(({ text }) => text)
  return names.length > 0 ? names.join(', ') : formatName(leaf.subject)
}
