/** What is said of PKCS#12 files that are not read, with the command of OpenSSL that makes one that is. */

import { forShell } from '../base/index.ts'
import { cryptoFault } from '../crypto/index.ts'
import { pkiFault } from './faults.ts'

/** @param problem goes on after the file's name: "is damaged" */
export function pkcs12Invalid(where: string, problem: string, cause?: unknown): Error {
  return pkiFault('PKCS12_INVALID', `${where} ${problem}.`, {
    cause,
    fix: 'Export it again, with a password: openssl pkcs12 -export -inkey KEY.pem -in CERTS.pem -out NEW.p12',
  })
}

export function pkcs12Unsupported(where: string, problem: string): Error {
  // In two steps, since OpenSSL reads its input twice, which a pipe does not allow; what lies between is encrypted too.
  const unpack = `openssl pkcs12 -legacy -in ${forShell(where)} -out TEMPORARY.pem`
  const pack = 'openssl pkcs12 -export -in TEMPORARY.pem -out NEW.p12'
  return pkiFault('PKCS12_UNSUPPORTED', `${where} ${problem}.`, {
    fix: `Convert it: ${unpack} && ${pack}; rm TEMPORARY.pem`,
  })
}

export function hostile(where: string, why: string): Error {
  return cryptoFault('KEY_HOSTILE_PARAMETERS', `${where} is refused: ${why}.`, {
    fix: 'If it is yours, export it again with fewer rounds: openssl pkcs12 -export -iter 10000',
  })
}

export function wrongPassword(where: string): Error {
  return cryptoFault('KEY_WRONG_PASSWORD', `The password does not open ${where}.`, {
    fix: 'Give the password that the file was exported with.',
  })
}
