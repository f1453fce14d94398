/** Circles of a directed graph: one for each strongly connected component (Tarjan), as a path that ends where it began. */

export function findCircles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  return components(graph).flatMap((component) => {
    const [first] = component
    if (first === undefined) return []
    const selfish = graph.get(first)?.includes(first) === true
    if (component.length === 1) return selfish ? [[first, first]] : []
    return [shortestWayBack(graph, new Set(component), first)]
  })
}

function components(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const found: string[][] = []
  const enter = (node: string): void => {
    order.set(node, order.size)
    low.set(node, order.size - 1)
    open.push(node)
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) enter(next)
      if (open.includes(next)) low.set(node, Math.min(low.get(node) ?? 0, low.get(next) ?? 0))
    }
    if (low.get(node) === order.get(node)) found.push(open.splice(open.indexOf(node)).sort())
  }
  for (const node of graph.keys()) if (!order.has(node)) enter(node)
  return found
}

function shortestWayBack(graph: ReadonlyMap<string, readonly string[]>, inside: Set<string>, start: string): string[] {
  const ways: string[][] = [[start]]
  const seen = new Set<string>()
  for (const way of ways) {
    for (const next of graph.get(way.at(-1) ?? start) ?? []) {
      if (next === start) return [...way, start]
      if (!inside.has(next) || seen.has(next)) continue
      seen.add(next)
      ways.push([...way, next])
    }
  }
  return [start]
}
