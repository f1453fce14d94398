/** Key formats of other programs, recognised so that a refusal can name them and say how to convert. */

export interface ForeignFormat {
  /** Completes "FILE is …". */
  readonly name: string
  readonly fix: string
}

const PKCS8 = 'openssl pkcs8 -topk8 -in KEY -out KEY.pem'
const SSH_PUBLIC: ForeignFormat = {
  name: 'an SSH public key',
  fix: 'Convert it: ssh-keygen -e -m PKCS8 -f KEY.pub > KEY.pem',
}

const BY_LABEL: Readonly<Record<string, ForeignFormat>> = {
  'OPENSSH PRIVATE KEY': {
    name: 'an OpenSSH private key',
    fix: 'Convert a copy in place: ssh-keygen -p -m PKCS8 -f COPY (ECDSA and RSA; make a new key for Ed25519)',
  },
  'SSH2 PUBLIC KEY': SSH_PUBLIC,
  'PGP PUBLIC KEY BLOCK': {
    name: 'a PGP key',
    fix: 'Image signatures of this kind need their own key: zegel key generate',
  },
  'PGP PRIVATE KEY BLOCK': {
    name: 'a PGP key',
    fix: 'Image signatures of this kind need their own key: zegel key generate',
  },
  'DSA PRIVATE KEY': { name: 'a DSA key', fix: 'Make a new key: zegel key generate' },
  'EC PARAMETERS': {
    name: 'a file of curve parameters without a key',
    fix: 'Give the file that holds the key itself.',
  },
  'CERTIFICATE REQUEST': { name: 'a certificate request', fix: 'Give the certificate, or its public key.' },
  'NEW CERTIFICATE REQUEST': { name: 'a certificate request', fix: 'Give the certificate, or its public key.' },
  'X509 CRL': { name: 'a revocation list', fix: 'Give a public key or a certificate.' },
  PKCS7: { name: 'a PKCS#7 bag', fix: 'Convert it: openssl pkcs7 -print_certs -in FILE -out CERTS.pem' },
  'TRUSTED CERTIFICATE': {
    name: "OpenSSL's own certificate form",
    fix: 'Convert it: openssl x509 -in FILE -out CERT.pem',
  },
  'ENCRYPTED SIGSTORE PUBLIC KEY': { name: 'an unknown Sigstore format', fix: PKCS8 },
}

const BY_TEXT: readonly (readonly [RegExp, ForeignFormat])[] = [
  [/^\s*(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-|sk-(?:ssh|ecdsa))/, SSH_PUBLIC],
  [
    /^PuTTY-User-Key-File/,
    { name: 'a PuTTY key', fix: 'Export it with puttygen as an OpenSSH key, then convert that to PKCS#8.' },
  ],
  [/^untrusted comment:/, { name: 'a minisign or signify key', fix: 'Make a new key: zegel key generate' }],
  [/^\s*\{[\s\S]*"kty"/, { name: 'a JSON Web Key', fix: 'Export the key as PEM.' }],
  [/^\s*\{/, { name: 'a JSON document', fix: 'Give a PEM or DER key.' }],
  [
    /^(?:awskms|gcpkms|azurekms|hashivault|pkcs11|k8s|gitlab):/,
    { name: 'the address of a key', fix: 'Give the exported public key as PEM.' },
  ],
]

/** The format where it is a known foreign one. */
export function foreignFormat(text: string, label: string | undefined, isPkcs12: boolean): ForeignFormat | undefined {
  if (isPkcs12) return { name: 'a PKCS#12 file', fix: 'Convert it: openssl pkcs12 -in FILE -nocerts -out KEY.pem' }
  if (label !== undefined) return BY_LABEL[label]
  return BY_TEXT.find(([pattern]) => pattern.test(text))?.[1]
}
