// The floor: Node alone with the requests of one verification by digest and its one signature check. It checks nothing else.
const http = require('node:http')
const crypto = require('node:crypto')
const fs = require('node:fs')
const [, , keyFile, host, repository, digest] = process.argv
const agent = new http.Agent({ keepAlive: true })

function get(path) {
  return new Promise((resolve, reject) => {
    const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json'
    const request = http.request(
      `http://${host}/v2/${repository}/${path}`,
      { agent, headers: { accept } },
      (answer) => {
        const parts = []
        answer.on('data', (part) => parts.push(part))
        answer.on('end', () => resolve({ status: answer.statusCode, body: Buffer.concat(parts) }))
      },
    )
    request.on('error', reject)
    request.end()
  })
}

async function main() {
  const key = crypto.createPublicKey(fs.readFileSync(keyFile))
  const tag = digest.replace(':', '-')
  const first = [`referrers/${digest}`, `manifests/${tag}`, `manifests/${tag}.sig`, `manifests/${tag}.att`]
  const [referrers, fallback] = await Promise.all(first.map(get))
  const index = JSON.parse((referrers.status === 200 ? referrers : fallback).body)
  const manifest = await get(`manifests/${index.manifests[0].digest}`)
  const blob = await get(`blobs/${JSON.parse(manifest.body).layers[0].digest}`)
  for (const { body } of [manifest, blob]) crypto.hash('sha256', body)
  const { payload, payloadType, signatures } = JSON.parse(blob.body).dsseEnvelope
  const bytes = Buffer.from(payload, 'base64')
  const pae = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${bytes.length} `), bytes])
  process.exit(crypto.verify('sha256', pae, key, Buffer.from(signatures[0].sig, 'base64')) ? 0 : 1)
}
main()
