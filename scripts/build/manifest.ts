/** The package.json of what ships: made from the repository's own, without its scripts and dependencies. */

interface Source {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license: string
  readonly engines: Readonly<Record<string, string>>
}

export function manifest(source: Source, rooms: readonly string[], hasSchemas: boolean): object {
  const { name, version, description, license, engines } = source
  const door = (path: string): object => ({ types: `./types/${path}.d.ts`, default: `./${path}.js` })
  return {
    name,
    version,
    description,
    license,
    keywords: ['sigstore', 'cosign', 'notation', 'container', 'oci', 'signing', 'attestation', 'sbom', 'slsa'],
    type: 'module',
    engines,
    bin: { zegel: 'bin/zegel.js' },
    types: './types/index.d.ts',
    exports: {
      '.': door('index'),
      ...Object.fromEntries(rooms.map((room) => [`./${room}`, door(`${room}/index`)])),
      ...(hasSchemas ? { './schemas/*': './schemas/*' } : {}),
      './package.json': './package.json',
    },
  }
}
