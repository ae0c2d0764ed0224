/** Chance to wait in M/M/c, and the mean wait in units of the mean service time. (A. K. Erlang, 1917: the C formula.) */
export const erlangC = (servers: number, load: number): { wait: number; queue: number } => {
  const offered = servers * load
  let term = 1
  let sum = 1
  for (let k = 1; k < servers; k++) sum += term *= offered / k
  const last = (term * offered) / servers / (1 - load)
  const wait = last / (sum + last)
  return { wait, queue: wait / (servers * (1 - load)) }
}

/** Hit ratio below which c workers of rate μ are overloaded by λ requests a second: 1 − cμ/λ. */
export const leastHitRatio = (workers: number, service: number, rate: number): number => 1 - workers / service / rate

/** Mean attempts when each fails with probability p and r further ones are made: (1−p^(r+1))/(1−p). */
export const attempts = (failure: number, retries: number): number =>
  failure === 1 ? retries + 1 : (1 - failure ** (retries + 1)) / (1 - failure)

/** Attempts at the bottom of d layers that each retry r times while it is down: (r+1)^d. */
export const layeredAttempts = (retries: number, layers: number): number => (retries + 1) ** layers

/** Whether retries keep an overload alive after its cause is gone: λ < μ < λ(1+r). (N. Bronson et al., "Metastable failures", HotOS 2021.) */
export const metastable = (rate: number, capacity: number, retries: number): boolean => rate < capacity && capacity < rate * (1 + retries)

/** Usable bytes of raw memory with r replicas, a fragmentation ratio and headroom: raw/(1+r)/frag·head. */
export const usableMemory = (raw: number, replicas: number, fragmentation: number, headroom: number): number =>
  (raw / (1 + replicas) / fragmentation) * headroom

/** Raw bytes needed for a data set: D(1+r)·frag/head. */
export const rawMemory = (data: number, replicas: number, fragmentation: number, headroom: number): number =>
  (data * (1 + replicas) * fragmentation) / headroom

/** Share of keys that change place when N nodes become M by key modulo N: 1 − min/lcm. */
export const moduloMoved = (before: number, after: number): number => {
  let [x, y] = [before, after]
  while (y > 0) [x, y] = [y, x % y]
  return 1 - Math.min(before, after) / ((before * after) / x)
}

/** Share that moves on a ring, with jump hashing, rendezvous or slots, when a node joins N: 1/(N+1), all to the newcomer. */
export const ringMoved = (before: number): number => 1 / (before + 1)

/** Standard deviation of that share on a ring of V virtual nodes a node. */
export const ringMovedDeviation = (before: number, virtual: number): number => {
  const n = before + 1
  return (1 / n) * Math.sqrt(before / (n * virtual + 1))
}

/** Coefficient of variation of a node's share on a ring of N nodes with V virtual nodes each: √((N−1)/(NV+1)). */
export const ringDeviation = (nodes: number, virtual: number): number => Math.sqrt((nodes - 1) / (nodes * virtual + 1))
