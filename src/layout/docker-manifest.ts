/** The manifests that the known tools would have written for the same configuration and layers, byte for byte: what a digest can be compared with. */

import { type Bytes, utf8 } from '../base/index.ts'
import { type Descriptor, mediaTypes } from '../oci/index.ts'

export type LayerForm = 'plain' | 'gzip'
type Named = Pick<Descriptor, 'digest' | 'size'>

export interface ManifestGuess {
  readonly mediaType: string
  readonly bytes: Bytes
  /** What the guess calls its configuration and its layers. */
  readonly configType: string
  readonly layerType: string
}

interface Family {
  readonly manifest: string
  readonly config: string
  readonly layer: Readonly<Record<LayerForm, string>>
}

const families: readonly Family[] = [
  {
    manifest: mediaTypes.dockerManifest,
    config: mediaTypes.dockerConfig,
    layer: { plain: 'application/vnd.docker.image.rootfs.diff.tar', gzip: mediaTypes.dockerLayerGzip },
  },
  {
    manifest: mediaTypes.manifest,
    config: mediaTypes.config,
    layer: { plain: mediaTypes.layer, gzip: mediaTypes.layerGzip },
  },
]

/** Indentation, and whether the size comes before the digest: Docker's push; BuildKit; go-containerregistry and containers/image; image-spec's Go types. */
const styles: readonly { readonly indent: number; readonly isSizeFirst: boolean }[] = [
  { indent: 3, isSizeFirst: true },
  { indent: 2, isSizeFirst: false },
  { indent: 0, isSizeFirst: true },
  { indent: 0, isSizeFirst: false },
]

export function guessManifests(config: Named, layers: readonly Named[], form: LayerForm): readonly ManifestGuess[] {
  return families.flatMap((family) =>
    styles.map((style) => {
      const write = (mediaType: string, { digest, size }: Named): object =>
        style.isSizeFirst ? { mediaType, size, digest } : { mediaType, digest, size }
      const document = {
        schemaVersion: 2,
        mediaType: family.manifest,
        config: write(family.config, config),
        layers: layers.map((layer) => write(family.layer[form], layer)),
      }
      return {
        mediaType: family.manifest,
        bytes: utf8(JSON.stringify(document, null, style.indent)),
        configType: family.config,
        layerType: family.layer[form],
      }
    }),
  )
}
