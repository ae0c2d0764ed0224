import { clusters } from './clusters.ts'
import { evictions } from './evictions.ts'
import { failovers } from './failovers.ts'
import { partitions } from './partitions.ts'
import { ranks } from './ranks.ts'
import { replies } from './replies.ts'
import { sentinels } from './sentinels.ts'
import type { Section } from './section.ts'
import { traffic } from './traffic.ts'

/** Everything that is held beside a recording, in the order of the report. */
export const SECTIONS: readonly Section[] = [
  replies,
  failovers,
  partitions,
  clusters,
  ranks,
  sentinels,
  evictions,
  traffic,
] as readonly Section[]
