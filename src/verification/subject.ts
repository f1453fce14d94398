/** The image that is judged, as its own manifest describes it. */

import type { Digest } from '../base/index.ts'
import type { Descriptor } from '../oci/index.ts'

export interface Subject {
  readonly digest: Digest
  /** Its descriptor by its own manifest, fetched when it is first asked for. Throws a Fault when that cannot be read. */
  readonly descriptor: () => Promise<Descriptor>
}
