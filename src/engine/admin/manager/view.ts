import type { Flow } from '../../core/flow.ts'
import type { ProcessId } from '../../core/process.ts'
import { processNear } from '../../redis/address.ts'
import { ask, batch, complaint, say, type Answer } from '../steps.ts'

/** Addresses that were given out; otherwise a process is known by its place. */
export type Places = Readonly<Record<string, ProcessId>> | null

/** Where a node is, for flows: plain and frozen. */
export interface Peer {
  readonly process: ProcessId
  readonly ip: string
  readonly port: number
  readonly id: string
}

/** A node as redis-cli knows it: by its own word. */
export interface ManagerNode extends Peer {
  /** as CLUSTER NODES has them, without `myself`. */
  flags: string
  primary: boolean
  replicaOf: string | null
  slots: number[]
  /** open slots with the other side's id. */
  migrating: [slot: number, id: string][]
  importing: [slot: number, id: string][]
  replicas: number
  weight: number
}

export interface Cluster {
  /** the node that was named first. */
  entry: ManagerNode
  nodes: ManagerNode[]
  /** primaries that could not be asked. */
  unreachable: number
}

const NODES: readonly string[] = Object.freeze(['CLUSTER', 'NODES'])
export const name = (n: { ip: string; port: number }): string => `${n.ip}:${n.port}`
export const primariesOf = (c: Cluster): ManagerNode[] => c.nodes.filter((n) => n.primary)
export const peerOf = (n: Peer): Peer => Object.freeze({ process: n.process, ip: n.ip, port: n.port, id: n.id })

/** `7000-7010 7020` as numbers. */
const expand = (words: readonly string[]): number[] => {
  const slots: number[] = []
  for (const word of words) {
    const [first, last = first] = word.split('-')
    for (let slot = Number(first); slot <= Number(last); slot++) slots.push(slot)
  }
  return slots
}

interface Row {
  myself: boolean
  ip: string
  port: number
  node: Omit<ManagerNode, 'process' | 'ip' | 'port'>
}

const rowsOf = (text: string): Row[] => {
  const rows: Row[] = []
  for (const line of text.split('\n')) {
    const [id, address, flagText, primary, , , , , ...words] = line.trim().split(' ')
    if (flagText === undefined) continue
    const host = address.split('@')[0]
    const colon = host.lastIndexOf(':')
    const flags = flagText.split(',')
    const open = (arrow: '->-' | '-<-'): [number, string][] =>
      words.filter((w) => w.startsWith('[') && w.includes(arrow)).map((w) => [parseInt(w.slice(1), 10), w.slice(w.indexOf(arrow) + 3, -1)])
    rows.push({
      myself: flags.includes('myself'),
      ip: host.slice(0, colon),
      port: Number(host.slice(colon + 1)),
      node: {
        id,
        flags: flags.filter((f) => f !== 'myself').join(),
        primary: !flags.includes('slave'),
        replicaOf: primary === '-' ? null : primary,
        slots: expand(words.filter((w) => w !== '' && !w.startsWith('['))),
        migrating: open('->-'),
        importing: open('-<-'),
        replicas: 0,
        weight: 1,
      },
    })
  }
  return rows
}

/** `[0-5460],[6000]`: runs as redis-cli writes them. */
export const slotsText = (slots: readonly number[]): string => {
  const runs: string[] = []
  for (let i = 0; i < slots.length;) {
    let end = i
    while (end + 1 < slots.length && slots[end + 1] === slots[end] + 1) end++
    runs.push(end === i ? `[${slots[i]}]` : `[${slots[i]}-${slots[end]}]`)
    i = end + 1
  }
  return runs.join()
}

/** Splits `host:port[@busport]`; null when it is none. */
export const readAddress = (text: string): { ip: string; port: number; busPort: number } | null => {
  const [host, bus = '0'] = text.split('@')
  const colon = host.lastIndexOf(':')
  const port = Number(host.slice(colon + 1))
  return colon <= 0 || !Number.isInteger(port) || port <= 0 ? null : { ip: host.slice(0, colon), port, busPort: Number(bus) }
}

/** Why a node could not be asked, in redis-cli's words. */
const unconnected = (at: { ip: string; port: number }, answer: Answer): string | null => {
  if (typeof answer !== 'object' || answer === null || !('lost' in answer)) return null
  const why = answer.lost.includes('refuses')
    ? 'Connection refused'
    : answer.lost.includes('not answer')
      ? 'Connection timed out'
      : 'Server closed the connection'
  return `Could not connect to Redis at ${name(at)}: ${why}\n`
}

/** One node by its address, as it sees itself, and the rows it has of others; null after saying what is wrong. */
export function* meetOne(at: { ip: string; port: number }, places: Places): Flow<{ node: ManagerNode; others: Row[] } | null> {
  const process = processNear(at.ip, at.port, places ?? undefined)
  if (process === null) {
    yield* say(`Could not connect to Redis at ${name(at)}: Connection refused\n`)
    return null
  }
  const answer = yield* ask(process, NODES, 'CLUSTER NODES')
  if (typeof answer !== 'string') {
    yield* say(unconnected(at, answer) ?? refusal(at, complaint(answer) ?? ''))
    return null
  }
  const rows = rowsOf(answer)
  const me = rows.find((r) => r.myself)!
  return { node: { process, ip: at.ip, port: at.port, ...me.node }, others: rows.filter((r) => !r.myself) }
}

const refusal = (at: { ip: string; port: number }, error: string): string =>
  error.includes('cluster support disabled')
    ? `[ERR] Node ${name(at)} is not configured as a cluster node.\n`
    : `Node ${name(at)} replied with error:\n${error}\n`

/** The whole cluster from one node's table: each node is asked for its own row. Those marked FAIL or without an address are left out. */
export function* load(at: { ip: string; port: number }, places: Places): Flow<Cluster | null> {
  const met = yield* meetOne(at, places)
  if (met === null) return null
  const cluster: Cluster = { entry: met.node, nodes: [met.node], unreachable: 0 }
  const friends: (Row & { process: ProcessId })[] = []
  for (const row of met.others) {
    const flags = row.node.flags.split(',')
    if (flags.includes('handshake')) continue
    const process = processNear(row.ip, row.port, places ?? undefined)
    if (process !== null && !flags.includes('noaddr') && !flags.includes('fail')) friends.push({ ...row, process })
    else if (row.node.primary) cluster.unreachable++
  }
  const answers = yield* batch(
    friends.map(({ process }) => ({ to: process, argv: NODES })),
    'CLUSTER NODES',
  )
  for (let i = 0; i < friends.length; i++) {
    const friend = friends[i]
    const answer = answers[i]
    const mine = typeof answer === 'string' ? rowsOf(answer).find((r) => r.myself) : undefined
    if (mine === undefined) {
      yield* say(unconnected(friend, answer) ?? refusal(friend, complaint(answer) ?? ''))
      if (friend.node.primary) cluster.unreachable++
    } else cluster.nodes.push({ process: friend.process, ip: friend.ip, port: friend.port, ...mine.node })
  }
  for (const n of cluster.nodes) {
    if (n.replicaOf === null) continue
    const primary = cluster.nodes.find((p) => p.id === n.replicaOf)
    if (primary !== undefined) primary.replicas++
    else yield* say(`*** WARNING: ${name(n)} claims to be slave of unknown node ID ${n.replicaOf}.\n`)
  }
  return cluster
}

/** One node as redis-cli lists it. */
export const showNode = (n: ManagerNode, indent = ''): string => {
  const replica = n.replicaOf !== null
  const lines = [`${replica ? 'S' : 'M'}: ${n.id} ${name(n)}`, `   slots:${slotsText(n.slots)} (${n.slots.length} slots) ${n.flags}`]
  if (replica) lines.push(`   replicates ${n.replicaOf}`)
  else if (n.replicas > 0) lines.push(`   ${n.replicas} additional replica(s)`)
  return lines.map((l) => `${indent}${l}\n`).join('')
}

/** Keys, slots and replicas of each primary. */
export function* showInfo(c: Cluster): Flow<void> {
  const primaries = primariesOf(c)
  const sizes = yield* batch(
    primaries.map((n) => ({ to: n.process, argv: ['DBSIZE'] })),
    'DBSIZE',
  )
  let keys = 0
  let text = ''
  primaries.forEach((n, i) => {
    const size = typeof sizes[i] === 'number' ? sizes[i] : 0
    keys += size
    text += `${name(n)} (${n.id.slice(0, 8)}...) -> ${size} keys | ${n.slots.length} slots | ${n.replicas} slaves.\n`
  })
  yield* say(`${text}[OK] ${keys} keys in ${primaries.length} masters.\n${(keys / 16384).toFixed(2)} keys per slot on average.\n`)
}

/** Whether all nodes have the same owners for all slots. */
export function* isConsistent(nodes: readonly Peer[]): Flow<boolean> {
  const answers = yield* batch(
    nodes.map((n) => ({ to: n.process, argv: NODES })),
    'does everybody agree?',
  )
  const signature = (a: Answer): string =>
    typeof a === 'string'
      ? rowsOf(a)
          .filter((r) => r.node.slots.length > 0)
          .map((r) => `${r.node.id}:${slotsText(r.node.slots)}`)
          .sort((x, y) => (x < y ? -1 : 1))
          .join('|')
      : ''
  const first = answers.length > 0 ? signature(answers[0]) : ''
  return first !== '' && answers.every((a) => signature(a) === first)
}

/** Open slots in order, each once. */
export const openSlots = (c: Cluster): number[] =>
  [...new Set(c.nodes.flatMap((n) => [...n.migrating, ...n.importing].map(([slot]) => slot)))].sort((a, b) => a - b)

export const uncovered = (c: Cluster): number[] => {
  const covered = new Uint8Array(16384)
  for (const n of c.nodes) for (const slot of n.slots) covered[slot] = 1
  const out: number[] = []
  covered.forEach((yes, slot) => void (yes === 0 && out.push(slot)))
  return out
}

const listed = (open: readonly [number, string][]): string => open.map(([slot]) => slot).join()

/** What is open, node by node; '' when nothing is. */
export const openText = (c: Cluster): string => {
  let text = ''
  for (const n of c.nodes) {
    if (n.migrating.length > 0) text += `[WARNING] Node ${name(n)} has slots in migrating state ${listed(n.migrating)}.\n`
    if (n.importing.length > 0) text += `[WARNING] Node ${name(n)} has slots in importing state ${listed(n.importing)}.\n`
  }
  return text === '' ? '' : `${text}[WARNING] The following slots are open: ${openSlots(c).join()}.\n`
}
