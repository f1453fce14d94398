/** What the testing plugin of notation answers, right or in one way wrong. It takes nothing from the sources: a second reading of the contract. */

import { constants, createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

export type Misbehaviour =
  | 'wrong-key-id'
  | 'unknown-key-spec'
  | 'other-key-spec'
  | 'other-algorithm'
  | 'other-signature'
  | 'der-signature'
  | 'reordered-chain'
  | 'no-root'
  | 'altered-payload'
  | 'added-annotations'
  | 'dropped-annotations'
  | 'other-envelope-type'
  | 'other-payload-type'
  | 'no-expiry'
  | 'other-name'
  | 'other-contract'
  | 'no-capabilities'
  | 'flood'
  | 'flood-errors'
  | 'hang'
  | 'hang-with-child'
  | 'no-json'
  | 'duplicate-member'
  | 'folded-member'
  | 'refuses'
  | 'exits'
  | 'says-environment'
  | 'verifies-nothing'
  | 'refuses-identity'
  | 'processes-nothing'

export interface PluginSettings {
  /** PKCS#8 and certificates in PEM, leaf first. */
  readonly key: string
  readonly chain: string
  readonly capabilities: readonly string[]
  readonly wrong?: Misbehaviour
  /** The command that goes wrong; all of them where it is left out. */
  readonly at?: string
  readonly version?: string
}

export interface PluginRequest {
  readonly keyId?: string
  readonly keySpec?: string
  readonly payload?: string
  readonly payloadType?: string
  readonly signatureEnvelopeType?: string
  readonly expiryDurationInSeconds?: number
  readonly signature?: { readonly unprocessedAttributes: readonly string[] }
  readonly trustPolicy?: { readonly signatureVerification: readonly string[] }
}

const ALGORITHMS: Readonly<Record<string, readonly [jws: string, hash: string, name: string]>> = {
  'RSA-2048': ['PS256', 'sha256', 'RSASSA-PSS-SHA-256'],
  'RSA-3072': ['PS384', 'sha384', 'RSASSA-PSS-SHA-384'],
  'RSA-4096': ['PS512', 'sha512', 'RSASSA-PSS-SHA-512'],
  'EC-256': ['ES256', 'sha256', 'ECDSA-SHA-256'],
  'EC-384': ['ES384', 'sha384', 'ECDSA-SHA-384'],
  'EC-521': ['ES512', 'sha512', 'ECDSA-SHA-512'],
}

/** The answer to each command. */
export function answersOf(
  settings: PluginSettings,
  command: string,
  request: PluginRequest,
): Readonly<Record<string, () => object>> {
  const wrong = settings.at === undefined || settings.at === command ? settings.wrong : undefined
  const key = createPrivateKey(readFileSync(settings.key))
  const chain = (readFileSync(settings.chain, 'utf8').match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []).map(
    (pem) => new X509Certificate(pem).raw.toString('base64'),
  )
  function keySpec(): string {
    if (wrong === 'unknown-key-spec') return 'EC-224'
    if (wrong === 'other-key-spec') return 'EC-384'
    const details = key.asymmetricKeyDetails
    if (key.asymmetricKeyType === 'rsa') return `RSA-${details?.modulusLength}`
    return { prime256v1: 'EC-256', secp384r1: 'EC-384', secp521r1: 'EC-521' }[details?.namedCurve ?? ''] ?? ''
  }

  function signed(bytes: Buffer, signer: KeyObject = key): Buffer {
    const [, hash = 'sha256'] = ALGORITHMS[keySpec()] ?? []
    if (wrong === 'other-signature') bytes = Buffer.concat([bytes, Buffer.of(0)])
    if (key.asymmetricKeyType === 'rsa') {
      const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      return sign(hash, bytes, { key: signer, ...padding })
    }
    return sign(hash, bytes, { key: signer, dsaEncoding: wrong === 'der-signature' ? 'der' : 'ieee-p1363' })
  }

  function metadata(): object {
    return {
      name: wrong === 'other-name' ? 'someone-else' : 'testing',
      description: 'For tests of zegel',
      version: settings.version ?? '1.2.3',
      url: 'https://plugins.example.org/testing',
      supportedContractVersions: [wrong === 'other-contract' ? '2.0' : '1.0'],
      capabilities: wrong === 'no-capabilities' ? [] : settings.capabilities,
    }
  }

  function signature(): object {
    const certificateChain =
      wrong === 'reordered-chain' ? chain.toReversed() : wrong === 'no-root' ? chain.slice(0, -1) : chain
    return {
      keyId: keyId(),
      signature: signed(Buffer.from(request.payload ?? '', 'base64')).toString('base64'),
      signingAlgorithm: wrong === 'other-algorithm' ? 'ECDSA-SHA-512' : ALGORITHMS[request.keySpec ?? '']?.[2],
      certificateChain,
    }
  }

  function keyId(): string {
    return wrong === 'wrong-key-id' ? 'another' : (request.keyId ?? '')
  }

  function payloadOf(): Buffer {
    const payload = Buffer.from(request.payload ?? '', 'base64')
    const document = JSON.parse(payload.toString()) as { targetArtifact: Record<string, unknown> }
    const artifact = document.targetArtifact
    if (wrong === 'altered-payload') artifact['digest'] = `sha256:${'0'.repeat(64)}`
    else if (wrong === 'added-annotations')
      artifact['annotations'] = { ...Object(artifact['annotations']), profile: '7' }
    else if (wrong === 'dropped-annotations') delete artifact['annotations']
    else return payload
    return Buffer.from(JSON.stringify(document))
  }

  function envelope(): object {
    const expiry = request.expiryDurationInSeconds
    const time = (ahead: number): string => new Date(Date.now() + ahead * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
    const isExpiring = expiry !== undefined && expiry > 0 && wrong !== 'no-expiry'
    const header = {
      alg: ALGORITHMS[keySpec()]?.[0],
      cty: wrong === 'other-payload-type' ? 'application/json' : request.payloadType,
      crit: ['io.cncf.notary.signingScheme', ...(isExpiring ? ['io.cncf.notary.expiry'] : [])],
      'io.cncf.notary.signingScheme': 'notary.x509',
      'io.cncf.notary.signingTime': time(0),
      ...(isExpiring ? { 'io.cncf.notary.expiry': time(expiry) } : {}),
    }
    const encoded = Buffer.from(JSON.stringify(header)).toString('base64url')
    const payload = payloadOf().toString('base64url')
    const jws = {
      payload,
      protected: encoded,
      header: { x5c: chain, 'io.cncf.notary.signingAgent': 'testing/1.2.3' },
      signature: signed(Buffer.from(`${encoded}.${payload}`)).toString('base64url'),
    }
    return {
      signatureEnvelope: Buffer.from(JSON.stringify(jws)).toString('base64'),
      signatureEnvelopeType: wrong === 'other-envelope-type' ? 'application/cose' : request.signatureEnvelopeType,
      annotations: {},
    }
  }

  function verification(): object {
    const asked = wrong === 'verifies-nothing' ? [] : (request.trustPolicy?.signatureVerification ?? [])
    const isRefused = (name: string): boolean => wrong === 'refuses-identity' && name.endsWith('TRUSTED_IDENTITY')
    const result = (name: string): object =>
      isRefused(name) ? { success: false, reason: 'not one of ours' } : { success: true }
    return {
      verificationResults: Object.fromEntries(asked.map((name) => [name, result(name)])),
      processedAttributes: wrong === 'processes-nothing' ? [] : request.signature?.unprocessedAttributes,
    }
  }

  return {
    'get-plugin-metadata': metadata,
    'describe-key': () => ({ keyId: keyId(), keySpec: keySpec() }),
    'generate-signature': signature,
    'generate-envelope': envelope,
    'verify-signature': verification,
  }
}
