import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { digestOf, Fault, silentLog, utf8 } from '../../src/base/index.ts'
import type { Fetcher, HttpRequest, HttpResponse } from '../../src/http/index.ts'
import { type Credential, createRegistry } from '../../src/registry/index.ts'
import { bodyOf, serve } from '../http/servers.ts'
import { codeOf, manifestOf } from '../oci/content-store.suite.ts'
import { closing, credentialsOf, password, registryClient } from './client.ts'
import { refuse, reply, startTestRegistry, type TestRegistry } from './test-registry.ts'

const basicOfAlice = `Basic ${Buffer.from('alice:hunter2').toString('base64')}`

interface Guarded {
  readonly registry: TestRegistry
  readonly tokens: {
    readonly query: URLSearchParams
    readonly authorization: string | undefined
    readonly body: string
  }[]
}

/** A registry that wants a bearer token for exactly the scope of each request, and its token endpoint on another port. */
async function guarded(
  expiresIn = 300,
  allowed: (authorization: string | undefined) => boolean = () => true,
): Promise<Guarded> {
  const tokens: Guarded['tokens'] = []
  const issuer = closing(
    await serve(async (request, response) => {
      const body = (await bodyOf(request)).toString()
      const url = new URL(request.url ?? '', 'http://issuer')
      const { authorization } = request.headers
      tokens.push({ query: url.searchParams, authorization, body })
      if (!allowed(authorization)) return reply(response, 401, {}, '{"details":"incorrect username or password"}')
      const scope = url.searchParams.getAll('scope').join(' ') || new URLSearchParams(body).get('scope')
      reply(
        response,
        200,
        {},
        JSON.stringify({ token: Buffer.from(scope ?? '').toString('hex') || '00', expires_in: expiresIn }),
      )
    }),
  )
  const before = (request: IncomingMessage, response: ServerResponse): boolean => {
    const repository = /^\/v2\/(.+?)\/(manifests|blobs|referrers|tags)/.exec(request.url ?? '')?.[1]
    const action = request.method === 'GET' || request.method === 'HEAD' ? 'pull' : 'pull,push'
    const scope = repository === undefined ? '' : `repository:${repository}:${action}`
    const token = Buffer.from((request.headers.authorization ?? '').slice('Bearer '.length), 'hex').toString()
    const isEnough = scope === '' ? request.headers.authorization !== undefined : token.includes(scope)
    if (isEnough) return false
    const challenge = `Bearer realm="${issuer.url}/token",service="reg,istry",scope="${scope}"`
    response.setHeader('www-authenticate', ['Basic realm="not this one"', challenge])
    refuse(response, 401, 'UNAUTHORIZED')
    return true
  }
  return { registry: closing(await startTestRegistry({ before })), tokens }
}

const absent = digestOf(utf8('absent'))

describe('bearer', () => {
  it('gets one token for a scope, shared by requests that run together and later', async () => {
    const { registry, tokens } = await guarded()
    const client = closing(registryClient())
    const store = client.repository({ registry: registry.host, repository: 'shop/api' })
    await Promise.all([store.manifest('a'), store.manifest('b'), store.referrers(absent), store.hasBlob(absent)])
    await store.manifest('c')
    expect(tokens).toHaveLength(1)
    expect(tokens[0]?.query.getAll('scope')).toEqual(['repository:shop/api:pull'])
    expect(tokens[0]?.query.get('service')).toBe('reg,istry')
    expect(tokens[0]?.authorization).toBeUndefined()
    expect(registry.requests.length).toBe(9)
  })

  it('knows a host that has challenged: another repository costs a token and no challenge', async () => {
    const { registry, tokens } = await guarded()
    const client = closing(registryClient())
    await client.repository({ registry: registry.host, repository: 'one' }).manifest('a')
    await client.repository({ registry: registry.host, repository: 'two' }).manifest('a')
    expect(registry.requests).toHaveLength(3)
    expect(tokens.map((one) => one.query.get('scope'))).toEqual(['repository:one:pull', 'repository:two:pull'])
  })

  it('a token for push is good for pull', async () => {
    const { registry, tokens } = await guarded()
    const client = closing(registryClient({ credentials: credentialsOf({ [registry.host]: password() }) }))
    const store = client.repository({ registry: registry.host, repository: 'shop/api' })
    await store.putManifest(manifestOf({}), 'v1')
    await store.manifest('v1')
    expect(tokens).toHaveLength(1)
    expect(tokens[0]?.authorization).toBe(basicOfAlice)
    expect(tokens[0]?.query.get('account')).toBe('alice')
  })

  it('a token that has expired is asked for anew', async () => {
    let now = 1_000_000
    const { registry, tokens } = await guarded(100)
    const client = closing(registryClient({ clock: () => now }))
    const store = client.repository({ registry: registry.host, repository: 'shop/api' })
    await store.manifest('a')
    now += 80_000
    await store.manifest('a')
    expect(tokens).toHaveLength(1)
    now += 20_000
    await store.manifest('a')
    expect(tokens).toHaveLength(2)
    expect(registry.requests).toHaveLength(4)
  })

  it('an identity token is changed at the endpoint, in a form', async () => {
    const { registry, tokens } = await guarded()
    const credential: Credential = { kind: 'identity-token', token: 'refresh-me' }
    const client = closing(registryClient({ credentials: credentialsOf({ [registry.host]: credential }) }))
    await client.repository({ registry: registry.host, repository: 'shop/api' }).manifest('a')
    expect(Object.fromEntries(new URLSearchParams(tokens[0]?.body))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'zegel',
      refresh_token: 'refresh-me',
      service: 'reg,istry',
      scope: 'repository:shop/api:pull',
    })
  })

  it('credentials that are not taken are said, and never shown', async () => {
    const { registry } = await guarded(300, (authorization) => authorization === undefined)
    const client = closing(registryClient({ credentials: credentialsOf({ [registry.host]: password() }) }))
    const error = await client
      .repository({ registry: registry.host, repository: 'a' })
      .manifest('a')
      .catch((one) => one)
    expect(error).toMatchObject({ code: 'REGISTRY_UNAUTHORIZED', fix: `zegel login ${registry.host}` })
    expect(error.message).toContain('incorrect username or password')
    expect(`${error.message} ${error.fix} ${JSON.stringify(error.facts)}`).not.toContain('hunter2')
  })

  it('ends when a fresh token is not enough', async () => {
    const issuer = closing(await serve((_, response) => reply(response, 200, {}, '{"access_token":"narrow"}')))
    const registry = closing(
      await serve((_, response) => {
        response.setHeader('www-authenticate', `Bearer realm="${issuer.url}/",scope="repository:a:pull"`)
        refuse(response, 401, 'DENIED')
      }),
    )
    const store = closing(registryClient()).repository({ registry: registry.host, repository: 'a' })
    expect(await codeOf(store.manifest('a'))).toBe('REGISTRY_UNAUTHORIZED')
    expect(registry.requests).toHaveLength(2)
    expect(await codeOf(store.manifest('a'))).toBe('REGISTRY_UNAUTHORIZED')
    expect(registry.requests.length).toBeLessThanOrEqual(5)
  })

  it.each([
    ['a token that would end the header', '{"token":"a\\r\\nx: y"}', 'REGISTRY_ANSWER_INVALID'],
    ['no token', '{}', 'REGISTRY_ANSWER_INVALID'],
    ['no document', '<html>', 'REGISTRY_ANSWER_INVALID'],
    ['a document without end', `{"token":"${'a'.repeat(2_000_000)}"}`, 'LIMIT_EXCEEDED'],
  ])('refuses %s', async (_, body, code) => {
    const issuer = closing(await serve((_request, response) => reply(response, 200, {}, body)))
    const registry = closing(
      await serve((_request, response) => {
        response.setHeader('www-authenticate', `Bearer realm="${issuer.url}/"`)
        refuse(response, 401, 'DENIED')
      }),
    )
    const store = closing(registryClient()).repository({ registry: registry.host, repository: 'a' })
    expect(await codeOf(store.manifest('a'))).toBe(code)
  })
})

describe('basic', () => {
  it('credentials come only after the challenge, and to the host they belong to', async () => {
    const registry = closing(
      await serve((request, response) => {
        if (request.headers.authorization === basicOfAlice) return refuse(response, 404, 'MANIFEST_UNKNOWN')
        response.setHeader('www-authenticate', 'Basic realm="x"')
        refuse(response, 401, 'UNAUTHORIZED')
      }),
    )
    const credentials = credentialsOf({ [registry.host]: password() })
    const client = closing(registryClient({ credentials }))
    const store = client.repository({ registry: registry.host, repository: 'a' })
    expect(await store.manifest('a')).toBeUndefined()
    expect(await store.manifest('b')).toBeUndefined()
    expect(registry.headers.map((one) => one.authorization)).toEqual([undefined, basicOfAlice, basicOfAlice])
    const other = closing(registryClient({ credentials: credentialsOf({ [`${registry.host}0`]: password() }) }))
    expect(await codeOf(other.repository({ registry: registry.host, repository: 'a' }).manifest('a'))).toBe(
      'REGISTRY_UNAUTHORIZED',
    )
    expect(registry.headers.at(-1)?.authorization).toBeUndefined()
  })

  it('checkLogin tells whether anything was asked', async () => {
    const open = closing(await startTestRegistry())
    expect(await closing(registryClient()).checkLogin(open.host)).toBe('not-asked')
    const { registry } = await guarded(300, (authorization) => authorization === basicOfAlice)
    const client = closing(registryClient({ credentials: credentialsOf({ [registry.host]: password() }) }))
    expect(await client.checkLogin(registry.host)).toBe('accepted')
    expect(await codeOf(closing(registryClient()).checkLogin(registry.host))).toBe('REGISTRY_UNAUTHORIZED')
  })
})

describe('credentials stay where they belong', () => {
  it('a redirect to another host does not carry them, and its challenge is not answered', async () => {
    const thief = closing(
      await serve((_, response) => {
        response.setHeader('www-authenticate', 'Basic realm="give"')
        refuse(response, 401, 'UNAUTHORIZED')
      }),
    )
    const registry = closing(
      await serve((request, response) => {
        if (request.headers.authorization !== undefined) return reply(response, 307, { location: `${thief.url}/take` })
        response.setHeader('www-authenticate', 'Basic realm="x"')
        refuse(response, 401, 'UNAUTHORIZED')
      }),
    )
    const credentials = credentialsOf({ [registry.host]: password(), [thief.host]: password('bob', 'secret of bob') })
    const store = closing(registryClient({ credentials })).repository({ registry: registry.host, repository: 'a' })
    expect(await codeOf(store.blob({ mediaType: 'x', digest: absent, size: 1 }, 1))).toBe('REGISTRY_UNAUTHORIZED')
    expect(thief.requests).toHaveLength(1)
    expect(thief.headers[0]?.authorization).toBeUndefined()
    expect(credentials.asked).not.toContain(thief.host)
  })

  it('an upload that is sent to another host goes without them', async () => {
    const thief = closing(
      await serve(async (request, response) => {
        await bodyOf(request)
        reply(response, 201)
      }),
    )
    const registry = closing(
      await serve((request, response) => {
        if (request.headers.authorization === undefined) {
          response.setHeader('www-authenticate', 'Basic realm="x"')
          return refuse(response, 401, 'UNAUTHORIZED')
        }
        if (request.method === 'HEAD') return reply(response, 404)
        reply(response, 202, { location: `${thief.url}/take?x=1` })
      }),
    )
    const store = closing(registryClient({ credentials: credentialsOf({ [registry.host]: password() }) })).repository({
      registry: registry.host,
      repository: 'a',
    })
    const bytes = utf8('blob')
    await store.putBlob({ mediaType: 'x', digest: digestOf(bytes), size: 4 }, { parts: [bytes] })
    expect(thief.requests).toEqual([`PUT /take?x=1&digest=${encodeURIComponent(digestOf(bytes))}`])
    expect(thief.headers[0]?.authorization).toBeUndefined()
  })

  // A registry elsewhere cannot run in a test: the port stands for the network.
  const remote = (
    answers: (request: HttpRequest) => Partial<HttpResponse> & { headers?: ReadonlyMap<string, string> },
  ) => {
    const sent: HttpRequest[] = []
    const fetcher: Fetcher = {
      fetch: async (request) => {
        sent.push(request)
        const bytes = utf8('{"token":"t"}')
        return {
          status: 200,
          headers: new Map(),
          body: (async function* () {})(),
          url: request.url,
          readAll: async () => bytes,
          discard: async () => {},
          ...answers(request),
        }
      },
    }
    const known = { 'registry.example.org': password(), 'docker.io': password('hub', 'hub-secret') }
    const registry = createRegistry({
      environment: {},
      log: silentLog,
      clock: () => 0,
      credentials: credentialsOf(known),
      fetcher,
    })
    return { sent, registry }
  }
  const challenge = (text: string) => ({ status: 401, headers: new Map([['www-authenticate', text]]) })
  const remoteRepository = { registry: 'registry.example.org', repository: 'shop/api' }

  it.each([
    ['plain HTTP', 'http://auth.example.org/token'],
    ['plain HTTP on this machine', 'http://127.0.0.1:8080/token'],
    ['this machine', 'https://localhost/token'],
    ['the metadata address', 'https://169.254.169.254/latest'],
    ['no address', 'token'],
    ['a file', 'file:///etc/passwd'],
    ['an address with a user in it', 'https://a:b@auth.example.org/token'],
  ])('a realm that is %s is refused', async (_, realm) => {
    const { registry, sent } = remote(() => challenge(`Bearer realm="${realm}",scope="repository:shop/api:pull"`))
    expect(await codeOf(registry.repository(remoteRepository).manifest('a'))).toBe('REGISTRY_CHALLENGE_REFUSED')
    expect(sent).toHaveLength(1)
  })

  it('a realm on another site counts when the registry itself names it', async () => {
    const { registry, sent } = remote((request) =>
      request.headers?.['authorization'] !== undefined || request.url.hostname === 'auth.example.net'
        ? { status: request.url.hostname === 'auth.example.net' ? 200 : 404 }
        : challenge('Bearer realm="https://auth.example.net/token"'),
    )
    expect(await registry.repository(remoteRepository).manifest('a')).toBeUndefined()
    expect(sent.map((one) => one.url.href)).toEqual([
      'https://registry.example.org/v2/shop/api/manifests/a',
      'https://auth.example.net/token?scope=repository%3Ashop%2Fapi%3Apull&account=alice',
      'https://registry.example.org/v2/shop/api/manifests/a',
    ])
  })

  it('a challenge of another origin, found behind a redirect, is not answered', async () => {
    const { registry, sent } = remote(() => ({
      ...challenge('Bearer realm="https://auth.evil.example/token"'),
      url: new URL('https://cdn.evil.example/v2/shop/api/manifests/a'),
    }))
    expect(await codeOf(registry.repository(remoteRepository).manifest('a'))).toBe('REGISTRY_UNAUTHORIZED')
    expect(sent).toHaveLength(1)
  })

  it('Docker Hub is one registry with its own address and its own key', async () => {
    const { registry, sent } = remote((request) => {
      if (request.url.host === 'auth.docker.io') return {}
      return request.headers?.['authorization'] === undefined
        ? challenge(
            'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/alpine:pull"',
          )
        : { status: 404 }
    })
    await registry.repository({ registry: 'docker.io', repository: 'library/alpine' }).manifest('3')
    expect(sent[0]?.url.href).toBe('https://registry-1.docker.io/v2/library/alpine/manifests/3')
    expect(sent[1]?.headers?.['authorization']).toBe(`Basic ${Buffer.from('hub:hub-secret').toString('base64')}`)
  })

  it('a host elsewhere is challenged once by requests that start together', async () => {
    const { registry, sent } = remote((request) => {
      if (request.url.host === 'auth.example.net') return {}
      return request.headers?.['authorization'] === undefined
        ? challenge('Bearer realm="https://auth.example.net/token",scope="repository:shop/api:pull"')
        : { status: 404 }
    })
    const store = registry.repository(remoteRepository)
    await Promise.all([store.manifest('a'), store.manifest('b'), store.referrers(absent), store.manifest('c')])
    expect(sent.filter((one) => one.headers?.['authorization'] === undefined)).toHaveLength(1)
    expect(sent.filter((one) => one.url.host === 'auth.example.net')).toHaveLength(1)
    expect(sent).toHaveLength(6)
  })

  it('a password is not sent over plain HTTP to another machine, though plain HTTP was asked for', async () => {
    const { sent } = remote(() => ({}))
    const plainFetcher: Fetcher = {
      fetch: async (request) => {
        sent.push(request)
        if (request.url.protocol === 'https:') throw new Fault('HTTP_NOT_TLS', 3, 'plain')
        return {
          ...challenge('Basic realm="x"'),
          body: (async function* () {})(),
          url: request.url,
          readAll: async () => utf8(''),
          discard: async () => {},
        }
      },
    }
    const credentials = credentialsOf({ 'registry.example.org': password() })
    const registry = createRegistry({
      environment: {},
      log: silentLog,
      clock: () => 0,
      credentials,
      fetcher: plainFetcher,
      allowPlainHttp: true,
    })
    expect(await codeOf(registry.repository(remoteRepository).manifest('a'))).toBe('REGISTRY_UNAUTHORIZED')
    expect(credentials.asked).toEqual([])
    expect(sent.every((one) => one.headers?.['authorization'] === undefined)).toBe(true)
  })
})
