/** Scopes of bearer tokens (distribution, "Token Scope Documentation"): `repository:shop/api:pull,push`. */

/** Resource (`repository:shop/api`) to its actions. */
export type Scope = ReadonlyMap<string, ReadonlySet<string>>

export const noScope: Scope = new Map()

export function repositoryScope(repository: string, ...actions: readonly string[]): Scope {
  return new Map([[`repository:${repository}`, new Set(actions)]])
}

/** A challenge's `scope`: several, separated by spaces; the name may hold colons (a port), the actions none. */
export function parseScope(text: string): Scope {
  const scope = new Map<string, ReadonlySet<string>>()
  for (const one of text.split(' ')) {
    const colon = one.lastIndexOf(':')
    if (colon <= 0) continue
    const resource = one.slice(0, colon)
    const actions = one
      .slice(colon + 1)
      .split(',')
      .filter((action) => action !== '')
    scope.set(resource, new Set([...(scope.get(resource) ?? []), ...actions]))
  }
  return scope
}

export function joinScopes(...scopes: readonly Scope[]): Scope {
  const joined = new Map<string, ReadonlySet<string>>()
  for (const scope of scopes) {
    for (const [resource, actions] of scope)
      joined.set(resource, new Set([...(joined.get(resource) ?? []), ...actions]))
  }
  return joined
}

/** True when a token for `held` is good for `wanted`. */
export function covers(held: Scope, wanted: Scope): boolean {
  for (const [resource, actions] of wanted) {
    const has = held.get(resource)
    if (has === undefined) return false
    for (const action of actions) if (!has.has(action) && !has.has('*')) return false
  }
  return true
}

/** Sorted, so that equal scopes are written alike. */
export function formatScope(scope: Scope): readonly string[] {
  return [...scope].map(([resource, actions]) => `${resource}:${[...actions].sort().join(',')}`).sort()
}
