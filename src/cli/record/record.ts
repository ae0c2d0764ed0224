import type { Value } from '../replay/recording.ts'
import { Connection } from './connection.ts'
import type { ScriptStep } from './script.ts'
import type { Servers } from './servers.ts'

/** What stands in the first line of a recording. */
export interface About {
  name: string
  version: string
  seed: number | null
}

/** JSON in which whole numbers beyond 2^53 stand as their digits. */
const json = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? `big:${v}` : v)).replace(/"big:(-?\d+)"/g, '$1')

/** Node ids as what they are called in a recording. */
const named = (value: Value, ids: ReadonlyMap<string, string>): Value => {
  if (Array.isArray(value.value)) {
    const items = value.value as (Value | Value[])[]
    return { ...value, value: items.map((v) => (Array.isArray(v) ? v.map((x) => named(x, ids)) : named(v, ids))) }
  }
  if (typeof value.value !== 'string') return value
  return { ...value, value: value.value.replace(/\b[0-9a-f]{40}\b/g, (id) => ids.get(id) ?? id) }
}

/** A replica has what its primary wrote. */
const inStep = async (primary: Connection, replica: Connection): Promise<void> => {
  const offset = async (c: Connection, field: RegExp): Promise<string> =>
    field.exec(String((await c.call(['INFO', 'replication'])).value))?.[1] ?? ''
  const wanted = await offset(primary, /master_repl_offset:(\d+)/)
  for (let i = 0; i < 200; i++) if (BigInt((await offset(replica, /slave_repl_offset:(\d+)/)) || '0') >= BigInt(wanted)) return
}

/** Says a script to real servers, one command after the other, and writes down every reply: the lines of a recording. */
export const record = async (script: readonly ScriptStep[], servers: Servers, about: About): Promise<string> => {
  const isCluster = servers.ids.size > 0
  const roles: Record<string, string[]> = {}
  for (const [replica, primary] of servers.primaryOf) (roles[primary] ??= []).push(String(replica))
  const header = {
    header: true,
    name: about.name,
    redis_version: about.version,
    resp: 2,
    kind: 'replies',
    mode: isCluster ? 'cluster' : 'standalone',
    nodes: servers.ports.map(String),
    seed: about.seed,
    config: { 'repl-diskless-sync-delay': '0', ...servers.config },
    ...(isCluster ? { roles, slots: servers.slots } : {}),
  }
  const lines = [json(header)]
  const connections = new Map<string, Connection>()
  const connect = (port: number, client: string): Connection => {
    const name = `${port}/${client}`
    let c = connections.get(name)
    if (c === undefined || c.isClosed) connections.set(name, (c = new Connection(port)))
    return c
  }
  const idOf = new Map([...servers.ids].map(([id, label]) => [label, id]))
  for (const [i, step] of script.entries()) {
    const port = servers.ports[step.node]
    const primary = servers.primaryOf.get(port)
    if (primary !== undefined) await inStep(connect(primary, ' quiet'), connect(port, ' quiet'))
    // nodes are called by their ports in a recording, by their ids on the wire
    const cmd = step.cmd.map((word) => word.replace(/<node:(\d)>/g, (_, i: string) => `<id:${servers.ports[Number(i)]}>`))
    const spoken = cmd.map((word) => word.replace(/<id:\d+>/g, (label) => idOf.get(label) ?? label))
    const reply = named(await connect(port, step.client ?? '').call(spoken), servers.ids)
    if (step.sleepAfter !== undefined) await new Promise((done) => setTimeout(done, step.sleepAfter))
    lines.push(
      json({
        step: i + 1,
        node: String(port),
        ...(step.client === undefined ? {} : { client: step.client }),
        ...(i > 0 && script[i - 1].sleepAfter !== undefined ? { sleep_ms_before: script[i - 1].sleepAfter } : {}),
        cmd,
        reply,
        ...(step.volatile ? { volatile: true } : {}),
        ...(step.unordered ? { unordered: step.unordered } : {}),
      }),
    )
  }
  for (const c of connections.values()) c.close()
  return `${lines.join('\n')}\n`
}
