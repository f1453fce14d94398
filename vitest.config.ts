import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/fixtures/**', 'node_modules/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Tests beside other programs share two cores with them: what fails once and not again is shown as flaky, and still looked at.
    retry: process.env['CI'] === 'true' ? 1 : 0,
    pool: 'forks',
    maxWorkers: 2,
  },
})
