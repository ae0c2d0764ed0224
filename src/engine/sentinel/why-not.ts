import type { Micros } from '../core/time.ts'
import { MS } from '../core/time.ts'
import type { Evidence, WhyNot } from '../redis/why-not.ts'
import { usableSentinels } from './commands.ts'
import { votesFor } from './election.ts'
import { promotedOf, sentinelNamed } from './instances.ts'
import { nextAttemptAt, votesNeeded, whyNotPromote } from './rules.ts'
import { TILT_PERIOD, type Primary, type SentinelState } from './state.ts'

/** Why a Sentinel is, or is not, failing over, from its own view alone. */

const msText = (t: Micros): string => `${Math.max(0, Math.round(t / MS))} ms`

export const whySentinel = (state: SentinelState, now: Micros): WhyNot | null => {
  if (state.tilt)
    return {
      headline: 'It doubts its own clock (TILT) and only looks on',
      evidence: [
        { mark: 'wait', who: state.self, text: 'decides nothing until then', figure: msText(state.tiltSince + TILT_PERIOD - now) },
      ],
    }
  for (const p of state.primaries.values()) {
    if (p.failover.inProgress) return inProgress(state, p, now)
    if (p.odown) return waiting(state, p, now)
    if (p.sdown) return quorumMissing(state, p)
  }
  for (const p of state.primaries.values()) return fine(state, p, now)
  return null
}

/** Each Sentinel's opinion of the primary. */
const opinions = (state: SentinelState, p: Primary): Evidence[] => [
  { mark: p.sdown ? 'yes' : 'no', who: state.self, text: p.sdown ? 'holds it to be down' : 'hears it', figure: '' },
  ...[...p.sentinels.values()].map((s): Evidence =>
    s.sdown
      ? { mark: 'no', who: s.process, text: 'is silent itself, its opinion does not count', figure: '' }
      : s.primaryDown
        ? { mark: 'yes', who: s.process, text: 'holds it to be down', figure: '' }
        : { mark: 'wait', who: s.process, text: 'does not say that it is down', figure: '' },
  ),
]

const quorumMissing = (state: SentinelState, p: Primary): WhyNot => {
  const list = opinions(state, p)
  const agree = list.filter((e) => e.mark === 'yes').length
  return { headline: `Not ODOWN: ${agree} of quorum ${p.quorum} hold ${p.process} to be down`, evidence: list }
}

const waiting = (state: SentinelState, p: Primary, now: Micros): WhyNot => {
  const left = nextAttemptAt(p) - now
  const other = p.leader !== '' && p.leader !== state.id ? sentinelNamed(state, p, p.leader) : null
  const { usable, majority } = usableSentinels(p)
  return {
    headline: other === null ? 'It waits before it tries again' : `It voted for ${other} and leaves the failover to it`,
    evidence: [
      { mark: 'wait', who: state.self, text: 'a failover of its own after twice the failover timeout', figure: msText(left) },
      majority
        ? { mark: 'yes', who: 'votes', text: 'enough Sentinels live to elect a leader', figure: `${usable} of ${votesNeeded(p)}` }
        : {
            mark: 'no',
            who: 'votes',
            text: 'too few Sentinels live: the dead ones count in the majority',
            figure: `${usable} of ${votesNeeded(p)}`,
          },
    ],
  }
}

const inProgress = (state: SentinelState, p: Primary, now: Micros): WhyNot => {
  const f = p.failover
  if (f.phase === 'waitStart') {
    const has = votesFor(state, p, f.epoch)
    return {
      headline: `It asks to lead the failover of epoch ${f.epoch}: ${has} of ${votesNeeded(p)} votes`,
      evidence: [...p.sentinels.values()].map((s): Evidence => {
        if (s.leaderEpoch !== f.epoch || s.leader === '')
          return {
            mark: s.sdown ? 'no' : 'wait',
            who: s.process,
            text: s.sdown ? 'is down, and still counts' : 'has not answered',
            figure: '',
          }
        const own = s.leader === state.id
        return {
          mark: own ? 'yes' : 'no',
          who: s.process,
          text: own ? 'votes for it' : `voted for ${sentinelNamed(state, p, s.leader)}`,
          figure: '',
        }
      }),
    }
  }
  const chosen = promotedOf(p)
  const after = msText(now - f.changedAt)
  if (f.phase === 'waitPromotion')
    return {
      headline: `It waits until INFO of ${chosen?.process ?? 'the replica'} says that it is a primary`,
      evidence: [
        { mark: 'wait', who: chosen?.process ?? '', text: 'was told REPLICAOF NO ONE; INFO is asked once a second', figure: after },
      ],
    }
  if (f.phase === 'reconfReplicas')
    return {
      headline: `${chosen?.process ?? ''} is the primary; the other replicas are pointed at it`,
      evidence: [...p.replicas.values()]
        .filter((r) => r !== chosen)
        .map((r) => ({
          mark: r.reconf === 'done' ? 'yes' : r.sdown ? 'no' : 'wait',
          who: r.process,
          text: { none: 'waits its turn', sent: 'was told', inProgress: 'synchronises', done: 'follows' }[r.reconf],
          figure: '',
        })),
    }
  return { headline: 'It leads the failover', evidence: candidates(p, now) }
}

/** Every replica, and whether it could be promoted now. */
const candidates = (p: Primary, now: Micros): Evidence[] =>
  [...p.replicas.values()].map((r) => {
    const no = whyNotPromote(p, r, now)
    return no === null
      ? { mark: 'yes', who: r.process, text: `could be promoted: priority ${r.priority}`, figure: `offset ${r.offset}` }
      : { mark: 'no', who: r.process, text: no, figure: '' }
  })

const fine = (state: SentinelState, p: Primary, now: Micros): WhyNot => {
  const { usable, quorum, majority } = usableSentinels(p)
  const needed = Math.max(votesNeeded(p), p.quorum)
  return {
    headline: quorum && majority ? `${p.process} answers: nothing to do` : `${p.process} answers; if it died, nobody could fail over`,
    evidence: [
      {
        mark: quorum && majority ? 'yes' : 'no',
        who: state.self,
        text: 'Sentinels alive',
        figure: `${usable}, ${needed} needed`,
      },
      ...candidates(p, now),
    ],
  }
}
