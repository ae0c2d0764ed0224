import { newAlarms, rearm, takeDue, type Alarms } from '../core/alarms.ts'
import type { ConnId } from '../core/network.ts'
import type { Behaviour, Context, ProcessId } from '../core/process.ts'
import { SEC, type Micros } from '../core/time.ts'
import { IGNORED, NOBODY, loseWire, newWires, sendOn, takeTag, wireConnected, wireOverdue, wireTo, type Wires } from '../client/wires.ts'
import { processIn } from '../redis/address.ts'
import { instanceAddress } from '../sentinel/address.ts'
import { isError, type Reply } from '../redis/reply.ts'
import type { PushMessage, ReplyMessage } from '../redis/state.ts'

/** redis-cli: one connection a node, kept, so that MULTI, ASKING, READONLY and SUBSCRIBE go on from line to line. */
export interface ConsoleState {
  wires: Wires
  alarms: Alarms
  lines: Map<number, Line>
  nextLine: number
}

interface Line {
  node: ProcessId
  argv: readonly string[]
  begun: Micros
  /** -c: follows MOVED and ASK. */
  cluster: boolean
  notes: string[]
}

/** A console waits so long for an answer. */
export const CONSOLE_TIMEOUT: Micros = 2 * SEC
const MOST_REDIRECTS = 16
const ASKING: readonly string[] = Object.freeze(['ASKING'])
const OUT_OF_BAND: ReadonlySet<string> = new Set(['message', 'pmessage', 'smessage', 'invalidate', 'sunsubscribe'])

const replied = (node: ProcessId, argv: readonly string[], reply: Reply, took: Micros, notes: string[], ctx: Context): void => {
  ctx.emit('console.replied', { node, argv: argv.slice(), reply, took, notes })
}

const send = (state: ConsoleState, id: number, asking: boolean, ctx: Context): void => {
  const line = state.lines.get(id)!
  const wire = wireTo(state.wires, line.node, false, ctx)
  if (asking) sendOn(wire, ASKING, IGNORED, CONSOLE_TIMEOUT, state.alarms, ctx)
  sendOn(wire, line.argv, id, CONSOLE_TIMEOUT, state.alarms, ctx)
}

const answer = (state: ConsoleState, tag: number, reply: Reply, ctx: Context): void => {
  const line = state.lines.get(tag)
  if (line === undefined) return
  if (line.cluster && isError(reply) && line.notes.length < MOST_REDIRECTS) {
    const [kind, slot, address] = reply.error.split(' ')
    const to = kind === 'MOVED' || kind === 'ASK' ? processIn(address, ctx.settings.addresses) : null
    if (to !== null) {
      line.notes.push(`-> Redirected to slot [${slot}] located at ${address}`)
      line.node = to
      return send(state, tag, kind === 'ASK', ctx)
    }
  }
  state.lines.delete(tag)
  replied(line.node, line.argv, reply, ctx.now - line.begun, line.notes, ctx)
}

const lose = (state: ConsoleState, conn: ConnId, reason: string, ctx: Context): void => {
  const gone = loseWire(state.wires, conn)
  if (gone === null) return
  const address = instanceAddress(gone.to, ctx.settings.addresses).join(':')
  const error =
    reason === 'refused'
      ? `Could not connect to Redis at ${address}: Connection refused`
      : reason === 'timeout'
        ? `No answer from ${address} within ${CONSOLE_TIMEOUT / SEC} s`
        : 'Error: Server closed the connection'
  for (const tag of gone.tags) if (tag > IGNORED) answer(state, tag, { error }, ctx)
}

export const consoleBehaviour: Behaviour<ConsoleState> = {
  boot: () => ({ wires: newWires(), alarms: newAlarms(), lines: new Map(), nextLine: 1 }),
  persist: () => null,

  message: {
    reply(state, m: ReplyMessage, conn, ctx) {
      answer(state, takeTag(state.wires.byConn.get(conn)), m.reply, ctx)
    },
    /** The first frame after SUBSCRIBE is its answer; what comes later by itself is told without a command. */
    push(state, m: PushMessage, conn, ctx) {
      const wire = state.wires.byConn.get(conn)
      if (wire === undefined) return
      const frame = Array.isArray(m.reply)
        ? m.reply
        : typeof m.reply === 'object' && m.reply !== null && 'push' in m.reply
          ? m.reply.push
          : []
      const tag = frame.length === 0 || OUT_OF_BAND.has(String(frame[0])) ? NOBODY : takeTag(wire)
      if (tag > IGNORED) answer(state, tag, m.reply, ctx)
      else replied(wire.to, [], m.reply, 0, [], ctx)
    },
  },

  timer: {
    alarm(state, ctx) {
      for (let due = takeDue(state.alarms, ctx.now); due !== null; due = takeDue(state.alarms, ctx.now))
        if (wireOverdue(state.wires, due.id, CONSOLE_TIMEOUT, state.alarms, ctx)) {
          ctx.close(due.id)
          lose(state, due.id, 'timeout', ctx)
        }
      rearm(state.alarms, ctx)
    },
  },

  connected(state, conn, ctx) {
    wireConnected(state.wires, conn, ctx)
  },
  closed: (state, conn, reason, ctx) => lose(state, conn, reason, ctx),

  act(state, action, ctx) {
    if (action.type !== 'command') return
    const id = state.nextLine++
    state.lines.set(id, {
      node: action.process,
      argv: Object.freeze(action.argv.slice()),
      begun: ctx.now,
      cluster: action.cluster === true,
      notes: [],
    })
    send(state, id, false, ctx)
  },
}
