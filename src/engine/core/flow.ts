import type { Context, ProcessId } from './process.ts'
import type { Micros } from './time.ts'

/**
 * Durable flows: one request's journey as straight code. A flow is a generator that yields effects and is told their answers.
 * What is kept is plain data (its name, arguments and answers so far); the generator itself is only a cache. After a restore it is
 * started again and told its recorded answers, so a flow rewinds, forks and clones like everything else.
 *
 * Rules: a flow ends with its request (long loops are timers); every effect, every look at the time or at shared state and every
 * random draw is a yield; answers are never changed; a step's label stands literally in the flow's source.
 */
export interface Effect {
  readonly op: string
  readonly label: string
}

/** A generator, or what looks like one. */
export interface Flow<R> {
  next(answer?: unknown): IteratorResult<Effect, R>
  [Symbol.iterator](): Flow<R>
}
export type FlowFunction = (...args: never[]) => Flow<unknown>

/** A running flow. */
export interface FlowState {
  id: number
  flow: string
  args: readonly unknown[]
  answers: readonly unknown[]
  /** label of the step it waits on, and since when. */
  step: string
  since: Micros
  begun: Micros
  /** commands sent for it, and the process it spoke to last. */
  tries: number
  peer: ProcessId | null
  /** the question under way that is answered out of order (a database query), 0 = none; and how many it put. */
  asking: number
  asked: number
}

/**
 * The flows of one process. A flow stands at `table[id mod length]`; the length is a power of two and at least twice the number running,
 * and an id whose place is taken is skipped. (A Map that is filled and emptied all the time costs a fifth of the run in garbage.)
 */
export interface Flows {
  next: number
  count: number
  table: (FlowState | null)[]
}

/** The end of a flow that did not reach its aim. `unavailable`: nobody served; `error`: somebody refused. */
export class Failure {
  readonly kind: 'unavailable' | 'error'
  readonly reason: string
  constructor(kind: 'unavailable' | 'error', reason: string) {
    this.kind = kind
    this.reason = reason
  }
}

/** What `perform` returns when the answer comes later, by `answerFlow`. */
export const WAITS: unique symbol = Symbol('waits')

/** Who runs flows: a process's behaviour. */
export interface FlowHost<S> {
  readonly registry: Readonly<Record<string, FlowFunction>>
  flows(state: S): Flows
  /** Does one effect: the answer, or WAITS. */
  perform(state: S, flow: FlowState, effect: Effect, ctx: Context): unknown
  finished(state: S, flow: FlowState, result: unknown, failure: Failure | null, ctx: Context): void
}

export const newFlows = (): Flows => ({ next: 1, count: 0, table: new Array<FlowState | null>(16).fill(null) })

export const flowById = (flows: Flows, id: number): FlowState | undefined => {
  const flow = flows.table[id & (flows.table.length - 1)]
  return flow !== null && flow.id === id ? flow : undefined
}

export const eachFlow = (flows: Flows, look: (flow: FlowState) => void): void => {
  for (const flow of flows.table) if (flow !== null) look(flow)
}

const grow = (flows: Flows): void => {
  const table = new Array<FlowState | null>(flows.table.length * 2).fill(null)
  eachFlow(flows, (flow) => void (table[flow.id & (table.length - 1)] = flow))
  flows.table = table
}

// By place in the table. Keyed by the identity of the state: a clone is another object, so it finds no generators and rebuilds them.
const caches = new WeakMap<Flows, (Flow<unknown> | undefined)[]>()

const cacheOf = (flows: Flows): (Flow<unknown> | undefined)[] => {
  let cache = caches.get(flows)
  if (cache === undefined || cache.length !== flows.table.length) {
    const old = cache
    cache = new Array<Flow<unknown> | undefined>(flows.table.length).fill(undefined)
    if (old !== undefined)
      for (const flow of flows.table) if (flow !== null) cache[flow.id & (cache.length - 1)] = old[flow.id & (old.length - 1)]
    caches.set(flows, cache)
  }
  return cache
}

let freezing = false
/** For tests: freeze every answer, so that a flow which changes one is caught. */
export const freezeAnswers = (on: boolean): void => {
  freezing = on
}

const deepFreeze = (value: unknown): void => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return
  Object.freeze(value)
  for (const v of Object.values(value)) deepFreeze(v)
}

/** Most flows hear one answer before they end: room for more is made when it is needed. */
const NONE: readonly unknown[] = Object.freeze([])

/** Starts a flow and runs it to its first wait; its id. */
export const startFlow = <S>(host: FlowHost<S>, state: S, name: string, args: readonly unknown[], ctx: Context): number => {
  const flows = host.flows(state)
  if (++flows.count * 2 > flows.table.length) grow(flows)
  const last = flows.table.length - 1
  let id = flows.next
  while (flows.table[id & last] !== null) id++
  flows.next = id + 1
  const flow: FlowState = {
    id,
    flow: name,
    args,
    answers: NONE,
    step: '',
    since: ctx.now,
    begun: ctx.now,
    tries: 0,
    peer: null,
    asking: 0,
    asked: 0,
  }
  flows.table[id & last] = flow
  const cache = cacheOf(flows)
  const generator = begun(functionOf(host.registry, name), args)
  cache[id & last] = generator
  run(host, state, flows, cache, flow, generator, false, undefined, ctx)
  return id
}

// most flows are the same as the one before
let lastRegistry: FlowHost<never>['registry'] | null = null
let lastName = ''
let lastFunction: FlowFunction | null = null

const functionOf = (registry: FlowHost<never>['registry'], name: string): FlowFunction => {
  if (lastFunction === null || name !== lastName || registry !== lastRegistry) {
    lastRegistry = registry
    lastName = name
    lastFunction = registry[name]
  }
  return lastFunction
}

/** The most usual number of arguments goes without a list. */
const begun = (flow: FlowFunction, args: readonly unknown[]): Flow<unknown> =>
  args.length === 2 ? flow(args[0] as never, args[1] as never) : flow(...(args as never[]))

/** Ends a flow where it stands; what it waited for finds nobody. */
export const dropFlow = (flows: Flows, id: number): void => {
  if (flowById(flows, id) === undefined) return
  const place = id & (flows.table.length - 1)
  flows.table[place] = null
  flows.count--
  cacheOf(flows)[place] = undefined
}

/** Tells a waiting flow its answer; a flow that is gone hears nothing. */
export const answerFlow = <S>(host: FlowHost<S>, state: S, id: number, answer: unknown, ctx: Context): void => {
  const flows = host.flows(state)
  const flow = flowById(flows, id)
  if (flow === undefined) return
  const cache = cacheOf(flows)
  const place = id & (flows.table.length - 1)
  run(host, state, flows, cache, flow, (cache[place] ??= rebuilt(host, flow)), true, answer, ctx)
}

const rebuilt = <S>(host: FlowHost<S>, flow: FlowState): Flow<unknown> => {
  const generator = begun(host.registry[flow.flow], flow.args)
  generator.next()
  for (const answer of flow.answers) generator.next(answer)
  return generator
}

const run = <S>(
  host: FlowHost<S>,
  state: S,
  flows: Flows,
  cache: (Flow<unknown> | undefined)[],
  flow: FlowState,
  generator: Flow<unknown>,
  told: boolean,
  answer: unknown,
  ctx: Context,
): void => {
  let result: unknown
  let failure: Failure | null = null
  try {
    for (;;) {
      if (told) {
        if (freezing) deepFreeze(answer)
        if (flow.answers === NONE) flow.answers = [answer]
        else (flow.answers as unknown[]).push(answer)
      }
      const step = generator.next(answer)
      if (step.done === true) {
        result = step.value
        break
      }
      flow.step = step.value.label
      flow.since = ctx.now
      answer = host.perform(state, flow, step.value, ctx)
      if (answer === WAITS) return
      told = true
    }
  } catch (trouble) {
    if (!(trouble instanceof Failure)) throw trouble
    failure = trouble
  }
  const place = flow.id & (flows.table.length - 1)
  flows.table[place] = null
  flows.count--
  ;(cache.length === flows.table.length ? cache : cacheOf(flows))[place] = undefined
  host.finished(state, flow, result, failure, ctx)
}

/** Waiting flows counted by step, for views. `oldest`: since when the first of them waits there. */
export interface WaitingStep {
  flow: string
  step: string
  count: number
  oldest: Micros
}

export const waitingSteps = (flows: Flows): WaitingStep[] => {
  const rows = new Map<string, WaitingStep>()
  eachFlow(flows, (f) => {
    const key = `${f.flow}\n${f.step}`
    const row = rows.get(key)
    if (row === undefined) rows.set(key, { flow: f.flow, step: f.step, count: 1, oldest: f.since })
    else {
      row.count++
      if (f.since < row.oldest) row.oldest = f.since
    }
  })
  return [...rows.values()]
}
