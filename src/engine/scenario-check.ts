import type { Scenario, Topology } from './scenario.ts'

/** The largest topology the lab accepts. */
export const MAX_NODES = 1000

/** What is wrong with a topology, in one sentence that says what to do; null when it can be built. */
export const checkTopology = (t: Topology): string | null => {
  const whole = (n: number, low: number, high: number) => Number.isInteger(n) && n >= low && n <= high
  if (!whole(t.primaries, 1, MAX_NODES)) return `A cluster needs 1 to ${MAX_NODES} primaries, not ${t.primaries}.`
  if (!whole(t.replicasPerPrimary, 0, 5)) return `Choose 0 to 5 replicas a primary, not ${t.replicasPerPrimary}.`
  if (!whole(t.apps, 1, 20)) return `Choose 1 to 20 applications, not ${t.apps}.`
  const replicas = t.replicaOf?.length ?? t.primaries * t.replicasPerPrimary
  if (t.primaries + replicas > MAX_NODES)
    return `${t.primaries + replicas} nodes are more than the ${MAX_NODES} this page can run. Choose fewer.`
  if (t.replicaOf?.some((p) => !whole(p, 0, t.primaries - 1))) return 'A replica must follow one of the primaries. Check the layout.'
  if (!t.cluster && t.primaries !== 1) return 'Without cluster mode there is one primary. Switch cluster mode on for more.'
  if (t.sentinels) return checkSentinels(t, whole)
  return null
}

const checkSentinels = (t: Topology, whole: (n: number, low: number, high: number) => boolean): string | null => {
  const { count, quorum, downAfter, failoverTimeout, parallelSyncs } = t.sentinels!
  if (t.cluster) return 'A cluster fails over by itself: Sentinels watch a primary without cluster mode.'
  if (!whole(count, 0, 9)) return `Choose 0 to 9 Sentinels, not ${count}.`
  if (!whole(quorum, 1, 9)) return `A quorum is 1 to 9 Sentinels, not ${quorum}.`
  if (!(downAfter > 0 && failoverTimeout > 0)) return 'down-after and failover-timeout take some time: choose more than 0.'
  return whole(parallelSyncs, 1, 5) ? null : `Choose 1 to 5 parallel syncs, not ${parallelSyncs}.`
}

/** A topology that can be built but that a careful operator would question; null when there is nothing to say. */
export const warnTopology = (t: Topology): string | null => {
  const s = t.sentinels
  if (s && s.quorum > s.count) return 'The quorum is greater than the number of Sentinels: the primary is never held to be down.'
  if (s?.count === 2) return 'With two Sentinels the majority is two: when either dies nobody can be elected to fail over.'
  if (!t.cluster) return null
  if (t.primaries === 2) return 'With two primaries the majority is two: when either dies nobody can promote its replica.'
  if (t.primaries === 1) return 'With one primary nobody is left to vote when it dies: its replica cannot be promoted.'
  return null
}

/** What is wrong with a scenario from a file or a link; null when it can be run. */
export const checkScenario = (s: Scenario): string | null => {
  const topology = checkTopology(s.topology)
  if (topology) return topology
  const { load, origin } = s
  if (!(load.rate >= 0 && load.rate <= 100_000)) return `A load of ${load.rate} requests a second is out of range: choose 0 to 100,000.`
  if (!(load.reads >= 0 && load.reads <= 1)) return 'The read share lies between 0 and 1.'
  if (!(load.hot >= 0 && load.hot <= 1)) return 'The hot share lies between 0 and 1.'
  if (!(Number.isInteger(load.keys) && load.keys >= 1 && load.keys <= 1_000_000)) return 'Choose 1 to 1,000,000 keys.'
  if (!(load.zipf >= 0 && load.zipf <= 3)) return 'The Zipf exponent lies between 0 and 3.'
  if (!(Number.isInteger(origin.workers) && origin.workers >= 1 && origin.workers <= 10_000)) return 'The origin needs 1 to 10,000 workers.'
  if (s.large && !(s.large.bytes >= 1 && s.large.bytes <= 512_000_000)) return 'A string holds 1 byte to 512 MB.'
  if (!(origin.service > 0)) return 'A query of the origin takes some time: choose more than 0.'
  return null
}
