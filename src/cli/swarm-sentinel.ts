import { applyAction } from '../engine/apply.ts'
import type { Action } from '../engine/action.ts'
import { buildSimulation } from '../engine/build.ts'
import type { ProcessId } from '../engine/core/process.ts'
import { below, newStream, uniform, type Stream } from '../engine/core/random.ts'
import type { Simulation } from '../engine/core/simulation.ts'
import { MS, SEC, type Micros } from '../engine/core/time.ts'
import { SentinelInvariants, agreedPrimary, deadlocked } from '../engine/observe/sentinel-invariants.ts'
import type { Scenario } from '../engine/scenario.ts'
import { PRIMARY_NAME, type SentinelState } from '../engine/sentinel/state.ts'
import { TRACKED, healAll, logOf, one, some, surroundings, type Outcome, type Tally } from './swarm-world.ts'

/** A random world under Sentinel: one primary, its replicas, one to five Sentinels, clients that ask them and one that does not. */

const scenarioOf = (s: Stream): Scenario => {
  const count = [1, 2, 3, 5][below(s, 4)]
  const config: Record<string, string> = { 'repl-diskless-sync-delay': String(below(s, 2) * 5) }
  if (below(s, 4) === 0) config['min-replicas-to-write'] = '1'
  if (below(s, 8) === 0) config['repl-backlog-size'] = '16384'
  return {
    id: 'swarm-sentinel',
    title: 'swarm',
    about: 'A random world under Sentinel.',
    config,
    topology: {
      cluster: false,
      primaries: 1,
      replicasPerPrimary: 1 + below(s, 3),
      apps: 2,
      sentinels: {
        count,
        quorum: 1 + below(s, count),
        downAfter: [500, 1000, 2000, 5000][below(s, 4)] * MS,
        failoverTimeout: [2, 5, 10, 20][below(s, 4)] * SEC,
        parallelSyncs: 1 + below(s, 2),
      },
    },
    ...surroundings(s),
    own: { app2: { refresh: 'ignore' } },
  }
}

const idsOf = (sim: Simulation, kind: 'node' | 'sentinel'): ProcessId[] =>
  [...sim.world.processes.values()].filter((p) => p.kind === kind).map((p) => p.id)

/** Whom a Sentinel names; a client that asks a dead one goes where it went before. */
const namedBy = (sim: Simulation, sentinel: ProcessId): ProcessId =>
  (sim.process(sentinel)!.state as SentinelState | null)?.primaries.get(PRIMARY_NAME)?.process ?? 'n1'

/** The next thing to go wrong, or to be put right. */
const mischief = (sim: Simulation, s: Stream): Action => {
  const [nodes, sentinels] = [idsOf(sim, 'node'), idsOf(sim, 'sentinel')]
  const all = [...nodes, ...sentinels]
  const at = (...wanted: string[]): ProcessId[] => all.filter((id) => wanted.includes(sim.process(id)!.status))
  const down = at('crashed', 'off')
  const paused = at('paused')
  const restart = (id: ProcessId): Action => ({ type: id.startsWith('n') && below(s, 4) === 0 ? 'restartEmpty' : 'restart', process: id })
  if (down.length + paused.length > all.length / 2)
    return paused.length > 0 && below(s, 2) === 0
      ? { type: 'resume', process: one(s, paused) }
      : down.length > 0
        ? restart(one(s, down))
        : { type: 'resume', process: one(s, paused) }
  const up = at('up')
  const primary = namedBy(sim, one(s, sentinels))
  const struck = up.includes(primary) ? primary : one(s, up)
  switch (below(s, 14)) {
    case 0:
      return { type: 'crash', process: struck }
    case 1:
      return { type: 'crash', process: one(s, up) }
    case 2:
      return { type: 'powerOff', process: below(s, 2) === 0 ? struck : one(s, up) }
    case 3:
      return { type: 'pause', process: below(s, 2) === 0 ? struck : one(s, up) }
    case 4:
      return paused.length > 0 ? { type: 'resume', process: one(s, paused) } : { type: 'heal' }
    case 5:
      return { type: 'partition', inside: some(s, all) }
    case 6:
      // the old primary with a client that goes on writing to it
      return { type: 'partition', inside: [primary, 'app2', ...(below(s, 2) === 0 ? [one(s, sentinels)] : [])] }
    case 7:
      return { type: 'cut', from: some(s, all), to: [one(s, all), 'app1'] }
    case 8:
    case 9:
      return { type: 'heal' }
    case 10:
      return { type: 'slow', process: one(s, up), factor: one(s, [1, 20, 500]) }
    case 11:
      return restart(one(s, down.length > 0 ? down : up))
    case 12:
      return { type: 'link', a: one(s, all), b: one(s, all), latency: below(s, 50) * MS, loss: below(s, 4) / 10 }
    default:
      return { type: 'command', process: one(s, sentinels), argv: ['SENTINEL', 'FAILOVER', PRIMARY_NAME] }
  }
}

/** One seed: `seconds` of trouble, then healing. */
export const sentinelSwarm = (seed: number, seconds: number, tally: Tally): Outcome => {
  const s = newStream(seed, 'swarm under Sentinel')
  const sim = buildSimulation(scenarioOf(s), seed)
  const invariants = new SentinelInvariants(sim, (key) => key.startsWith(TRACKED))
  sim.observe(invariants)
  const log = logOf(sim)
  sim.observe({
    onFact(f) {
      if (f.type === 'sentinel.promoted') tally.sentinelFailovers++
      else if (f.type === 'sentinel.aborted' && f.data.reason === 'not elected') tally.notElected++
      else if (f.type === 'sentinel.converted') tally.converted++
    },
  })
  const [nodes, sentinels] = [idsOf(sim, 'node'), idsOf(sim, 'sentinel')]
  let written = 0
  const step = (until: Micros): void => {
    while (sim.world.now < until) {
      sim.runUntil(Math.min(until, sim.world.now + 50 * MS))
      if (written < seconds * 20) {
        const process = below(s, 4) === 0 ? one(s, nodes) : namedBy(sim, one(s, sentinels))
        applyAction(sim, { type: 'command', process, argv: ['SET', `${TRACKED}${written}`, `v${written++}`] })
      }
      invariants.checkEpochs()
    }
  }
  step(3 * SEC)
  const end = sim.world.now + seconds * SEC
  while (sim.world.now < end && invariants.broken.length === 0) {
    applyAction(sim, mischief(sim, s))
    step(sim.world.now + Math.round((0.2 + uniform(s) * 6) * SEC))
  }
  healAll(sim, [...nodes, ...sentinels])
  written = Infinity
  const healed = sim.world.now
  const latest = healed + 300 * SEC
  let isMended = false
  let agreed = agreedPrimary(sim)
  for (let calm = 0; calm < 5 && sim.world.now < latest; calm = 'primary' in agreed ? calm + 1 : 0) {
    step(sim.world.now + SEC)
    agreed = agreedPrimary(sim)
    // an operator must, as with Redis
    const stuck = 'whyNot' in agreed && !isMended && sim.world.now > healed + 60 * SEC ? deadlocked(sim) : null
    if (stuck === null) continue
    applyAction(sim, { type: 'command', process: stuck, argv: ['SENTINEL', 'FAILOVER', PRIMARY_NAME] })
    isMended = true
    tally.sentinelMended++
  }
  tally.splitVotes += invariants.splits.size
  const broken = invariants.broken
  if ('whyNot' in agreed) broken.push(`no agreement 300 s after healing: ${agreed.whyNot}`)
  else {
    tally.sentinelWrites += invariants.writes.size
    const lost = invariants.checkHeld(agreed.primary)
    tally.sentinelUnreplicated += lost.unreplicated
    tally.sentinelSuperseded += lost.superseded
    tally.sentinelEmptied += lost.emptied
    tally.sentinelUndone += lost.undone
    invariants.checkCopies(agreed.primary)
  }
  return { broken, log, sim }
}
