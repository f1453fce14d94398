/** cosign and zegel as the interoperability tests call them: cosign as a process that finds no network, zegel in this process. */

import { writeFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { expectContract } from '../cli/contract.ts'
import { zegel as call } from '../cli/fake-io.ts'
import { type PeerRun, runPeer } from '../peers/peers.ts'
import type { World } from './world.ts'

export const PASSWORD = 'of the tests'

export type Format = 'bundle' | 'cosign'
export const formats = ['bundle', 'cosign'] as const satisfies Format[]

/** No transparency log and no timestamps: what cosign asks for to sign with a key alone. */
const SIGNING_CONFIG =
  '{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","rekorTlogConfig":{},"tsaConfig":{}}'

export interface Programs {
  /** Any call of cosign. */
  cosign(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<PeerRun>
  /** `sign`, `attest`, `sign-blob` or `attest-blob` without any service. @throws where cosign refuses */
  cosignMakes(format: Format, command: string, args: readonly string[], env?: Record<string, string>): Promise<PeerRun>
  /** Its exit status for `verify` and its kin, without a log. */
  cosignSays(command: string, args: readonly string[], env?: Record<string, string>): Promise<number>
  /** Any call with `-o json`; the report is held to its schema. */
  zegel(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<ZegelRun>
  /** The same, which must end with status 0. */
  zegelDoes(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Report>
}

export interface ZegelRun {
  readonly status: number
  readonly report: Report
  readonly stderr: string
}

/** What tests read of a report; each is held to its schema whole. */
export interface Report {
  readonly schema: string
  readonly status?: number
  readonly code?: string
  readonly outcome?: string
  readonly images?: readonly ReportedImage[]
  readonly findings?: readonly ReportedFinding[]
  readonly [member: string]: unknown
}

export interface ReportedImage {
  readonly verdict: string
  readonly status: number
  readonly digest?: string
  readonly reason: { readonly code: string }
  readonly candidates: readonly ReportedCandidate[]
  readonly problems: readonly { readonly code: string; readonly place: string }[]
  readonly children?: readonly { readonly provenBy: string; readonly digest: string }[]
  readonly outcome?: string
  readonly [member: string]: unknown
}

export interface ReportedCandidate {
  readonly kind: string
  readonly place: string
  readonly verdict: string
  readonly predicateType?: string
  readonly signedName?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly statement?: { readonly subject: readonly unknown[]; readonly predicate: unknown; readonly _type: string }
  readonly findings: readonly ReportedFinding[]
}

export interface ReportedFinding {
  readonly check: string
  readonly outcome: string
  readonly code: string
}

export function programsIn(world: World): Programs {
  const cosign: Programs['cosign'] = (args, env = {}) =>
    runPeer('cosign', args, {
      cwd: world.folder,
      // A closed port: whatever it would fetch fails at once instead of waiting for a name server.
      env: { HOME: world.folder, COSIGN_PASSWORD: PASSWORD, HTTPS_PROXY: 'http://127.0.0.1:9', ...env },
    })
  const zegel: Programs['zegel'] = async (args, env = {}) => {
    const environment = { ZEGEL_PASSWORD: PASSWORD, ...env }
    const run = await call([...args, '-o', 'json'], { environment, home: world.folder })
    expectContract(run.json)
    return { status: run.status, report: run.json as unknown as Report, stderr: run.stderr }
  }
  return {
    cosign,
    zegel,
    cosignMakes: async (format, command, args, env) => {
      const signingConfig = world.file('signing-config.json')
      await writeFile(signingConfig, SIGNING_CONFIG)
      const mode =
        format === 'bundle'
          ? ['--signing-config', signingConfig]
          : ['--new-bundle-format=false', '--use-signing-config=false', '--tlog-upload=false']
      const run = await cosign([command, ...mode, '-y', ...args], env)
      if (run.status !== 0) throw new Error(`cosign ${command} ended with ${run.status}: ${run.stderr}`)
      return run
    },
    cosignSays: async (command, args, env) => {
      const { status } = await cosign([command, '--insecure-ignore-tlog', ...args], env)
      return status
    },
    zegelDoes: async (args, env) => {
      const { status, report, stderr } = await zegel(args, env)
      expect(status, `zegel ${args.join(' ')}: ${JSON.stringify(report)} ${stderr}`).toBe(0)
      return report
    },
  }
}

/** The one image of a report. */
export function imageOf(report: Report): ReportedImage {
  const [image] = report.images ?? []
  if (image === undefined) throw new Error(`No image in ${JSON.stringify(report)}`)
  return image
}
