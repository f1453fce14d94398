/** Flags that people type by habit from other tools and that mean nothing here, each with what to do instead. */

const LOG = 'With a key Zegel neither writes to nor asks a transparency log: leave it out.'

const advice: Readonly<Record<string, string>> = {
  'tlog-upload': LOG,
  'insecure-ignore-tlog': LOG,
  'rekor-url': LOG,
  'use-signing-config': LOG,
  'signing-config': LOG,
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
  'local-image': 'Name the layout as the image: oci:DIR.',
  'output-file': 'Redirect standard output: > FILE.',
}

export function foreignFlagAdvice(name: string): string | undefined {
  return Object.hasOwn(advice, name) ? advice[name] : undefined
}
