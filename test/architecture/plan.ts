/** The plan of the house as a table: rooms, floors, what each may import from outside, and who may do what is otherwise forbidden. */

/** What code outside `cli` and `server` must be given instead of taking it (law 5), and casts that would break law 2. */
export type Deed =
  | 'Date.now'
  | 'new Date()'
  | 'Math.random'
  | 'process.env'
  | 'process.exit'
  | 'console'
  | 'fetch'
  | 'child_process'
  | 'eval'
  | 'cast to Verified'

export interface Room {
  readonly floor: number
  /** External packages that the room may import; a name covers its subpaths. */
  readonly packages?: readonly string[]
  /** Files, by their path in the room, that may do what the rest must not: each an adapter or, for Verified, its maker. */
  readonly adapters?: Readonly<Record<string, readonly Deed[]>>
  /** Composes the rest: clock, environment, processes and the terminal are its own. */
  readonly composes?: boolean
  /** Folders in the room that know nothing of one another. */
  readonly separate?: readonly string[]
}

export interface Plan {
  readonly rooms: Readonly<Record<string, Room>>
  readonly sizes: { readonly median: number; readonly ninetieth: number; readonly largest: number }
}

export const plan: Plan = {
  rooms: {
    base: { floor: 1 },
    oci: { floor: 2 },
    crypto: { floor: 2, packages: ['@noble/ciphers', '@noble/curves'] },
    http: { floor: 2 },
    contract: { floor: 2, packages: ['zod'] },
    pki: { floor: 3 },
    registry: { floor: 3, packages: ['smol-toml'] },
    layout: { floor: 3, packages: ['modern-tar'] },
    envelope: { floor: 3, packages: ['@sigstore/protobuf-specs', 'cborg'] },
    finder: { floor: 3, packages: ['yaml', 'smol-toml', 'ignore'] },
    attachments: { floor: 4 },
    distribution: { floor: 4 },
    attestation: { floor: 4 },
    sbom: { floor: 4, packages: ['packageurl-js', 'spdx-expression-parse', 'spdx-satisfies'] },
    trust: { floor: 4, packages: ['tuf-js', '@sigstore/protobuf-specs'] },
    verification: { floor: 5, adapters: { 'verified.ts': ['cast to Verified'] } },
    vulnerability: {
      floor: 5,
      packages: ['semver', '@renovatebot/pep440', '@renovatebot/ruby-semver', 'packageurl-js'],
    },
    authority: { floor: 5 },
    signing: { floor: 6, adapters: { 'notation-plugin/spawn.ts': ['child_process'] } },
    policy: { floor: 7, packages: ['zod', 'yaml', '@bufbuild/cel'] },
    store: { floor: 7, packages: ['kysely', 'pg'] },
    dialects: { floor: 8, packages: ['yaml'] },
    decision: { floor: 8 },
    ledger: { floor: 9 },
    approval: { floor: 9 },
    inventory: { floor: 10 },
    enforcement: { floor: 10, separate: ['gate', 'gateway', 'admission', 'node'] },
    evidence: { floor: 11 },
    api: { floor: 12, packages: ['hono', '@hono/node-server', '@hono/zod-openapi', 'zod'] },
    cli: { floor: 13, composes: true, packages: ['@clack/prompts', 'zod', 'yaml', 'modern-tar'] },
    server: {
      floor: 13,
      composes: true,
      packages: [
        'hono',
        '@hono/node-server',
        'pino',
        'prom-client',
        'pg-boss',
        '@kubernetes/client-node',
        '@opentelemetry/api',
        'zod',
      ],
    },
  },
  sizes: { median: 120, ninetieth: 350, largest: 500 },
}
