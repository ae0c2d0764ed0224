import type { World } from '../engine/core/world.ts'
import type { Process, ProcessId } from '../engine/core/process.ts'
import { MS, SEC } from '../engine/core/time.ts'
import { whyNot } from '../engine/redis/bus.ts'
import { memoryUse } from '../engine/redis/memory.ts'
import { pongOf } from '../engine/redis/peers.ts'
import { whyNoRoom } from '../engine/redis/why-no-room.ts'
import type { NodeState } from '../engine/redis/state.ts'
import { whySentinel } from '../engine/sentinel/why-not.ts'
import { instancesOf, sentinelNamed } from '../engine/sentinel/instances.ts'
import { votesNeeded } from '../engine/sentinel/rules.ts'
import type { Instance, Primary, SentinelState } from '../engine/sentinel/state.ts'
import { appInFlight, slotBelief, waitingFlows, type AppState } from '../engine/client/app.ts'
import type { OriginState } from '../engine/origin/origin.ts'
import type { Inspection } from './frame.ts'
import { inspectUsers } from './inspect-users.ts'

const grouped = (n: number): string => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ' ')
const msText = (micros: number): string => `${grouped(micros / MS)} ms`

/** One process in its own words: what it knows, and why it does or does not act. */
export const inspect = (w: World, id: ProcessId): Inspection => {
  const p = w.processes.get(id)
  if (p === undefined) throw new Error(`There is no process ${id} here.`)
  const empty: Inspection = { process: id, rows: [], why: null, peers: [], waiting: [], keys: 0 }
  if (p.state === null) {
    const headline = p.status === 'off' ? 'It has no power' : 'Its process is gone'
    const text =
      p.status === 'off' ? 'Its host is silent: connections hang until they time out.' : 'Its host is up: connections are refused at once.'
    return { ...empty, why: { headline, evidence: [{ mark: 'no', who: id, text, figure: '' }] } }
  }
  if (p.kind === 'node') return inspectNode(w, p, p.state as NodeState)
  if (p.kind === 'app') return inspectApp(w, id, p.state as AppState)
  if (p.kind === 'sentinel') return inspectSentinel(w, id, p.state as SentinelState, p.status === 'paused')
  if (p.kind === 'origin') {
    const o = p.state as OriginState
    const { workers, service, queue } = w.settings.origin
    return {
      ...empty,
      rows: [
        { label: 'workers busy', value: `${o.busy} of ${workers}` },
        { label: 'queued, at most', value: `${o.queue.length}, ${queue}` },
        { label: 'one query takes', value: `${msText(service)}${w.settings.origin.fixed ? '' : ' on average'}` },
        { label: 'most it can serve', value: `${grouped((workers / service) * SEC)}/s` },
      ],
    }
  }
  return empty
}

interface Row {
  label: string
  value: string
}

/** A history by the first digits of its replication id. */
const history = (replid: string): string => replid.slice(0, 8)

/** Where it stands in which history, what its backlog holds, how its link or its replicas get on. */
const replicationRows = (w: World, n: NodeState): Row[] => {
  const r = n.repl
  const rows: Row[] = [
    { label: 'replication offset', value: grouped(r.offset) },
    { label: 'replid', value: history(r.replid) },
  ]
  if (r.secondOffset >= 0) rows.push({ label: 'replid2, up to', value: `${history(r.replid2)}, ${grouped(r.secondOffset)}` })
  if (r.backlog !== null && r.backlog.from <= r.offset)
    rows.push({ label: 'backlog holds', value: `${grouped(r.backlog.from)} to ${grouped(r.offset)}` })
  if (r.role === 'replica') {
    const down = r.linkDownSince < 0 ? 'never up' : `down for ${msText(Math.max(0, w.now - r.linkDownSince))}`
    const state = r.transfer === null ? `${r.linkState}, ${down}` : `full sync, ${Math.floor((r.transfer.read * 100) / r.transfer.total)} %`
    rows.push({ label: 'link to its primary', value: r.linkState === 'connected' ? 'up' : r.refusal === '' ? state : `refused, ${down}` })
    if (r.lastSync !== null) rows.push({ label: 'last sync', value: `${r.lastSync.kind}, ${grouped(r.lastSync.bytes)} bytes` })
  } else
    for (const link of r.replicas.values()) {
      const lag = Math.max(0, Math.floor(w.now / SEC) - Math.floor(link.ackAt / SEC))
      const value =
        link.state === 'online'
          ? `${grouped(link.ack)}, lag ${lag} s`
          : link.state === 'syncing'
            ? `full sync, ${grouped(r.offset - link.from)} bytes wait`
            : 'waits for a full sync'
      rows.push({ label: `${link.process} acknowledged`, value })
    }
  if (n.persistence !== null) rows.push({ label: 'files', value: filesOf(w, n) })
  return rows
}

const filesOf = (w: World, n: NodeState): string => {
  const p = n.persistence!
  if (n.config.get('appendonly') === 'yes') return `append-only, fsync ${n.config.get('appendfsync') ?? 'everysec'}`
  if (p.snapshot !== null) return `snapshot, ${msText(w.now - p.snapshot.at)} old`
  return n.config.get('save') === '' ? 'none: a restart is empty' : 'no snapshot yet'
}

/** What keeps its one thread from serving anybody; null for what is over in a millisecond. */
const whyNoThread = (w: World, { id }: Process, n: NodeState): Inspection['why'] => {
  const { migration: m, script: s } = n
  const waits = (headline: string, text: string, since: number): Inspection['why'] => ({
    headline,
    evidence: [{ mark: 'wait', who: id, text, figure: msText(w.now - since) }],
  })
  if (m !== null && w.now - m.since >= MS)
    return waits('Its thread waits for MIGRATE', `It serves nobody until ${m.to} has taken ${grouped(m.bytes)} bytes.`, m.since)
  if (s === null) return null
  const kill = s.isFunction ? 'FUNCTION KILL' : 'SCRIPT KILL'
  const end = s.wrote ? `${kill} does not help: it has written.` : `${kill} ends it.`
  const what = s.isFunction ? `Function ${s.name}` : `Script ${s.name.slice(0, 8)}`
  return waits('Its thread runs a script', `${what}; others hear BUSY. ${end}`, s.since)
}

/** When its thread is free again, where that is more than a millisecond away. */
const threadRows = (w: World, p: Process): Row[] =>
  p.hold === null && p.busyUntil - w.now >= MS ? [{ label: 'its thread is free in', value: msText(p.busyUntil - w.now) }] : []

const inspectNode = (w: World, p: Process, n: NodeState): Inspection => {
  const { id } = p
  const backlog = p.inbox.length - p.head
  const c = n.cluster
  const me = c?.peers[0]
  const timeout = Number(n.config.get('cluster-node-timeout') ?? 15000)
  const rows = [
    ...(c && me ? [{ label: 'currentEpoch, configEpoch', value: `${c.currentEpoch}, ${me.configEpoch}` }] : []),
    ...(c
      ? [
          { label: 'cluster_state', value: c.state },
          { label: 'node-timeout', value: `${grouped(timeout)} ms` },
        ]
      : []),
    ...replicationRows(w, n),
    { label: 'keys', value: grouped(n.keys.size) },
    ...libraryRows(n),
    ...memoryRows(n),
    { label: 'address', value: `${n.ip}:${n.port}` },
    ...threadRows(w, p),
    ...(backlog > 0 ? [{ label: 'waiting for its thread', value: grouped(backlog) }] : []),
  ]
  const why =
    p.status === 'paused'
      ? {
          headline: 'It stands still',
          evidence: [
            {
              mark: 'wait' as const,
              who: id,
              text: 'SIGSTOP: its kernel goes on accepting, it does not run.',
              figure: `${backlog} waiting`,
            },
          ],
        }
      : (whyNoThread(w, p, n) ?? whyNoRoom(n, w.now) ?? whyNot(n, w.now))
  return {
    process: id,
    rows,
    why,
    peers: c
      ? c.peers
          .map((x, i) => ({ x, i }))
          .filter(({ x, i }) => i > 0 && !x.gone)
          .map(({ x, i }) => ({
            id: x.process,
            role: x.primary ? 'primary' : 'replica',
            flag: x.fail ? 'FAIL' : x.pfail ? 'PFAIL' : x.handshake ? 'handshake' : '',
            lastPong: pongOf(c, i),
            pingSent: c.pinged[i],
            epoch: x.configEpoch,
            reports: [...(c.reports.get(i)?.keys() ?? [])].map((by) => c.peers[by].process),
          }))
      : [],
    waiting: [],
    keys: n.keys.size,
    ...inspectUsers(w, n),
  }
}

const kilobytes = (bytes: number): string => `${grouped(bytes / 1000)} kB`

/** The libraries it holds, each with its functions. */
const libraryRows = (n: NodeState): Row[] =>
  [...n.libraries.values()].map(({ name, functions }) => ({ label: `library ${name}`, value: functions.map((f) => f.name).join(', ') }))

/** Memory, and where there is a limit what becomes of it. */
const memoryRows = (n: NodeState): { label: string; value: string }[] => {
  const used = memoryUse(n).total
  const limit = n.memory?.limit ?? 0
  if (limit === 0) return [{ label: 'memory used, about', value: `${kilobytes(used)}, no limit` }]
  return [
    { label: 'memory used, about', value: `${kilobytes(used)} of ${kilobytes(limit)}` },
    { label: 'maxmemory-policy', value: n.memory!.policy },
    { label: 'keys evicted', value: grouped(n.stats.evicted) },
    ...(n.stats.refusedForMemory > 0 ? [{ label: 'commands answered OOM', value: grouped(n.stats.refusedForMemory) }] : []),
  ]
}

const slotMapKept = (a: AppState): string =>
  ({ moved: 'follows MOVED', timer: `polled every ${a.policy.refreshEvery / SEC} s`, ignore: 'never refreshed' })[a.policy.refresh]
const primaryKept = (a: AppState): string => {
  const now = slotBelief(a)[0]?.owner ?? 'unknown'
  const how = {
    moved: 'asks Sentinels, hears +switch-master',
    timer: `Sentinels polled every ${a.policy.refreshEvery / SEC} s`,
    ignore: 'fixed address',
  }
  return `${now}: ${how[a.policy.refresh]}`
}

/** What a Sentinel believes: of its primary, of the replicas, and of the other Sentinels. */
const inspectSentinel = (w: World, id: ProcessId, s: SentinelState, paused: boolean): Inspection => {
  const primaries = [...s.primaries.values()]
  const epochOf = (p: Primary, x: Instance) => (x.kind === 'sentinel' ? (p.sentinels.get(x.name)?.leaderEpoch ?? 0) : p.configEpoch)
  return {
    process: id,
    rows: [
      { label: 'address', value: `${s.ip}:${s.port}` },
      { label: 'current epoch', value: String(s.currentEpoch) },
      ...primaries.flatMap((p) => [
        { label: p.name, value: `${p.process}, config epoch ${p.configEpoch}` },
        { label: 'quorum', value: `${p.quorum} of ${p.sentinels.size + 1} Sentinels` },
        { label: 'votes a leader needs', value: `${votesNeeded(p)}` },
        { label: 'down-after-milliseconds', value: msText(p.downAfter) },
        { label: 'failover-timeout', value: msText(p.failoverTimeout) },
        { label: 'its last vote', value: p.leader === '' ? 'none' : `${sentinelNamed(s, p, p.leader)}, epoch ${p.leaderEpoch}` },
      ]),
    ],
    why: paused
      ? {
          headline: 'It stands still',
          evidence: [{ mark: 'wait', who: id, text: 'SIGSTOP: when it wakes it will doubt its clock (TILT).', figure: '' }],
        }
      : whySentinel(s, w.now),
    peers: primaries.flatMap((p) =>
      instancesOf(p).map((x) => ({
        id: x.process,
        role: x.kind,
        flag: x === p && p.odown ? 'ODOWN' : x.sdown ? 'SDOWN' : '',
        lastPong: x.link.lastPong,
        pingSent: Math.max(0, x.link.lastPing),
        epoch: epochOf(p, x),
        reports: [...p.sentinels.values()].filter((o) => x === p && o.primaryDown).map((o) => o.process),
      })),
    ),
    waiting: [],
    keys: 0,
  }
}

/** What helps an application that no node lets in, by the first word of the error. */
const CURES: Record<string, string> = {
  NOAUTH: 'nodes ask for a password: let applications give it',
  WRONGPASS: 'its user or its password is not what the nodes know',
  DENIED: 'protected mode serves a node’s own host only while nobody needs a password',
}

const whyNotLetIn = (refusal: string): Inspection['why'] => ({
  headline: 'It is not let in',
  evidence: [
    { mark: 'no', who: '', text: refusal.length > 80 ? `${refusal.slice(0, 60)}…` : refusal, figure: '' },
    { mark: 'wait', who: '', text: CURES[refusal.split(' ')[0]] ?? 'the default user has no password: send none', figure: '' },
  ],
})

const speaksAs = (a: AppState): string => {
  const user = a.policy.user === undefined || a.policy.user === '' ? 'default' : a.policy.user
  const refused = a.client.refusal === '' ? '' : `, refused: ${a.client.refusal.split(' ')[0]}`
  return (a.policy.password === undefined || a.policy.password === '' ? 'default, without a password' : user) + refused
}

const inspectApp = (w: World, id: ProcessId, a: AppState): Inspection => ({
  process: id,
  rows: [
    { label: 'requests in flight', value: grouped(appInFlight(a)) },
    { label: 'L1 entries', value: `${a.near.entries.size} of ${a.policy.l1Size}` },
    {
      label: w.settings.cluster ? 'slot map' : 'its primary',
      value: (w.settings.cluster ? slotMapKept : primaryKept)(a),
    },
    { label: 'a command is given up after', value: msText(a.policy.timeout) },
    { label: 'further attempts', value: String(a.policy.retries) },
    { label: 'reads from', value: a.policy.readFrom },
    { label: 'speaks as', value: speaksAs(a) },
    { label: 'invalidations', value: a.policy.l1Ttl === 0 ? 'no L1' : a.subscription.on ? 'subscribed' : 'not subscribed' },
  ],
  why: a.client.refusal === '' ? null : whyNotLetIn(a.client.refusal),
  peers: [],
  waiting: waitingFlows(a).map((x) => ({ ...x, oldest: w.now - x.oldest })),
  keys: a.near.entries.size,
})
