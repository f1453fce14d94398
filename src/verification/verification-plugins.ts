/** The port behind which verification plugins run (Notary Project plugin-extensibility.md, "Signature Verifier"): a signature can demand one by name. */

import type { NotationEnvelope } from '../envelope/index.ts'

export interface VerificationPlugins {
  /**
   * Asked only of a signature that is whole, and whose certificates a trust store vouches for: its name for the plugin is its maker's.
   * @returns undefined where the operator has not allowed the plugin
   * @throws a Fault when it cannot be run, is not suitable, or answers what the contract does not know
   */
  ask(inquiry: PluginInquiry): Promise<PluginAnswer | undefined>
}

export interface PluginInquiry {
  readonly envelope: NotationEnvelope
  /** As the trust policy has them: a plugin may know what some of them mean. */
  readonly trustedIdentities: readonly string[]
  readonly asksRevocation: boolean
}

export interface PluginResult {
  readonly success: boolean
  /** Foreign text: escape it for where it is shown. */
  readonly reason?: string
}

export interface PluginAnswer {
  /** Where the plugin decides it, in place of our own check. */
  readonly identity?: PluginResult
  readonly revocation?: PluginResult
  /** Signed headers that nobody has processed: the signature must not be accepted while there is one. */
  readonly unprocessed: readonly string[]
}
