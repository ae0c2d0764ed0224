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
 * One command with its redirects and retries: what a flow would say as
 *
 *     for (;;) { const reply = yield send; if (it is no trouble) return reply; yield redirect or backoff }
 *
 * written as a machine, since every request goes through it: it is its own `send` effect and its own step, and makes no object. What
 * `next` returns counts until its next call.
 */
class CommandFlow implements SendEffect {
  readonly op = 'send'
  done = false
  value: Effect | Reply | undefined = undefined
  readonly label: string
  readonly argv: readonly string[]
  to: ProcessId | null = null
  asking = false
  read: boolean
  private readonly soft: boolean
  private attempt = 0
  private hops = 0
  /** the reply that is no result, while it is decided where to go with it. */
  private trouble: { error: string } | Lost | null = null
  private begun = false

  constructor(argv: readonly string[], label: string, read: boolean, soft: boolean) {
    this.argv = argv
    this.label = label
    this.read = read
    this.soft = soft
  }

  [Symbol.iterator](): this {
    return this
  }

  next(answer: unknown): IteratorResult<Effect, Reply | undefined> {
    if (this.begun === false) {
      this.begun = true
      return this.yielded(this)
    }
    if (this.trouble === null) return this.replied(answer as Reply | Lost)
    const { trouble } = this
    this.trouble = null
    return this.goOn(trouble, answer as ProcessId | '' | null)
  }

  private yielded(effect: Effect): IteratorResult<Effect, never> {
    this.value = effect
    return this as unknown as IteratorResult<Effect, never>
  }

  private ended(reply: Reply | undefined): IteratorResult<never, Reply | undefined> {
    this.done = true
    this.value = reply
    return this as unknown as IteratorResult<never, Reply | undefined>
  }

  private replied(reply: Reply | Lost): IteratorResult<Effect, Reply | undefined> {
    const trouble = troubleOf(reply)
    if (trouble === 'none') return this.ended(reply as Reply)
    if (trouble === 'error') throw new Failure('error', (reply as { error: string }).error)
    this.trouble = reply as { error: string } | Lost
    const { label, hops, attempt } = this
    if (trouble === 'redirect')
      return this.yielded({ op: 'redirect', label, error: (reply as { error: string }).error, hops } as RedirectEffect)
    return this.yielded({ op: 'backoff', label, attempt, lost: 'lost' in (reply as object) ? (reply as Lost).lost : null } as BackoffEffect)
  }

  /** Where to try next is known: '' = by the slot map, after a redirect it is a refusal to follow; null = no further attempt. */
  private goOn(trouble: { error: string } | Lost, next: ProcessId | '' | null): IteratorResult<Effect, Reply | undefined> {
    const error = 'error' in trouble ? trouble.error : null
    const redirected = error !== null && troubleOf(trouble as Reply) === 'redirect'
    if (redirected && next === '') throw new Failure('error', error)
    if (next === null) {
      if (this.soft) return this.ended(undefined)
      throw new Failure('unavailable', redirected ? `too many redirects: ${error}` : (error ?? (trouble as Lost).lost))
    }
    if (redirected) this.hops++
    else this.attempt++
    this.to = next === '' ? null : next
    this.asking = redirected && error.startsWith('ASK')
    if (this.attempt > 0) this.read = false
    return this.yielded(this)
  }
}

/** One command. It fails with an error reply, and when the attempts are used up; `soft`: then it answers undefined instead. */
export const command = (argv: readonly string[], label: string, read = false, soft = false): Flow<Reply | undefined> =>
  new CommandFlow(argv, label, read, soft)

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
