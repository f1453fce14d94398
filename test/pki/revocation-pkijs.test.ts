/** pkijs as an oracle: it reads generated CRLs and OCSP responses as we do. */

import fc from 'fast-check'
import {
  BasicOCSPResponse,
  CertificateRevocationList,
  CryptoEngine,
  OCSPResponse,
  Certificate as PkijsCertificate,
  setEngine,
} from 'pkijs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Bytes } from '../../src/base/index.ts'
import { type Certificate, judgeCrlBytes, judgeOcspBytes } from '../../src/pki/index.ts'
import { make, makeCertificate, makeChain, purposes } from '../support/certificates.ts'
import { fuzzOptions } from '../support/fuzz.ts'
import { day, makeCrl, makeOcsp, now, serialOf } from '../support/revocation.ts'

beforeAll(() => setEngine('node', new CryptoEngine({ name: 'node', crypto: globalThis.crypto })))

const chain = makeChain()
const [leaf, intermediate] = chain.certificates as [Certificate, Certificate, Certificate]
const issuer = chain.intermediate
const other = makeChain().intermediate
const responder = makeCertificate({
  subject: 'Responder',
  issuer,
  extensions: [make.extendedKeyUsage([purposes.ocspSigning])],
})

/** pkijs wants whole buffers. */
const whole = (bytes: Bytes): ArrayBuffer => Uint8Array.from(bytes).buffer
const pkijsLeaf = PkijsCertificate.fromBER(whole(chain.leaf.der))
const pkijsIssuer = PkijsCertificate.fromBER(whole(issuer.der))

const serials = fc.array(fc.oneof(fc.constant(serialOf(chain.leaf)), fc.uint8Array({ minLength: 1, maxLength: 20 })), {
  maxLength: 30,
})

describe('pkijs says the same of a generated', () => {
  it('CRL: signed by the issuer, and which certificates it lists', async () => {
    const isForged = fc.boolean()
    await fc.assert(
      fc.asyncProperty(serials, isForged, fc.option(fc.constantFrom(0, 1, 4, 6)), async (list, forged, reason) => {
        const revoked = list.map((serial) => ({ serial, ...(reason === null ? {} : { reason }) }))
        const base = makeCrl({ issuer, number: 7, revoked, ...(forged ? { signer: other } : {}) })
        const crl = CertificateRevocationList.fromBER(whole(base))
        const isSigned = await crl.verify({ issuerCertificate: pkijsIssuer })
        const expected = !isSigned ? 'unknown' : crl.isCertificateRevoked(pkijsLeaf) ? 'revoked' : 'good'
        expect(judgeCrlBytes({ base }, leaf, intermediate, now).status).toBe(expected)
      }),
      fuzzOptions(60),
    )
  })

  it('OCSP response: signed by the responder, and the status of the certificate', async () => {
    const status = fc.constantFrom('good' as const, 'unknown' as const, { at: now - day, reason: 1 })
    const hash = fc.constantFrom('sha1' as const, 'sha256' as const)
    const signer = fc.constantFrom(issuer, responder, other)
    await fc.assert(
      fc.asyncProperty(status, hash, signer, fc.boolean(), async (state, algorithm, by, hasOther) => {
        const single = { certificate: chain.leaf, issuer, status: state, hash: algorithm }
        const singles = hasOther ? [{ certificate: responder, issuer }, single] : [single]
        const response = makeOcsp({
          signer: by,
          singles,
          certificates: by === responder ? [issuer.der, by.der] : [by.der],
        })
        const { responseBytes } = OCSPResponse.fromBER(whole(response))
        const basic = BasicOCSPResponse.fromBER(
          whole(responseBytes?.response.valueBlock.valueHexView ?? new Uint8Array()),
        )
        const trustedCerts = [PkijsCertificate.fromBER(whole(chain.root.der))]
        // It throws where the chain of the responder leads nowhere.
        const isSigned = await basic.verify({ trustedCerts }).catch(() => false)
        const found = await basic.getCertificateStatus(pkijsLeaf, pkijsIssuer)
        const expected = ['good', 'revoked', 'unknown'][found.status]
        expect(found.isForCertificate).toBe(true)
        expect(judgeOcspBytes(response, leaf, intermediate, now).status).toBe(isSigned ? expected : 'unknown')
      }),
      fuzzOptions(40),
    )
  })
})
