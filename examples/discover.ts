/** Lists everything attached to the image in an OCI layout folder, trusting nothing: `node examples/discover.ts DIR` */

import { discover, openLayout } from '../src/index.ts'

const [folder = ''] = process.argv.slice(2)
await using layout = await openLayout(folder)
const { descriptor } = await layout.resolveImage({})
const { attachments, problems } = await discover(layout, descriptor.digest)
for (const { kind, place, layer } of attachments) console.log(kind, place, layer.digest, layer.size)
for (const { code, detail } of problems) console.error(code, detail)
