/** The registries of other people start, answer and stop; the sources of apt are read in both formats. */

import { expect, it } from 'vitest'
import { readDeb822, readOneLine } from '../../scripts/peers/apt-sources.ts'
import { describeWithPeers, startRegistryPeer } from './peers.ts'
import { compareVersions } from './programs.ts'

for (const name of ['docker-registry', 'registry-honest', 'registry-lying'] as const) {
  describeWithPeers([name], `${name} as a peer`, () => {
    it('answers, and is gone when stopped', async () => {
      const registry = await startRegistryPeer(name)
      expect((await fetch(`${registry.url}/v2/`)).status).toBe(200)
      await registry.stop()
      await expect(fetch(`${registry.url}/v2/`)).rejects.toThrow()
    })
  })
}

it('reads the one-line format of apt sources', () => {
  const text = [
    '# deb http://off.example/debian trixie main',
    'deb [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] http://mirror.example/debian bookworm main contrib # ours',
    'deb-src http://mirror.example/debian bookworm main',
    'deb http://mirror.example/debian-security bookworm-security main',
    'deb https://other.example/repo nodistro main',
  ].join('\n')
  expect(readOneLine(text)).toEqual([
    { uri: 'http://mirror.example/debian', suite: 'bookworm', trust: ['Signed-By: /usr/share/keyrings/a.gpg'] },
  ])
})

it('reads the deb822 format of apt sources', () => {
  const text = [
    'Types: deb deb-src',
    '# a comment',
    'URIs: http://mirror.example/debian',
    'Suites: trixie trixie-updates',
    'Components: main',
    'Signed-By:',
    ' -----BEGIN PGP PUBLIC KEY BLOCK-----',
    ' .',
    '',
    'Types: deb',
    'Enabled: no',
    'URIs: http://off.example/debian',
    'Suites: trixie',
    'Components: main',
  ].join('\n')
  expect(readDeb822(text)).toEqual([
    {
      uri: 'http://mirror.example/debian',
      suite: 'trixie',
      trust: ['Signed-By: \n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .'],
    },
  ])
})

it.each([
  ['3.1.1', '3.1', 1],
  ['3.0.9', '3.1', -1],
  ['3.10', '3.9', 1],
  ['3.1', '3.1', 0],
])('orders version %s against %s', (left, right, expected) => {
  expect(Math.sign(compareVersions(left, right))).toBe(expected)
})
