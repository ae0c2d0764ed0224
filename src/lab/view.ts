import { connAt } from '../engine/core/connections.ts'
import type { Message, Process, ProcessId } from '../engine/core/process.ts'
import { eachEntry } from '../engine/core/entries.ts'
import type { World } from '../engine/core/world.ts'
import { SEC } from '../engine/core/time.ts'
import { slotOwner } from '../engine/redis/bus.ts'
import { eachKey, getEntry } from '../engine/redis/keyspace.ts'
import { hashedPart, keySlot } from '../engine/redis/slots.ts'
import type { ClusterState, NodeState, Peer } from '../engine/redis/state.ts'
import { appInFlight, slotBelief, type AppState } from '../engine/client/app.ts'
import { versionOf } from '../engine/caching/values.ts'
import { reshardOf, type AdminState } from '../engine/admin/admin.ts'
import { usableSentinels } from '../engine/sentinel/commands.ts'
import { votesFor } from '../engine/sentinel/election.ts'
import { currentAddress, instancesOf, promotedOf, sentinelNamed } from '../engine/sentinel/instances.ts'
import { odownVotes, votesNeeded } from '../engine/sentinel/rules.ts'
import type { SentinelState } from '../engine/sentinel/state.ts'
import { latestVersion, type OriginState } from '../engine/origin/origin.ts'
import type {
  AppFace,
  ElectionFace,
  FoundKey,
  KeyRow,
  MessageFace,
  MessageKind,
  NodeFace,
  ProcessFace,
  RedisCliFace,
  ReshardProgress,
  SentinelFace,
  SlotView,
} from './frame.ts'
import type { Session } from './session.ts'

/** Read-only looks at a world: everything the page shows of it, computed afresh. */

const SLOTS = 16384
/** A slot map in more pieces than this is drawn as its first ones. */
const MOST_RUNS = 200

const sentinelState = (p: Process | undefined): SentinelState | null => (p?.kind === 'sentinel' ? (p.state as SentinelState | null) : null)
const nodeState = (p: Process | undefined): NodeState | null => (p?.kind === 'node' ? (p.state as NodeState | null) : null)
const living = (w: World): Process[] => [...w.processes.values()].filter((p) => !p.retired)

// ------------------------------------------------------------------ messages

const KINDS: Record<string, MessageKind> = {
  command: 'command',
  reply: 'reply',
  push: 'message',
  query: 'origin',
  row: 'originReply',
  rowRefused: 'originReply',
  ping: 'ping',
  pong: 'pong',
  meet: 'meet',
  fail: 'fail',
  update: 'update',
  voteRequest: 'voteRequest',
  vote: 'vote',
  manualFailover: 'manualFailover',
  publish: 'publish',
}

export const kindOf = (message: Message): MessageKind => {
  const kind = KINDS[message.type]
  if (kind === undefined)
    return message.type.startsWith('repl') || message.type.startsWith('psync')
      ? 'replication'
      : message.type.startsWith('sync')
        ? 'sync'
        : 'other'
  if (kind === 'reply') {
    const reply = (message as unknown as { reply: unknown }).reply
    return typeof reply === 'object' && reply !== null && 'error' in reply ? 'error' : 'reply'
  }
  if (kind === 'command') {
    const argv = (message as unknown as { argv: readonly string[] }).argv
    if (argv[0] === 'MIGRATE' || argv[0].startsWith('RESTORE')) return 'migrate'
    if (argv[0] === 'PUBLISH') return 'publish'
  }
  return kind
}

const DECIDING: ReadonlySet<MessageKind> = new Set<MessageKind>(['vote', 'voteRequest', 'fail', 'publish', 'message', 'manualFailover'])

/** Kinds of deciding messages on the wire. */
export const kindsInFlight = (w: World): Set<MessageKind> => {
  const kinds = new Set<MessageKind>()
  eachEntry(w, (_at, item) => {
    if (item.what !== 'deliver' || item.message === null) return
    const kind = kindOf(item.message)
    if (DECIDING.has(kind)) kinds.add(kind)
  })
  return kinds
}

const labelOf = (message: Message, kind: MessageKind): string => {
  switch (kind) {
    case 'command':
    case 'migrate':
    case 'publish': {
      const argv = (message as unknown as { argv?: readonly string[] }).argv
      return argv ? argv.slice(0, 2).join(' ').slice(0, 24) : 'publish'
    }
    case 'error':
      return (message as unknown as { reply: { error: string } }).reply.error.split(' ').slice(0, 2).join(' ')
    case 'vote':
      return 'vote'
    case 'voteRequest':
      return 'asks for a vote'
    case 'fail':
      return 'FAIL'
    case 'message':
      return 'invalidate'
    default:
      return ''
  }
}

export const messagesInFlight = (w: World): MessageFace[] => {
  const out: MessageFace[] = []
  eachEntry(w, (at, item) => {
    if (item.what !== 'deliver' || item.message === null || item.message.size === 0) return
    const c = connAt(w.network.conns, item.conn)
    if (!c) return
    const kind = kindOf(item.message)
    out.push({
      id: item.cause * 64 + (item.conn % 64),
      from: c.a === item.to ? c.b : c.a,
      to: item.to,
      kind,
      sentAt: item.sentAt,
      deliverAt: at,
      label: labelOf(item.message, kind),
    })
  })
  for (const [place, { held, heldSince }] of w.network.conns.flows)
    if (held !== null) {
      const c = connAt(w.network.conns, place >> 1)!
      const [from, to] = place % 2 === 0 ? [c.a, c.b] : [c.b, c.a]
      for (const message of held.slice(0, 20)) {
        const kind = kindOf(message)
        out.push({ id: c.id * 64 + 63, from, to, kind, sentAt: heldSince, deliverAt: Infinity, label: labelOf(message, kind) })
      }
    }
  return out
}

// ------------------------------------------------------------------ slots

/** Without a cluster the primary is whom most Sentinels name. */
const namedPrimary = (w: World): ProcessId | null => {
  const votes = new Map<ProcessId, number>()
  for (const p of living(w)) {
    const s = sentinelState(p)
    for (const primary of s?.primaries.values() ?? []) votes.set(primary.process, (votes.get(primary.process) ?? 0) + 1)
  }
  let best: ProcessId | null = null
  for (const [id, n] of votes) if (best === null || n > votes.get(best)!) best = id
  return best
}

/** Slots as really served: of the running primaries that claim one, the greatest configEpoch. Index into `owners`. */
export const truth = (w: World): { owner: Int16Array; owners: ProcessId[] } => {
  const owner = new Int16Array(SLOTS).fill(-1)
  const epoch = new Float64Array(SLOTS).fill(-1)
  const owners: ProcessId[] = []
  for (const p of living(w)) {
    const n = nodeState(p)
    if (n === null || n.repl.role !== 'primary') continue
    const index = owners.push(p.id) - 1
    if (n.cluster === null) {
      // two that both take writes: the one that clients are sent to
      if (index === 0 || p.id === namedPrimary(w)) owner.fill(index)
      continue
    }
    const mine = n.cluster.peers[0].configEpoch
    if (n.cluster.peers[0].numSlots === 0) continue
    for (let s = 0; s < SLOTS; s++)
      if (mine > epoch[s] && slotOwner(n, s) === 0) {
        epoch[s] = mine
        owner[s] = index
      }
  }
  return { owner, owners }
}

export const slotView = (w: World, who: ProcessId | 'truth'): SlotView => {
  const real = truth(w)
  const filled = new Uint8Array(SLOTS)
  for (const p of living(w)) {
    const n = nodeState(p)
    if (n === null || n.repl.role !== 'primary') continue
    for (const page of n.keys.perSlot.pages.entries())
      for (let i = 0; i < page[1].length; i++) if (page[1][i] > 0) filled[page[0] * page[1].length + i] = 1
  }
  if (who === 'truth') return { ...real, filled, open: [] }
  const p = w.processes.get(who)
  if (p === undefined) throw new Error(`There is no process ${who} here.`)
  const n = nodeState(p)
  if (n !== null) {
    if (n.cluster === null) return { owner: new Int16Array(SLOTS), owners: [who], filled, open: [] }
    const { peers } = n.cluster
    const owner = new Int16Array(SLOTS)
    for (let s = 0; s < SLOTS; s++) owner[s] = slotOwner(n, s)
    const open: SlotView['open'] = []
    for (const [slot, peer] of n.cluster.migrating) open.push({ slot, state: 'migrating', peer: peers[peer].process })
    for (const [slot, peer] of n.cluster.importing) open.push({ slot, state: 'importing', peer: peers[peer].process })
    return { owner, owners: peers.map((x) => x.process), filled, open }
  }
  if (p.kind === 'app' && p.state !== null) {
    const owners: ProcessId[] = []
    const owner = new Int16Array(SLOTS).fill(-1)
    for (const run of slotBelief(p.state as AppState)) {
      if (run.owner === null) continue
      let index = owners.indexOf(run.owner)
      if (index < 0) index = owners.push(run.owner) - 1
      owner.fill(index, run.from, run.to + 1)
    }
    return { owner, owners, filled, open: [] }
  }
  return { owner: new Int16Array(SLOTS).fill(-1), owners: [], filled, open: [] }
}

// ------------------------------------------------------------------ faces

/** Shard of each node: primaries in order of birth open one; a replica belongs to its primary's, and keeps it when promoted. */
const shardsOf = (w: World, s: Session): Map<ProcessId, number> => {
  const shards = new Map<ProcessId, number>()
  const { topology } = s.scenario
  let n = 0
  for (const p of w.processes.values()) {
    if (p.kind !== 'node') continue
    const i = n++
    if (i < topology.primaries) shards.set(p.id, i)
    else if (topology.replicaOf && i < topology.primaries + topology.replicaOf.length)
      shards.set(p.id, topology.replicaOf[i - topology.primaries])
    else if (!topology.replicaOf && i < topology.primaries * (1 + topology.replicasPerPrimary))
      shards.set(p.id, (i - topology.primaries) % topology.primaries)
  }
  let next = topology.primaries
  for (const p of w.processes.values()) {
    if (p.kind !== 'node' || shards.has(p.id)) continue
    const state = nodeState(p)
    const of = state?.repl.role === 'replica' ? state.repl.primary : null
    shards.set(p.id, of !== null && shards.has(of) ? shards.get(of)! : next++)
  }
  return shards
}

export const processFaces = (w: World, s: Session): ProcessFace[] => {
  const shards = shardsOf(w, s)
  const real = truth(w)
  const recent = s.metrics.windows.slice(-4)
  const suspects = new Map<ProcessId, NodeFace['suspectedBy']>()
  for (const p of living(w)) {
    const n = nodeState(p)
    if (n === null || n.cluster === null) continue
    for (const peer of n.cluster.peers)
      if (!peer.gone && (peer.fail || peer.pfail)) {
        const list = suspects.get(peer.process) ?? []
        list.push({ by: p.id, flag: peer.fail ? 'fail' : 'pfail' })
        suspects.set(peer.process, list)
      }
  }
  for (const { by, about, odown } of sentinelsOpinions(w))
    suspects.set(about, [...(suspects.get(about) ?? []), { by, flag: odown ? 'odown' : 'sdown' }])
  return living(w).map((p): ProcessFace => {
    const face: ProcessFace = { id: p.id, kind: p.kind, status: p.status, slow: p.slow }
    if (p.kind === 'node') {
      const state = p.state as NodeState | null
      const ops = recent.reduce((sum, x) => sum + (x.ops[p.id] ?? 0), 0)
      face.node = nodeFace(w, p, state, shards.get(p.id) ?? 0, ops, suspects.get(p.id) ?? [])
    } else if (p.kind === 'app' && p.state !== null) {
      let [errors, l1, hits, misses] = [0, 0, 0, 0]
      for (const x of recent) {
        const a = x.apps[p.id]
        if (a) {
          errors += a[0]
          l1 += a[1]
          hits += a[2]
          misses += a[3]
        }
      }
      face.app = appFace(p.state as AppState, real, errors, l1, hits, misses)
    } else if (p.kind === 'sentinel' && p.state !== null) face.sentinel = sentinelFace(p.state as SentinelState)
    else if (p.kind === 'origin' && p.state !== null) {
      const o = p.state as OriginState
      face.database = {
        busy: o.busy,
        workers: w.settings.origin.workers,
        queue: o.queue.length,
        load: recent.reduce((sum, x) => sum + x.originQueries, 0),
      }
    }
    return face
  })
}

const runsText = (c: ClusterState, n: NodeState): string => {
  if (c.peers[0].numSlots === 0) return ''
  const runs: string[] = []
  for (let s = 0; s < SLOTS; s++) {
    if (slotOwner(n, s) !== 0) continue
    const from = s
    while (s + 1 < SLOTS && slotOwner(n, s + 1) === 0) s++
    runs.push(from === s ? `${from}` : `${from}-${s}`)
    if (runs.length > 3) return runs.slice(0, 3).join(',') + ',…'
  }
  return runs.join(',')
}

/** What the last life of a stopped node left on disk, so that its card keeps its role and shard. */
interface Remembered {
  role: 'primary' | 'replica'
}
const remembered = (p: Process): Remembered => {
  const config = (p.disk?.full as { config?: [string, string][] } | null | undefined)?.config
  if (config?.some(([name]) => name === 'replicaof')) return { role: 'replica' }
  const disk = p.disk?.full as
    { conf?: { nodes?: { process: ProcessId; primary: boolean }[] }; nodes?: { process: ProcessId; primary: boolean }[] } | null | undefined
  const nodes = disk?.conf?.nodes ?? disk?.nodes
  return { role: nodes?.find((x) => x.process === p.id)?.primary === false ? 'replica' : 'primary' }
}

const nodeFace = (
  w: World,
  p: Process,
  n: NodeState | null,
  shard: number,
  ops: number,
  suspectedBy: NodeFace['suspectedBy'],
): NodeFace => {
  if (n === null)
    return {
      ...remembered(p),
      primary: null,
      shard,
      slots: 0,
      ranges: '',
      address: '',
      configEpoch: 0,
      currentEpoch: 0,
      offset: 0,
      lag: 0,
      linkUp: false,
      state: 'fail',
      keys: 0,
      ops: 0,
      backlog: 0,
      suspects: [],
      suspectedBy,
      election: null,
      migrating: 0,
      importing: 0,
    }
  const c = n.cluster
  const me = c?.peers[0]
  const primary = n.repl.role === 'replica' ? n.repl.primary : null
  const primaryState = primary === null ? null : nodeState(w.processes.get(primary))
  return {
    role: n.repl.role,
    primary,
    shard,
    slots: c ? (me?.numSlots ?? 0) : SLOTS,
    ranges: c ? runsText(c, n) : '0-16383',
    address: `${n.ip}:${n.port}`,
    configEpoch: me?.configEpoch ?? 0,
    currentEpoch: c?.currentEpoch ?? 0,
    offset: n.repl.offset,
    lag: primaryState === null ? 0 : Math.max(0, primaryState.repl.offset - n.repl.offset),
    linkUp: n.repl.role === 'primary' || n.repl.linkState === 'connected',
    state: c?.state ?? 'ok',
    alone: c === null,
    keys: n.keys.size,
    ops,
    backlog: p.inbox.length - p.head,
    suspects: c
      ? c.peers.filter((x) => !x.gone && (x.pfail || x.fail)).map((x) => ({ about: x.process, flag: x.fail ? 'fail' : 'pfail' }))
      : [],
    suspectedBy,
    election: c ? electionFace(w, p, n, c) : null,
    migrating: c?.migrating.size ?? 0,
    importing: c?.importing.size ?? 0,
  }
}

const electionFace = (w: World, p: Process, n: NodeState, c: ClusterState): ElectionFace | null => {
  const e = c.election
  if (n.repl.role !== 'replica' || e.at === 0) return null
  const primary: Peer | undefined = c.peers[c.replicaOf[0]]
  const expired = w.now > e.at + 10 * SEC
  if (!primary?.fail || expired) return null
  const travelling = new Set<ProcessId>()
  eachEntry(w, (_at, item) => {
    if (item.what === 'deliver' && item.to === p.id && item.message?.type === 'vote') {
      const conn = connAt(w.network.conns, item.conn)
      if (conn) travelling.add(conn.a === p.id ? conn.b : conn.a)
    }
  })
  const voters = c.peers.filter((x) => !x.gone && x.primary && x.numSlots > 0)
  return {
    phase: e.sent ? 'asking' : 'waiting',
    epoch: e.sent ? e.epoch : c.currentEpoch + 1,
    startsAt: e.at,
    needed: (c.size >> 1) + 1,
    votes: voters.map((x) => ({
      voter: x.process,
      state: e.voters.includes(x.process) ? 'granted' : travelling.has(x.process) ? 'travelling' : x.fail || x.pfail ? 'down' : 'waiting',
    })),
  }
}

const appFace = (a: AppState, real: ReturnType<typeof truth>, errors: number, l1: number, hits: number, misses: number): AppFace => {
  const belief = slotBelief(a)
  let wrong = 0
  for (const run of belief) {
    const index = run.owner === null ? -1 : real.owners.indexOf(run.owner)
    for (let slot = run.from; slot <= run.to; slot++) if (real.owner[slot] !== index) wrong++
  }
  const reads = l1 + hits + misses
  return {
    belief: belief.slice(0, MOST_RUNS),
    wrongSlots: wrong,
    inFlight: appInFlight(a),
    hitRatio: reads === 0 ? 0 : (l1 + hits) / reads,
    l1Ratio: reads === 0 ? 0 : l1 / reads,
    l1Size: a.near.entries.size,
    errors,
    subscribed: a.subscription.on,
    policy: a.policy,
  }
}

const sentinelFace = (s: SentinelState): SentinelFace => {
  const p = s.primaries.values().next().value
  if (p === undefined)
    return {
      primary: null,
      epoch: s.currentEpoch,
      quorum: 0,
      known: 1,
      usable: 1,
      sdown: [],
      odown: false,
      agree: 0,
      phase: 'none',
      promoted: null,
      votes: 0,
      needed: 0,
      votedFor: '',
      tilt: s.tilt,
      others: [],
    }
  const { ip, port } = currentAddress(p)
  const f = p.failover
  const to = ip === p.ip && port === p.port ? p.process : (promotedOf(p)?.process ?? p.process)
  return {
    primary: to,
    epoch: s.currentEpoch,
    quorum: p.quorum,
    known: p.sentinels.size + 1,
    usable: usableSentinels(p).usable,
    sdown: instancesOf(p)
      .filter((x) => x.sdown)
      .map((x) => x.process),
    odown: p.odown,
    agree: p.sdown ? odownVotes(p).length + 1 : 0,
    phase: !f.inProgress ? 'none' : f.phase === 'waitStart' ? 'asking' : f.phase === 'reconfReplicas' ? 'pointing' : 'promoting',
    promoted: promotedOf(p)?.process ?? null,
    votes: votesFor(s, p, f.epoch),
    needed: votesNeeded(p),
    votedFor: p.leader === '' || p.leaderEpoch !== s.currentEpoch ? '' : sentinelNamed(s, p, p.leader),
    tilt: s.tilt,
    others: [...p.sentinels.values()].map((x) => x.process),
  }
}

/** Which nodes each running Sentinel holds to be down. */
const sentinelsOpinions = (w: World): { by: ProcessId; about: ProcessId; odown: boolean }[] =>
  living(w).flatMap((p) =>
    [...(sentinelState(p)?.primaries.values() ?? [])].flatMap((primary) =>
      instancesOf(primary)
        .filter((x) => x.sdown && x.kind !== 'sentinel')
        .map((x) => ({ by: p.id, about: x.process, odown: x === primary && primary.odown })),
    ),
  )

export const reshardProgress = (w: World): ReshardProgress | null => {
  const admin = w.processes.get('admin')
  return admin?.state ? reshardOf(admin.state as AdminState) : null
}

export const redisCliFace = (w: World): RedisCliFace | null => {
  const job = (w.processes.get('admin')?.state as AdminState | null | undefined)?.manager
  if (!job) return null
  return { run: job.run, argv: job.argv, screen: [...job.screen], scrolled: job.scrolled, asking: job.asking, exit: job.exit }
}

// ------------------------------------------------------------------ keys

const shown = (value: string): string => (value.length > 60 ? value.slice(0, 57) + '…' : value)

/** Glob with * and ? over the whole key. */
const globToTest = (glob: string): ((key: string) => boolean) => {
  const pattern = new RegExp(
    '^' +
      glob
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replace(/\*/g, '.*')
        .replace(/\?/g, '.') +
      '$',
    's',
  )
  return (key) => pattern.test(key)
}

export const inspectKeys = (w: World, process: ProcessId, match: string, limit: number): KeyRow[] => {
  const n = nodeState(w.processes.get(process))
  if (n === null) return []
  const fits = globToTest(match === '' ? '*' : match)
  const rows: KeyRow[] = []
  eachKey(n.keys, (key, entry) => {
    if (entry.expireAt >= 0 && entry.expireAt <= w.now) return true
    if (fits(key)) {
      const value = typeof entry.value === 'string' ? entry.value : entry.value instanceof Map ? `${entry.value.size} fields` : entry.type
      rows.push({ key, type: entry.type, value: shown(value), ttl: entry.expireAt < 0 ? null : entry.expireAt - w.now, slot: keySlot(key) })
    }
    return rows.length < limit
  })
  return rows
}

export const findKey = (w: World, key: string): FoundKey => {
  const slot = keySlot(key)
  const real = truth(w)
  const origin = [...w.processes.values()].find((p) => p.kind === 'origin')?.state as OriginState | null | undefined
  const latest = origin ? latestVersion(origin, key) : 1
  const copies: FoundKey['copies'] = []
  const beliefs: FoundKey['beliefs'] = []
  for (const p of living(w)) {
    const n = nodeState(p)
    if (n !== null) {
      const entry = getEntry(n.keys, key)
      if (entry && !(entry.expireAt >= 0 && entry.expireAt <= w.now)) {
        const value = typeof entry.value === 'string' ? entry.value : entry.type
        copies.push({
          process: p.id,
          tier: n.repl.role,
          value: shown(value),
          stale: typeof entry.value === 'string' && versionOf(entry.value) < latest,
          ttl: entry.expireAt < 0 ? null : entry.expireAt - w.now,
        })
      }
      if (n.cluster) {
        const owner = slotOwner(n, slot)
        beliefs.push({ process: p.id, owner: owner < 0 ? null : n.cluster.peers[owner].process })
      }
    } else if (p.kind === 'app' && p.state !== null) {
      const a = p.state as AppState
      const near = a.near.entries.get(key)
      if (near && near.expireAt > w.now)
        copies.push({
          process: p.id,
          tier: 'L1',
          value: `version ${near.version}`,
          stale: near.version < latest,
          ttl: near.expireAt - w.now,
        })
      beliefs.push({ process: p.id, owner: slotBelief(a).find((run) => run.from <= slot && slot <= run.to)?.owner ?? null })
    }
  }
  if (origin) copies.push({ process: 'origin', tier: 'origin', value: `version ${latest}`, stale: false, ttl: null })
  return { key, slot, hashed: hashedPart(key), owner: real.owner[slot] < 0 ? null : real.owners[real.owner[slot]], copies, beliefs }
}
