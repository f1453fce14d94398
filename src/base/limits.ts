/** Every bound of every parser and every loop over what a network sends (law 7), with the reason for its size. */

const KiB = 1024
const MiB = 1024 * KiB

export const limits = {
  /** A manifest or index: the distribution specification asks registries to accept 4 MiB. */
  manifestBytes: 4 * MiB,
  /** An attestation blob: cosign's default is 128 MiB; a predicate of 100 MiB is 134 MiB in base64. */
  attestationBytes: 256 * MiB,
  /** A signature payload or bundle that is an image signature: the real ones are under 10 KiB. */
  signatureBytes: 4 * MiB,
  /** A key, certificate or configuration file that a person names. */
  keyFileBytes: 1 * MiB,
  configFileBytes: 16 * MiB,
  /** Nesting of JSON: deeper than any SBOM seen, far from the stack's end. */
  jsonDepth: 128,
  /** A JSON document that is read whole. */
  jsonBytes: 256 * MiB,
  /** Values that are built of one document (the smallest takes 3 bytes to write and 50 to keep), and member names of open objects that are kept to find one twice. */
  jsonValues: 1_000_000,
  jsonNames: 1_000_000,
  /** Attachments of one image that are looked at, and pages of a listing. */
  attachments: 1000,
  referrerPages: 100,
  /** All pages of a listing of referrers, and all manifests of what is attached to one image: both are held at once. */
  referrerListBytes: 32 * MiB,
  attachedManifestBytes: 64 * MiB,
  /** Layers that are judged for one image: each is fetched and may be hashed and verified with every key. */
  candidates: 1024,
  tagPages: 10_000,
  /** Layers of one manifest; a legacy signature manifest holds one signature a layer. */
  manifestLayers: 1024,
  indexManifests: 10_000,
  annotations: 1024,
  /** Images below one index, and indexes, that one question looks at (each is a search of its own) or one call signs, and how deep indexes nest. */
  recursiveImages: 1000,
  indexDepth: 4,
  /** Subjects of a statement and digests of one subject (sigstore-go: 1024 and 32). */
  subjects: 1024,
  subjectDigests: 32,
  /** Signatures of a DSSE envelope, log entries and timestamps of a bundle (sigstore-go: 32). */
  envelopeSignatures: 16,
  bundleEntries: 32,
  certificateChain: 16,
  /** Headers that one Notation signature marks as critical. */
  criticalHeaders: 32,
  /** CBOR of one COSE signature: a chain of sixteen and a dozen headers have fewer than a hundred items. */
  cborDepth: 16,
  cborItems: 4096,
  /** Chains of certificates whose check is remembered in one process; a chain has a few kilobytes. */
  chainsKept: 256,
  /** Statements of one trust policy, entries of one list in it, and files of one trust store with their bytes. */
  trustStatements: 1000,
  trustEntries: 1000,
  trustStoreFiles: 1000,
  trustStoreBytes: 16 * MiB,
  /** One raw signature (RSA 8192 has 1 KiB), a key id or hint, a payload type, a digest or key in a log entry. */
  signatureValueBytes: 4 * KiB,
  keyIdBytes: 1 * KiB,
  payloadTypeBytes: 256,
  /** Hashes of a Merkle inclusion proof: one for each bit of a tree's size. */
  proofHashes: 64,
  /** One certificate, one RFC 3161 timestamp, one log checkpoint. */
  certificateBytes: 64 * KiB,
  timestampBytes: 64 * KiB,
  checkpointBytes: 64 * KiB,
  /** A redirect chain, an answer's header wait, and an error body that is shown. */
  redirects: 5,
  errorBodyBytes: 16 * KiB,
  tokenBytes: 1 * MiB,
  retries: 4,
  retryAfterMs: 30_000,
  requestTimeoutMs: 60_000,
  connectionsPerHost: 16,
  /** Headers of one answer; a silence in the middle of an answer; the slowest transfer that is waited for. */
  headerBytes: 64 * KiB,
  idleTimeoutMs: 30_000,
  slowestBytesPerSecond: 16 * KiB,
  /** An unread rest that is read to keep the connection; beyond it, the connection is closed. */
  discardedBytes: 64 * KiB,
  /** Blobs above this go up in chunks of this size, so that a broken upload goes on where it stopped. */
  uploadChunkBytes: 64 * MiB,
  /** Entries of a challenge header, and skipped entries of a listing that are told one by one. */
  challenges: 8,
  reportedProblems: 20,
  /** What a credential helper may print. */
  helperOutputBytes: 1 * MiB,
  /** scrypt of a key file: 128·N·r bytes of memory; cosign writes N = 65536, r = 8 (64 MiB). */
  scryptMemoryBytes: 256 * MiB,
  /** Its work: 128·N·r·p bytes mixed. */
  scryptWorkBytes: 1024 * MiB,
  pbkdf2Iterations: 10_000_000,
  /** PKCS#12: rounds of one derivation of its own (a million take a second; OpenSSL writes 2,048, Java 10,000, NSS 600,000), bags, and what is encrypted for itself. */
  pkcs12Iterations: 1_000_000,
  pkcs12Bags: 128,
  pkcs12Sealed: 16,
  /** A plugin of notation: what it may say (an envelope of 4 MiB in base64 fits), how it may complain, entries of a list or configuration, and its time. */
  pluginOutputBytes: 8 * MiB,
  pluginErrorBytes: 64 * KiB,
  pluginEntries: 256,
  pluginTimeoutMs: 120_000,
  /** Keys of notation's signingkeys.json. */
  signingKeys: 1000,
  /** Blocks of a PEM file: a chain and a key. */
  pemBlocks: 64,
  /** Archives: entries, a name's length, one extended header, and what a compressed one may unpack to (bytes, and times its size). */
  archiveEntries: 100_000,
  pathBytes: 4096,
  archiveHeaderBytes: 64 * KiB,
  archiveUnpackedBytes: 64 * 1024 * MiB,
  archiveExpansion: 200,
  archiveExpansionFreeBytes: 1024 * MiB,
  /** A layout's index.json, the blobs that one search for referrers looks at, and how long a writer waits for another's lock. */
  layoutIndexBytes: 16 * MiB,
  layoutBlobs: 100_000,
  layoutLockMs: 60_000,
  layoutStaleLockMs: 10_000,
  /** One copy: manifests with their bytes (held at once, so that the order is known), nesting, and blobs on their way at once. */
  copyManifests: 10_000,
  copyManifestBytes: 64 * MiB,
  copyDepth: 8,
  copyBlobsAtOnce: 4,
  /** Our registry server: content in memory, unfinished uploads and their idle time, connections, tags in one PUT, a page of a listing. */
  servedMemoryBytes: 2048 * MiB,
  servedUploads: 1000,
  servedUploadIdleMs: 3_600_000,
  servedConnections: 1024,
  servedTagParameters: 32,
  servedPageItems: 10_000,
  servedPageBytes: 4 * MiB,
  servedTypeBytes: 1 * KiB,
  /** Bytes of a refused request that are still read, so that its sender sees why. */
  servedDrainBytes: 16 * MiB,
  /** DER: nesting of an X.509 or CMS structure. */
  derDepth: 32,
  /** A distinguished name that a person writes. */
  distinguishedNameBytes: 4 * KiB,
  /** Certificates that a chain is looked for among. */
  chainPool: 256,
  /** CMS: certificates in the bag of one message, and its signers (a timestamp has one). */
  cmsCertificates: 32,
  cmsSigners: 4,
  /** Certificates that are tried on the way from a timestamp authority to a root: real ways have four, and each way found costs its signatures. */
  pathSteps: 64,
  /** Revocation: a CRL, an OCSP response (what notation reads of each), answers in one response, places where one certificate's revocation can be asked. */
  crlBytes: 32 * MiB,
  ocspBytes: 20 * KiB,
  ocspAnswers: 64,
  revocationPointers: 16,
  /** The whole of one question, redirects and retries included; and how far the clock of an OCSP responder may be ahead of ours. */
  ocspTimeoutMs: 2000,
  crlTimeoutMs: 5000,
  clockSkewMs: 300_000,
  /** A request to our testing authority, and a nonce in it; certificates that it remembers as revoked. */
  authorityRequestBytes: 16 * KiB,
  nonceBytes: 128,
  revokedCertificates: 10_000,
  /** Answers of each kind that one run remembers. */
  revocationKept: 64,
} as const
