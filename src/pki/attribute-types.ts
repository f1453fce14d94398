/** The attribute types of names: those of RFC 4514 section 3 and Go's, then others that certificates have. */

/** As Go orders them in a name that it writes: what comes first there comes last here. */
export const ORDERED_TYPES: readonly (readonly [oid: string, name: string])[] = [
  ['2.5.4.5', 'SERIALNUMBER'],
  ['2.5.4.3', 'CN'],
  ['2.5.4.17', 'POSTALCODE'],
  ['2.5.4.9', 'STREET'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.7', 'L'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.10', 'O'],
  ['2.5.4.6', 'C'],
]

const OTHER_TYPES: readonly (readonly [oid: string, name: string])[] = [
  ['1.2.840.113549.1.9.1', 'E'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  ['0.9.2342.19200300.100.1.1', 'UID'],
  ['2.5.4.4', 'SN'],
  ['2.5.4.42', 'GN'],
  ['2.5.4.12', 'T'],
  ['2.5.4.13', 'description'],
  ['2.5.4.15', 'businessCategory'],
  ['2.5.4.41', 'name'],
  ['2.5.4.43', 'initials'],
  ['2.5.4.44', 'generationQualifier'],
  ['2.5.4.46', 'dnQualifier'],
  ['2.5.4.65', 'pseudonym'],
  ['2.5.4.97', 'organizationIdentifier'],
  ['1.3.6.1.4.1.311.60.2.1.1', 'jurisdictionL'],
  ['1.3.6.1.4.1.311.60.2.1.2', 'jurisdictionST'],
  ['1.3.6.1.4.1.311.60.2.1.3', 'jurisdictionC'],
]

const ALIASES: readonly (readonly [oid: string, name: string])[] = [
  ['2.5.4.8', 'S'],
  ['1.2.840.113549.1.9.1', 'emailAddress'],
]

const NAMES: ReadonlyMap<string, string> = new Map([...ORDERED_TYPES, ...OTHER_TYPES])
const IDENTIFIERS: ReadonlyMap<string, string> = new Map(
  [...ORDERED_TYPES, ...OTHER_TYPES, ...ALIASES].map(([oid, name]) => [name, oid]),
)

/** "CN"; undefined where the type has no name here. */
export function attributeName(oid: string): string | undefined {
  return NAMES.get(oid)
}

/** The identifier behind "CN", exactly so written, or behind "2.5.4.3". */
export function attributeOid(name: string): string | undefined {
  return IDENTIFIERS.get(name) ?? (/^[012](?:\.(?:0|[1-9]\d{0,15})){2,20}$/.test(name) ? name : undefined)
}
