/** What a trust policy does with a check that did not pass (trust-store-trust-policy.md, "Custom Verification Level"). */

import type { TrustAction } from '../../trust/index.ts'
import type { Finding } from '../finding.ts'

/** `enforce` leaves a finding as it is, `log` makes a warning of what did not pass, `skip` makes nothing of the check. */
export function underAction(action: TrustAction, findings: readonly Finding[]): readonly Finding[] {
  if (action === 'enforce') return findings
  if (action === 'skip') return []
  return findings.map((finding) => (finding.outcome === 'pass' ? finding : { ...finding, outcome: 'warn' as const }))
}
