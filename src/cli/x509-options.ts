/** The flags of `verify` that are about certificates. */

export interface X509Options {
  readonly trustPolicy: readonly string[]
  readonly trustStore: string | undefined
  readonly scope: string | undefined
  readonly x509Identity: readonly string[]
  readonly root: readonly string[]
  readonly store: readonly string[]
  readonly allowPlugin: readonly string[]
  readonly offline: boolean
  readonly revocationDir: readonly string[]
  readonly revocationHost: readonly string[]
}
