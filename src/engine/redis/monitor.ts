import type { Context } from '../core/process.ts'
import { addressOf } from './address.ts'
import { sendPush } from './client-output.ts'
import { unixMs } from './clock.ts'
import type { CommandSpec } from './commands/spec.ts'
import { withoutSecrets } from './slowlog.ts'
import type { NodeState, Session } from './state.ts'

/** MONITOR: a connection that is told every command as it runs, but administrators'. It costs nothing while nobody listens. */

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\u0007': '\\a',
  '\b': '\\b',
}

/** A word as MONITOR shows it (sdscatrepr); one char is one byte. */
const quoted = (word: string): string =>
  `"${word.replace(/[^ -~]|["\\]/g, (c) => ESCAPES[c] ?? `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`

/** Tells all who listen of a command that a connection, or a script, runs in a database. */
export const tellMonitors = (state: NodeState, session: Session, argv: readonly string[], byScript: boolean, ctx: Context): void => {
  tell(state, session.db, byScript ? 'lua' : session.source, argv, ctx)
}

/** A replica tells what it hears of its primary, all but what is about replication itself. */
export const tellStream = (state: NodeState, argv: readonly string[], ctx: Context): void => {
  const { db, primary } = state.repl
  if (argv[0] === 'REPLCONF' || primary === null) return
  const [ip, port] = addressOf(primary, ctx.settings.addresses)
  tell(state, Math.max(0, db), `${ip}:${port}`, argv, ctx)
}

const tell = (state: NodeState, db: number, who: string, argv: readonly string[], ctx: Context): void => {
  const ms = unixMs(ctx.now)
  const at = `${Math.floor(ms / 1000)}.${String((ms % 1000) * 1000 + (ctx.now % 1000)).padStart(6, '0')}`
  const line = `${at} [${db} ${who}] ${withoutSecrets(argv).map(quoted).join(' ')}`
  for (const conn of state.monitors!) {
    const listener = state.sessions.get(conn)
    if (listener !== undefined) sendPush(state, listener, { simple: line }, line.length, ctx)
  }
}

/** Scripts are told before what they run, and administrators' commands never. */
export const isShown = (command: CommandSpec): boolean =>
  !command.shownFlags.includes('admin') && !command.shownFlags.includes('skip_monitor')

export const isScript = (command: CommandSpec): boolean => command.shownFlags.includes('skip_monitor')

export const beginMonitoring = (state: NodeState, session: Session, ctx: Context): void => {
  ctx.pace(session.conn)
  state.monitors ??= new Set()
  state.monitors.add(session.conn)
}

export const endMonitoring = (state: NodeState, session: Session): void => {
  if (state.monitors?.delete(session.conn) === true && state.monitors.size === 0) state.monitors = null
}
