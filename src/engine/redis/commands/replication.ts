import type { Context } from '../../core/process.ts'
import { MS, SEC } from '../../core/time.ts'
import { addressOf, processNear } from '../address.ts'
import { directive } from '../config.ts'
import { abortHandover, beginHandover } from '../handover.ts'
import { parseInt64, parseSmall } from '../numbers.ts'
import { number } from '../peers.ts'
import { goodReplicas, startReplicating, stopReplicating } from '../replication.ts'
import { OK, err, type Reply } from '../reply.ts'
import { tellOwnRole } from '../role.ts'
import { isFencing } from '../rules.ts'
import type { NodeState, ReplicaLink } from '../state.ts'
import { SYNTAX, spec, type CommandSpec, type Handler } from './spec.ts'

// ------------------------------------------------------------------ INFO and ROLE

const yes = (on: boolean): string => (on ? '1' : '0')

const primaryAddress = (state: NodeState, ctx: Context): [string, number] => {
  const peer = state.cluster?.peers.find((p) => !p.gone && p.process === state.repl.primary)
  return peer === undefined ? addressOf(state.repl.primary!, ctx.settings.addresses) : [peer.ip, peer.port]
}

const replicaAddress = (state: NodeState, process: string, ctx: Context): [string, number] => {
  const peer = state.cluster?.peers.find((p) => !p.gone && p.process === process)
  return peer === undefined ? addressOf(process, ctx.settings.addresses) : [peer.ip, peer.port]
}

const lagOf = (link: ReplicaLink, now: number): number =>
  link.state === 'online' ? Math.floor(now / SEC) - Math.floor(link.ackAt / SEC) : 0

const FAILOVER_STATES = { none: 'no-failover', waiting: 'waiting-for-sync', going: 'failover-in-progress' } as const
const STATES = { handshake: 'wait_bgsave', waiting: 'wait_bgsave', syncing: 'send_bulk', online: 'online' } as const

/** INFO replication, without its heading. */
export const replicationLines = (state: NodeState, ctx: Context): string[] => {
  const r = state.repl
  const rows = [`role:${r.role === 'primary' ? 'master' : 'slave'}`]
  if (r.role === 'replica' && r.primary !== null) {
    const [host, port] = primaryAddress(state, ctx)
    const up = r.linkState === 'connected'
    const { transfer } = r
    rows.push(
      `master_host:${host}`,
      `master_port:${port}`,
      `master_link_status:${up ? 'up' : 'down'}`,
      `master_last_io_seconds_ago:${up ? Math.floor((ctx.now - r.lastIo) / SEC) : -1}`,
      `master_sync_in_progress:${yes(r.linkState === 'syncing')}`,
      `slave_read_repl_offset:${r.offset}`,
      `slave_repl_offset:${r.offset}`,
    )
    if (transfer !== null)
      rows.push(
        `master_sync_total_bytes:${transfer.total}`,
        `master_sync_read_bytes:${transfer.read}`,
        `master_sync_left_bytes:${transfer.total - transfer.read}`,
        `master_sync_perc:${((transfer.read * 100) / transfer.total).toFixed(2)}`,
        `master_sync_last_io_seconds_ago:${Math.floor((ctx.now - transfer.at) / SEC)}`,
      )
    if (!up) rows.push(`master_link_down_since_seconds:${r.linkDownSince < 0 ? -1 : Math.floor((ctx.now - r.linkDownSince) / SEC)}`)
    rows.push(
      `slave_priority:${directive(state, 'replica-priority')}`,
      `slave_read_only:${yes(directive(state, 'replica-read-only') === 'yes')}`,
      'replica_announced:1',
    )
  }
  rows.push(`connected_slaves:${r.replicas.size}`)
  if (isFencing(number(state, 'min-replicas-to-write', 0), number(state, 'min-replicas-max-lag', 10)))
    rows.push(`min_slaves_good_slaves:${goodReplicas(state, ctx)}`)
  let i = 0
  for (const link of r.replicas.values()) {
    const [ip, port] = replicaAddress(state, link.process, ctx)
    rows.push(`slave${i++}:ip=${ip},port=${port},state=${STATES[link.state]},offset=${link.ack},lag=${lagOf(link, ctx.now)}`)
  }
  const b = r.backlog
  rows.push(
    `master_failover_state:${FAILOVER_STATES[r.failover?.phase ?? 'none']}`,
    `master_replid:${r.replid}`,
    `master_replid2:${r.replid2}`,
    `master_repl_offset:${r.offset}`,
    `second_repl_offset:${r.secondOffset}`,
    `repl_backlog_active:${yes(b !== null)}`,
    `repl_backlog_size:${directive(state, 'repl-backlog-size')}`,
    `repl_backlog_first_byte_offset:${b === null ? 0 : b.from}`,
    `repl_backlog_histlen:${b === null ? 0 : r.offset - b.from + 1}`,
  )
  return rows
}

const LINK = { none: 'connect', connecting: 'connecting', handshake: 'handshake', syncing: 'sync', connected: 'connected' } as const

const role: Handler = (state, _s, _argv, ctx) => {
  const r = state.repl
  if (r.role === 'replica' && r.primary !== null) {
    const [host, port] = primaryAddress(state, ctx)
    return ['slave', host, port, LINK[r.linkState], r.linkState === 'connected' ? r.offset : -1]
  }
  const replicas: Reply[] = []
  for (const link of r.replicas.values())
    if (link.state === 'online') {
      const [ip, port] = replicaAddress(state, link.process, ctx)
      replicas.push([ip, String(port), String(link.ack)])
    }
  return ['master', r.offset, replicas]
}

// ------------------------------------------------------------------ replication by hand

const replicaOf: Handler = (state, _s, argv, ctx) => {
  if (state.cluster !== null) return err('ERR REPLICAOF not allowed in cluster mode.')
  if (state.repl.failover !== null) return err('ERR REPLICAOF not allowed while failing over.')
  if (/^no$/i.test(argv[1]) && /^one$/i.test(argv[2])) {
    state.config.delete('replicaof')
    if (state.repl.role === 'replica') {
      stopReplicating(state, ctx)
      tellOwnRole('primary', null, 'REPLICAOF', ctx)
    }
    return OK
  }
  const port = parseSmall(argv[2])
  if (port === null || port < 0 || port > 65535) return err('ERR Invalid master port')
  const primary = processNear(argv[1], port, ctx.settings.addresses) ?? `${argv[1]}:${port}`
  if (state.repl.role === 'replica' && state.repl.primary === primary) return { simple: 'OK Already connected to specified master' }
  state.config.set('replicaof', `${argv[1]} ${port}`)
  startReplicating(state, primary, ctx)
  tellOwnRole('replica', primary, 'REPLICAOF', ctx)
  return OK
}

/** FAILOVER [TO host port [FORCE]] [ABORT] [TIMEOUT ms]. */
const failover: Handler = (state, _s, argv, ctx) => {
  if (state.cluster !== null) return err('ERR FAILOVER not allowed in cluster mode. Use CLUSTER FAILOVER command instead.')
  let to: readonly [host: string, port: number] | null = null
  let force = false
  let abort = false
  let timeout = 0
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i].toLowerCase()
    const left = argv.length - 1 - i
    if (word === 'timeout' && left >= 1 && timeout === 0) {
      const ms = parseInt64(argv[++i])
      if (ms === null) return err('ERR value is not an integer or out of range')
      if (ms <= 0) return err('ERR FAILOVER timeout must be greater than 0')
      timeout = Number(ms)
    } else if (word === 'abort' && argv.length === 2) abort = true
    else if (word === 'to' && left >= 2 && to === null) {
      const port = parseSmall(argv[i + 2])
      if (port === null) return err('ERR value is not an integer or out of range')
      to = [argv[i + 1], port]
      i += 2
    } else if (word === 'force' && !force) force = true
    else return SYNTAX
  }
  if (abort) {
    if (state.repl.failover === null) return err('ERR No failover in progress.')
    abortHandover(state, ctx)
    return OK
  }
  if (state.repl.failover !== null) return err('ERR FAILOVER already in progress.')
  if (state.repl.role === 'replica') return err('ERR FAILOVER is not valid when server is a replica.')
  if (state.repl.replicas.size === 0) return err('ERR FAILOVER requires connected replicas.')
  if (force && (timeout === 0 || to === null)) return err('ERR FAILOVER with force option requires both a timeout and target HOST and IP.')
  const target = to === null ? null : processNear(to[0], to[1], ctx.settings.addresses)
  if (to !== null) {
    const link = [...state.repl.replicas.values()].find(({ process }) => process === target)
    if (link === undefined) return err('ERR FAILOVER target HOST and PORT is not a replica.')
    if (link.state !== 'online') return err('ERR FAILOVER target replica is not online.')
  }
  beginHandover(state, target, timeout === 0 ? 0 : ctx.now + timeout * MS, force, ctx)
  return OK
}

export const REPLICATION: readonly CommandSpec[] = [
  spec('role', 1, 'noscript loading stale fast', null, 'server', '2.8.12', 'Primary or replica, and of whom.', role),
  spec('replicaof', 3, 'admin noscript stale', null, 'server', '5.0.0', 'Follows another server, outside cluster mode.', replicaOf),
  spec('slaveof', 3, 'admin noscript stale', null, 'server', '1.0.0', 'REPLICAOF under its old name.', replicaOf),
  spec('failover', -1, 'admin noscript stale', null, 'server', '6.2.0', 'Hands over to a replica, outside cluster mode.', failover),
]
