/** Trust for TLS: which certificate authorities, read once at the first connection that needs them. */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SecureContext, SecureContextOptions } from 'node:tls'
import type { Environment } from '../base/index.ts'
import { httpFault } from './faults.ts'
import type { TlsSettings } from './port.ts'

/** A system store with fewer certificates holds additions only, and Node's own list is needed beside it. */
const WHOLE_STORE = 50
const PEM_BLOCK = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g

/** Makes the TLS contexts of one fetcher; nothing is read before the first call. */
export function trustStore(environment: Environment): (settings: TlsSettings) => Promise<SecureContext> {
  let authorities: Promise<readonly string[]> | undefined
  return async (settings) => {
    if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
      throw httpFault(
        'TLS_CHECKS_OFF',
        'NODE_TLS_REJECT_UNAUTHORIZED=0 would switch off every check of TLS certificates.',
        {
          fix: 'Unset it, and name the certificate authority to trust, with SSL_CERT_FILE or in a certs.d folder.',
        },
      )
    }
    const tls = await import('node:tls')
    authorities ??= readAuthorities(environment, tls)
    const options: SecureContextOptions = {
      ca: [...(await authorities), ...(settings.ca ?? [])],
      minVersion: 'TLSv1.2',
    }
    const client = settings.clientCertificate
    try {
      return tls.createSecureContext(
        client === undefined ? options : { ...options, cert: client.certificate, key: client.key },
      )
    } catch (cause) {
      throw httpFault('TLS_FILE_INVALID', 'A configured certificate authority or client certificate cannot be used.', {
        cause,
        fix: 'Check that the files are PEM and that the key belongs to the client certificate.',
      })
    }
  }
}

/** The system's store, Node's list where that is none, and what SSL_CERT_FILE, SSL_CERT_DIR and NODE_EXTRA_CA_CERTS name. */
async function readAuthorities(environment: Environment, tls: typeof import('node:tls')): Promise<readonly string[]> {
  const system = tls.getCACertificates('system')
  const found = new Set(system)
  if (found.size < WHOLE_STORE) for (const one of tls.getCACertificates('default')) found.add(one)
  for (const variable of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']) {
    const file = environment[variable]
    if (file !== undefined && file !== '') for (const one of await readPemFile(file, variable)) found.add(one)
  }
  for (const folder of (environment['SSL_CERT_DIR'] ?? '').split(':')) {
    if (folder !== '') for (const one of await readPemFolder(folder)) found.add(one)
  }
  return [...found]
}

async function readPemFile(file: string, variable: string): Promise<readonly string[]> {
  try {
    return pemCertificates(await readFile(file, 'latin1'))
  } catch (cause) {
    throw httpFault('TLS_FILE_INVALID', `The file ${file} that ${variable} names cannot be read.`, {
      cause,
      fix: `Correct ${variable} or unset it.`,
    })
  }
}

/** OpenSSL ignores what it cannot use in such a folder, and so do we: it often holds links that lead nowhere. */
async function readPemFolder(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((): string[] => [])
  const files = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1').catch(() => '')))
  return files.flatMap(pemCertificates)
}

/** The certificates of a PEM file, other blocks left out. */
export function pemCertificates(text: string): readonly string[] {
  return text.match(PEM_BLOCK) ?? []
}
