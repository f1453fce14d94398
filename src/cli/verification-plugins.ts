/** The verification plugins that `--allow-plugin` names, run from notation's own folder: by name and by the digest of the program, since the name comes from the signature. */

import { parseDigest } from '../base/index.ts'
import {
  type AllowedPlugin,
  askVerificationPlugin,
  isPluginName,
  openPlugin,
  type Plugin,
  pluginCapabilities,
  signingFault,
  spawnPlugin,
  type VerifierCapability,
  verificationPluginAllowed,
} from '../signing/index.ts'
import type { PluginInquiry, PluginResult, VerificationPlugins } from '../verification/index.ts'
import { cliFault } from './faults.ts'
import type { Io } from './io.ts'
import { notationFolders } from './notation-folders.ts'

interface PluginContext {
  readonly io: Pick<Io, 'environment' | 'home'>
  readonly signal: AbortSignal
}

/** @param written `NAME=sha256:HEX`, as often as wanted @throws USAGE_VALUE_INVALID */
export function allowedPlugins(context: PluginContext, written: readonly string[]): VerificationPlugins {
  const allowed = written.map(readAllowed)
  return {
    ask: async (inquiry) => {
      const found = verificationPluginAllowed(inquiry.envelope.verificationPlugin?.name ?? '', allowed)
      if (found === undefined) return undefined
      const { io, signal } = context
      const { plugins: folder } = notationFolders(io)
      const { environment } = io
      const plugin = await openPlugin({ ...found, folder, environment, config: {}, run: spawnPlugin, signal })
      const { results, unprocessed } = await askVerificationPlugin(plugin, {
        envelope: inquiry.envelope,
        trustedIdentities: inquiry.trustedIdentities,
        capabilities: asked(plugin, inquiry),
      })
      const of = (capability: VerifierCapability): PluginResult | undefined =>
        results.find((result) => result.capability === capability)
      const identity = of(pluginCapabilities.trustedIdentity)
      const revocation = of(pluginCapabilities.revocationCheck)
      return {
        unprocessed,
        ...(identity === undefined ? {} : { identity }),
        ...(revocation === undefined ? {} : { revocation }),
      }
    },
  }
}

function readAllowed(text: string): AllowedPlugin {
  const at = text.indexOf('=')
  const name = text.slice(0, Math.max(0, at))
  const digest = text.slice(at + 1)
  if (isPluginName(name) && /^sha256:[0-9a-f]{64}$/.test(digest)) return { name, sha256: parseDigest(digest) }
  throw cliFault('USAGE_VALUE_INVALID', `"${text.slice(0, 100)}" allows no plugin.`, {
    fix: 'Write --allow-plugin NAME=sha256:HEX, with the digest of its program (sha256sum notation-NAME).',
  })
}

/** What the plugin can decide, of what there is to decide. */
function asked({ metadata }: Plugin, { asksRevocation }: PluginInquiry): readonly VerifierCapability[] {
  const { trustedIdentity, revocationCheck } = pluginCapabilities
  const wanted = asksRevocation ? [trustedIdentity, revocationCheck] : [trustedIdentity]
  const can = wanted.filter((capability) => metadata.capabilities.includes(capability))
  if (can.length > 0) return can
  throw signingFault('PLUGIN_UNSUITABLE', `The plugin ${metadata.name} verifies nothing.`, {
    fix: 'The signature demands it all the same: have the image signed again.',
  })
}
