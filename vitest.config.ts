import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}'],
    pool: 'threads',
    // all cores: the browser tests come after, not beside
    maxWorkers: '100%',
    testTimeout: 90_000,
    allowOnly: false,
    cache: false,
  },
})
