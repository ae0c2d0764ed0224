import { Failure, type Effect, type Flow } from '../core/flow.ts'
import type { ProcessId } from '../core/process.ts'
import type { Micros } from '../core/time.ts'
import type { Reply } from '../redis/reply.ts'

/** A command whose answer never came: why. */
export interface Lost {
  lost: string
}

export interface SendEffect extends Effect {
  readonly op: 'send'
  readonly argv: readonly string[]
  /** a certain node; null = by the slot map. */
  readonly to: ProcessId | null
  readonly asking: boolean
  /** a read: a replica may serve it. */
  readonly read: boolean
}
/** Follows MOVED or ASK: the node to ask, '' when this client takes the redirect for an error, null after too many. */
export interface RedirectEffect extends Effect {
  readonly op: 'redirect'
  readonly error: string
  readonly hops: number
}
/** Waits, then names the node to try next ('' = by the slot map), or null at once when there is no further attempt. */
export interface BackoffEffect extends Effect {
  readonly op: 'backoff'
  readonly attempt: number
  /** null when a node answered with an error; otherwise why the connection was lost. */
  readonly lost: string | null
}

/** How a client treats an answer that is no result. */
export type Trouble = 'none' | 'redirect' | 'retry' | 'error'

/**
 * MOVED and ASK name another node; TRYAGAIN, CLUSTERDOWN, LOADING, MASTERDOWN and a lost connection pass; any other error is the answer.
 * (Redis cluster specification, "MOVED redirection", "ASK redirection", "Multiple keys operations".)
 */
export const troubleOf = (reply: Reply | Lost): Trouble => {
  if (typeof reply !== 'object' || reply === null) return 'none'
  if ('lost' in reply) return 'retry'
  if (!('error' in reply)) return 'none'
  const { error } = reply
  if (error.startsWith('MOVED ') || error.startsWith('ASK ')) return 'redirect'
  return /^(TRYAGAIN|CLUSTERDOWN|LOADING|MASTERDOWN|READONLY) /.test(error) ? 'retry' : 'error'
}

/**
 * One command with its redirects and retries. It fails with an error reply, and when the attempts are used up; `soft`: then it
 * answers undefined instead.
 */
export function* command(argv: readonly string[], label: string, read = false, soft = false): Flow<Reply | undefined> {
  let to: ProcessId | null = null
  let asking = false
  let attempt = 0
  let hops = 0
  for (;;) {
    const reply = (yield { op: 'send', label, argv, to, asking, read: read && attempt === 0 } as SendEffect) as Reply | Lost
    const trouble = troubleOf(reply)
    if (trouble === 'none') return reply as Reply
    if (trouble === 'redirect') {
      const { error } = reply as { error: string }
      const next = (yield { op: 'redirect', label, error, hops } as RedirectEffect) as ProcessId | '' | null
      if (next === '') throw new Failure('error', error)
      if (next === null) {
        if (soft) return undefined
        throw new Failure('unavailable', `too many redirects: ${error}`)
      }
      hops++
      to = next
      asking = error.startsWith('ASK')
    } else if (trouble === 'retry') {
      const lost = 'lost' in (reply as object) ? (reply as Lost).lost : null
      const next = (yield { op: 'backoff', label, attempt, lost } as BackoffEffect) as ProcessId | '' | null
      if (next === null) {
        if (soft) return undefined
        throw new Failure('unavailable', lost ?? (reply as { error: string }).error)
      }
      attempt++
      to = next === '' ? null : next
      asking = false
    } else throw new Failure('error', (reply as { error: string }).error)
  }
}

/** GET: the value, or null. */
export const get = (key: string, label: string): Flow<string | null> => command(['GET', key], label, true) as Flow<string | null>

/** GET that counts an unreachable cache as an answer: the value, null, or undefined when nobody serves the key. */
export const lookUp = (key: string, label: string): Flow<string | null | undefined> =>
  command(['GET', key], label, true, true) as Flow<string | null | undefined>

/** SET with a TTL in microseconds. */
export const set = (key: string, value: string, ttl: Micros, label: string): Flow<unknown> =>
  command(['SET', key, value, 'PX', millis(ttl)], label)

/** DEL: how many there were. */
export const del = (key: string, label: string): Flow<number> => command(['DEL', key], label) as Flow<number>

/** SET NX PX: true when this call set it. */
export function* setIfAbsent(key: string, value: string, ttl: Micros, label: string): Flow<boolean> {
  return (yield* command(['SET', key, value, 'NX', 'PX', millis(ttl)], label)) !== null
}

/** PUBLISH on any node: the receivers connected to that node. */
export const publish = (channel: string, text: string, label: string): Flow<number> =>
  command(['PUBLISH', channel, text], label) as Flow<number>

const millis = (ttl: Micros): string => String(Math.max(1, Math.round(ttl / 1000)))
