/** The certificates that a signature carries: of a bundle in DER (sigstore_bundle.proto), of Cosign's layers as PEM in annotations (SIGNATURE_SPEC.md). */

import { type Bytes, utf8 } from '../../base/index.ts'
import { cosignAnnotations, envelopeFault } from '../../envelope/index.ts'
import type { Descriptor } from '../../oci/index.ts'
import { type Certificate, parseCertificate, readCertificates } from '../../pki/index.ts'

/**
 * The leaf first.
 * @param carried those of a bundle in DER, leaf first, or a layer that has them in its annotations
 * @throws ENVELOPE_INVALID, DER_INVALID, CERTIFICATE_INVALID, CERTIFICATE_FILE_INVALID, LIMIT_EXCEEDED
 */
export function carriedCertificates(carried: readonly Bytes[] | Descriptor): readonly Certificate[] {
  if ('mediaType' in carried) return layerCertificates(carried)
  return carried.map((der, at) => parseCertificate(der, `Certificate ${at + 1} of the bundle`))
}

/** Two annotations: the leaf alone, and what issued it, which may be left out or empty. */
function layerCertificates({ annotations = {} }: Descriptor): readonly Certificate[] {
  const [leaf, ...others] = readPem(annotations[cosignAnnotations.certificate], 'The certificate beside it')
  if (leaf === undefined || others.length > 0)
    throw envelopeFault('ENVELOPE_INVALID', 'What lies beside it is not exactly one certificate.')
  return [leaf, ...readPem(annotations[cosignAnnotations.chain], 'The chain beside it')]
}

function readPem(text: string | undefined, what: string): readonly Certificate[] {
  return text === undefined || text === '' ? [] : readCertificates(utf8(text), what)
}
