import { clientMemory } from './client-eviction.ts'
import type { NodeState, PubSub, Session } from './state.ts'

/** It is a replica to this node: it said MONITOR, or SYNC. */
export const isFed = (state: NodeState, { conn }: Session): boolean => state.monitors?.has(conn) === true || state.feeds?.has(conn) === true

const flagsOf = (s: Session): string => {
  const flags = [
    s.subscriptions > 0 && 'P',
    s.multi !== null && 'x',
    s.blocked !== null && 'b',
    s.tracking !== null && 't',
    s.readonly && 'r',
    s.noEvict && 'e',
  ]
  return flags.filter((flag) => flag !== false).join('') || 'N'
}

/** To how many of a kind it listens. */
const listensTo = (state: NodeState, s: Session, kind: keyof PubSub): number => {
  if (s.subscriptions === 0) return 0
  let n = 0
  for (const listeners of state.pubsub[kind].values()) if (listeners.has(s.conn)) n++
  return n
}

/** A connection's line of CLIENT LIST, without its end; `command` is the one it runs, or said last. */
export const clientLine = (state: NodeState, s: Session, command = s.cmd): string =>
  `id=${s.clientId} addr=${s.source} laddr=${state.ip}:${state.port} fd=8 name=${s.name} age=0 idle=0 flags=${flagsOf(s)} ` +
  `db=${s.db} sub=${listensTo(state, s, 'channels')} psub=${listensTo(state, s, 'patterns')} ssub=${listensTo(state, s, 'shards')} multi=${s.multi === null ? -1 : s.multi.length} qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 ` +
  `rbs=1024 rbp=0 obl=0 oll=0 omem=${s.output} tot-mem=${clientMemory(s)} events=r cmd=${command} user=${s.user} redir=-1 resp=${s.resp}`
