import type { ComputeName, Params, Range } from '../content/questions/types.ts'
import { below, newStream } from '../engine/core/random.ts'
import { leastShards } from '../engine/laws/capacity.ts'
import { missedInvalidation } from '../engine/laws/cache.ts'
import { askShare, failoverBounds, failoverMean, hotNodeLoad, quorum, reshardSlots, spreadNodes } from '../engine/laws/cluster.ts'
import { moduloMoved, rawMemory, ringDeviation, ringMoved, ringMovedDeviation, usableMemory } from '../engine/laws/load.ts'
import { isolatedLoss, isolatedStop } from '../engine/laws/loss.ts'
import { sleepOnceLockQueries, staleFillShare, stampedeQueries, xfetchExactlyOne, xfetchMean } from '../engine/laws/stampede.ts'
import { keySlot, SLOTS } from '../engine/redis/slots.ts'
import { RING_POINTS } from '../engine/sharding/ring.ts'

/** What a computation gives: the answer, and values its explanation or a known mistake needs. */
export type Values = Record<string, number> & { answer: number }

/**
 * The questions' computations by name, on the engine's laws. Shares come and go in per cent, times in the unit their name in the
 * question's sentence has.
 */
export const COMPUTE: Record<ComputeName, (p: Params) => Values> = {
  ringMoved: ({ nodes, keys }) => ({
    answer: keys * ringMoved(nodes),
    after: nodes + 1,
    share: 100 * ringMoved(nodes),
    modulo: keys * moduloMoved(nodes, nodes + 1),
    deviation: keys * ringMovedDeviation(nodes, RING_POINTS),
  }),
  moduloMoved: ({ nodes, keys }) => ({
    answer: keys * moduloMoved(nodes, nodes + 1),
    after: nodes + 1,
    share: 100 * moduloMoved(nodes, nodes + 1),
    ring: keys * ringMoved(nodes),
  }),
  ringSpread: ({ nodes, virtual }) => ({ answer: 100 * ringDeviation(nodes, virtual), one: 100 * ringDeviation(nodes, 1) }),
  staleFills: ({ updates, window, fills }) => {
    const rate = updates / 60
    const share = staleFillShare(rate, window / 1000)
    return {
      answer: fills * share,
      rate,
      seconds: window / 1000,
      expected: (rate * window) / 1000,
      share: 100 * share,
      minute: fills * staleFillShare(updates, window / 1000),
    }
  },
  stampede: ({ rate, took }) => {
    const seconds = took / 1000
    return { answer: stampedeQueries(rate, seconds), seconds, meanwhile: rate * seconds, rateAlone: rate }
  },
  sleepOnceLock: ({ rate, took }) => {
    const seconds = took / 1000
    return {
      answer: sleepOnceLockQueries(rate, seconds),
      seconds,
      rest: seconds - 0.1,
      meanwhile: rate * (seconds - 0.1),
      one: 1,
      unlocked: stampedeQueries(rate, seconds),
    }
  },
  failover: ({ primaries, timeout }) => {
    const { least, most } = failoverBounds(timeout)
    const needed = quorum(primaries)
    const answer = failoverMean(primaries, timeout)
    return { answer, needed, others: primaries - 1, detect: answer - 0.75, earliest: least, latest: most, timeoutAlone: timeout }
  },
  missedInvalidation: ({ listeners, loss }) => ({
    answer: 100 * missedInvalidation(listeners, loss / 100),
    heard: 100 - loss,
    allHear: 100 - 100 * missedInvalidation(listeners, loss / 100),
    sum: listeners * loss,
    one: loss,
  }),
  usableMemory: ({ primaries, memory, replicas, fragmentation, free }) => {
    const machines = primaries * (1 + replicas)
    const raw = machines * memory
    const head = 1 - free / 100
    const own = primaries * memory
    return {
      answer: usableMemory(raw, replicas, fragmentation, head),
      machines,
      raw,
      own,
      used: 100 - free,
      stored: own / fragmentation,
      copiesAsRoom: usableMemory(raw, 0, fragmentation, head),
      replicasTwice: usableMemory(own, replicas, fragmentation, head),
      thirdOff: (usableMemory(own, 0, fragmentation, head) * 2) / 3,
      noFragmentation: usableMemory(raw, replicas, 1, head),
      allUsed: usableMemory(raw, replicas, fragmentation, 1),
    }
  },
  rawMemory: ({ data, replicas, fragmentation, free }) => {
    const head = 1 - free / 100
    const one = rawMemory(data, 0, fragmentation, head)
    return {
      answer: rawMemory(data, replicas, fragmentation, head),
      copies: 1 + replicas,
      used: 100 - free,
      resident: data * fragmentation,
      one,
      percentAdded: data * (1 + free / 100) * fragmentation * (1 + replicas),
      noFragmentation: rawMemory(data, replicas, 1, head),
    }
  },
  leastShards: ({ data, memory, fragmentation, free, reads, each }) => {
    const {
      memory: forMemory,
      reads: forReads,
      shards,
    } = leastShards(data, memory, fragmentation, 1 - free / 100, reads * 1000, each * 1000)
    return {
      answer: shards,
      forMemory,
      forReads,
      usable: (memory * (1 - free / 100)) / fragmentation,
      machines: 2 * shards,
      bothCopies: Math.max(3, forMemory, Math.ceil(reads / (2 * each))),
      machinesForShards: 2 * shards,
    }
  },
  askReplies: ({ keys, moved, requests }) => ({
    answer: requests * askShare(moved, keys),
    share: 100 * askShare(moved, keys),
    stay: requests * (1 - askShare(moved, keys)),
    all: requests,
    none: 0,
  }),
  reshardSlots: ({ primaries }) => ({
    answer: reshardSlots(primaries),
    slots: SLOTS,
    after: primaries + 1,
    each: SLOTS / primaries,
    source: reshardSlots(primaries) / primaries,
    old: Math.floor(SLOTS / primaries),
    almostAll: Math.floor(SLOTS * moduloMoved(primaries, primaries + 1)),
  }),
  xfetchMean: ({ beta }) => ({ answer: xfetchMean(beta), inverse: 1 / beta, one: 1, chance: 100 * xfetchExactlyOne(beta) }),
  xfetchOne: ({ beta }) => ({ answer: 100 * xfetchExactlyOne(beta), inverse: 1 / beta, mean: xfetchMean(beta), certain: 100 }),
  spreadNodes: ({ nodes, copies }) => ({
    answer: spreadNodes(nodes, copies),
    miss: 100 * (1 - 1 / nodes) ** copies,
    empty: nodes - spreadNodes(nodes, copies),
    oneEach: Math.min(nodes, copies),
  }),
  digitSuffixes: ({ nodes, copies }) => {
    let sum = 0
    for (let key = 0; key < 200; key++) {
      const hit = new Set<number>()
      for (let copy = 0; copy < copies; copy++) hit.add(Math.floor((keySlot(`item:${key}:shard${copy}`) * nodes) / SLOTS))
      sum += hit.size
    }
    return { answer: sum / 200 }
  },
  hotNode: ({ nodes, share }) => ({
    answer: hotNodeLoad(nodes, share / 100),
    hot: (nodes * share) / 100,
    rest: 1 - share / 100,
    factor: (nodes * share) / 100,
  }),
  isolatedLoss: ({ writes, partition, timeout }) => {
    const { least, mean, most } = isolatedLoss(writes, partition, timeout, 3)
    return { answer: mean, least, most, stop: isolatedStop(3, timeout).mean, stopLatest: 1.5 * timeout, whole: writes * partition, none: 0 }
  },
}

/** Fresh parameters: the same seed gives the same numbers. */
export const drawParams = (ranges: Record<string, Range>, seed: number, name: string): Params => {
  const stream = newStream(seed, name)
  const out: Params = {}
  for (const [key, range] of Object.entries(ranges)) {
    if ('of' in range) out[key] = range.of[below(stream, range.of.length)]
    else {
      const steps = Math.round((range.to - range.from) / range.step)
      out[key] = Number((range.from + range.step * below(stream, steps + 1)).toFixed(6))
    }
  }
  return out
}

// ------------------------------------------------------------------ numbers in words, words to numbers

/** Thin spaces between thousands; `digits` after the point, or as many as three figures need. */
export const say = (x: number, digits?: number): string => {
  const after = digits ?? (Number.isInteger(x) || Math.abs(x) >= 1000 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(x) || 1))))
  const [whole, part] = Math.abs(x).toFixed(after).split('.')
  const tail = part === undefined ? '' : digits === undefined ? part.replace(/0+$/, '') : part
  const sign = x < 0 ? '−' : ''
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, '\u202f')}${tail === '' ? '' : `.${tail}`}`
}

/** Puts {names} in; `{name:2}` with so many digits after the point. */
export const fillIn = (text: string, values: Record<string, number>): string =>
  text.replace(/\{(\w+)(?::(\d))?\}/g, (hole, name: string, digits?: string) =>
    Object.hasOwn(values, name) ? say(values[name], digits === undefined ? undefined : Number(digits)) : hole,
  )

export type Typed = { ok: true; value: number } | { ok: false; sentence: string }

const NOT_A_NUMBER: Typed = { ok: false, sentence: 'This is not a number. Type digits, for example 42 or 6.5.' }

/** A number as people type it: spaces or commas between thousands, a unit behind it. */
export const readNumber = (text: string): Typed => {
  const trimmed = text.trim().replace(/^[≈~=]\s*/, '')
  if (trimmed === '') return { ok: false, sentence: 'Type a number first.' }
  const found = /^([+\-−]?)([\d.,\s\u202f'_]*\d|\.\d+)\s*(k|s|x|×|%|[a-zA-Z][a-zA-Z/ ]+)?$/.exec(trimmed)
  if (!found) return NOT_A_NUMBER
  const [, sign, body, unit] = found
  const digits = body.replace(/[\s\u202f'_]/g, '')
  if (/^\d+,\d+$/.test(digits) && !/^\d{1,3},\d{3}$/.test(digits))
    return {
      ok: false,
      sentence: `A comma here can be read in two ways. Write ${digits.replace(',', '.')}, or ${Number(digits.replace(',', ''))}.`,
    }
  if (/,/.test(digits) && !/^\d{1,3}(,\d{3})+(\.\d+)?$/.test(digits)) return NOT_A_NUMBER
  const value = Number(digits.replaceAll(',', '')) * (unit === 'k' ? 1000 : 1)
  if (!Number.isFinite(value)) return NOT_A_NUMBER
  if (sign === '-' || sign === '−') return { ok: false, sentence: 'The answer cannot be below zero.' }
  return { ok: true, value }
}

/** Whether a typed value is close enough: within the tolerance, within rounding, or between `least` and `most`. */
export const accepts = (value: number, v: Values, tolerance: number, digits: number): boolean => {
  const near = (x: number): boolean => Math.abs(value - x) <= Math.max(tolerance * Math.abs(x), 0.5 * 10 ** -digits * 1.0001)
  return near(v.answer) || (v.most > v.least && value >= v.least && value <= v.most)
}
