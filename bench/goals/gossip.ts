import { SEC } from '../../src/engine/core/time.ts'
import type { Simulation } from '../../src/engine/core/simulation.ts'
import type { NodeState } from '../../src/engine/redis/state.ts'
import { goal } from '../lib/goal.ts'
import { median } from '../lib/measure.ts'
import { letMeet, quietCluster } from '../lib/met.ts'
import { reported, type Row } from '../lib/row.ts'

/** Pings come in waves of half a node timeout: a stretch is a whole number of node timeouts, or it would show the wave or the trough. */
const TIMEOUT = 15

/** Simulated seconds a wall second, median of so many stretches of so many node timeouts. */
const speedOf = (sim: Simulation, stretches: number, timeouts: number): number =>
  median(
    Array.from({ length: stretches }, () => {
      const began = performance.now()
      sim.runUntil(sim.world.now + timeouts * TIMEOUT * SEC)
      return (timeouts * TIMEOUT * 1000) / (performance.now() - began)
    }),
  )

const asOf = (sim: Simulation, nodes: number, aim: number, stretches: number, timeouts: number): Row => {
  sim.runUntil(timeouts * TIMEOUT * SEC)
  const speed = speedOf(sim, stretches, timeouts)
  return reported(`G5 gossip of ${nodes} nodes`, '', 'real time', speed, `aim ${aim}×; node timeout 15 s, no load, links long open`)
}

/** A reference in a list, in Node; half of that in a browser. */
const POINTER = 8

/**
 * What a node's table takes a peer: its columns and the list of records, counted word by word, which no collector of garbage disturbs.
 * Records of peers are shared by all tables and not counted, nor are connections, which are the network's.
 */
const bytesAPair = (sim: Simulation, nodes: number): Row => {
  let bytes = 0
  for (const { kind, state } of sim.world.processes.values())
    if (kind === 'node')
      for (const part of Object.values((state as NodeState).cluster!)) {
        if (ArrayBuffer.isView(part)) bytes += part.byteLength
        else if (Array.isArray(part)) bytes += POINTER * part.length
      }
  const note = 'aim 16 bytes; columns and list of peers, links open; neither connections nor the records that all nodes share'
  return reported('G5 a node’s table of its peers', `${(bytes / nodes ** 2).toFixed(1)} bytes a pair`, '', null, note)
}

await goal(({ quick }) => {
  const hundred = quietCluster(100)
  letMeet(hundred)
  const rows = [asOf(hundred, 100, 1000, quick ? 5 : 11, 4)]
  if (!quick) {
    const thousand = quietCluster(1000)
    letMeet(thousand)
    rows.push(asOf(thousand, 1000, 15, 3, 1), bytesAPair(thousand, 1000))
  }
  return rows
})
