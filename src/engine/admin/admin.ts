import { newAlarms, rearm, setAlarm, takeDue, type Alarms } from '../core/alarms.ts'
import {
  WAITS,
  answerFlow,
  dropFlow,
  newFlows,
  startFlow,
  type Failure,
  type FlowFunction,
  type FlowHost,
  type FlowState,
  type Flows,
} from '../core/flow.ts'
import type { ConnId } from '../core/network.ts'
import type { Behaviour, Context, ProcessId } from '../core/process.ts'
import { SEC, type Micros } from '../core/time.ts'
import { authWords, loseWire, newWires, sendOn, takeTag, wireConnected, wireOverdue, wireTo, type Wires } from '../client/wires.ts'
import { below } from '../core/random.ts'
import { addressOf } from '../redis/address.ts'
import type { ReplyMessage } from '../redis/state.ts'
import { manager, type Outcome } from './manager/commands.ts'
import { jobBegan, jobEnded, newJob, planOf, printOn, type ManagerJob } from './manager/job.ts'
import { managerMove } from './manager/move.ts'
import { parseOptions } from './manager/options.ts'
import { moveSlot, prepareAdd, prepareRemove, retire, type Moved, type Plan } from './reshard.ts'
import type { Answer, BatchEffect, ChanceEffect, PauseEffect, ProgressEffect, PromptEffect, SayEffect } from './steps.ts'
import type { Move } from './survey.ts'

/** The operator: changes the cluster as redis-cli does, over client connections of its own. One job at a time. */
export interface AdminState {
  wires: Wires
  alarms: Alarms
  flows: Flows
  /** commands under way: whose, and which of its batch. */
  calls: Map<number, { flow: number; index: number }>
  nextCall: number
  batches: Map<number, { left: number; answers: Answer[] }>
  job: Job | null
  /** redis-cli --cluster: the run under way, or the last one. */
  manager: ManagerJob | null
}

export interface Job {
  kind: 'add' | 'remove'
  node: ProcessId
  begun: Micros
  /** frozen once planned. */
  moves: readonly Move[]
  /** primaries to tell; those that fall silent are left to the bus. */
  primaries: ProcessId[]
  /** a planned source that failed on the way → who took its place. */
  heirs: Map<ProcessId, ProcessId>
  done: number
  step: string
  slot: number | null
  cancelled: boolean
}

/** What a view shows of the job under way. */
export interface JobProgress {
  kind: 'add' | 'remove' | 'redis-cli'
  node: ProcessId
  done: number
  total: number
  step: string
  slot: number | null
}

/** Progress of the job under way, for views; null when there is none. */
export const reshardOf = (state: AdminState): JobProgress | null => {
  const { job, manager: cli } = state
  if (cli !== null && cli.work.length > 0) {
    const { slot, target } = cli.work[Math.min(cli.done, cli.work.length - 1)]
    return { kind: 'redis-cli', node: target.process, done: cli.done, total: cli.work.length, step: 'moving', slot }
  }
  return job && { kind: job.kind, node: job.node, done: job.done, total: job.moves.length, step: job.step, slot: job.slot }
}

/** A command to a node is given up after this; longer than MIGRATE's own timeout. */
export const ADMIN_TIMEOUT: Micros = 5 * SEC

/** Every flow of the operator by name, and the file that holds it, from src/engine. */
export const ADMIN_FLOWS: Readonly<Record<string, FlowFunction>> = {
  'prepare-add': prepareAdd,
  'prepare-remove': prepareRemove,
  'move-slot': moveSlot,
  retire,
  manager,
  'manager-move': managerMove,
}
export const ADMIN_FLOW_FILE = 'admin/reshard.ts'

/** MIGRATE takes the password along: the source needs it at the target (redis-cli -a does the same). */
const withPassword = (argv: readonly string[], password: string | undefined): readonly string[] =>
  argv[0] !== 'MIGRATE' || password === undefined || password === '' ? argv : [...argv.slice(0, 6), 'AUTH', password, ...argv.slice(6)]

const host: FlowHost<AdminState> = {
  registry: ADMIN_FLOWS,
  flows: (state) => state.flows,

  perform(state, flow, effect, ctx) {
    if (flow.flow.startsWith('manager')) state.manager!.flow = flow.id
    switch (effect.op) {
      case 'batch': {
        const { calls } = effect as BatchEffect
        const password = ctx.settings.config['requirepass']
        if (calls.length === 0) return []
        state.batches.set(flow.id, { left: calls.length, answers: new Array<Answer>(calls.length).fill(null) })
        calls.forEach((call, index) => {
          const id = state.nextCall++
          state.calls.set(id, { flow: flow.id, index })
          const wire = wireTo(state.wires, call.to, false, ctx, authWords(undefined, password))
          sendOn(wire, withPassword(call.argv, password), id, patienceOf(state), state.alarms, ctx)
        })
        return WAITS
      }
      case 'sleep':
        setAlarm(state.alarms, (effect as PauseEffect).time, 'sleep', flow.id, ctx)
        return WAITS
      case 'progress': {
        const { label, slot, more } = effect as ProgressEffect
        report(state, more === '' ? label : `${label}: ${more}`, slot, ctx)
        return null
      }
      case 'say':
        printOn(state.manager!, (effect as SayEffect).text, ctx)
        return null
      case 'prompt':
        printOn(state.manager!, (effect as PromptEffect).text, ctx)
        state.manager!.asking = true
        return WAITS
      case 'chance':
        return below(ctx.random('chance'), (effect as ChanceEffect).below)
      default:
        throw new Error(`the operator cannot do ${effect.op}`)
    }
  },

  finished(state, flow, result, failure, ctx) {
    if (flow.flow.startsWith('manager')) return managerFlowEnded(state, flow, result, failure, ctx)
    const job = state.job!
    if (failure !== null) return stop(state, failure.reason, ctx)
    switch (flow.flow) {
      case 'prepare-add':
      case 'prepare-remove': {
        const plan = result as Plan
        job.moves = Object.freeze(plan.moves.map((m) => Object.freeze(m)))
        job.primaries = [...plan.primaries]
        ctx.emit('reshard.started', { kind: job.kind, node: job.node, slots: job.moves.length })
        return nextMove(state, ctx)
      }
      case 'move-slot': {
        const { silent, from } = result as Moved
        const planned = job.moves[job.done].from
        if (from !== planned) {
          job.heirs.set(planned, from)
          if (!job.primaries.includes(from)) job.primaries.push(from)
        }
        if (silent.length > 0) job.primaries = job.primaries.filter((p) => !silent.includes(p))
        job.done++
        report(state, 'moved', job.moves[job.done - 1].slot, ctx)
        return nextMove(state, ctx)
      }
      default:
        return finish(state, ctx)
    }
  },
}

// ------------------------------------------------------------------ redis-cli --cluster

const isManaging = (state: AdminState): boolean => state.manager !== null && state.manager.exit === null

/** Each run of redis-cli is a program of its own: its connections end with it. */
const hangUp = (state: AdminState, ctx: Context): void => {
  state.calls.clear()
  state.batches.clear()
  for (const conn of [...state.wires.byConn.keys()]) {
    loseWire(state.wires, conn)
    ctx.close(conn)
  }
}

/** How long a command may stay without an answer. */
const patienceOf = (state: AdminState): Micros => (isManaging(state) ? state.manager!.patience : ADMIN_TIMEOUT)

const beginManager = (state: AdminState, argv: readonly string[], ctx: Context): void => {
  if (state.job !== null)
    return refuse(`${state.job.node} is being ${state.job.kind === 'add' ? 'added' : 'removed'}: wait, or cancel that first.`, ctx)
  if (isManaging(state)) return refuse('redis-cli is still at work: wait, or stop it first.', ctx)
  hangUp(state, ctx)
  const { addresses } = ctx.settings
  const nodes = new Set(ctx.peers('node'))
  const full = argv.map((word) => (nodes.has(word) ? addressOf(word, addresses).join(':') : word))
  const options = parseOptions(full)
  const job = newJob((state.manager?.run ?? 0) + 1, argv, options, ctx)
  state.manager = job
  jobBegan(job, ctx)
  if (typeof options === 'string') {
    printOn(job, `${options}\n`, ctx)
    return jobEnded(job, 1, 'done', ctx)
  }
  startFlow(host, state, 'manager', [Object.freeze(options), addresses === undefined ? null : Object.freeze({ ...addresses })], ctx)
}

const nextManaged = (state: AdminState, ctx: Context): void => {
  const job = state.manager!
  if (job.done === job.work.length) return jobEnded(job, 0, 'done', ctx)
  const { slot, source, target, options } = job.work[job.done]
  startFlow(host, state, 'manager-move', [slot, source, target, job.others, options], ctx)
}

const managerFlowEnded = (state: AdminState, flow: FlowState, result: unknown, failure: Failure | null, ctx: Context): void => {
  const job = state.manager!
  if (failure !== null) {
    printOn(job, `${failure.reason}\n`, ctx)
    return jobEnded(job, 1, 'done', ctx)
  }
  if (flow.flow === 'manager') {
    const outcome = result as Outcome
    planOf(job, outcome)
    if (outcome.work.length === 0) return jobEnded(job, outcome.exit, 'done', ctx)
  } else {
    if (result !== null) return jobEnded(job, 1, 'done', ctx)
    job.done++
  }
  nextManaged(state, ctx)
}

const inputManaged = (state: AdminState, text: string, ctx: Context): void => {
  const job = state.manager
  if (job === null || !job.asking) return refuse('redis-cli asks nothing.', ctx)
  job.asking = false
  printOn(job, `${text}\n`, ctx)
  answerFlow(host, state, job.flow, text.trim(), ctx)
}

/** Ctrl-C: connections close, and a slot in hand stays open, as it does in life. */
const stopManaged = (state: AdminState, ctx: Context): void => {
  const job = state.manager
  if (job === null || job.exit !== null) return refuse('redis-cli is not running.', ctx)
  dropFlow(state.flows, job.flow)
  hangUp(state, ctx)
  printOn(job, '^C\n', ctx)
  jobEnded(job, 130, 'stopped', ctx)
}

// ------------------------------------------------------------------ adding and removing a node

const report = (state: AdminState, step: string, slot: number | null, ctx: Context): void => {
  const job = state.job!
  job.step = step
  job.slot = slot
  ctx.emit('reshard.progress', { done: job.done, total: job.moves.length, slot, step })
}

const nextMove = (state: AdminState, ctx: Context): void => {
  const job = state.job!
  if (job.cancelled) return finish(state, ctx)
  if (job.done < job.moves.length) {
    const { slot, from, to } = job.moves[job.done]
    startFlow(host, state, 'move-slot', [slot, job.heirs.get(from) ?? from, to, Object.freeze(job.primaries.slice())], ctx)
  } else if (job.kind === 'remove') startFlow(host, state, 'retire', [seeds(job.node, ctx), job.node], ctx)
  else finish(state, ctx)
}

const finish = (state: AdminState, ctx: Context): void => {
  const job = state.job!
  state.job = null
  ctx.emit('reshard.finished', { kind: job.kind, node: job.node, moved: job.done, cancelled: job.cancelled, took: ctx.now - job.begun })
}

/** The job cannot go on: says why, and ends it where it stands. */
const stop = (state: AdminState, reason: string, ctx: Context): void => {
  refuse(reason, ctx)
  state.job!.cancelled = true
  if (state.job!.moves.length > 0) finish(state, ctx)
  else state.job = null
}

const refuse = (reason: string, ctx: Context): void => {
  ctx.emit('reshard.refused', { reason })
}

const seeds = (except: ProcessId, ctx: Context): readonly ProcessId[] => Object.freeze(ctx.peers('node').filter((id) => id !== except))

const begin = (state: AdminState, kind: 'add' | 'remove', nodes: readonly ProcessId[], ctx: Context): void => {
  if (state.job !== null)
    return refuse(`${state.job.node} is still being ${state.job.kind === 'add' ? 'added' : 'removed'}: wait, or cancel that first.`, ctx)
  if (isManaging(state)) return refuse('redis-cli is still at work: wait, or stop it first.', ctx)
  hangUp(state, ctx)
  const [node, replica] = nodes
  state.job = {
    kind,
    node,
    begun: ctx.now,
    moves: [],
    primaries: [],
    heirs: new Map(),
    done: 0,
    step: 'looking at the cluster',
    slot: null,
    cancelled: false,
  }
  if (kind === 'remove') startFlow(host, state, 'prepare-remove', [seeds(node, ctx), node], ctx)
  else {
    const known = Object.freeze(ctx.peers('node').filter((id) => !nodes.includes(id)))
    startFlow(host, state, 'prepare-add', [known, node, replica ?? null], ctx)
  }
}

const settle = (state: AdminState, call: number, answer: Answer, ctx: Context): void => {
  const asked = state.calls.get(call)
  if (asked === undefined) return
  state.calls.delete(call)
  const batch = state.batches.get(asked.flow)!
  batch.answers[asked.index] = answer
  if (--batch.left > 0) return
  state.batches.delete(asked.flow)
  answerFlow(host, state, asked.flow, batch.answers, ctx)
}

const lose = (state: AdminState, conn: ConnId, reason: string, ctx: Context): void => {
  const gone = loseWire(state.wires, conn)
  if (gone === null) return
  const lost = Object.freeze({
    lost: `${gone.to} ${reason === 'refused' ? 'refuses connections' : reason === 'timeout' ? 'does not answer' : 'closed the connection'}`,
  })
  for (const tag of gone.tags) settle(state, tag, lost, ctx)
}

export const adminBehaviour: Behaviour<AdminState> = {
  boot: () => ({
    wires: newWires(),
    alarms: newAlarms(),
    flows: newFlows(),
    calls: new Map(),
    nextCall: 1,
    batches: new Map(),
    job: null,
    manager: null,
  }),

  /** An operator that dies forgets its job; the slot in hand stays open. */
  persist: () => null,

  message: {
    reply: (state, m: ReplyMessage, conn, ctx) => settle(state, takeTag(state.wires.byConn.get(conn)), m.reply, ctx),
  },

  timer: {
    alarm(state, ctx) {
      for (let due = takeDue(state.alarms, ctx.now); due !== null; due = takeDue(state.alarms, ctx.now)) {
        if (due.what === 'sleep') answerFlow(host, state, due.id, null, ctx)
        else if (wireOverdue(state.wires, due.id, patienceOf(state), state.alarms, ctx)) {
          ctx.close(due.id)
          lose(state, due.id, 'timeout', ctx)
        }
      }
      rearm(state.alarms, ctx)
    },
  },

  connected(state, conn, ctx) {
    wireConnected(state.wires, conn, ctx)
  },

  closed: (state, conn, reason, ctx) => lose(state, conn, reason, ctx),

  act(state, action, ctx) {
    switch (action.type) {
      case 'addNode':
        return begin(state, 'add', action.nodes ?? [], ctx)
      case 'removeNode':
        return begin(state, 'remove', [action.process], ctx)
      case 'redisCli':
        return beginManager(state, action.argv, ctx)
      case 'redisCliInput':
        return inputManaged(state, action.text, ctx)
      case 'redisCliStop':
        return stopManaged(state, ctx)
      case 'cancelReshard':
        if (state.job === null) return refuse('No resharding is under way.', ctx)
        state.job.cancelled = true
        return
      default:
        return
    }
  },
}
