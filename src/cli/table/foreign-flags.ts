/** Flags that people type by habit from other tools and that mean nothing here, each with what to do instead. */

const LOG = 'With a key Zegel neither writes to nor asks a transparency log: leave it out.'
const KEYLESS =
  'It belongs to certificates of Fulcio, which are not judged yet; those of your own authority are asked for with --certificate-identity and --ca-roots.'

/** Of commands about attestations and files, which Notation signatures are not. */
const NO_NOTATION =
  'Notation signatures state nothing and sign images only: ask with --key, or with --certificate-identity and --ca-roots.'

const advice: Readonly<Record<string, string>> = {
  'tlog-upload': LOG,
  'insecure-ignore-tlog': LOG,
  'rekor-url': LOG,
  'use-signing-config': LOG,
  'signing-config': LOG,
  'certificate-oidc-issuer': KEYLESS,
  'certificate-oidc-issuer-regexp': KEYLESS,
  'certificate-identity-regexp':
    'Patterns are not known: give each name with --certificate-identity, as often as needed.',
  'trusted-root':
    'Roots are given as certificates: --ca-roots FILE, and --ca-intermediates FILE for the authorities between.',
  certificate:
    'When signing it goes into --cert-chain FILE, with those that issued it; when verifying it is read from the signature.',
  'certificate-chain':
    'When signing it is --cert-chain FILE, with the certificate of the key; when verifying --ca-roots FILE and --ca-intermediates FILE.',
  'insecure-ignore-sct': LOG,
  'private-infrastructure': LOG,
  yes: 'Zegel asks no such question: leave it out.',
  y: 'Zegel asks no such question: leave it out.',
  password:
    'A password is never an argument: use ZEGEL_PASSWORD, --password-file or --password-fd for keys, --password-stdin for registries.',
  p: 'A password is never an argument: use --password-stdin.',
  'registry-password': 'A password is never an argument: use --username with --password-stdin.',
  'registry-token': 'A token is never an argument: use "zegel login", or --username with --password-stdin.',
  'allow-insecure-registry':
    "Certificates are always checked: trust the registry's own CA with --registry-ca FILE; --allow-http is for plain HTTP.",
  'insecure-registry': "Trust the registry's own CA with --registry-ca FILE; --allow-http is for plain HTTP.",
  'plain-http': 'It is called --allow-http here.',
  'new-bundle-format':
    'Choose with --format bundle or --format cosign when you sign; everything is read when you verify.',
  'check-claims': 'Claims are always checked: leave it out.',
  'trust-policy': NO_NOTATION,
  'trust-store': NO_NOTATION,
  'x509-identity': NO_NOTATION,
  'local-image': 'Name the layout as the image: oci:DIR.',
  'output-file': 'Redirect standard output: > FILE.',
}

export function foreignFlagAdvice(name: string): string | undefined {
  return Object.hasOwn(advice, name) ? advice[name] : undefined
}
