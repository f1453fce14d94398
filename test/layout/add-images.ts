/** A process of its own that adds images to a layout: `add-images.ts DIR NAME COUNT`. */

import { digestOf, utf8 } from '../../src/base/index.ts'
import { openLayoutForWriting } from '../../src/layout/index.ts'
import { emptyBlob, mediaTypes } from '../../src/oci/index.ts'

const [path = '', name = '', count = '0'] = process.argv.slice(2)
const store = await openLayoutForWriting(path)
await store.putBlob(emptyBlob.descriptor, { parts: [emptyBlob.bytes] })
for (let number = 0; number < Number(count); number++) {
  const config = { ...emptyBlob.descriptor }
  const content = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config,
    layers: [],
    annotations: { name, number: `${number}` },
  }
  const bytes = utf8(JSON.stringify(content))
  const descriptor = { mediaType: mediaTypes.manifest, digest: digestOf(bytes), size: bytes.length }
  await store.putManifest({ descriptor, bytes }, `${name}-${number}`)
}
