import { SEC } from '../../src/engine/core/time.ts'
import { newStream, uniform } from '../../src/engine/core/random.ts'
import type { World } from '../../src/engine/core/world.ts'
import { eachKey } from '../../src/engine/redis/keyspace.ts'
import type { Entry, NodeState } from '../../src/engine/redis/state.ts'
import { Session } from '../../src/lab/session.ts'
import { goal } from '../lib/goal.ts'
import { median } from '../lib/measure.ts'
import { gated, reported, wrong } from '../lib/row.ts'
import { twentyFour } from '../lib/workload.ts'

/** The same state as plain Maps, as one would keep it without pages. */
const asMaps = (w: World): unknown => {
  const nodes = new Map<string, unknown>()
  for (const p of w.processes.values()) {
    if (p.kind !== 'node') {
      nodes.set(p.id, p)
      continue
    }
    const state = p.state as NodeState
    const keys = new Map<string, Entry>()
    eachKey(state.keys, (key, entry) => {
      keys.set(key, entry)
      return true
    })
    nodes.set(p.id, { ...p, state: { ...state, keys, cluster: state.cluster && { ...state.cluster, slots: state.cluster.slots.pages } } })
  }
  return { nodes, network: w.network, streams: w.streams }
}

const timed = (work: () => unknown): number => {
  const began = performance.now()
  work()
  return performance.now() - began
}

await goal(({ quick }) => {
  const length = (quick ? 15 : 30) * SEC
  const s = new Session(twentyFour(), 7)
  const { startAt } = s.scenario
  let keys = 0
  for (const p of s.sim.world.processes.values()) if (p.kind === 'node') keys += (p.state as NodeState).keys.size
  s.advance(startAt + length)
  const end = s.sim.digest()
  const dice = newStream(1, 'seeks')
  const digests = new Map<number, string>()
  const seeks: number[] = []
  for (let i = 0; i < (quick ? 21 : 90); i++) {
    // one in three goes back to a moment already seen: it must be the same moment
    const known = [...digests.keys()]
    const at = i % 3 === 2 ? known[Math.floor(uniform(dice) * known.length)] : startAt + Math.floor(uniform(dice) * length)
    seeks.push(timed(() => s.seek(at)))
    const digest = s.sim.digest()
    if (digests.has(at) && digests.get(at) !== digest) return [wrong('G8 rewind', '', `two visits to ${at} µs differ`)]
    digests.set(at, digest)
  }
  s.seek(startAt + length)
  if (s.sim.digest() !== end) return [wrong('G8 rewind', '', 'the end of the run differs after rewinding')]

  const rounds: [ours: number, theirs: number][] = []
  for (let i = 0; i < (quick ? 5 : 11); i++) {
    s.advance(s.now + SEC / 2)
    const maps = asMaps(s.sim.world)
    const ours = timed(() => s.sim.snapshot())
    const theirs = timed(() => structuredClone(maps))
    rounds.push([ours, theirs])
  }
  const ratio = median(rounds.map(([a, b]) => b / a))
  return [
    reported(
      'G8 rewind anywhere, 24 nodes × 10k keys',
      `median ${median(seeks).toFixed(0)} ms, longest ${Math.max(...seeks).toFixed(0)} ms`,
      '',
      null,
      `aim 100 ms; ${Math.round(keys / 24)} keys a node, a run of ${length / SEC} s, digests equal`,
    ),
    gated(
      'G8 keyframe',
      `${median(rounds.map(([a]) => a)).toFixed(2)} ms`,
      `structuredClone ${median(rounds.map(([, b]) => b)).toFixed(0)} ms`,
      ratio,
      200,
      quick,
      'the same state as Maps',
    ),
  ]
})
