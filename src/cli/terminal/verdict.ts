/** A verdict for people: the answer first, then why, the fix, and every candidate with every check. */

import type { AttachmentProblem } from '../../attachments/index.ts'
import { imageSignaturePredicateType, predicateTypeName } from '../../attestation/index.ts'
import { clip, formatBytes, forTerminal } from '../../base/index.ts'
import type { Candidate, ChildVerdict, Finding, ImageVerdict, Judgement, Verdict } from '../../verification/index.ts'
import { fold } from './fold.ts'
import type { Style } from './style.ts'
import { drawTree, type TreeNode } from './tree.ts'

const WORD: Readonly<Record<Verdict, string>> = {
  verified: 'verified',
  unproven: 'let through, not proven',
  refused: 'refused',
  unknown: 'not known',
}

/** @param name the image as the asker wrote it */
export function verdictText(
  name: string,
  verdict: ImageVerdict & { readonly children?: readonly ChildVerdict[] },
  style: Style,
): string {
  const { reason, digest } = verdict
  const lines = [
    `${mark(verdict.verdict, style)} ${style.bold(forTerminal(name))} is ${paint(verdict.verdict, style)(WORD[verdict.verdict])} ${style.dim(`[${reason.code}]`)}`,
    ...(digest === undefined ? [] : [`  digest  ${digest}`]),
    `  why     ${clip(reason.detail, 1000)}`,
    ...(reason.fix === undefined ? [] : [`  fix     ${forTerminal(reason.fix)}`]),
  ]
  const nodes = [...candidateNodes(verdict, style), ...(verdict.children ?? []).map((child) => childNode(child, style))]
  if (nodes.length > 0)
    lines.push(
      ...drawTree({ text: 'found', children: nodes })
        .split('\n')
        .map((line) => `  ${line}`),
    )
  return fold(lines.join('\n'), style.width)
}

/** A file's verdict has one candidate: the signature that was given. */
export function judgementText(name: string, judgement: Judgement, style: Style): string {
  const verdict: Verdict =
    judgement.verdict === 'passed' ? 'verified' : judgement.verdict === 'unreadable' ? 'unknown' : 'refused'
  const head = `${mark(verdict, style)} ${style.bold(forTerminal(name))} is ${paint(verdict, style)(WORD[verdict])}`
  const nearest = verdict === 'verified' ? undefined : decisive(judgement)
  const why = nearest === undefined ? [] : [`why  ${clip(nearest.detail, 1000)} ${style.dim(`[${nearest.code}]`)}`]
  const fix = nearest?.fix === undefined ? [] : [`fix  ${forTerminal(nearest.fix)}`]
  const lines = judgement.findings.flatMap((finding) => findingLines(finding, style, nearest?.fix))
  return fold([head, ...[...why, ...fix, ...lines].map((line) => `  ${line}`)].join('\n'), style.width)
}

/** What keeps a file from being verified: the first check that said no, else the first that could not tell. */
function decisive({ findings }: Judgement): Finding | undefined {
  return (
    findings.find(({ outcome }) => outcome === 'fail') ?? findings.find(({ outcome }) => outcome === 'inconclusive')
  )
}

function candidateNodes({ candidates, problems, verdict, reason }: ImageVerdict, style: Style): readonly TreeNode[] {
  const told = verdict === 'verified' ? 'all' : reason.fix
  return [
    ...candidates.map((candidate) => candidateNode(candidate, told, style)),
    ...problems.map((problem) => problemNode(problem, style)),
  ]
}

const KINDS: Readonly<Record<string, string>> = {
  bundle: 'Sigstore bundle',
  'cosign-signature': 'Cosign signature',
  'cosign-attestation': 'Cosign attestation',
  notation: 'Notation signature',
}

function candidateNode(candidate: Candidate, told: Told, style: Style): TreeNode {
  const { origin, verdict, predicateType, signedName } = candidate
  const outcome = {
    passed: style.good('✓ passed'),
    unproven: style.unsure('! let through'),
    failed: style.bad('✗ failed'),
    'not-judged': style.dim('– not judged'),
    unreadable: style.unsure('? not readable'),
  }[verdict]
  const what = predicateType === undefined ? '' : `, ${clip(statedName(predicateType), 80)}`
  const named = signedName === undefined || signedName === '' ? '' : style.dim(`, signed as ${clip(signedName, 100)}`)
  const where = style.dim(`${origin.place}, ${origin.manifest.slice(0, 19)}…, ${formatBytes(origin.size)}`)
  const head = `${outcome}  ${KINDS[origin.kind] ?? origin.kind}${what}${named}  ${where}`
  return { text: [head, ...candidate.findings.flatMap((finding) => findingLines(finding, style, told))].join('\n') }
}

/** What is stated, in the words of people. */
function statedName(predicateType: string): string {
  return predicateType === imageSignaturePredicateType ? 'image signature' : predicateTypeName(predicateType)
}

/** The fix that stands above already; a verified image needs none. */
type Told = string | 'all' | undefined

function findingLines({ check, outcome, code, detail, fix }: Finding, style: Style, told?: Told): readonly string[] {
  const sign = { pass: style.good('✓'), fail: style.bad('✗'), warn: style.unsure('!'), inconclusive: style.dim('–') }[
    outcome
  ]
  const named = outcome === 'pass' ? '' : ` ${style.dim(`[${code}]`)}`
  const line = `${sign} ${check}: ${clip(detail, 500)}${named}`
  const isNew = fix !== undefined && told !== 'all' && told !== fix
  return outcome === 'fail' && isNew ? [line, `    fix: ${forTerminal(fix)}`] : [line]
}

function problemNode({ place, digest, code, detail, isUnseen }: AttachmentProblem, style: Style): TreeNode {
  const sign = isUnseen ? style.unsure('? not seen') : style.dim('– skipped')
  const which = digest === undefined ? '' : ` ${digest.slice(0, 19)}…`
  return { text: `${sign}  ${place}${which}: ${clip(detail, 300)} ${style.dim(`[${code}]`)}` }
}

function childNode(child: ChildVerdict, style: Style): TreeNode {
  const how = {
    itself: style.good('✓ signed itself'),
    index: style.good('✓ proven through the index'),
    nothing: style.bad('✗ not proven'),
    'unsigned-metadata': style.dim("– BuildKit's metadata, unsigned"),
  }[child.provenBy]
  const own = child.provenBy === 'nothing' && child.own !== undefined ? `\n${clip(child.own.reason.detail, 300)}` : ''
  const below = (child.children ?? []).map((it) => childNode(it, style))
  return { text: `${how}  ${clip(child.platform ?? 'image', 60)}  ${style.dim(child.digest)}${own}`, children: below }
}

function mark(verdict: Verdict, style: Style): string {
  return paint(verdict, style)({ verified: '✓', unproven: '!', refused: '✗', unknown: '?' }[verdict])
}

function paint(verdict: Verdict, style: Style): (text: string) => string {
  return { verified: style.good, unproven: style.unsure, refused: style.bad, unknown: style.unsure }[verdict]
}
