/** The Debian mirrors that this machine's apt already names, read from its sources (sources.list(5), both formats). */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface AptSource {
  readonly uri: string
  readonly suite: string
  /** Lines of a deb822 stanza that say whom to believe: `Signed-By` (a path or a whole key) and `Trusted`, as written. */
  readonly trust: readonly string[]
}

const debianSuite = /^(?:stable|oldstable|testing|unstable|sid|trixie|forky|duke|bookworm|bullseye)$/

/** Sources of Debian's own main archive (not its security archive, not other people's repositories), best first. */
export function debianSources(folder = '/etc/apt'): readonly AptSource[] {
  const parts = join(folder, 'sources.list.d')
  const names = existsSync(parts) ? readdirSync(parts).sort() : []
  const files = [join(folder, 'sources.list'), ...names.map((name) => join(parts, name))].filter(existsSync)
  const seen = new Map<string, AptSource>()
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    const sources = file.endsWith('.list') ? readOneLine(text) : file.endsWith('.sources') ? readDeb822(text) : []
    for (const source of sources) if (!seen.has(source.uri)) seen.set(source.uri, source)
  }
  return [...seen.values()]
}

/** `deb [option=value …] URI SUITE COMPONENT…` */
export function readOneLine(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.+)$/.exec(line.replace(/#.*/, '').trim())
    const [, options = '', uri = '', suite = '', components = ''] = match ?? []
    const trust = options.split(/\s+/).flatMap((option) => {
      const [name = '', value = ''] = option.split('=')
      if (name === 'signed-by') return [`Signed-By: ${value.replaceAll(',', ' ')}`]
      return name === 'trusted' ? [`Trusted: ${value}`] : []
    })
    return isMain(uri, [suite], components) ? [{ uri, suite, trust }] : []
  })
}

/** Stanzas of `Name: value` with continuation lines. */
export function readDeb822(text: string): AptSource[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = new Map<string, string>()
    let last = ''
    for (const line of stanza.split('\n')) {
      if (line.startsWith('#')) continue
      const match = /^([A-Za-z-]+)\s*:\s*(.*)$/.exec(line)
      if (match?.[1] !== undefined) {
        last = match[1].toLowerCase()
        fields.set(last, match[2] ?? '')
      } else if (/^\s/.test(line)) fields.set(last, `${fields.get(last) ?? ''}\n${line}`)
    }
    const words = (name: string): string[] => (fields.get(name) ?? '').split(/\s+/).filter((word) => word !== '')
    if (!words('types').includes('deb') || words('enabled')[0] === 'no') return []
    const suites = words('suites')
    const trust = [
      ...(fields.has('signed-by') ? [`Signed-By: ${fields.get('signed-by')}`] : []),
      ...(fields.has('trusted') ? [`Trusted: ${fields.get('trusted')}`] : []),
    ]
    return words('uris')
      .filter((uri) => isMain(uri, suites, words('components').join(' ')))
      .map((uri) => ({ uri, suite: suites[0] ?? '', trust }))
  })
}

function isMain(uri: string, suites: readonly string[], components: string): boolean {
  const fetched = /^(?:https?|file|copy|ftp|mirror|mirror\+\w+):/.test(uri) || uri.startsWith('/')
  return fetched && suites.some((suite) => debianSuite.test(suite)) && components.split(/\s+/).includes('main')
}
