/** What `npm run fidelity` finds, as the page *How true is this?* shows it. Three kinds of claim, never blended into one score. */
export interface Fidelity {
  /** the rules that were measured. */
  engine: string
  redis: string
  /** seeds a setting. */
  seeds: number
  replies: readonly ReplyCount[]
  decisions: readonly Decision[]
  timings: readonly Timing[]
  ratios: readonly Ratio[]
  traffic: readonly Traffic[]
  rare: readonly RareEvent[]
  bounds: readonly Bound[]
}

/** Recorded replies of a real server, replayed step by step. Volatile steps are executed and not compared. */
export interface ReplyCount {
  file: string
  passed: number
  total: number
  unsupported: number
  volatile: number
}

/** A discrete outcome: the same inputs, and what came of them. */
export interface Decision {
  /** the recordings it belongs to: "04", "07" … */
  file: string
  setting: string
  /** what must come out, in words. */
  allowed: string
  outcomes: readonly Outcome[]
}

export interface Outcome {
  name: string
  recorded: number
  simulated: number
  /** in the recorded set, or allowed by the rules of Redis. */
  allowed: boolean
}

/** One stretch of time: recorded runs beside simulated ones, in ms. */
export interface Timing {
  file: string
  /** one of a group shares an axis on the page. */
  setting: string
  name: string
  recorded: readonly number[]
  simulated: Summary
  /** greatest distance of the two distribution functions, its p, and p after Holm's correction for all rows. */
  ks: number
  p: number
  pHolm: number
  /** declared beforehand: medians further apart than this are an error. */
  bound: number
  /** 90 % bootstrap interval of (simulated median − recorded median). */
  low: number
  high: number
  verdict: 'within' | 'not shown' | 'beyond'
}

export interface Summary {
  n: number
  least: number
  p5: number
  q1: number
  median: number
  q3: number
  p95: number
  most: number
}

/** A hit ratio of one recorded run, and of the engine on the same trace. */
export interface Ratio {
  name: string
  recorded: number
  simulated: number
}

/** Messages a second on the bus of a settled cluster, all nodes together. */
export interface Traffic {
  nodes: number
  timeout: number
  recorded: number
  simulated: number
}

/** Something that must be able to happen, with the exact 95 % interval of its rate on both sides. */
export interface RareEvent {
  name: string
  file: string
  recorded: Share
  simulated: Share
  overlap: boolean
}

export interface Share {
  k: number
  n: number
  low: number
  high: number
}

/** A sentence that must hold in every simulated run. */
export interface Bound {
  name: string
  checked: number
  broken: number
  /** the first few that broke, with their seeds. */
  examples: readonly string[]
}
