/** Media types of Sigstore bundles (sigstore/protobuf-specs, sigstore_bundle.proto, "media_type"), old and new spelling. */

export type BundleVersion = '0.1' | '0.2' | '0.3'

export const bundleMediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json'

const OLD = /^application\/vnd\.dev\.sigstore\.bundle\+json;\s?version=(0\.[123])$/
const NEW = /^application\/vnd\.dev\.sigstore\.bundle\.v(0\.[123])\+json$/

/**
 * The bundle version that a media type names, undefined where it is no bundle that is read here.
 * @example isBundleMediaType('application/vnd.dev.sigstore.bundle+json;version=0.1') // '0.1'
 */
export function isBundleMediaType(type: string): BundleVersion | undefined {
  return (NEW.exec(type)?.[1] ?? OLD.exec(type)?.[1]) as BundleVersion | undefined
}
