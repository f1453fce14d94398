/**
 * A whole authority in memory: a root, an intermediate, a root of timestamps with its authority, and everything they issue. For tests, the demo and
 * `zegel pki`; its keys are guarded by nothing.
 */

import { type Bytes, hex } from '../base/index.ts'
import type { HashName } from '../crypto/index.ts'
import { type Certificate, writeCertId } from '../pki/index.ts'
import { type CrlOptions, writeCrl } from './crl.ts'
import { type Circumstances, DAY, issueMember, type Member, type MemberOptions } from './member.ts'
import type { NamePart } from './name.ts'
import { type OcspAnswer, type OcspOptions, writeOcspResponse } from './ocsp.ts'
import type { ProfileOptions } from './profiles.ts'
import { imprintOf, type TokenOptions, writeTimestampToken } from './timestamp.ts'

export interface AuthorityOptions extends Circumstances {
  /** Where `pki serve` will answer; the certificates name it then: `http://127.0.0.1:3003`. */
  readonly revocationUrl?: string
}

/** The four that issue. */
export interface Issuers {
  readonly root: Member
  readonly intermediate: Member
  readonly tsaRoot: Member
  readonly tsa: Member
}

export interface AnswerOptions extends Partial<Omit<OcspOptions, 'answers'>> {
  /** Whose certificate it is; of the authorities here the one whose name it has, when left out. */
  readonly issuer?: Member
  /** good when left out. */
  readonly status?: OcspAnswer['status']
  readonly thisUpdate?: number
  readonly nextUpdate?: number | undefined
  /** CertID, DER, as a request has it; made with SHA-1 when left out. */
  readonly certId?: Bytes
}

export interface Authority extends Issuers {
  /** A code-signing certificate below the intermediate, or what the options make of it. */
  issueSigning(options?: Partial<MemberOptions>): Member
  /** Any certificate: another root, an intermediate, a responder. */
  issue(options: MemberOptions): Member
  /** TimeStampToken over the message, DER. */
  timestamp(message: Bytes, hash?: HashName, options?: Partial<TokenOptions>): Bytes
  /** The list of the intermediate with nobody on it, valid for a day, or what the options make of it. */
  crl(options?: Partial<CrlOptions>): Bytes
  /** OCSPResponse about one certificate, signed by its issuer and valid for an hour, or what the options make of it. */
  ocsp(certificate: Certificate, options?: AnswerOptions): Bytes
}

/**
 * @example
 * const authority = createAuthority({ clock: fixedClock(Date.UTC(2026, 10, 22)), random: randomBytes })
 * const { key, chain, certificate } = authority.issueSigning()
 * const token = authority.timestamp(signature, 'sha256')
 * const list = authority.crl({ revoked: [{ serial: certificate.serial, at: Date.UTC(2026, 10, 21) }] })
 */
export function createAuthority(options: AuthorityOptions): Authority {
  const { clock, random } = options
  const issuers = makeIssuers(options)
  return {
    ...issuers,
    issue: (member) => issueMember(member, options),
    issueSigning: (member = {}) =>
      issueMember(
        {
          profile: 'code-signing',
          subject: testingName('signing'),
          issuer: issuers.intermediate,
          ...addressesOf('intermediate', options.revocationUrl),
          ...member,
        },
        options,
      ),
    timestamp: (message, hash = 'sha256', token = {}) =>
      writeTimestampToken({
        authority: issuers.tsa,
        imprint: imprintOf(message, hash),
        time: clock(),
        serial: random(16),
        ...token,
      }),
    crl: (list = {}) =>
      writeCrl({
        issuer: issuers.intermediate,
        revoked: [],
        thisUpdate: clock(),
        nextUpdate: clock() + DAY,
        number: Math.floor(clock() / 1000),
        ...list,
      }),
    ocsp: (certificate, answer = {}) => writeOcspResponse(answerAbout(certificate, answer, issuers, clock())),
  }
}

function answerAbout(certificate: Certificate, options: AnswerOptions, issuers: Issuers, now: number): OcspOptions {
  const issuer = options.issuer ?? issuerOf(certificate, Object.values(issuers))
  const { certId = writeCertId(certificate, issuer.certificate), status = 'good', thisUpdate = now } = options
  const nextUpdate = 'nextUpdate' in options ? options.nextUpdate : now + DAY / 24
  return { responder: issuer, producedAt: now, ...options, answers: [{ certId, status, thisUpdate, nextUpdate }] }
}

function issuerOf(certificate: Certificate, members: readonly Member[]): Member {
  const found = members.find((member) => Buffer.compare(member.certificate.subject.raw, certificate.issuer.raw) === 0)
  if (found === undefined) throw new TypeError('Say who issued this certificate.')
  return found
}

function makeIssuers(options: AuthorityOptions): Issuers {
  const { revocationUrl, random } = options
  // No two of these authorities have the same names.
  const mark = hex(random(4))
  const root = issueMember({ profile: 'root', pathLength: 1, subject: testingName('root', mark) }, options)
  const intermediate = issueMember(
    {
      profile: 'intermediate',
      subject: testingName('intermediate', mark),
      issuer: root,
      ...addressesOf('root', revocationUrl),
    },
    options,
  )
  const tsaRoot = issueMember({ profile: 'root', pathLength: 0, subject: testingName('timestamp root', mark) }, options)
  const tsa = issueMember(
    {
      profile: 'timestamping',
      subject: testingName('timestamps', mark),
      issuer: tsaRoot,
      notAfter: tsaRoot.certificate.notAfter,
      ...addressesOf('tsa-root', revocationUrl),
    },
    options,
  )
  return { root, intermediate, tsaRoot, tsa }
}

/** A name that says what the certificate is not. */
function testingName(what: string, mark?: string): readonly NamePart[] {
  const name = mark === undefined ? what : `Testing ${what} ${mark}`
  return [
    ['C', 'NL'],
    ['ST', 'Utrecht'],
    ['O', 'Zegel testing (not for production)'],
    ['CN', name],
  ]
}

function addressesOf(issuer: string, revocationUrl: string | undefined): ProfileOptions {
  if (revocationUrl === undefined) return {}
  return { crlUrl: `${revocationUrl}/crl/${issuer}.crl`, ocspUrl: `${revocationUrl}/ocsp` }
}
