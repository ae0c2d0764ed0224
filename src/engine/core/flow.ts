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

export type Flow<R> = Generator<Effect, R, unknown>
export type FlowFunction = (...args: never[]) => Flow<unknown>

/** A running flow. */
export interface FlowState {
  id: number
  flow: string
  args: readonly unknown[]
  answers: unknown[]
  /** label of the step it waits on, and since when. */
  step: string
  since: Micros
  begun: Micros
  /** commands sent for it, and the process it spoke to last. */
  tries: number
  peer: ProcessId | null
}

/** The flows of one process. */
export interface Flows {
  next: number
  running: Map<number, FlowState>
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

export const newFlows = (): Flows => ({ next: 1, running: new Map() })

// Keyed by the identity of the state: a clone is another object, so it finds no generators and rebuilds them.
const caches = new WeakMap<Flows, Map<number, Flow<unknown>>>()

const cacheOf = (flows: Flows): Map<number, Flow<unknown>> => {
  let cache = caches.get(flows)
  if (cache === undefined) caches.set(flows, (cache = new Map()))
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

/** Starts a flow and runs it to its first wait; its id. */
export const startFlow = <S>(host: FlowHost<S>, state: S, name: string, args: readonly unknown[], ctx: Context): number => {
  const flows = host.flows(state)
  const id = flows.next++
  const flow: FlowState = { id, flow: name, args, answers: [], step: '', since: ctx.now, begun: ctx.now, tries: 0, peer: null }
  flows.running.set(id, flow)
  const generator = host.registry[name](...(args as never[]))
  cacheOf(flows).set(id, generator)
  run(host, state, flows, flow, generator, false, undefined, ctx)
  return id
}

/** Tells a waiting flow its answer; a flow that is gone hears nothing. */
export const answerFlow = <S>(host: FlowHost<S>, state: S, id: number, answer: unknown, ctx: Context): void => {
  const flows = host.flows(state)
  const flow = flows.running.get(id)
  if (flow === undefined) return
  run(host, state, flows, flow, cacheOf(flows).get(id) ?? rebuild(host, flows, flow), true, answer, ctx)
}

const rebuild = <S>(host: FlowHost<S>, flows: Flows, flow: FlowState): Flow<unknown> => {
  const generator = host.registry[flow.flow](...(flow.args as never[]))
  generator.next()
  for (const answer of flow.answers) generator.next(answer)
  cacheOf(flows).set(flow.id, generator)
  return generator
}

const run = <S>(
  host: FlowHost<S>, state: S, flows: Flows, flow: FlowState, generator: Flow<unknown>, told: boolean, answer: unknown, ctx: Context,
): void => {
  let result: unknown
  let failure: Failure | null = null
  try {
    for (;;) {
      if (told) {
        if (freezing) deepFreeze(answer)
        flow.answers.push(answer)
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
  flows.running.delete(flow.id)
  cacheOf(flows).delete(flow.id)
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
  for (const f of flows.running.values()) {
    const key = `${f.flow}\n${f.step}`
    const row = rows.get(key)
    if (row === undefined) rows.set(key, { flow: f.flow, step: f.step, count: 1, oldest: f.since })
    else {
      row.count++
      if (f.since < row.oldest) row.oldest = f.since
    }
  }
  return [...rows.values()]
}
