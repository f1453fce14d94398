/**
 * `npm test`: everything that must hold before a change lands: types, lint and format, the plan of the house, all tests.
 *
 * The quick stages all run before anything stops, so that one run tells all of them; then come the tests. Arguments go to vitest
 * (`npm test -- test/oci`). `ZEGEL_PEERS=required` turns the absence of a peer from a skip into a failure.
 */

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const vitest = join(root, 'node_modules/vitest/vitest.mjs')

interface Stage {
  readonly name: string
  readonly args: readonly string[]
}

const quick: readonly Stage[] = [
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '--noEmit'] },
  { name: 'lint and format', args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'] },
  { name: 'architecture', args: [vitest, 'run', '--reporter=dot', 'test/architecture.test.ts'] },
]

interface Outcome {
  readonly status: number
  readonly output: string
}

/** Runs a stage and says how long it took; its output is kept until the end, or streamed. */
async function run({ name, args }: Stage, stream: boolean): Promise<Outcome> {
  const started = performance.now()
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', stream ? 'inherit' : 'pipe', 'pipe'] })
  const parts: Buffer[] = []
  child.stdout?.on('data', (part: Buffer) => parts.push(part))
  child.stderr?.on('data', (part: Buffer) => (stream ? process.stderr.write(part) : parts.push(part)))
  const status = await new Promise<number>((resolve) => {
    child.on('error', () => resolve(127))
    child.on('close', (code) => resolve(code ?? 1))
  })
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6)
  console.log(`${seconds} s  ${status === 0 ? 'ok    ' : 'FAILED'}  ${name}`)
  return { status, output: Buffer.concat(parts).toString('utf8') }
}

async function quickStages(): Promise<number> {
  let first = 0
  for (const stage of quick) {
    const { status, output } = await run(stage, false)
    if (status === 0) continue
    process.stdout.write(output)
    if (first === 0) first = status
  }
  return first
}

/** The part of vitest's JSON report that is read here. */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly { readonly assertionResults: readonly TestResult[] }[]
}

interface TestResult {
  readonly status: string
  readonly ancestorTitles: readonly string[]
  readonly fullName: string
}

async function allTests(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'zegel-check-'))
  try {
    const file = join(folder, 'report.json')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const { status } = await run({ name: 'tests', args: [vitest, 'run', ...reporters, ...process.argv.slice(2)] }, true)
    close(readReport(file), status)
    return status
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readReport(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** The last line is plain, so that a machine can read it as well as a person. */
function close(report: Report | undefined, status: number): void {
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0)
  for (const title of new Set(report?.testResults.flatMap((file) => file.assertionResults.flatMap(skippedTitle)))) {
    console.log(`skipped: ${title}`)
  }
  // A file that can't be loaded fails without a failed test.
  const failed = Math.max(report?.numFailedTests ?? 0, status === 0 ? 0 : 1)
  console.log(`\nTests: ${report?.numPassedTests ?? 0} passed, ${failed} failed, ${skipped} skipped`)
}

function skippedTitle(test: TestResult): string[] {
  if (test.status === 'passed' || test.status === 'failed') return []
  return [test.ancestorTitles.find((title) => title.includes('[skipped')) ?? test.fullName]
}

process.exitCode = (await quickStages()) || (await allTests())
