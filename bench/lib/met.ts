import { buildSimulation } from '../../src/engine/build.ts'
import { putConn } from '../../src/engine/core/connections.ts'
import { newStream, uniform } from '../../src/engine/core/random.ts'
import { SEC } from '../../src/engine/core/time.ts'
import type { Simulation } from '../../src/engine/core/simulation.ts'
import { OLD_PONG, setPong } from '../../src/engine/redis/peers.ts'
import type { ClusterState, NodeState } from '../../src/engine/redis/state.ts'
import { scenarioById } from '../../src/content/scenarios/index.ts'

/** So many nodes without load and keys at a node timeout of 15 s, every second a replica: nothing but the bus. */
export const quietCluster = (nodes: number): Simulation => {
  const hundred = scenarioById('hundred')!
  return buildSimulation(
    {
      ...hundred,
      topology: { ...hundred.topology, primaries: nodes / 2, replicasPerPrimary: 1 },
      config: { 'cluster-node-timeout': '15000' },
      load: { ...hundred.load, rate: 0, keys: 0 },
    },
    7,
  )
}

const clustersOf = (sim: Simulation): Map<string, ClusterState> => {
  const out = new Map<string, ClusterState>()
  for (const p of sim.world.processes.values()) if (p.kind === 'node') out.set(p.id, (p.state as NodeState).cluster!)
  return out
}

/**
 * Opens all links between the nodes at once, as if they had long been there, and gives every peer a pong of some time in the last
 * half node timeout. A thousand nodes would open a million connections in their first tick, which takes minutes and is not what is measured.
 */
export const letMeet = (sim: Simulation): void => {
  const clusters = clustersOf(sim)
  const { network } = sim.world
  const dice = newStream(1, 'pongs')
  const numbers = new Map([...sim.world.processes.keys()].map((id, i) => [id, i]))
  const places = new Map([...clusters].map(([id, c]) => [id, new Map(c.peers.map((p, i) => [p.process, i]))]))
  for (const [id, c] of clusters) {
    for (let i = 1; i < c.peers.length; i++) {
      const peer = c.peers[i]
      const conn = network.nextConn++
      putConn(network.conns, {
        id: conn,
        kind: 'bus',
        a: id,
        b: peer.process,
        aNumber: numbers.get(id)!,
        bNumber: numbers.get(peer.process)!,
        aOpen: true,
        bOpen: true,
        established: true,
        aIncarnation: 1,
        bIncarnation: 1,
        flowing: false,
      })
      c.link[i] = conn
      c.linkUp[i] = 1
      c.look[i] = OLD_PONG
      c.heard[i] = sim.world.now - Math.floor(uniform(dice) * 7.5 * SEC)
      setPong(c, i, c.heard[i])
      const other = clusters.get(peer.process)!
      const me = places.get(peer.process)!.get(id)!
      other.inboundOf[me] = conn
    }
    c.nextDue = 0
  }
}
