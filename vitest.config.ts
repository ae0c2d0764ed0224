import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}'],
    pool: 'threads',
    testTimeout: 90_000,
    allowOnly: false,
    cache: false,
  },
})
