import { failovers } from './failovers.ts'
import { partitions } from './partitions.ts'
import { replies } from './replies.ts'
import type { Section } from './section.ts'
import { traffic } from './traffic.ts'

/** Everything that is held beside a recording, in the order of the report. */
export const SECTIONS: readonly Section[] = [replies, failovers, partitions, traffic] as readonly Section[]
