/** A tree in the lines that people know from `tree`. */

export interface TreeNode {
  /** Further lines stand below the first, aligned with it. */
  readonly text: string
  readonly children?: readonly TreeNode[]
}

/**
 * @example drawTree({ text: 'image', children: [{ text: 'signature' }, { text: 'SBOM' }] })
 * // image
 * // ├── signature
 * // └── SBOM
 */
export function drawTree(root: TreeNode): string {
  return [...linesOf(root, '', '')].join('\n')
}

function* linesOf(node: TreeNode, first: string, rest: string): Iterable<string> {
  const children = node.children ?? []
  const bar = children.length > 0 ? '│   ' : '    '
  for (const [at, line] of node.text.split('\n').entries())
    yield at === 0 ? `${first}${line}` : `${rest}${bar}${line}`.trimEnd()
  for (const [at, child] of children.entries()) {
    const isLast = at === children.length - 1
    yield* linesOf(child, `${rest}${isLast ? '└── ' : '├── '}`, `${rest}${isLast ? '    ' : '│   '}`)
  }
}
