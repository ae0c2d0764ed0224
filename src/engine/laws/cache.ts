import { harmonic, solve, zipf } from './numbers.ts'

// Poisson arrivals and independent references (IRM) throughout.

/** Hit ratio of a key with a TTL that a hit does not renew, fills being short: λT/(1+λT). (A renewal argument: each cycle is one miss and λT hits.) */
export const ttlHitRatio = (rate: number, ttl: number): number => (rate * ttl) / (1 + rate * ttl)

/** Queries of the database a second for such a key: λ/(1+λT). */
export const ttlMissRate = (rate: number, ttl: number): number => rate / (1 + rate * ttl)

/**
 * LRU's hit ratio under Zipf popularity, by Che's approximation: Σ(1−e^(−pᵢt)) = C fixes the characteristic time t, then h = Σpᵢ(1−e^(−pᵢt)).
 * (H. Che, Y. Tung, Z. Wang, "Hierarchical Web caching systems", IEEE JSAC 2002.)
 */
export const lruHitRatio = (keys: number, exponent: number, capacity: number): number => {
  const p = zipf(keys, exponent)
  const sum = (f: (x: number) => number): number => p.reduce((s, x) => s + f(x), 0)
  if (capacity >= keys) return 1
  const t = solve((x) => sum((q) => 1 - Math.exp(-q * x)), capacity, 0, keys * 1000)
  return sum((q) => q * (1 - Math.exp(-q * t)))
}

/** Hit ratio of FIFO and of random eviction: Σpᵢt/(1+pᵢt) = C, h = Σpᵢ²t/(1+pᵢt). (E. Gelenbe, 1973.) */
export const fifoHitRatio = (keys: number, exponent: number, capacity: number): number => {
  const p = zipf(keys, exponent)
  const sum = (f: (x: number) => number): number => p.reduce((s, x) => s + f(x), 0)
  if (capacity >= keys) return 1
  const t = solve((x) => sum((q) => (q * x) / (1 + q * x)), capacity, 0, keys * 1_000_000)
  return sum((q) => (q * q * t) / (1 + q * t))
}

/** Share of requests that the n most popular keys cover: what ideal LFU reaches, and what warming n keys brings. */
export const topShare = (keys: number, exponent: number, n: number): number =>
  zipf(keys, exponent)
    .subarray(0, n)
    .reduce((s, x) => s + x, 0)

/** Hit ratio after n requests to a cold cache without eviction: Σpᵢ(1−(1−pᵢ)ⁿ). */
export const coldHitRatio = (keys: number, exponent: number, requests: number): number =>
  zipf(keys, exponent).reduce((s, p) => s + p * (1 - (1 - p) ** requests), 0)

/** Mean requests until all N keys of a uniform load were seen once: N·H_N (coupon collector). */
export const uniformFill = (keys: number): number => keys * harmonic(keys)

/** Rate at which m applications with an L1 of TTL t ask L2 for a key each of them reads λ times a second: mλ/(1+λt) ≤ m/t. */
export const shieldedRate = (apps: number, rate: number, l1Ttl: number): number => (apps * rate) / (1 + rate * l1Ttl)

/** Expiries a second when K keys filled at once carry a TTL of T ± jT: K/(2jT). */
export const jitterRate = (keys: number, ttl: number, jitter: number): number => keys / (2 * jitter * ttl)

/** Greatest age of a value behind stacked caches, each restarting its own TTL: the sum. Passing on the time left would bound it by the first. */
export const stackedAge = (ttls: readonly number[]): number => ttls.reduce((s, t) => s + t, 0)

/** Load on the database after one of N cache nodes is lost, as a multiple of before: 1 + h/(N(1−h)). */
export const nodeLossMultiplier = (hitRatio: number, nodes: number): number => 1 + hitRatio / (nodes * (1 - hitRatio))

/** The same while resizing from N to N+1 nodes by key modulo N, nearly all keys moving: (1−h/(N+1))/(1−h). */
export const moduloResizeMultiplier = (hitRatio: number, nodes: number): number => (1 - hitRatio / (nodes + 1)) / (1 - hitRatio)

/** Load on the database when the hit ratio goes from h to h′: (1−h′)/(1−h). */
export const missMultiplier = (before: number, after: number): number => (1 - after) / (1 - before)

/** Mean latency through tiers, each probed in turn: Σ probe cost × chance to get there. */
export const tierLatency = (tiers: readonly { cost: number; hit: number }[], behind: number): number => {
  let reach = 1
  let total = 0
  for (const { cost, hit } of tiers) {
    total += reach * cost
    reach *= 1 - hit
  }
  return total + reach * behind
}

/** Chance that a replica that lags ℓ seconds gives an old value of a key updated u times a second: 1 − e^(−uℓ). */
export const replicaStaleShare = (updates: number, lag: number): number => 1 - Math.exp(-updates * lag)

/** Chance that at least one of m listeners misses an invalidation, each with probability p: 1 − (1−p)^m. */
export const missedInvalidation = (listeners: number, loss: number): number => 1 - (1 - loss) ** listeners
