import { SEC } from '../../src/engine/core/time.ts'
import type { Simulation } from '../../src/engine/core/simulation.ts'
import { goal } from '../lib/goal.ts'
import { median } from '../lib/measure.ts'
import { letMeet, quietCluster } from '../lib/met.ts'
import { reported, type Row } from '../lib/row.ts'

/** Simulated seconds a wall second, medians of so many stretches of so many simulated seconds. */
const speedOf = (sim: Simulation, stretches: number, seconds: number): number =>
  median(
    Array.from({ length: stretches }, () => {
      const began = performance.now()
      sim.runUntil(sim.world.now + seconds * SEC)
      return (seconds * 1000) / (performance.now() - began)
    }),
  )

const heap = (): number => {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const asOf = (nodes: number, aim: number, stretches: number, seconds: number): Row => {
  const sim = quietCluster(nodes)
  letMeet(sim)
  sim.runUntil(10 * SEC)
  const speed = speedOf(sim, stretches, seconds)
  return reported(`G5 gossip of ${nodes} nodes`, '', 'real time', speed, `aim ${aim}×; node timeout 15 s, no load, links long open`)
}

/** What one more (node, peer) pair takes before any link is open: three sizes tell it from what grows with the nodes alone. */
const bytesAPair = (): Row => {
  const [small, middle, large] = [50, 100, 150].map((nodes) => {
    const before = heap()
    const sim = quietCluster(nodes)
    const bytes = heap() - before
    return { bytes, pairs: nodes ** 2, sim }
  })
  const pair = (small.bytes + large.bytes - 2 * middle.bytes) / (small.pairs + large.pairs - 2 * middle.pairs)
  return reported('G5 a node’s table of its peers', `${pair.toFixed(0)} bytes a pair`, '', null, 'aim 16 bytes')
}

await goal(({ quick }) => {
  const rows = [bytesAPair(), asOf(100, 1000, quick ? 5 : 11, 20)]
  if (!quick) rows.push(asOf(1000, 15, 5, 2))
  return rows
})
