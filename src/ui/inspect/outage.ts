import type { Fact, FactOf, FactType } from '../../engine/core/fact.ts'
import type { ProcessId } from '../../engine/core/process.ts'
import { SEC, type Micros } from '../../engine/core/time.ts'
import type { MetricWindow } from '../../lab/frame.ts'

export type PartKind = 'silence' | 'agreement' | 'turn' | 'again' | 'votes' | 'news'

/** One stretch of an outage: from one fact to the next. */
export interface Part {
  kind: PartKind
  from: Micros
  to: Micros
  took: Micros
  /** what happened, in the run's own names. */
  text: string
  /** what Redis's rules say it takes; T is cluster-node-timeout. */
  law: string
  /** the fact that ended it. */
  factId: number
}

/** Why an outage took as long as it did, from the learner's act to the first application that found the new primary. */
export interface Outage {
  /** the fault: `process.crashed` or its like. */
  faultId: number
  failed: ProcessId
  promoted: ProcessId
  from: Micros
  to: Micros
  total: Micros
  parts: Part[]
  /** false while applications may still hear of the promotion. */
  settled: boolean
  /** errors the applications met during it, and queries that went to the origin beyond the second before. */
  cost: { errors: number; originQueries: number }
}

/** After this, applications that have not refreshed are not waited for. */
const NEWS_PATIENCE = SEC
const FAULTS: readonly FactType[] = ['process.crashed', 'process.poweredOff', 'process.paused', 'network.cut']

const is = <T extends FactType>(fact: Fact, type: T): fact is Extract<Fact, FactOf<T>> => fact.type === type

const hits = (fact: Fact, failed: ProcessId): boolean =>
  is(fact, 'network.cut') ? fact.data.from.includes(failed) || fact.data.to.includes(failed) : fact.process === failed

/**
 * The last outage that ended in an election, as consecutive parts that sum to its total; null when there was none.
 * `now` decides whether it has settled.
 */
export const breakdown = (facts: readonly Fact[], windows: readonly MetricWindow[] = [], now: Micros = Infinity): Outage | null => {
  const won = facts.findLastIndex((f) => is(f, 'failover.promoted') && !f.data.manual)
  const promotion = facts[won]
  if (!promotion || !is(promotion, 'failover.promoted')) return null
  const failed = promotion.data.from
  const promoted = promotion.process
  const before = facts.slice(0, won)
  const fault = before.findLast((f) => FAULTS.includes(f.type) && hits(f, failed))
  if (!fault) return null
  const since = before.filter((f) => f.id > fault.id)
  const fail = since.find((f) => is(f, 'node.fail') && f.data.about === failed)
  // a replica may notice first, but only what primaries report counts
  const suspicions = since.filter((f) => is(f, 'node.pfail') && f.data.about === failed && (!fail || f.id < fail.id))
  const reporters = fail && is(fail, 'node.fail') ? fail.data.by : []
  const pfail = suspicions.find((f) => reporters.includes(f.process)) ?? suspicions[0]
  const asks = since.filter((f) => is(f, 'election.started') && f.process === promoted && (!fail || f.at >= fail.at))
  const firstAsk = asks[0]
  const lastAsk = asks.at(-1)
  if (!pfail || !is(pfail, 'node.pfail') || !fail || !is(fail, 'node.fail') || !firstAsk || !lastAsk) return null

  const parts: Part[] = []
  let at = fault.at
  const add = (kind: PartKind, end: Fact, text: string, law: string) => {
    parts.push({ kind, from: at, to: end.at, took: end.at - at, text, law, factId: end.id })
    at = end.at
  }
  add('silence', pfail, `${pfail.process} hears nothing from ${failed} for node-timeout: PFAIL`, 'T to 1.5 T')
  add('agreement', fail, `${fail.data.reports} primaries agree, ${fail.data.needed} needed: FAIL`, 'until most have noticed')
  add('turn', firstAsk, `${promoted} waits its turn`, '0.5 to 1.0 s, next tick')
  if (lastAsk !== firstAsk) add('again', lastAsk, `no majority; ${promoted} tries again`, '2 T a try, at least 4 s')
  const voters = since.filter((f) => is(f, 'election.granted') && f.data.to === promoted && f.at >= lastAsk.at).map((f) => f.process)
  add('votes', promotion, voters.length > 0 ? `${list(voters)} vote${voters.length > 1 ? '' : 's'}` : 'the votes arrive', 'one round trip')

  const heard = facts.slice(won + 1).filter((f) => f.at - promotion.at <= NEWS_PATIENCE && is(f, 'client.refreshed') && f.data.changed > 0)
  const firstHeard = heard[0]
  if (firstHeard && is(firstHeard, 'client.refreshed')) add('news', firstHeard, ...news(firstHeard.process, promoted, firstHeard.data.why))

  return {
    faultId: fault.id,
    failed,
    promoted,
    from: fault.at,
    to: at,
    total: at - fault.at,
    parts,
    settled: firstHeard !== undefined || now - promotion.at > NEWS_PATIENCE,
    cost: cost(windows, fault.at, at),
  }
}

const news = (app: ProcessId, promoted: ProcessId, why: string): [string, string] => {
  if (why === 'MOVED') return [`MOVED tells ${app} of ${promoted}`, 'when its next command is redirected']
  if (why === 'timer') return [`${app} polls its slot map`, 'its polling period']
  return [`${app} asks for the slot map again (${why})`, 'its own back-off']
}

const list = (ids: readonly string[]): string =>
  ids.length < 2 ? ids.join('') : ids.length > 4 ? `${ids.length} primaries` : `${ids.slice(0, -1).join(', ')} and ${ids.at(-1)}`

const cost = (windows: readonly MetricWindow[], from: Micros, to: Micros): Outage['cost'] => {
  let errors = 0
  let during = 0
  let spanned = 0
  let calm = 0
  let calmSpan = 0
  for (const w of windows) {
    if (w.at >= from && w.at < to) {
      errors += w.errors
      during += w.originQueries
      spanned++
    } else if (w.at < from && w.at >= from - 4 * SEC) {
      calm += w.originQueries
      calmSpan++
    }
  }
  const usual = calmSpan > 0 ? (calm / calmSpan) * spanned : 0
  return { errors, originQueries: Math.max(0, Math.round(during - usual)) }
}
