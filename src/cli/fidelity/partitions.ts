import type { Bound } from '../../content/fidelity.ts'
import { applyAction } from '../../engine/apply.ts'
import { buildSimulation } from '../../engine/build.ts'
import type { Fact } from '../../engine/core/fact.ts'
import type { ProcessId } from '../../engine/core/process.ts'
import { below, newStream, uniform } from '../../engine/core/random.ts'
import type { Simulation } from '../../engine/core/simulation.ts'
import { MS } from '../../engine/core/time.ts'
import { slotOwner } from '../../engine/redis/slots-config.ts'
import { RECORDED_PARTITIONS, type RecordedPartition } from '../recorded.data.ts'
import { recordedCluster } from './cluster.ts'
import { Bounds, cutSeeds, decision, rareEvent, timing, type Section } from './section.ts'
import { firstSlot, isHealthy, nodes, stateOf, waitUntil } from './strike.ts'

/**
 * Recording 15: a primary cut off alone, or with its replica, from the rest; clients sit beside the node they write to. Two cuts a
 * seed, the cluster used again, as recorded.
 */

interface Part {
  /** ms since the cut, as in RecordedPartition. */
  runs: RecordedPartition[]
  outcomes: string[]
  bounds: Bound[]
}

const SETTINGS = ['alone 2000', 'alone 5000', 'pair 2000'] as const
const EACH = 2

const PROMOTED = 'one replica outside is promoted; the cut-off primary stops, then follows it'
const NOBODY = 'nobody is promoted; both sides stop, and go on after the heal'

export const cutOff = (sim: Simulation, inside: 'alone' | 'pair', timeout: number, seed: number): Part => {
  const s = newStream(seed, 'experimenter')
  const part: Part = { runs: [], outcomes: [], bounds: [] }
  const bounds = new Bounds()
  const facts: Fact[] = []
  const stop = sim.observe({ onFact: (f) => facts.push(f) })
  sim.runUntil(sim.world.now + 3_000 * MS)
  for (let i = 0; i < EACH; i++) {
    waitUntil(sim, () => isHealthy(sim), 60_000 * MS, 'the cluster to be healthy')
    sim.runUntil(sim.world.now + Math.round((200 + uniform(s) * 1500) * MS))
    facts.length = 0
    const primaries = nodes(sim).filter((id) => stateOf(sim, id).cluster!.peers[0].primary)
    const victim = primaries[below(s, primaries.length)]
    const heir = nodes(sim).find((id) => primaryOf(sim, id) === victim)!
    const third = primaries.find((id) => id !== victim)!
    const slot = firstSlot(stateOf(sim, victim))
    const thirdSlot = firstSlot(stateOf(sim, third))
    const epoch = Math.max(...nodes(sim).map((id) => stateOf(sim, id).cluster!.currentEpoch))
    const cut = sim.world.now
    applyAction(sim, { type: 'partition', inside: inside === 'alone' ? [victim] : [victim, heir] })
    const since = (): number => (sim.world.now - cut) / MS
    let lastAck = 0
    let firstAck: number | null = null
    let doomed = 0
    let fell = 0
    const span = timeout === 2000 ? 8_000 : 12_000
    while (since() < span) {
      // one write a turn by a client beside each of the three nodes, every 4 ms or so
      sim.runUntil(sim.world.now + Math.round((3.8 + uniform(s) * 0.6) * MS))
      if (takes(sim, victim, slot)) {
        lastAck = since()
        doomed++
      }
      if (firstAck === null && takes(sim, heir, slot)) firstAck = since()
      if (fell === 0 && !takes(sim, third, thirdSlot)) fell = since()
    }
    const won = facts.filter((f) => f.type === 'election.won')
    const promoted = won.length > 0 ? (won[0].at - cut) / MS : null
    bounds.check(
      'A primary cut off from the majority stops taking writes within 1.5 × node-timeout + 200 ms',
      lastAck <= 1.5 * timeout + 200,
      `seed ${seed}: ${lastAck} ms`,
    )
    for (const f of won)
      if (f.type === 'election.won')
        bounds.check('A promotion takes a configEpoch greater than every one before', f.data.epoch > epoch, `seed ${seed}: ${f.data.epoch}`)
    applyAction(sim, { type: 'heal' })
    waitUntil(sim, () => isHealthy(sim), 60_000 * MS, 'the cluster to be whole after the heal')
    const end = primaryOf(sim, victim)
    const isPromoted = won.length === 1 && won[0].process === heir && end === heir && takes(sim, heir, slot)
    const isNobody = won.length === 0 && end === null && takes(sim, victim, slot)
    part.outcomes.push(isPromoted ? PROMOTED : isNobody ? NOBODY : 'another outcome')
    part.runs.push({ timeout, inside, lastAck, promoted, firstAck, doomed, fell })
  }
  stop()
  part.bounds = bounds.list()
  return part
}

/** A write to a slot of this node would be taken now. */
const takes = (sim: Simulation, id: ProcessId, slot: number): boolean => {
  const state = stateOf(sim, id)
  return state.cluster!.state === 'ok' && slotOwner(state, slot) === 0
}

/** Whom a node follows; null when it is a primary. */
const primaryOf = (sim: Simulation, id: ProcessId): ProcessId | null => {
  const c = stateOf(sim, id).cluster!
  return c.peers[0].primary ? null : (c.peers[c.replicaOf[0]]?.process ?? null)
}

const present = (values: readonly (number | null)[]): number[] => values.filter((v) => v !== null)

export const partitions: Section<Part> = {
  name: 'partitions',
  jobs: ({ seeds }) => cutSeeds(SETTINGS, seeds, 25),
  run: ({ setting, from, count }) => {
    const [inside, timeout] = [setting.split(' ')[0] as 'alone' | 'pair', Number(setting.split(' ')[1])]
    const parts = Array.from({ length: count }, (_, i) =>
      cutOff(buildSimulation(recordedCluster(timeout), from + i), inside, timeout, from + i),
    )
    return {
      runs: parts.flatMap((p) => p.runs),
      outcomes: parts.flatMap((p) => p.outcomes),
      bounds: Bounds.merge(parts.map((p) => p.bounds)),
    }
  },
  report: (parts) => {
    const settings = SETTINGS.map((key) => {
      const [inside, timeout] = [key.split(' ')[0], Number(key.split(' ')[1])]
      const mine = parts.get(key) ?? []
      return {
        setting: `cut off ${inside === 'alone' ? 'alone' : 'with its replica'}, node-timeout ${timeout / 1000} s`,
        inside,
        timeout,
        mine: mine.flatMap((p) => p.runs),
        outcomes: mine.flatMap((p) => p.outcomes),
        theirs: RECORDED_PARTITIONS.filter((r) => r.inside === inside && r.timeout === timeout),
      }
    })
    const isOverlap = (r: RecordedPartition): boolean => r.firstAck !== null && r.firstAck < r.lastAck
    return {
      timings: settings
        .filter((x) => x.inside === 'alone')
        .flatMap(({ setting, timeout, mine, theirs }) => [
          timing(
            '15',
            setting,
            'cut to last write taken inside',
            theirs.map((r) => r.lastAck),
            mine.map((r) => r.lastAck),
            0.1 * timeout,
          ),
          timing(
            '15',
            setting,
            'cut to CLUSTERDOWN outside',
            theirs.map((r) => r.fell),
            mine.map((r) => r.fell),
            0.2 * timeout,
          ),
          timing(
            '15',
            setting,
            'cut to promotion outside',
            present(theirs.map((r) => r.promoted)),
            present(mine.map((r) => r.promoted)),
            0.2 * timeout,
          ),
        ]),
      decisions: settings.map(({ setting, inside, outcomes, theirs }) =>
        decision(
          '15',
          setting,
          'who may write after a partition',
          theirs.map(() => (inside === 'alone' ? PROMOTED : NOBODY)),
          outcomes,
        ),
      ),
      rare: settings
        .filter((x) => x.inside === 'alone')
        .map(({ timeout, mine, theirs }) =>
          rareEvent(
            `Two primaries take writes for one slot at once (partition, node-timeout ${timeout / 1000} s)`,
            '15',
            [theirs.filter(isOverlap).length, theirs.length],
            [mine.filter(isOverlap).length, mine.length],
          ),
        ),
      bounds: Bounds.merge([...parts.values()].flat().map((p) => p.bounds)),
    }
  },
}
