import type { Micros } from '../core/time.ts'
import { SPELL, whyStuck } from './eviction.ts'
import { memoryUse } from './memory.ts'
import type { NodeState } from './state.ts'
import type { Evidence, WhyNot } from './why-not.ts'

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`

/** Why a node answers OOM, or why keys go from it; null while there is room. */
export const whyNoRoom = (state: NodeState, now: Micros): WhyNot | null => {
  const m = state.memory
  if (m === null || m.limit === 0) return null
  const used: Evidence = {
    mark: 'no',
    who: '',
    text: 'used, of what maxmemory allows',
    figure: `${kilobytes(memoryUse(state).total)} of ${kilobytes(m.limit)}`,
  }
  if (m.full || (m.refusedAt >= 0 && now - m.refusedAt < SPELL))
    return {
      headline: 'It refuses writes that may need memory: OOM',
      evidence: [
        used,
        { mark: 'no', who: '', text: `nothing is evicted: ${whyStuck(m)}`, figure: m.policy },
        { mark: 'yes', who: '', text: 'reads, deletions and EXPIRE go on', figure: '' },
      ],
    }
  if (m.evictedAt < 0 || now - m.evictedAt >= SPELL) return null
  const rule = {
    lru: 'of a few keys drawn at random, the one unused for longest goes',
    lfu: 'of a few keys drawn at random, the one least often used goes',
    ttl: 'of a few keys drawn at random, the one that would expire first goes',
    random: 'a key drawn at random goes',
    none: '',
  }[m.rank]
  return {
    headline: 'It evicts keys: what is written takes the place of others',
    evidence: [
      { ...used, mark: 'wait' },
      { mark: 'wait', who: '', text: rule, figure: m.policy },
    ],
  }
}
