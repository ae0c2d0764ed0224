import type { Context } from '../core/process.ts'
import { MS, type Micros } from '../core/time.ts'
import { globMatches } from '../redis/glob.ts'
import { parseSmall } from '../redis/numbers.ts'
import { OK, err, fixed, type Reply } from '../redis/reply.ts'
import { voteLeader } from './election.ts'
import { publishEvent } from './events.ts'
import { resetPrimary, start } from './failover.ts'
import { currentAddress, instancesOf, newPrimary, primaryAt } from './instances.ts'
import { closeLink } from './links.ts'
import { knownSentinels, selectReplica } from './rules.ts'
import {
  DEFAULT_DOWN_AFTER,
  DEFAULT_FAILOVER_TIMEOUT,
  type Instance,
  type Peer,
  type Primary,
  type Replica,
  type SentinelState,
} from './state.ts'

/** SENTINEL and its subcommands, replies as Redis 7.0.15 gives them. */

type Handler = (state: SentinelState, argv: readonly string[], ctx: Context) => Reply

const NO_SUCH_MASTER = fixed('ERR No such master with that name')
const NOT_INTEGER = fixed('ERR value is not an integer or out of range')

/** A handler for a named primary. */
const named =
  (handler: (state: SentinelState, p: Primary, ctx: Context, argv: readonly string[]) => Reply): Handler =>
  (state, argv, ctx) => {
    const p = state.primaries.get(argv[2])
    return p === undefined ? NO_SUCH_MASTER : handler(state, p, ctx, argv)
  }

// ------------------------------------------------------------------ what it knows

const ms = (time: Micros): string => String(Math.max(0, Math.floor(time / MS)))

const flagsOf = (p: Primary, inst: Instance): string => {
  const flags: string[] = []
  if (inst.sdown) flags.push('s_down')
  if (inst === p && p.odown) flags.push('o_down')
  flags.push(inst.kind === 'primary' ? 'master' : inst.kind === 'replica' ? 'slave' : 'sentinel')
  if (inst.link.disconnected) flags.push('disconnected')
  if (inst.kind === 'sentinel' && p.sentinels.get(inst.name)?.primaryDown) flags.push('master_down')
  if (inst === p && p.failover.inProgress) flags.push('failover_in_progress')
  if (inst.kind === 'replica') {
    if (p.failover.promoted === inst.name) flags.push('promoted')
    const { reconf } = p.replicas.get(inst.name)!
    if (reconf === 'sent') flags.push('reconf_sent')
    else if (reconf === 'inProgress') flags.push('reconf_inprog')
    else if (reconf === 'done') flags.push('reconf_done')
  }
  if (inst === p && p.failover.forced) flags.push('force_failover')
  return flags.join(',')
}

const PHASES = {
  none: 'none',
  waitStart: 'wait_start',
  selectReplica: 'select_slave',
  sendNoOne: 'send_slaveof_noone',
  waitPromotion: 'wait_promotion',
  reconfReplicas: 'reconf_slaves',
  updateConfig: 'update_config',
} as const

/** One instance as names and values. */
const describe = (p: Primary, inst: Instance, now: Micros): string[] => {
  const { link } = inst
  const rows: [string, string][] = [
    ['name', inst.name],
    ['ip', inst.ip],
    ['port', String(inst.port)],
    ['runid', inst.runid],
    ['flags', flagsOf(p, inst)],
    ['link-pending-commands', String(link.awaited.length)],
    ['link-refcount', '1'],
  ]
  if (inst === p && p.failover.phase !== 'none') rows.push(['failover-state', PHASES[p.failover.phase]])
  rows.push(
    ['last-ping-sent', link.pingPending === 0 ? '0' : ms(now - link.pingPending)],
    ['last-ok-ping-reply', ms(now - link.lastAvailable)],
    ['last-ping-reply', ms(now - link.lastPong)],
  )
  if (inst.sdown) rows.push(['s-down-time', ms(now - inst.sdownSince)])
  if (inst === p && p.odown) rows.push(['o-down-time', ms(now - p.odownSince)])
  rows.push(['down-after-milliseconds', ms(p.downAfter)])
  if (inst.kind !== 'sentinel')
    rows.push(
      ['info-refresh', inst.infoAt === 0 ? '0' : ms(now - inst.infoAt)],
      ['role-reported', inst.roleReported === 'primary' ? 'master' : 'slave'],
      ['role-reported-time', ms(now - inst.roleReportedAt)],
    )
  if (inst === p)
    rows.push(
      ['config-epoch', String(p.configEpoch)],
      ['num-slaves', String(p.replicas.size)],
      ['num-other-sentinels', String(p.sentinels.size)],
      ['quorum', String(p.quorum)],
      ['failover-timeout', ms(p.failoverTimeout)],
      ['parallel-syncs', String(p.parallelSyncs)],
    )
  if (inst.kind === 'replica') rows.push(...replicaRows(inst as Replica))
  if (inst.kind === 'sentinel') {
    const s = inst as Peer
    rows.push(
      ['last-hello-message', ms(now - s.lastHello)],
      ['voted-leader', s.leader === '' ? '?' : s.leader],
      ['voted-leader-epoch', String(s.leaderEpoch)],
    )
  }
  return rows.flat()
}

const replicaRows = (r: Replica): [string, string][] => [
  ['master-link-down-time', ms(r.primaryLinkDown)],
  ['master-link-status', r.primaryLinkUp ? 'ok' : 'err'],
  ['master-host', r.primaryHost === '' ? '?' : r.primaryHost],
  ['master-port', String(r.primaryPort)],
  ['slave-priority', String(r.priority)],
  ['slave-repl-offset', String(r.offset)],
  ['replica-announced', '1'],
]

/** How many could vote now, and whether that is enough for the quorum and for the majority. */
export const usableSentinels = (p: Primary): { usable: number; quorum: boolean; majority: boolean } => {
  let usable = 1
  for (const s of p.sentinels.values()) if (!s.sdown) usable++
  return { usable, quorum: usable >= p.quorum, majority: usable >= Math.floor(knownSentinels(p) / 2) + 1 }
}

const ckquorum = (p: Primary): Reply => {
  const { usable, quorum, majority } = usableSentinels(p)
  if (quorum && majority) return { simple: `OK ${usable} usable Sentinels. Quorum and failover authorization can be reached` }
  let text = `NOQUORUM ${usable} usable Sentinels. `
  if (!quorum) text += 'Not enough available Sentinels to reach the specified quorum for this master'
  if (!majority) {
    if (!quorum) text += '. '
    text += 'Not enough available Sentinels to reach the majority and authorize a failover'
  }
  return err(text)
}

const infoCache: Handler = (state, argv, ctx) => {
  const out: Reply[] = []
  for (const p of state.primaries.values()) {
    if (!argv.slice(2).includes(p.name)) continue
    const rows: Reply[] = []
    for (const inst of [p, ...p.replicas.values()])
      rows.push([inst.infoAt === 0 ? 0 : Math.floor((ctx.now - inst.infoAt) / MS), inst.info === '' ? null : inst.info])
    out.push(p.name, rows)
  }
  return out
}

// ------------------------------------------------------------------ what it is told to do

const failover = (state: SentinelState, p: Primary, ctx: Context): Reply => {
  if (p.failover.inProgress) return err('INPROG Failover already in progress')
  if (selectReplica(p, ctx.now) === undefined) return err('NOGOODSLAVE No suitable replica to promote')
  start(state, p, true, ctx)
  return OK
}

const monitor: Handler = (state, argv, ctx) => {
  const [, , name, ip, portText, quorumText] = argv
  const quorum = parseSmall(quorumText)
  if (quorum === null) return err('ERR Invalid quorum')
  if (quorum <= 0) return err('ERR Quorum must be 1 or greater.')
  const port = parseSmall(portText)
  if (port === null) return err('ERR Invalid port')
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(ip)) return err('ERR Invalid IP address or hostname specified')
  if (port < 0 || port > 65535) return err('ERR Invalid port number.')
  if (state.primaries.has(name)) return err('ERR Duplicate master name.')
  const p = newPrimary(
    {
      name,
      ip,
      port,
      quorum,
      downAfter: DEFAULT_DOWN_AFTER,
      failoverTimeout: DEFAULT_FAILOVER_TIMEOUT,
      parallelSyncs: 1,
      configEpoch: 0,
      leaderEpoch: 0,
      replicas: [],
      sentinels: [],
    },
    ctx,
  )
  state.primaries.set(name, p)
  publishEvent(state, '+monitor', p, p, ctx, `quorum ${quorum}`)
  return OK
}

const remove = (state: SentinelState, p: Primary, ctx: Context): Reply => {
  publishEvent(state, '-monitor', p, p, ctx)
  for (const inst of instancesOf(p)) closeLink(state, inst, ctx)
  state.primaries.delete(p.name)
  return OK
}

const reset: Handler = (state, argv, ctx) => {
  let n = 0
  for (const p of state.primaries.values())
    if (globMatches(argv[2], p.name)) {
      resetPrimary(state, p, ctx, true)
      p.sdown = p.odown = false
      publishEvent(state, '+reset-master', p, p, ctx)
      n++
    }
  return n
}

const OPTIONS: Record<string, (p: Primary, n: number) => void> = {
  'down-after-milliseconds': (p, n) => void (p.downAfter = n * MS),
  'failover-timeout': (p, n) => void (p.failoverTimeout = n * MS),
  'parallel-syncs': (p, n) => void (p.parallelSyncs = n),
  quorum: (p, n) => void (p.quorum = n),
}

const set = (state: SentinelState, p: Primary, ctx: Context, argv: readonly string[]): Reply => {
  for (let i = 3; i < argv.length; i += 2) {
    const option = argv[i].toLowerCase()
    if ((option === 'auth-pass' || option === 'auth-user') && i + 1 < argv.length) {
      p[option === 'auth-pass' ? 'authPass' : 'authUser'] = argv[i + 1]
      // what stands was opened with other words
      for (const inst of [p, ...p.replicas.values()]) closeLink(state, inst, ctx)
      publishEvent(state, '+set', p, p, ctx, `${argv[i]} ${option === 'auth-pass' ? '******' : argv[i + 1]}`)
      continue
    }
    const change = OPTIONS[option]
    if (change === undefined || i + 1 >= argv.length) return err(`ERR Unknown option or number of arguments for SENTINEL SET '${argv[i]}'`)
    const n = parseSmall(argv[i + 1])
    if (n === null || n <= 0) return err(`ERR Invalid argument '${argv[i + 1]}' for SENTINEL SET '${argv[i]}'`)
    change(p, n)
    publishEvent(state, '+set', p, p, ctx, `${argv[i]} ${argv[i + 1]}`)
  }
  return OK
}

/** Another Sentinel asks; with its own id in place of `*` it asks for a vote as well. */
const isMasterDown: Handler = (state, argv, ctx) => {
  const port = parseSmall(argv[3])
  const epoch = parseSmall(argv[4])
  if (port === null || epoch === null) return NOT_INTEGER
  const p = primaryAt(state, argv[2], port)
  const down = p !== undefined && !state.tilt && p.sdown ? 1 : 0
  if (p === undefined || argv[5] === '*') return [down, '*', 0]
  const vote = voteLeader(state, p, epoch, argv[5], ctx)
  return [down, vote.leader === '' ? '*' : vote.leader, vote.epoch]
}

// ------------------------------------------------------------------ the table

const HELP = [
  'CKQUORUM <master-name>',
  'FAILOVER <master-name>',
  'FLUSHCONFIG',
  'GET-MASTER-ADDR-BY-NAME <master-name>',
  'INFO-CACHE <master-name>',
  'IS-MASTER-DOWN-BY-ADDR <ip> <port> <current-epoch> <runid>',
  'MASTER <master-name>',
  'MASTERS',
  'MONITOR <name> <ip> <port> <quorum>',
  'MYID',
  'PENDING-SCRIPTS',
  'REMOVE <master-name>',
  'REPLICAS <master-name>',
  'RESET <pattern>',
  'SENTINELS <master-name>',
  'SET <master-name> <option> <value> [<option> <value> ...]',
]

const replicas = named((_s, p, ctx) => [...p.replicas.values()].map((r) => describe(p, r, ctx.now)))

/** Number of words, negative: at least so many; and what to do. */
const SUBCOMMANDS: Record<string, [arity: number, handler: Handler]> = {
  masters: [2, (state, _a, ctx) => [...state.primaries.values()].map((p) => describe(p, p, ctx.now))],
  master: [3, named((_s, p, ctx) => describe(p, p, ctx.now))],
  replicas: [3, replicas],
  slaves: [3, replicas],
  sentinels: [3, named((_s, p, ctx) => [...p.sentinels.values()].map((s) => describe(p, s, ctx.now)))],
  'get-master-addr-by-name': [
    3,
    (state, argv) => {
      const p = state.primaries.get(argv[2])
      if (p === undefined) return { nullArray: true }
      const { ip, port } = currentAddress(p)
      return [ip, String(port)]
    },
  ],
  ckquorum: [3, named((_s, p) => ckquorum(p))],
  'is-master-down-by-addr': [6, isMasterDown],
  failover: [3, named(failover)],
  reset: [3, reset],
  monitor: [6, monitor],
  remove: [3, named(remove)],
  set: [-5, named(set)],
  myid: [2, (state) => state.id],
  flushconfig: [2, () => OK],
  'info-cache': [-3, infoCache],
  'pending-scripts': [2, () => []],
  help: [
    2,
    () => [
      { simple: 'SENTINEL <subcommand> [<arg> [value] [opt] ...]. Subcommands are:' },
      ...HELP.map((simple) => ({ simple })),
      { simple: 'HELP' },
      { simple: '    Prints this help.' },
    ],
  ],
}

const SUMMARIES: Record<string, string> = {
  masters: 'All primaries this Sentinel watches, and their state.',
  master: 'One primary and its state.',
  replicas: 'The replicas of a primary, as this Sentinel knows them.',
  sentinels: 'The other Sentinels of a primary.',
  'get-master-addr-by-name': 'Where clients find the primary now.',
  ckquorum: 'Whether enough Sentinels live to agree and to elect a leader.',
  'is-master-down-by-addr': 'How Sentinels ask each other for an opinion, and for a vote.',
  failover: 'Replaces a primary without asking the other Sentinels.',
  reset: 'Forgets replicas, Sentinels and failovers of the primaries a pattern names.',
  monitor: 'Watches another primary.',
  remove: 'Watches a primary no more.',
  set: 'Changes quorum, down-after-milliseconds, failover-timeout or parallel-syncs.',
  myid: 'The id of this Sentinel.',
  flushconfig: 'Writes sentinel.conf.',
  'info-cache': 'The last INFO of a primary and its replicas.',
}

/** For the console's completion and help. */
export const SENTINEL_COMMANDS = Object.keys(SUMMARIES).map((name) => ({
  name: `sentinel|${name}`,
  arity: SUBCOMMANDS[name][0],
  summary: SUMMARIES[name],
  since: '2.8.0',
  group: 'sentinel',
}))

export const sentinelCommand: Handler = (state, argv, ctx) => {
  const found = SUBCOMMANDS[argv[1].toLowerCase()]
  if (found === undefined) return err(`ERR unknown subcommand '${argv[1].slice(0, 128)}'. Try SENTINEL HELP.`)
  const [arity, handler] = found
  if (arity > 0 ? argv.length !== arity : argv.length < -arity)
    return err(`ERR wrong number of arguments for 'sentinel|${argv[1].toLowerCase()}' command`)
  return handler(state, argv, ctx)
}
