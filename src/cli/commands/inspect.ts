/** `zegel inspect IMAGE`: what is attached, as a tree. */

import { type AttachmentNode, type ImageNode, inspectImage } from '../../attachments/index.ts'
import { imageSignaturePredicateType, predicateTypeName } from '../../attestation/index.ts'
import { clip, formatBytes, forTerminal } from '../../base/index.ts'
import type { InspectReport } from '../../contract/index.ts'
import { annotationKeys, isIndexMediaType } from '../../oci/index.ts'
import type { Status } from '../command.ts'
import type { Context } from '../context.ts'
import { openForReading } from '../images.ts'
import type { inspectSpec } from '../table/move.ts'
import type { InputOf } from '../table/types.ts'
import { kindWords, problemLines } from '../terminal/attachments.ts'
import { notationClaims, notationLines } from '../terminal/notation.ts'
import type { Style } from '../terminal/style.ts'
import { drawTree, type TreeNode } from '../terminal/tree.ts'

export async function run(
  context: Context,
  { options, arguments: names }: InputOf<typeof inspectSpec>,
): Promise<Status> {
  const [name = ''] = names
  const { image, evidence, target } = await openForReading(context, name, options)
  const node = await inspectImage(image, target, evidence)
  if (context.isJson) {
    const report: InspectReport = {
      schema: 'zegel.dev/inspect/v1',
      image: name,
      trust: 'nothing-verified',
      ...node,
    }
    await context.printJson(report)
  } else {
    await context.print(drawTree(imageNode(node, forTerminal(name), context.style)))
    const by = isNotationAlone(node) ? '--trust-policy FILE --trust-store DIR' : '--key KEY'
    context.say(`Nothing of this is verified: "zegel verify ${by} ${forTerminal(name)}" says what it proves.`)
  }
  return isUnseen(node) ? 3 : 0
}

/** Whether a key could prove nothing of it. */
function isNotationAlone({ attachments }: ImageNode): boolean {
  return attachments.length > 0 && attachments.every(({ kind }) => kind === 'notation')
}

function isUnseen({ problems, children = [] }: ImageNode): boolean {
  return problems.some((problem) => problem.isUnseen) || children.some(isUnseen)
}

function imageNode(image: ImageNode, name: string, style: Style): TreeNode {
  const { digest, mediaType, size, isMissing, attachments, problems, children = [] } = image
  const kind = isIndexMediaType(mediaType) ? 'index' : 'image'
  const facts = isMissing === true ? style.bad('named by the index, and not there') : `${kind}, ${formatBytes(size)}`
  return {
    text: `${style.bold(name)}  ${facts}\n${style.dim(digest)}`,
    children: [
      ...attachments.map((attachment) => attachmentNode(attachment, style)),
      ...problemLines(problems).map((text) => ({ text: style.unsure(text) })),
      ...children.map((child) => imageNode(child, forTerminal(child.platform ?? 'no platform'), style)),
    ],
  }
}

function saysOf(predicateType: string): string {
  if (predicateType === imageSignaturePredicateType) return 'says it is an image signature'
  return `says it states ${clip(predicateTypeName(predicateType), 100)}`
}

function attachmentNode(node: AttachmentNode, style: Style): TreeNode {
  const { kind, place, manifest, size, predicateType, annotations, artifactType, mediaType, notation } = node
  const created = annotations?.[annotationKeys.created]
  const claims = [
    ...(predicateType === undefined ? [] : [saysOf(predicateType)]),
    ...(notation === undefined ? [] : notationClaims(notation)),
    ...(created === undefined ? [] : [`made ${clip(created, 40)}`]),
    ...(kind === 'unknown' ? [clip(artifactType ?? mediaType, 100)] : []),
  ]
  const first = `${kindWords[kind]}  ${[formatBytes(size), ...claims].join(', ')}`
  const details = notation === undefined ? [] : notationLines(notation)
  return {
    text: [first, style.dim(`${manifest} (${place})`), ...details].join('\n'),
    children: (node.attachments ?? []).map((below) => attachmentNode(below, style)),
  }
}
