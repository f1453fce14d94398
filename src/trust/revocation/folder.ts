/**
 * Answers about revocation collected beforehand, for machines without a network:
 *
 *     DIR/crl/<SHA-256 of the URL>.crl        a CRL, DER or PEM; a delta CRL lies under its own URL
 *     DIR/ocsp/<SHA-256 of the CertID>.ors    an OCSP response, DER; the CertID is that of SHA-1, in DER
 *
 * Nothing in such a folder is trusted: every answer is judged by its signature, its issuer and its times, as if it came from the network. Whoever can
 * write there can keep answers away, or bring older ones that still hold.
 */

import { join } from 'node:path'
import { type Bytes, digestHex, digestOf, limits } from '../../base/index.ts'
import { trustFault } from '../faults.ts'
import { nameOfUrl, readBoundedFile, writeBeside } from './files.ts'
import { notCollected, type RevocationSource, readableCrl, withDelta } from './source.ts'

/** Reads such a folder, and asks nobody. @throws by its methods: REVOCATION_NOT_COLLECTED */
export function folderRevocation(folder: string): RevocationSource {
  const readCrl = async (url: string): Promise<Bytes> => {
    const bytes = await readBoundedFile(crlPath(folder, url), 2 * limits.crlBytes)
    if (bytes === undefined) throw notCollected(`The revocation list of ${url} is not in ${folder}.`)
    return bytes
  }
  return {
    ocsp: async ({ url, certId }) => {
      const bytes = await readBoundedFile(ocspPath(folder, certId), limits.ocspBytes)
      if (bytes === undefined)
        throw notCollected(`The OCSP response of ${url} for the certificate is not in ${folder}.`)
      return bytes
    },
    crl: async ({ url }) => withDelta(await readCrl(url), readCrl),
  }
}

function crlPath(folder: string, url: string): string {
  return join(folder, 'crl', `${nameOfUrl(url)}.crl`)
}

function ocspPath(folder: string, certId: Bytes): string {
  return join(folder, 'ocsp', `${digestHex(digestOf(certId))}.ors`)
}

/**
 * Puts every answer of a source that is worth it into such a folder: with `collectRevocation` and its option `everything` what a later verification needs.
 * @param onKept told the path of each file
 * @throws by its methods: REVOCATION_FOLDER_INVALID, and what the source throws
 * @example await collectRevocation(chain, clock(), keepingRevocation(network, 'revocation', console.log), { everything: true })
 */
export function keepingRevocation(
  source: RevocationSource,
  folder: string,
  onKept: (path: string) => void,
): RevocationSource {
  const keep = async (path: string, bytes: Bytes): Promise<void> => {
    await kept(path, bytes)
    onKept(path)
  }
  return {
    ocsp: async (question) => {
      const response = await source.ocsp(question)
      if (question.isUseful(response)) await keep(ocspPath(folder, question.certId), response)
      return response
    },
    crl: async (question) => {
      const list = await source.crl(question)
      const { base, delta } = list
      if (!question.isUseful(list)) return list
      await keep(crlPath(folder, question.url), base)
      // Under each of its names: which of them was asked is not known any more.
      const deltaUrls = delta === undefined ? [] : (readableCrl(base)?.freshest ?? [])
      for (const url of deltaUrls) if (delta !== undefined) await keep(crlPath(folder, url), delta)
      return list
    },
  }
}

async function kept(path: string, bytes: Bytes): Promise<void> {
  try {
    await writeBeside(path, [bytes])
  } catch (cause) {
    throw trustFault('REVOCATION_FOLDER_INVALID', `${path} cannot be written.`, {
      cause,
      fix: 'Name a folder that you may write to.',
    })
  }
}
