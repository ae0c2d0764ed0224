import { buildSimulation } from '../../engine/build.ts'
import { MS, SEC } from '../../engine/core/time.ts'
import { RECORDED_TRAFFIC } from '../recorded.data.ts'
import { recordedCluster } from './cluster.ts'
import type { Section } from './section.ts'
import { nodes, stateOf } from './strike.ts'

/** How many messages a second the bus of a settled cluster carries, all nodes together, as CLUSTER INFO counts those sent. */

const SETTLE = 30 * SEC
const SPAN = 60

const keyOf = (t: { nodes: number; timeout: number }): string => `${t.nodes} ${t.timeout}`

export const messagesASecond = (count: number, timeoutMs: number, seed: number): number => {
  const sim = buildSimulation(recordedCluster(timeoutMs, count / 2), seed)
  const sent = (): number => {
    let n = 0
    for (const id of nodes(sim)) for (const times of stateOf(sim, id).cluster!.sent) n += times
    return n
  }
  // seeds start at other moments of the second, in which gossiped times are rounded
  sim.runUntil(SETTLE + (seed % 10) * 100 * MS)
  const before = sent()
  sim.runUntil(sim.world.now + SPAN * SEC)
  return (sent() - before) / SPAN
}

export const traffic: Section<number[]> = {
  name: 'traffic',
  jobs: ({ seeds }) => RECORDED_TRAFFIC.map((t) => ({ setting: keyOf(t), from: 1, count: Math.min(10, seeds) })),
  run: ({ setting, from, count }) => {
    const [n, timeout] = setting.split(' ').map(Number)
    return Array.from({ length: count }, (_, i) => messagesASecond(n, timeout, from + i))
  },
  report: (parts) => ({
    traffic: RECORDED_TRAFFIC.map((t) => {
      const rates = (parts.get(keyOf(t)) ?? []).flat()
      return { nodes: t.nodes, timeout: t.timeout, recorded: t.messages, simulated: rates.reduce((a, b) => a + b, 0) / rates.length }
    }),
  }),
}
