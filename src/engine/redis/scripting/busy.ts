import type { ConnId } from '../../core/network.ts'
import type { Context } from '../../core/process.ts'
import { MS, type Micros } from '../../core/time.ts'
import { number } from '../peers.ts'
import { OK, err, fixed, type Reply } from '../reply.ts'
import type { NodeState, Session, StreamItem } from '../state.ts'

/**
 * A script that outlasts busy-reply-threshold. Until then nobody is served at all; from then on everybody hears BUSY, and SCRIPT KILL ends
 * it if it has written nothing. What it did is done from its beginning, but nobody can see it before its end: no command runs, no cron
 * (real servers handle sockets alone then), and the replicas hear of it at its end.
 */
export interface BusyScript {
  /** its digest, or the function's name. */
  name: string
  isFunction: boolean
  /** the words that run it. */
  argv: readonly string[]
  client: ConnId
  since: Micros
  /** when it ends by itself; -1 = never. */
  until: Micros
  wrote: boolean
  /** what its client gets at the end, and if it is killed. */
  reply: Reply
  killed: Reply
  isKilled: boolean
  /** the fact that told of it; 0 = not told yet. */
  fact: number
  /** what waits for its end: timers, and the primary's stream. */
  timers: [name: string, data: unknown][]
  stream: [item: StreamItem, conn: ConnId][]
}

const BUSY = fixed('BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.')
const BUSY_FUNCTION = fixed('BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.')

/** What others hear while it goes on. */
export const busyReply = (script: BusyScript): { error: string } => (script.isFunction ? BUSY_FUNCTION : BUSY) as { error: string }
const UNKILLABLE = fixed(
  'UNKILLABLE Sorry the script already executed write commands against the dataset. You can either wait the script termination or kill the server in a hard way using the SHUTDOWN NOSAVE command.',
)
const NOT_BUSY = fixed('NOTBUSY No scripts in execution right now.')

/** What a script was when it had run. */
export interface Outcome {
  name: string
  isFunction: boolean
  /** service time. */
  took: Micros
  endless: boolean
  wrote: boolean
  reply: Reply
  /** where it stood, as in `@user_script:1`. */
  place: string
}

/** Whether a script goes on while others are told BUSY. Within a transaction it runs to its end, whatever it takes. */
export const outlasts = (state: NodeState, session: Session, { took, endless }: Outcome): boolean => {
  const threshold = number(state, 'busy-reply-threshold', 5000) * MS
  return threshold > 0 && (endless || took > threshold) && !session.running
}

/** The script goes on; its client waits. */
export const goOn = (state: NodeState, session: Session, argv: readonly string[], o: Outcome, ctx: Context): void => {
  const threshold = number(state, 'busy-reply-threshold', 5000) * MS
  ctx.spend(threshold)
  const killed = err(`ERR Script killed by user with SCRIPT KILL... script: ${o.name}, on ${o.place}.`)
  const common = {
    name: o.name,
    isFunction: o.isFunction,
    argv: argv.slice(),
    client: session.conn,
    since: ctx.now,
    wrote: o.wrote,
    reply: o.reply,
    killed,
    isKilled: false,
  }
  state.script = { ...common, until: o.endless ? -1 : ctx.now + o.took, fact: 0, timers: [], stream: [] }
  session.blocked = { why: 'script', argv: argv.slice(), since: ctx.now, via: 0 }
  ctx.setTimer('scriptSlow', threshold)
  if (!o.endless) ctx.setTimer('scriptEnd', o.took)
}

/** The threshold is over: told once. */
export const tellSlow = (state: NodeState, ctx: Context): void => {
  const s = state.script
  if (s === null || s.fact !== 0) return
  s.fact = ctx.emit('script.slow', {
    script: s.name,
    isFunction: s.isFunction,
    ran: ctx.now - s.since,
    wrote: s.wrote,
    endless: s.until < 0,
  })
}

/** SCRIPT KILL, or FUNCTION KILL. */
export const killScript = (state: NodeState, isFunction: boolean, ctx: Context): Reply => {
  const s = state.script
  if (s === null) return NOT_BUSY
  tellSlow(state, ctx)
  if (s.wrote) {
    ctx.emit('script.unkillable', { script: s.name, isFunction: s.isFunction }, [s.fact])
    return UNKILLABLE
  }
  if (s.isFunction !== isFunction) return busyReply(s)
  s.isKilled = true
  ctx.setTimer('scriptEnd', 0)
  return OK
}

/** It is over, by itself or killed: what it was, with all that waited for it. Its timers are set again. */
export const endScript = (state: NodeState, ctx: Context): BusyScript | null => {
  const s = state.script
  if (s === null) return null
  tellSlow(state, ctx)
  state.script = null
  ctx.clearTimer('scriptSlow')
  ctx.emit('script.ended', { script: s.name, isFunction: s.isFunction, ran: ctx.now - s.since, killed: s.isKilled }, [s.fact])
  for (const [name, data] of s.timers) ctx.setTimer(name, 0, data)
  return s
}
