import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Log, silentLog, utf8 } from '../../src/base/index.ts'
import { createFetcher, type FetcherOptions, type HttpClient, type HttpRequest } from '../../src/http/index.ts'
import { codeOf } from '../oci/content-store.suite.ts'
import { bodyOf, freePort, type Handler, serve, serveSocket, tlsFixture } from './servers.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function client(options: Partial<FetcherOptions> = {}): HttpClient {
  const made = createFetcher({
    environment: {},
    log: silentLog,
    clock: () => performance.now(),
    backoffMs: 1,
    ...options,
  })
  closers.push(() => made.close())
  return made
}

async function server(handler: Handler, tls?: Parameters<typeof serve>[1]) {
  const made = await serve(handler, tls)
  closers.push(() => made.close())
  return made
}

async function sockets(handler: Parameters<typeof serveSocket>[0]) {
  const made = await serveSocket(handler)
  closers.push(() => made.close())
  return made
}

const get = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url: new URL(url),
  ...more,
})

async function textOf(fetcher: HttpClient, request: HttpRequest): Promise<string> {
  const response = await fetcher.fetch(request)
  return `${response.status} ${Buffer.from(await response.readAll(1000)).toString()}`
}

describe('exchange', () => {
  it('sends bodies whole and in pieces, and keeps the connection', async () => {
    const connections = new Set<unknown>()
    const { url, headers } = await server(async (request, response) => {
      connections.add(request.socket)
      response.end((await bodyOf(request)).toString().toUpperCase())
    })
    const fetcher = client()
    expect(await textOf(fetcher, get(url, { method: 'PUT', body: utf8('whole') }))).toBe('200 WHOLE')
    const open = async function* () {
      yield utf8('pie')
      yield utf8('ces')
    }
    expect(await textOf(fetcher, get(url, { method: 'PUT', body: { open, length: 6 } }))).toBe('200 PIECES')
    expect(await textOf(fetcher, get(url, { method: 'POST', body: { open } }))).toBe('200 PIECES')
    expect(await textOf(fetcher, get(url, { method: 'POST' }))).toBe('200 ')
    expect(headers.map((one) => one['content-length'])).toEqual(['5', '6', undefined, '0'])
    expect(headers.map((one) => one['accept-encoding'])).toEqual(Array(4).fill('identity'))
    expect(connections.size).toBe(1)
    expect(fetcher.requestCount()).toBe(4)
  })

  it('throws what the source of a body throws', async () => {
    const { url } = await server(async (request, response) => {
      await bodyOf(request).catch(() => {})
      response.end()
    })
    const open = async function* () {
      yield utf8('begin')
      throw new RangeError('the disk is gone')
    }
    await expect(client().fetch(get(url, { method: 'PUT', body: { open, length: 100 } }))).rejects.toThrow(
      'the disk is gone',
    )
  })

  it('stops sending when the answer says no', async () => {
    const { url } = await server((request, response) => {
      request.once('data', () => {
        response.statusCode = 413
        response.end('too large')
      })
    })
    let sent = 0
    const open = async function* () {
      for (; sent < 10_000; sent++) {
        yield Buffer.alloc(65536)
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    expect(await textOf(client(), get(url, { method: 'PUT', body: { open } }))).toBe('413 too large')
    expect(sent).toBeLessThan(5000)
  })

  it('bounds the connections to one host', async () => {
    let now = 0
    let most = 0
    const { url } = await server((_, response) => {
      most = Math.max(most, ++now)
      setTimeout(() => {
        now--
        response.end('ok')
      }, 5)
    })
    const fetcher = client({ connectionsPerHost: 3 })
    const answers = await Promise.all(Array.from({ length: 20 }, () => textOf(fetcher, get(url))))
    expect(new Set(answers)).toEqual(new Set(['200 ok']))
    expect(most).toBe(3)
  })

  it('joins repeated headers', async () => {
    const { url } = await server((_, response) => {
      response.setHeader('WWW-Authenticate', ['Basic realm="a"', 'Bearer realm="b"'])
      response.end()
    })
    const response = await client().fetch(get(url))
    expect(response.headers.get('www-authenticate')).toBe('Basic realm="a", Bearer realm="b"')
    await response.discard()
  })
})

describe('bounds', () => {
  it('an endless body', async () => {
    const { url } = await server((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65536)));
      }
      response.on('drain', more)
      more()
    })
    const response = await client().fetch(get(url))
    expect(await codeOf(response.readAll(1_000_000))).toBe('LIMIT_EXCEEDED')
    await (await client().fetch(get(url))).discard()
  })

  it('headers past the bound', async () => {
    const { host } = await sockets((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`)
    })
    expect(await codeOf(client().fetch(get(`http://${host}/`)))).toBe('HTTP_ANSWER_INVALID')
  })

  it('a host that never answers', async () => {
    const { host } = await sockets(() => {})
    expect(await codeOf(client({ requestTimeoutMs: 50 }).fetch(get(`http://${host}/`)))).toBe('HTTP_TIMEOUT')
    expect(await codeOf(client({ idleTimeoutMs: 50 }).fetch(get(`http://${host}/`)))).toBe('HTTP_TIMEOUT')
    expect(await codeOf(client().fetch(get(`http://${host}/`, { timeoutMs: 50 })))).toBe('HTTP_TIMEOUT')
  })

  it('a slow loris: a byte now and then never ends the wait', async () => {
    const { url } = await server((_, response) => {
      const timer = setInterval(() => response.write('.'), 10)
      response.on('close', () => clearInterval(timer))
    })
    const response = await client({ requestTimeoutMs: 100 }).fetch(get(url))
    expect(await codeOf(response.readAll(1000))).toBe('HTTP_TIMEOUT')
  })

  it('a slow reader of ours is no silent peer', async () => {
    const { url } = await server((_, response) => response.end(Buffer.alloc(2_000_000)))
    const response = await client({ idleTimeoutMs: 60 }).fetch(get(url))
    let length = 0
    for await (const part of response.body) {
      if (length === 0) await new Promise((resolve) => setTimeout(resolve, 250))
      length += part.length
    }
    expect(length).toBe(2_000_000)
  })

  it('the signal ends a request, a body and a wait', async () => {
    const { url } = await server((request, response) => {
      if (request.url === '/later') {
        response.writeHead(503, { 'retry-after': '20' })
        response.end()
      } else if (request.url === '/body') response.write('x')
    })
    for (const path of ['/', '/body', '/later']) {
      const reason = new Error(`enough of ${path}`)
      const stop = new AbortController()
      setTimeout(() => stop.abort(reason), 50)
      const work = client()
        .fetch(get(url + path, { signal: stop.signal }))
        .then((response) => response.readAll(10))
      await expect(work).rejects.toBe(reason)
    }
    const stop = AbortSignal.abort(new Error('before'))
    await expect(client({ signal: stop }).fetch(get(url))).rejects.toThrow('before')
  })
})

describe('retries', () => {
  it.each([429, 502, 503, 504])('%d is asked again', async (status) => {
    let asked = 0
    const { url } = await server((_, response) => {
      response.statusCode = ++asked < 3 ? status : 200
      response.end('ok')
    })
    const fetcher = client()
    expect(await textOf(fetcher, get(url))).toBe('200 ok')
    expect(fetcher.requestCount()).toBe(3)
  })

  it.each([
    ['a refusal that stays', 'GET', 503, {}, 5],
    ['500 says nothing about later', 'GET', 500, {}, 1],
    ['404', 'GET', 404, {}, 1],
    ['502 of a POST may have done its work', 'POST', 502, {}, 1],
    ['503 of a POST has not', 'POST', 503, {}, 5],
    ['a wait past the bound', 'GET', 429, { 'retry-after': '86400' }, 1],
  ])('%s', async (_, method, status, headers, times) => {
    const { url, requests } = await server((_request, response) => {
      response.writeHead(status, headers)
      response.end('no')
    })
    expect(await textOf(client(), get(url, { method }))).toBe(`${status} no`)
    expect(requests).toHaveLength(times)
  })

  it('a caller that wants no second try', async () => {
    const { url, requests } = await server((_, response) => {
      response.statusCode = 503
      response.end()
    })
    await textOf(client(), get(url, { retry: false }))
    expect(requests).toHaveLength(1)
  })

  it('Retry-After in seconds is waited for', async () => {
    let asked = 0
    const { url } = await server((_, response) => {
      response.writeHead(++asked === 1 ? 429 : 200, { 'retry-after': '1' })
      response.end()
    })
    const started = performance.now()
    await textOf(client(), get(url))
    expect(performance.now() - started).toBeGreaterThan(950)
  })

  it('a connection that breaks: GET goes again, POST does not', async () => {
    const { host, connections } = await sockets((socket) => {
      socket.once('data', () => socket.destroy())
    })
    expect(await codeOf(client().fetch(get(`http://${host}/`)))).toBe('HTTP_UNREACHABLE')
    expect(connections()).toBe(5)
    expect(await codeOf(client().fetch(get(`http://${host}/`, { method: 'POST' })))).toBe('HTTP_UNREACHABLE')
    expect(connections()).toBe(6)
  })

  it('a kept connection that was closed meanwhile: POST goes again', async () => {
    let count = 0
    const { url } = await server(async (request, response) => {
      await bodyOf(request)
      if (++count === 2) request.socket.destroy()
      else response.end(String(count))
    })
    const fetcher = client()
    expect(await textOf(fetcher, get(url, { method: 'POST', body: utf8('1') }))).toBe('200 1')
    expect(await textOf(fetcher, get(url, { method: 'POST', body: utf8('2') }))).toBe('200 3')
  })

  it('refused connections are not worth a second try', async () => {
    const fetcher = client()
    expect(await codeOf(fetcher.fetch(get(`http://127.0.0.1:${await freePort()}/`)))).toBe('HTTP_UNREACHABLE')
    expect(fetcher.requestCount()).toBe(1)
  })
})

describe('redirects', () => {
  it('carry credentials within the origin only', async () => {
    const far = await server((_, response) => response.end('far'))
    const near = await server((request, response) => {
      if (request.url === '/near') return response.end('near')
      response.writeHead(307, { location: request.url === '/a' ? '/near' : `${far.url}/elsewhere` })
      response.end()
    })
    const headers = {
      Authorization: 'Bearer secret',
      Cookie: 'a=b',
      'X-Registry-Auth': 'secret',
      accept: 'text/plain',
      range: 'bytes=0-',
    }
    expect(await textOf(client(), get(`${near.url}/a`, { headers }))).toBe('200 near')
    expect(near.headers[1]).toMatchObject({ authorization: 'Bearer secret', cookie: 'a=b' })
    expect(await textOf(client(), get(`${near.url}/b`, { headers }))).toBe('200 far')
    expect(far.headers[0]).toMatchObject({ accept: 'text/plain', range: 'bytes=0-' })
    expect(JSON.stringify(far.headers)).not.toMatch(/secret|a=b/)
  })

  it('another port is another origin, and so is what comes back from it', async () => {
    let home = ''
    const far = await server((_, response) => {
      response.writeHead(302, { location: `${home}/end` })
      response.end()
    })
    const near = await server((request, response) => {
      if (request.url === '/end') return response.end('end')
      response.writeHead(302, { location: far.url })
      response.end()
    })
    home = near.url
    const response = await client().fetch(get(near.url, { headers: { authorization: 'Basic c2VjcmV0' } }))
    expect(response.url.href).toBe(`${near.url}/end`)
    expect(near.headers[1]?.authorization).toBeUndefined()
    await response.discard()
  })

  it.each([
    ['no end', 'GET', '/', 302],
    ['no HTTP', 'GET', 'file:///etc/passwd', 302],
    ['no URL', 'GET', 'http://[', 302],
    ['a PUT that would become a GET', 'PUT', '/other', 303],
    ['a PUT to another host', 'PUT', 'http://127.0.0.2:1/', 307],
  ])('refused: %s', async (_, method, location, status) => {
    const { url, requests } = await server((_request, response) => {
      response.writeHead(status, { location })
      response.end()
    })
    expect(await codeOf(client().fetch(get(url, { method })))).toBe('HTTP_REDIRECT_REFUSED')
    expect(requests.length).toBeLessThan(10)
  })

  it('a 304 or a 3xx without a Location is an answer', async () => {
    const { url } = await server((_, response) => {
      response.statusCode = 300
      response.end()
    })
    expect(await textOf(client(), get(url))).toBe('300 ')
  })

  it('the guard sees each hop', async () => {
    const far = await server((_, response) => response.end('far'))
    const near = await server((_, response) => {
      response.writeHead(302, { location: far.url })
      response.end()
    })
    const seen: string[] = []
    await textOf(client({ guard: async (url) => void seen.push(url.host) }), get(near.url))
    expect(seen).toEqual([near.host, far.host])
  })
})

describe('TLS', () => {
  const secure = { key: tlsFixture('server.key'), cert: tlsFixture('server.crt') }
  const answer: Handler = (_, response) => response.end('secure')

  it('trusts what it is told to trust', async () => {
    const { url } = await server(answer, secure)
    expect(await textOf(client({ ca: [tlsFixture('ca.crt')] }), get(url))).toBe('200 secure')
    const file = new URL('../fixtures/tls/ca.crt', import.meta.url).pathname
    for (const variable of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']) {
      expect(await textOf(client({ environment: { [variable]: file } }), get(url))).toBe('200 secure')
    }
    expect(
      await textOf(client({ environment: { SSL_CERT_DIR: new URL('.', `file://${file}`).pathname } }), get(url)),
    ).toBe('200 secure')
    expect(await textOf(client({ insecure: true }), get(url))).toBe('200 secure')
  })

  it.each([
    ['an authority that is not known', 'server', false],
    ['a certificate that has expired', 'expired', true],
    ['a certificate for another name', 'other-name', true],
  ])('refuses %s', async (_, name, isKnown) => {
    const { url } = await server(answer, { key: tlsFixture(`${name}.key`), cert: tlsFixture(`${name}.crt`) })
    expect(await codeOf(client(isKnown ? { ca: [tlsFixture('ca.crt')] } : {}).fetch(get(url)))).toBe('TLS_UNTRUSTED')
  })

  it('settings of one origin hold for that origin', async () => {
    const [one, other] = [await server(answer, secure), await server(answer, secure)]
    const settings = { ca: [tlsFixture('ca.crt')] }
    const fetcher = client({ tlsFor: async (url) => (url.host === one.host ? settings : undefined) })
    expect(await textOf(fetcher, get(one.url))).toBe('200 secure')
    expect(await codeOf(fetcher.fetch(get(other.url)))).toBe('TLS_UNTRUSTED')
  })

  it('shows a client certificate where one is set', async () => {
    const { url } = await server(answer, {
      ...secure,
      ca: tlsFixture('ca.crt'),
      requestCert: true,
      rejectUnauthorized: true,
    })
    const ca = [tlsFixture('ca.crt')]
    const clientCertificate = { certificate: tlsFixture('client.crt'), key: tlsFixture('client.key') }
    const settings = { ca, clientCertificate }
    expect(await textOf(client({ tlsFor: async () => settings }), get(url))).toBe('200 secure')
    expect(await codeOf(client({ ca, retries: 0 }).fetch(get(url)))).toMatch(/^(TLS_FAILED|HTTP_UNREACHABLE)$/)
    const wrong = { clientCertificate: { ...clientCertificate, key: tlsFixture('server.key') } }
    expect(await codeOf(client({ tlsFor: async () => wrong }).fetch(get(url)))).toBe('TLS_FILE_INVALID')
  })

  it('NODE_TLS_REJECT_UNAUTHORIZED=0 is refused', async () => {
    const { url } = await server(answer, secure)
    expect(await codeOf(client({ environment: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } }).fetch(get(url)))).toBe(
      'TLS_CHECKS_OFF',
    )
  })

  it('a file of authorities that is not there is said', async () => {
    const { url } = await server(answer, secure)
    expect(await codeOf(client({ environment: { SSL_CERT_FILE: '/nowhere/ca.pem' } }).fetch(get(url)))).toBe(
      'TLS_FILE_INVALID',
    )
  })

  it('plain HTTP where TLS is expected', async () => {
    const { host } = await server((_, response) => response.end())
    expect(await codeOf(client().fetch(get(`https://${host}/`)))).toBe('HTTP_NOT_TLS')
  })

  it('TLS never leads to plain HTTP', async () => {
    const plain = await server((_, response) => response.end())
    const { url } = await server((_, response) => {
      response.writeHead(302, { location: plain.url })
      response.end()
    }, secure)
    expect(await codeOf(client({ ca: [tlsFixture('ca.crt')] }).fetch(get(url)))).toBe('HTTP_REDIRECT_REFUSED')
    expect(plain.requests).toEqual([])
  })
})

describe('plain HTTP', () => {
  it('leaves this machine only when asked', async () => {
    expect(await codeOf(client().fetch(get('http://registry.example.org/v2/')))).toBe('HTTP_PLAIN_REFUSED')
    expect(await codeOf(client().fetch(get('http://user:secret@127.0.0.1/v2/')))).toBe('HTTP_URL_INVALID')
    expect(await codeOf(client().fetch(get('ftp://127.0.0.1/v2/')))).toBe('HTTP_URL_INVALID')
  })
})

describe('proxies', () => {
  it('carry plain and secure requests, never those to this machine', async () => {
    const plain = await server((request, response) => response.end(`proxied ${request.url}`))
    const fetcher = client({ environment: { HTTP_PROXY: plain.url }, allowPlainHttp: 'any' })
    expect(await textOf(fetcher, get('http://registry.example.org/v2/'))).toBe(
      '200 proxied http://registry.example.org/v2/',
    )
    const here = await server((_, response) => response.end('direct'))
    expect(await textOf(fetcher, get(here.url))).toBe('200 direct')
  })

  it('open a tunnel for TLS, checked against the name that was asked for', async () => {
    const target = await server((_, response) => response.end('through'), {
      key: tlsFixture('other-name.key'),
      cert: tlsFixture('other-name.crt'),
    })
    const tunnels: string[] = []
    const proxy = await sockets((socket) => {
      socket.once('data', (head) => {
        tunnels.push(head.toString().split('\r\n')[0] ?? '')
        const upstream = connect(Number(target.host.split(':')[1]), '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n')
          socket.pipe(upstream).pipe(socket)
        })
        upstream.on('error', () => socket.destroy())
        socket.on('close', () => upstream.destroy())
      })
    })
    const environment = { HTTPS_PROXY: proxy.host }
    expect(await textOf(client({ environment, ca: [tlsFixture('ca.crt')] }), get('https://other.example.org/'))).toBe(
      '200 through',
    )
    expect(tunnels).toEqual(['CONNECT other.example.org:443 HTTP/1.1'])
    expect(await codeOf(client({ environment }).fetch(get('https://other.example.org/')))).toBe('TLS_UNTRUSTED')
  })

  it('a proxy that says no', async () => {
    const proxy = await sockets((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n'))
    })
    const fetcher = client({ environment: { https_proxy: `http://${proxy.host}` }, retries: 0 })
    expect(await codeOf(fetcher.fetch(get('https://registry.example.org/')))).toBe('HTTP_PROXY_FAILED')
  })
})

describe('the trace', () => {
  it('has no secret in it', async () => {
    const lines: string[] = []
    const log: Log = {
      debug: (message, fields) => void lines.push(`${message} ${JSON.stringify(fields)}`),
      warn: () => {},
    }
    const { url } = await server((_, response) => response.end())
    const headers = { authorization: 'Bearer hunter2' }
    await textOf(client({ log }), get(`${url}/v2/?scope=repository:a:pull&access_token=hunter2&n=5`, { headers }))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(
      /^GET http:\/\/127\.0\.0\.1:\d+\/v2\/\?scope=repository:a:pull&access_token=…&n=5 \{"outcome":"200","ms":\d+\}$/,
    )
    expect(lines.join()).not.toContain('hunter2')
  })
})
