import { readRecordings } from '../replay/recording.ts'
import { replay } from '../replay/replay.ts'
import type { ReplyCount } from '../../content/fidelity.ts'
import type { Section } from './section.ts'

/** Recorded conversations with a real server, and runs of redis-cli --cluster, replayed step by step: counts a file, never a percentage. */
export const replies: Section<ReplyCount[]> = {
  name: 'replies',
  jobs: () => [{ setting: 'all', from: 1, count: 1 }],
  run: (_, { golden }) =>
    [...readRecordings(golden)]
      .map((recording) => replay(recording))
      .filter((r) => r.kind === 'replies' || r.kind === 'redis-cli')
      .map(({ file, passed, total, unsupported, volatile }) => ({ file, passed, total, unsupported, volatile })),
  report: (parts) => ({ replies: [...parts.values()].flat(2) }),
}
