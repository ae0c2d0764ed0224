import type { Fact } from '../../engine/core/fact.ts'
import type { ProcessId } from '../../engine/core/process.ts'
import { below, newStream, uniform, type Stream } from '../../engine/core/random.ts'
import type { Simulation } from '../../engine/core/simulation.ts'
import { MS, type Micros } from '../../engine/core/time.ts'
import { quorumOf } from '../../engine/redis/rules.ts'
import { slotOwner } from '../../engine/redis/slots-config.ts'
import type { NodeState } from '../../engine/redis/state.ts'
import { Bounds } from './section.ts'

/** Failovers measured the way the recordings were: one cluster, one primary after another struck and brought back. */

export type Mode = 'kill9' | 'sigstop'

/** Milliseconds, by the names of the recordings. */
export interface Failover {
  firstPfail: number
  pfailToFail: number
  failToScheduled: number
  drawnDelay: number
  cronSlack: number
  wonAfterStart: number
  clientAfterWon: number
  total: number
  /** it sat out the retry window of an earlier election. */
  stalled: boolean
}

export const COMPONENTS = [
  'firstPfail',
  'pfailToFail',
  'failToScheduled',
  'drawnDelay',
  'cronSlack',
  'wonAfterStart',
  'clientAfterWon',
  'total',
] as const

export interface Measured {
  failovers: Failover[]
  /** what came of each strike, in words. */
  outcomes: string[]
  bounds: Bounds
}

export const PROMOTED = 'its replica is promoted, once, with a majority and a new epoch'

export const stateOf = (sim: Simulation, id: ProcessId): NodeState => sim.process(id)!.state as NodeState

export const nodes = (sim: Simulation): ProcessId[] => [...sim.world.processes.values()].filter((p) => p.kind === 'node').map((p) => p.id)

/** All nodes are up, nobody is suspected, every replica has its link, and all know each other's role: voters refuse one they take for a primary. */
export const isHealthy = (sim: Simulation): boolean =>
  nodes(sim).every((id) => {
    if (sim.process(id)!.status !== 'up') return false
    const s = stateOf(sim, id)
    const c = s.cluster!
    if (c.state !== 'ok' || (s.repl.role === 'replica' && s.repl.linkState !== 'connected')) return false
    return c.peers.every((p) => p.gone || (!p.fail && !p.pfail && p.primary === stateOf(sim, p.process).cluster!.peers[0].primary))
  })

/** Strikes `count` primaries, one after the other, each time waiting until all is well again, then 0.2 to 1.7 s more. */
export const measureFailovers = (sim: Simulation, mode: Mode, timeoutMs: number, count: number, seed: number): Measured => {
  const s = newStream(seed, 'experimenter')
  const out: Measured = { failovers: [], outcomes: [], bounds: new Bounds() }
  const facts: Fact[] = []
  const stop = sim.observe({ onFact: (f) => facts.push(f) })
  sim.runUntil(sim.world.now + 3_000 * MS)
  for (let i = 0; i < count; i++) {
    waitUntil(sim, () => isHealthy(sim), 60_000 * MS, 'the cluster to be healthy')
    sim.runUntil(sim.world.now + Math.round((200 + uniform(s) * 1500) * MS))
    facts.length = 0
    out.failovers.push(strikeOne(sim, mode, timeoutMs, s, facts, out, `seed ${seed}`))
  }
  stop()
  return out
}

export const waitUntil = (sim: Simulation, test: () => boolean, limit: Micros, what: string): void => {
  const end = sim.world.now + limit
  while (!test()) {
    if (sim.world.now >= end) throw new Error(`waited in vain for ${what}`)
    sim.runUntil(sim.world.now + 5 * MS)
  }
}

const strikeOne = (sim: Simulation, mode: Mode, timeoutMs: number, s: Stream, facts: Fact[], out: Measured, where: string): Failover => {
  const primaries = nodes(sim).filter((id) => stateOf(sim, id).cluster!.peers[0].primary)
  const victim = primaries[below(s, primaries.length)]
  const survivors = primaries.filter((id) => id !== victim)
  const slot = firstSlot(stateOf(sim, victim))
  const heirs = nodes(sim).filter((id) => isReplicaOf(stateOf(sim, id), victim))
  const epochs = nodes(sim).map((id) => stateOf(sim, id).cluster!.currentEpoch)
  const struck = sim.world.now
  sim.beginAction()
  if (mode === 'kill9') sim.crash(sim.process(victim)!)
  else sim.pause(sim.process(victim)!)

  const client = probe(sim, survivors, slot, victim, s, struck + timeoutMs * 6 * MS + 10_000 * MS)
  const first = <T extends Fact['type']>(type: T): Extract<Fact, { type: T }> => {
    const found = facts.find((f) => f.type === type)
    if (found === undefined) throw new Error(`no ${type} after striking ${victim}`)
    return found as Extract<Fact, { type: T }>
  }
  const pfail = first('node.pfail')
  const fail = first('node.fail')
  const started = first('election.started')
  const won = first('election.won')
  const scheduled = facts.filter((f) => f.type === 'election.scheduled' && f.process === won.process).at(-1) as Extract<
    Fact,
    { type: 'election.scheduled' }
  >
  const inMs = (t: Micros): number => t / MS

  for (const f of facts)
    if (f.type === 'node.pfail' && f.data.about === victim) {
      const after = inMs(f.at - struck)
      out.bounds.check(
        'PFAIL comes node-timeout to 1.5 × node-timeout + 200 ms after the fault, at every observer',
        after >= timeoutMs && after <= 1.5 * timeoutMs + 200,
        `${where}: ${f.process} after ${after} ms`,
      )
    }
  const isMajority = won.data.votes >= quorumOf(primaries.length)
  const isNew = won.data.epoch > Math.max(...epochs)
  out.bounds.check(
    'No promotion without the votes of a majority of the primaries that own slots',
    isMajority,
    `${where}: ${won.data.votes}`,
  )
  out.bounds.check('A promotion takes a configEpoch greater than every one before', isNew, `${where}: epoch ${won.data.epoch}`)
  out.bounds.check(
    'An election starts 500 ms after FAIL or later',
    started.at - fail.at >= 500 * MS,
    `${where}: ${inMs(started.at - fail.at)} ms`,
  )
  out.bounds.check(
    'The drawn delay of an election is 500 to 999 ms',
    scheduled.data.delay >= 500 * MS && scheduled.data.delay < 1000 * MS,
    `${where}: ${inMs(scheduled.data.delay)} ms`,
  )
  const once = facts.filter((f) => f.type === 'election.won').length === 1
  out.outcomes.push(heirs.includes(won.process) && once && isMajority && isNew ? PROMOTED : 'another outcome')

  sim.beginAction()
  if (mode === 'kill9') sim.start(sim.process(victim)!, true)
  else sim.resume(sim.process(victim)!)
  return {
    firstPfail: inMs(pfail.at - struck),
    pfailToFail: inMs(fail.at - pfail.at),
    failToScheduled: inMs(scheduled.at - fail.at),
    drawnDelay: inMs(scheduled.data.delay),
    cronSlack: inMs(started.at - scheduled.data.at),
    wonAfterStart: inMs(won.at - started.at),
    clientAfterWon: inMs(client - won.at),
    total: inMs(client - struck),
    stalled: scheduled.at - fail.at > 150 * MS,
  }
}

const isReplicaOf = (state: NodeState, primary: ProcessId): boolean => {
  const c = state.cluster!
  return !c.peers[0].primary && c.peers[c.replicaOf[0]]?.process === primary
}

/** The first slot a primary owns. */
export const firstSlot = (state: NodeState): number => {
  let slot = 0
  while (slotOwner(state, slot) !== 0) slot++
  return slot
}

/** A client writes every 5 ms or so through the surviving primaries, following MOVED; when the first write was taken. */
const probe = (sim: Simulation, through: ProcessId[], slot: number, victim: ProcessId, s: Stream, end: Micros): Micros => {
  for (let turn = 0; sim.world.now < end; turn++) {
    sim.runUntil(sim.world.now + Math.round((4 + uniform(s) * 4) * MS))
    const state = stateOf(sim, through[turn % through.length])
    if (state.cluster!.state !== 'ok') continue
    const owner = state.cluster!.peers[slotOwner(state, slot)].process
    if (owner === victim) continue
    const target = stateOf(sim, owner)
    if (target.cluster!.state === 'ok' && slotOwner(target, slot) === 0) return sim.world.now
  }
  throw new Error('no write was taken')
}
