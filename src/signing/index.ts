/** signing: signers, and what they sign: images, attestations, files. */
export { attestImage, type ImageAttestation } from './attest-image.ts'
export { attestBlob, signBlob } from './blob.ts'
export { certifiedKeySigner } from './certified-key.ts'
export { signingFault } from './faults.ts'
export { type ManifestToSign, manifestsToSign, type RequireManifest } from './manifests-to-sign.ts'
export { type NotationSignature, signNotation, type TimestampService } from './notation.ts'
export { findNotationKey, type NotationKey, type NotationKeys, readNotationKeys } from './notation-keys.ts'
export { pluginEnvelope, pluginRawSigner, pluginSigner } from './notation-plugin/generator.ts'
export { isPluginName } from './notation-plugin/locate.ts'
export { openPlugin, type Plugin, type PluginMetadata, type PluginOptions } from './notation-plugin/plugin.ts'
export {
  type PluginCall,
  type PluginExit,
  passedVariables,
  pluginEnvironment,
  type RunPlugin,
} from './notation-plugin/port.ts'
export {
  algorithmOfKeySpec,
  capabilities as pluginCapabilities,
  contractVersion as pluginContractVersion,
  type PluginCommand,
  type PluginErrorCode,
  pluginAlgorithms,
  type VerifierCapability,
} from './notation-plugin/protocol.ts'
export { spawnPlugin } from './notation-plugin/spawn.ts'
export {
  type AllowedPlugin,
  askVerificationPlugin,
  type PluginQuestion,
  type PluginVerdict,
  verificationPluginAllowed,
} from './notation-plugin/verifier.ts'
export { certifiedSigner, type NotationSigner, type RawNotationSigner } from './notation-signer.ts'
export { type ImageSignature, signImage } from './sign-image.ts'
export { keySigner, type Signer, type SignerCertificate, type SigningPurpose } from './signer.ts'
export type { NotationFormat, SignatureFormat, Signed, SignedContent, SigningContext, SigningTarget } from './target.ts'
