import { EULER } from './numbers.ts'

/**
 * Queries of the database when a key is gone and λ requests a second come for it, a fill taking Δ: the one that starts it and all
 * that come meanwhile, 1 + λΔ. (Vattani, Chierichetti, Lowenstein, "Optimal probabilistic cache stampede prevention", VLDB 2015, §1.)
 * @param rate requests a second
 * @param fill Δ in seconds
 */
export const stampedeQueries = (rate: number, fill: number): number => 1 + rate * fill

/**
 * Queries when the losers of a lock sleep once and then ask the database themselves: 1 + λ·max(0, Δ − sleep),
 * for Δ shorter than the lock's life. A lock whose losers wait until the value is there makes one.
 * @param rate requests a second
 * @param fill Δ in seconds
 * @param sleep seconds
 */
export const sleepOnceLockQueries = (rate: number, fill: number, sleep = 0.1): number => 1 + rate * Math.max(0, fill - sleep)

/** Owners at work when the first of them finishes, the lock living ℓ < Δ on a busy key: ⌈Δ/ℓ⌉. Seconds. */
export const lockHolders = (fill: number, lockTtl: number): number => Math.ceil(fill / lockTtl)

/** Queries of single-flight: one a process that sees the miss. */
export const singleFlightQueries = (processes: number): number => processes

/** Share of fills that store a value older than the row, when updates come at u a second and a fill's window is w seconds: 1 − e^(−uw). */
export const staleFillShare = (updates: number, window: number): number => 1 - Math.exp(-updates * window)

// ---------------------------------------------------------------- XFetch (Vattani et al. 2015)

/** Mean recomputations a cycle under Poisson arrivals: geometric, e^(1/β). Holds for λΔβe^(−1/β) ≥ 3 and a TTL ≫ Δβ·ln(λΔβ). */
export const xfetchMean = (beta: number): number => Math.exp(1 / beta)

/** Chance that exactly one request recomputes: e^(−1/β). */
export const xfetchExactlyOne = (beta: number): number => Math.exp(-1 / beta)

/** Mean time before expiry of the first recomputation, seconds: a Gumbel variable, Δβ(ln λΔβ + 0.577…). */
export const xfetchEarliness = (rate: number, fill: number, beta: number): number => fill * beta * (Math.log(rate * fill * beta) + EULER)

/** Its standard deviation, seconds: π/√6·Δβ. */
export const xfetchEarlinessDeviation = (fill: number, beta: number): number => (Math.PI / Math.sqrt(6)) * fill * beta

/** Chance that nobody recomputes early and the key expires: e^(−λΔβ(1 − e^(−T/Δβ))). */
export const xfetchNobody = (rate: number, fill: number, beta: number, ttl: number): number =>
  Math.exp(-rate * fill * beta * (1 - Math.exp(-ttl / (fill * beta))))

/** First refresh of the polynomial p = β(age/T)², seconds: Γ(4/3)·(3T²/λβ)^⅓. It ignores Δ, so a hot key is refreshed far too early. */
export const polynomialFirstRefresh = (rate: number, beta: number, ttl: number): number =>
  0.8929795115692492 * Math.cbrt((3 * ttl * ttl) / (rate * beta))

/** Chance that a request has to wait for the database in a cycle of stale-while-revalidate with window W: e^(−λW). (RFC 5861 §3.) */
export const staleWhileRevalidateMiss = (rate: number, window: number): number => Math.exp(-rate * window)
