import { describe, expect, test } from 'vitest'
import * as cache from './cache.ts'
import * as cluster from './cluster.ts'
import * as load from './load.ts'
import * as stampede from './stampede.ts'

/** name, value, check value, digits after the point. */
const table = (rows: [string, number, number, number][]) =>
  test.each(rows)('%s', (_name, value, check, digits) => expect(value).toBeCloseTo(check, digits))

describe('stampede', () => {
  table([
    ['1 + λΔ', stampede.stampedeQueries(50, 1), 51, 9],
    ['losers that sleep once', stampede.sleepOnceLockQueries(100, 1), 91, 9],
    ['lock holders', stampede.lockHolders(8, 5), 2, 9],
    ['XFetch mean, β = 1', stampede.xfetchMean(1), 2.72, 2],
    ['XFetch mean, β = 1.5', stampede.xfetchMean(1.5), 1.95, 2],
    ['XFetch P(1)', stampede.xfetchExactlyOne(1), 0.368, 3],
    ['XFetch earliness', stampede.xfetchEarliness(1000, 1, 1), 7.485, 3],
    ['XFetch deviation', stampede.xfetchEarlinessDeviation(1, 1), 1.283, 3],
    ['polynomial', stampede.polynomialFirstRefresh(1000, 0.3, 300), 8.62, 2],
    ['stale-while-revalidate', stampede.staleWhileRevalidateMiss(0.05, 20), 0.368, 3],
  ])
})

describe('cache', () => {
  table([
    ['TTL', cache.ttlHitRatio(10, 30), 0.9967, 4],
    ['LRU α=1', cache.lruHitRatio(10_000, 1, 1000), 0.676, 2],
    ['LRU α=.8', cache.lruHitRatio(10_000, 0.8, 100), 0.157, 2],
    ['FIFO α=1', cache.fifoHitRatio(10_000, 1, 1000), 0.631, 2],
    ['FIFO α=.8', cache.fifoHitRatio(10_000, 0.8, 100), 0.134, 2],
    ['LFU α=1', cache.topShare(10_000, 1, 1000), 0.765, 2],
    ['LFU α=.8', cache.topShare(10_000, 0.8, 100), 0.3, 2],
    ['cold fill', cache.coldHitRatio(10_000, 1, 10_000), 0.816, 2],
    ['uniform fill', cache.uniformFill(1000), 7485, 0],
    ['L1 shield', cache.shieldedRate(10, 1000, 1), 9.99, 2],
    ['jitter', cache.jitterRate(10_000, 300, 0.1), 166.7, 1],
    ['node loss', cache.nodeLossMultiplier(0.95, 10), 2.9, 9],
    ['modulo resize', cache.moduloResizeMultiplier(0.95, 10), 18.3, 1],
    ['hit ratio .99 → .98', cache.missMultiplier(0.99, 0.98), 2, 9],
    ['replica lag', cache.replicaStaleShare(0.5, 0.3), 0.139, 3],
    ['stacked TTLs', cache.stackedAge([3600, 300]), 3900, 9],
  ])
})

describe('cluster', () => {
  table([
    ['reshard 3 → 4', cluster.reshardSlots(3), 4096, 9],
    ['quorum of 4', cluster.quorum(4), 3, 9],
    ['second failure', cluster.secondFailureFatal(5), 0.111, 3],
    ['4 of 24 isolated', cluster.pairIsolated(12, 4), 0.2547, 4],
    ['failover, 3 primaries, 15 s', cluster.failoverMean(3, 15), 20.75, 9],
    ['one hot key', cluster.hotNodeLoad(10, 0.5), 5.5, 9],
    ['spreading', cluster.spreadNodes(10, 10), 6.51, 2],
    ['WAIT 2 of 3', cluster.waitAcks(2, 3, 1), 0.833, 3],
    ['Sentinel n=3', cluster.sentinelAvailability(3, 2, 0.99), 0.9997, 5],
    ['Sentinel n=4', cluster.sentinelAvailability(4, 2, 0.99), 0.99941, 5],
    ['write-all', cluster.writeAllAvailability(10, 0.99), 0.904, 3],
    ['partition shorter than the timeout', cluster.lostInPartition(100, 4, 5), 0, 9],
    ['partition longer', cluster.lostInPartition(100, 20, 15), 1500, 9],
  ])
})

describe('load', () => {
  table([
    ['Erlang C: P(wait)', load.erlangC(10, 0.9).wait, 0.669, 3],
    ['Erlang C: wait', load.erlangC(10, 0.9).queue, 0.669, 3],
    ['attempts in an outage', load.attempts(1, 3), 4, 9],
    ['layers', load.layeredAttempts(3, 3), 64, 9],
    ['modulo 10 → 11', load.moduloMoved(10, 11), 0.909, 3],
    ['modulo N → 2N', load.moduloMoved(10, 20), 0.5, 9],
    ['ring +1', load.ringMoved(10), 0.0909, 4],
    ['ring +1, deviation', load.ringMovedDeviation(10, 150), 0.0071, 3],
    ['ring deviation', load.ringDeviation(10, 150), 0.0774, 4],
  ])
})
