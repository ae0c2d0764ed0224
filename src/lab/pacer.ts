import type { Fact } from '../engine/core/fact.ts'
import { MS, SEC, type Micros } from '../engine/core/time.ts'
import type { Speed } from './lab.ts'
import type { MessageKind, Pace } from './frame.ts'

/** What auto pacing looks at: the tail of the facts and what is on the wire. */
export interface PaceInput {
  now: Micros
  facts: readonly Fact[]
  /** kinds of messages in flight that carry a decision. */
  inFlight: ReadonlySet<MessageKind>
  /** processes down, paused or cut off. */
  faulty: boolean
  clusterFailed: boolean
}

interface Tempo {
  speed: number
  reason: string
}

const tail = (facts: readonly Fact[], now: Micros, within: Micros, fits: (f: Fact) => boolean): Fact | undefined => {
  for (let i = facts.length - 1; i >= 0 && facts[i].at >= now - within; i--) if (fits(facts[i])) return facts[i]
  return undefined
}

/** The tempo of the moment: slow where something is decided, quick where nothing can happen yet. First match wins. */
const tempo = (input: PaceInput): Tempo => {
  const { now, facts, inFlight } = input
  const recent = (within: Micros, ...types: Fact['type'][]) => tail(facts, now, within, (f) => types.includes(f.type))
  if (inFlight.has('vote')) return { speed: 0.0003, reason: 'a vote travels' }
  if (inFlight.has('voteRequest') && recent(2 * MS, 'election.started')) return { speed: 0.0005, reason: 'a replica asks for votes' }
  if (inFlight.has('fail') && recent(3 * MS, 'node.fail')) return { speed: 0.002, reason: 'FAIL is told to everyone' }
  // the facts' list holds only the learner's own updates, not the load's
  if ((inFlight.has('publish') || inFlight.has('message')) && recent(20 * MS, 'invalidation.published', 'row.updated'))
    return { speed: 0.0005, reason: 'an invalidation travels' }
  if (inFlight.has('manualFailover')) return { speed: 0.001, reason: 'primary and replica agree on an offset' }
  const act = recent(
    400 * MS,
    'process.crashed',
    'process.poweredOff',
    'process.paused',
    'network.cut',
    'network.healed',
    'process.resumed',
  )
  if (act) return { speed: act.at > now - 30 * MS ? 0.02 : 0.2, reason: 'the first requests meet the fault' }
  if (recent(60 * MS, 'failover.promoted')) return { speed: 0.02, reason: 'the news of the promotion spreads' }
  if (recent(500 * MS, 'failover.promoted')) return { speed: 0.1, reason: 'stale slot maps meet MOVED' }
  if (recent(40 * MS, 'sentinel.sdown')) return { speed: 0.1, reason: 'a Sentinel holds it to be down: SDOWN' }
  if (recent(150 * MS, 'sentinel.odown', 'sentinel.tried', 'sentinel.elected', 'sentinel.selected'))
    return { speed: 0.05, reason: 'Sentinels agree, vote and choose' }
  if (recent(200 * MS, 'sentinel.promoted')) return { speed: 0.1, reason: 'the news of the promotion spreads' }
  if (recent(40 * MS, 'node.pfail')) return { speed: 0.05, reason: 'a node suspects another: PFAIL' }
  if (recent(80 * MS, 'node.fail', 'cluster.state')) return { speed: 0.05, reason: 'enough agree: FAIL' }
  if (recent(2 * SEC, 'election.scheduled') && !recent(2 * SEC, 'failover.promoted', 'election.won'))
    return { speed: 0.5, reason: 'a replica waits its turn' }
  if (input.faulty && recent(20 * SEC, 'process.crashed', 'process.poweredOff', 'process.paused', 'network.cut') && !input.clusterFailed)
    if (!recent(20 * SEC, 'failover.promoted', 'node.pfail', 'sentinel.sdown')) return { speed: 2, reason: 'silence: a timeout runs' }
  return { speed: 1, reason: '' }
}

/** Speed and why, for this moment. */
export const paceOf = (speed: Speed, input: PaceInput): { speed: number; pace: Pace } => {
  if (speed !== 'auto') return { speed, pace: { mode: 'fixed', base: speed, reason: '' } }
  const t = tempo(input)
  return { speed: t.speed, pace: { mode: 'auto', base: 1, reason: t.reason } }
}
