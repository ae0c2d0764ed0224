import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes longest goes first, so that no core is left with it at the end. */
const LONG = ['content/lessons/', 'cli/swarm', 'lab/session', 'admin/whole', 'cli/golden', 'lab/questions', 'caching/caching']
const rank = ({ moduleId }: TestSpecification): number => {
  const place = LONG.findIndex((part) => moduleId.includes(part))
  return place < 0 ? LONG.length : place
}
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((x, y) => rank(x) - rank(y))
  }
}

export default defineConfig({
  test: {
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}'],
    pool: 'threads',
    // all cores: the browser tests come after, not beside
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    testTimeout: 90_000,
    allowOnly: false,
    cache: false,
  },
})
