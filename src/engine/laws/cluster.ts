import { choose } from './numbers.ts'

/** Slots that move to the newcomer when N primaries become N+1: ⌊16384/(N+1)⌋, from all in proportion. */
export const reshardSlots = (primaries: number): number => Math.floor(16384 / (primaries + 1))

/** Share of first commands that meet MOVED when a client knows nothing of N primaries: (N−1)/N. */
export const coldMapMoved = (primaries: number): number => (primaries - 1) / primaries

/** Share of a migrating slot's commands that meet ASK: the share of its keys that has moved (cluster specification, "ASK redirection"). */
export const askShare = (movedKeys: number, keys: number): number => movedKeys / keys

/** How long a client that polls its map every P is wrong after a change: P/2 on average, P at most. */
export const pollOutage = (period: number): { mean: number; most: number } => ({ mean: period / 2, most: period })

/** Votes for a failover, and reports for FAIL: a majority of the M primaries that own slots, the dead one counted. */
export const quorum = (primaries: number): number => Math.floor(primaries / 2) + 1

/** Chance that a second random failure among 2M nodes (one replica each) kills the other copy: 1/(2M−1). */
export const secondFailureFatal = (primaries: number): number => 1 / (2 * primaries - 1)

/** Chance that k random nodes of M pairs hold some whole pair: 1 − C(M,k)·2^k/C(2M,k). */
export const pairIsolated = (primaries: number, isolated: number): number =>
  1 - (choose(primaries, isolated) * 2 ** isolated) / choose(2 * primaries, isolated)

/**
 * Seconds from the failure of one primary of M to its replica's promotion when the host falls silent, node-timeout T:
 * PFAIL comes uniformly within T..1.5T an observer, FAIL with the ⌊M/2⌋-th of the M−1 living primaries (order statistic),
 * the election 0.5 s + 0..0.5 s later. (Redis cluster.c: clusterCron, markNodeAsFailingIfNeeded, clusterHandleSlaveFailover.)
 */
export const failoverMean = (primaries: number, timeout: number): number =>
  timeout + ((timeout / 2) * (Math.floor(primaries / 2) + 1)) / primaries + 0.75

/** Bounds of the same: T + 0.5 … 1.5T + 1 seconds, before rank, gossip and votes. */
export const failoverBounds = (timeout: number): { least: number; most: number } => ({ least: timeout + 0.5, most: 1.5 * timeout + 1 })

/** Acknowledged writes lost when a primary crashes, its replica ℓ seconds behind, w writes a second: wℓ. */
export const lostInCrash = (writes: number, lag: number): number => writes * lag

/** Acknowledged writes lost on a primary cut off with its clients for P seconds: w·min(P, T) if its replica took over, none when P < T. */
export const lostInPartition = (writes: number, partition: number, timeout: number): number =>
  partition < timeout ? 0 : writes * Math.min(partition, timeout)

/** Load of the busiest node, relative to the mean of N, when one key takes share p: Np + 1 − p. */
export const hotNodeLoad = (nodes: number, share: number): number => nodes * share + 1 - share

/** Distinct nodes that S copies of a key under random names land on: N(1−(1−1/N)^S). */
export const spreadNodes = (nodes: number, copies: number): number => nodes * (1 - (1 - 1 / nodes) ** copies)

/** Nodes a multi-get of k random keys touches: N(1−(1−1/N)^k). */
export const multigetNodes = (nodes: number, keys: number): number => spreadNodes(nodes, keys)

/** Mean wait for k acknowledgements of r replicas, exponential with mean m: m·Σ_{i<k} 1/(r−i). */
export const waitAcks = (needed: number, replicas: number, mean: number): number => {
  let sum = 0
  for (let i = 0; i < needed; i++) sum += 1 / (replicas - i)
  return mean * sum
}

/** Sentinels that must agree to act: max(majority of the known ones, quorum). */
export const sentinelVotes = (sentinels: number, detect: number): number => Math.max(Math.floor(sentinels / 2) + 1, detect)

/** Chance that enough of n Sentinels are up, each with availability a: a binomial tail. */
export const sentinelAvailability = (sentinels: number, detect: number, availability: number): number => {
  let sum = 0
  for (let up = sentinelVotes(sentinels, detect); up <= sentinels; up++)
    sum += choose(sentinels, up) * availability ** up * (1 - availability) ** (sentinels - up)
  return sum
}

/** Availability of a write that must reach all of n nodes, each up with probability a: a^n. */
export const writeAllAvailability = (nodes: number, availability: number): number => availability ** nodes
