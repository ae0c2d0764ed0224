import type { Context } from '../core/process.ts'
import { instanceAt } from './address.ts'
import { LONG_AGO, type Instance, type Link, type Peer, type Primary, type PrimaryConf, type Replica, type SentinelState } from './state.ts'

/** Making, finding and naming the instances a Sentinel watches. */

/** A link that was never up: the clock of its first PING runs from now, so that an address nobody answers at becomes SDOWN too. */
export const newLink = (now: number): Link => ({
  command: 0,
  commandUp: false,
  commandAt: 0,
  hello: 0,
  helloAt: 0,
  helloActivity: 0,
  disconnected: true,
  lastReconnect: LONG_AGO,
  pingPending: now,
  lastPing: LONG_AGO,
  lastAvailable: now,
  lastPong: now,
  awaited: [],
  unsent: [],
})

const common = (name: string, ip: string, port: number, ctx: Context) => ({
  name,
  runid: '',
  process: instanceAt(ip, port, ctx.settings.addresses),
  ip,
  port,
  link: newLink(ctx.now),
  sdown: false,
  scriptKillSent: false,
  sdownSince: 0,
  sdownFact: 0,
  publishedAt: ctx.now,
  infoAt: 0,
  info: '',
  roleReportedAt: ctx.now,
})

export const newReplica = (ip: string, port: number, ctx: Context): Replica => ({
  ...common(`${ip}:${port}`, ip, port, ctx),
  kind: 'replica',
  roleReported: 'replica',
  priority: 100,
  offset: 0,
  primaryHost: '',
  primaryPort: 0,
  primaryLinkUp: false,
  primaryLinkDown: 0,
  confChangedAt: ctx.now,
  reconf: 'none',
  reconfSentAt: 0,
})

export const newPeer = (id: string, ip: string, port: number, ctx: Context): Peer => ({
  ...common(id, ip, port, ctx),
  kind: 'sentinel',
  runid: id,
  roleReported: 'primary',
  primaryDown: false,
  answeredAt: ctx.now,
  leader: '',
  leaderEpoch: 0,
  lastHello: ctx.now,
})

export const newPrimary = (conf: PrimaryConf, ctx: Context): Primary => {
  const primary: Primary = {
    ...common(conf.name, conf.ip, conf.port, ctx),
    kind: 'primary',
    roleReported: 'primary',
    quorum: conf.quorum,
    downAfter: conf.downAfter,
    failoverTimeout: conf.failoverTimeout,
    parallelSyncs: conf.parallelSyncs,
    authUser: conf.authUser ?? '',
    authPass: conf.authPass ?? '',
    configEpoch: conf.configEpoch,
    odown: false,
    odownSince: 0,
    odownFact: 0,
    replicas: new Map(),
    sentinels: new Map(),
    leader: '',
    leaderEpoch: conf.leaderEpoch,
    failover: {
      inProgress: false,
      forced: false,
      phase: 'none',
      changedAt: 0,
      startedAt: LONG_AGO,
      epoch: 0,
      delayTold: 0,
      promoted: '',
      cannot: '',
      fact: 0,
    },
  }
  for (const [ip, port] of conf.replicas) addReplica(primary, ip, port, ctx)
  for (const [id, ip, port] of conf.sentinels) primary.sentinels.set(id, newPeer(id, ip, port, ctx))
  return primary
}

/** A replica of it, new or known. */
export const addReplica = (primary: Primary, ip: string, port: number, ctx: Context): Replica => {
  const replica = newReplica(ip, port, ctx)
  primary.replicas.set(replica.name, replica)
  return replica
}

/** What sentinel.conf says of it: once a replica has been promoted, that one is the primary, and the old one a replica. */
export const primaryConf = (p: Primary): PrimaryConf => ({
  name: p.name,
  ip: currentAddress(p).ip,
  port: currentAddress(p).port,
  quorum: p.quorum,
  downAfter: p.downAfter,
  failoverTimeout: p.failoverTimeout,
  parallelSyncs: p.parallelSyncs,
  ...(p.authPass === '' ? {} : { authUser: p.authUser, authPass: p.authPass }),
  configEpoch: p.configEpoch,
  leaderEpoch: p.leaderEpoch,
  replicas: [...p.replicas.values()].map((r) => (r === currentAddress(p) ? [p.ip, p.port] : [r.ip, r.port])),
  sentinels: [...p.sentinels.values()].map((s) => [s.runid, s.ip, s.port]),
})

/** Where clients are sent at this moment: the promoted replica as soon as it is one, before the failover is over. */
export const currentAddress = (p: Primary): Primary | Replica => {
  const promoted = promotedOf(p)
  const { phase } = p.failover
  return promoted !== undefined && (phase === 'reconfReplicas' || phase === 'updateConfig') ? promoted : p
}

/** The watched primary at an address. */
export const primaryAt = (state: SentinelState, ip: string, port: number): Primary | undefined => {
  for (const p of state.primaries.values()) if (p.ip === ip && p.port === port) return p
  return undefined
}

/** The replica that is being promoted. */
export const promotedOf = (p: Primary): Replica | undefined => p.replicas.get(p.failover.promoted)

/** Everything watched for one primary, itself first. */
export const instancesOf = (p: Primary): Instance[] => [p, ...p.replicas.values(), ...p.sentinels.values()]

/** The process behind a Sentinel's id, for facts and views. */
export const sentinelNamed = (state: SentinelState, p: Primary, id: string): string =>
  id === state.id ? state.self : (p.sentinels.get(id)?.process ?? id.slice(0, 8))

/** Redis's %@: what an event is about, and of which primary. */
export const described = (p: Primary, about: Instance): string => {
  const what = about.kind === 'primary' ? 'master' : about.kind === 'replica' ? 'slave' : 'sentinel'
  const own = `${what} ${about.name} ${about.ip} ${about.port}`
  return about === p ? own : `${own} @ ${p.name} ${p.ip} ${p.port}`
}
