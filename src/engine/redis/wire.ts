import type { ConnId } from '../core/network.ts'
import type { Context, Message, ProcessId } from '../core/process.ts'
import type { GossipEntry, NodeId, NodeState, SlotSet } from './state.ts'
import { claimOf } from './slots-config.ts'

/** What every message on the bus begins with: the sender's view of itself. Never changed once sent. */
export interface BusHeader extends Message {
  readonly sender: NodeId
  /** 7 for n7; 0 for a process of another name. */
  readonly number: number
  readonly from: BusAddress
  readonly primary: boolean
  readonly replicaOf: NodeId
  readonly currentEpoch: number
  /** a replica tells its primary's. */
  readonly configEpoch: number
  readonly slots: SlotSet
  readonly offset: number
  readonly paused: boolean
  readonly forceAck: boolean
  /** the sender's fact that this message carries news of; 0 none. */
  readonly fact: number
}

export interface BusAddress {
  readonly process: ProcessId
  readonly ip: string
  readonly port: number
  readonly cport: number
}

export interface PingMessage extends BusHeader {
  readonly type: 'ping' | 'pong' | 'meet'
  /** packed sections (sections.ts), in the order of telling. */
  readonly gossip: readonly number[]
  /** what does not fit into a packed section, in the order in which `gossip` calls for it; null = nothing. */
  readonly others: readonly GossipEntry[] | null
}

export interface FailMessage extends BusHeader {
  readonly type: 'fail'
  readonly about: NodeId
}

export interface UpdateMessage extends BusHeader {
  readonly type: 'update'
  readonly about: NodeId
  readonly epoch: number
  readonly claims: SlotSet
}

export interface BareMessage extends BusHeader {
  readonly type: 'voteRequest' | 'vote' | 'manualFailover'
}

export interface PublishMessage extends BusHeader {
  readonly type: 'publish'
  readonly channel: string
  readonly message: string
  readonly sharded: boolean
}

export type BusMessage = PingMessage | FailMessage | UpdateMessage | BareMessage | PublishMessage

/** Bytes of the fixed part (it holds 2048 bytes of slot bitmap), and of one gossip entry. */
export const HEADER_SIZE = 2256
export const GOSSIP_SIZE = 104
const UPDATE_SIZE = 8 + 40 + 2048
const FAIL_SIZE = 40

export const headerOf = (state: NodeState, fact: number): Omit<BusHeader, 'type' | 'size'> => {
  const c = state.cluster!
  const me = c.peers[0]
  const primary = c.replicaOf[0]
  const owner = !me.primary && primary >= 0 ? primary : 0
  return {
    sender: me.id,
    number: c.me.number,
    from: c.me,
    primary: me.primary,
    replicaOf: primary >= 0 ? c.peers[primary].id : '',
    currentEpoch: c.currentEpoch,
    configEpoch: c.peers[owner].configEpoch,
    slots: claimOf(c, owner),
    offset: state.repl.offset,
    paused: me.primary && c.manual !== null,
    forceAck: c.manual !== null,
    fact,
  }
}

/** Nearly all messages are of this kind: written out, which is a dozen times quicker than to spread `headerOf`. */
export const pingMessage = (
  state: NodeState,
  type: 'ping' | 'pong' | 'meet',
  gossip: readonly number[],
  others: readonly GossipEntry[] | null,
  fact: number,
): PingMessage => {
  const c = state.cluster!
  const me = c.peers[0]
  const primary = c.replicaOf[0]
  const owner = !me.primary && primary >= 0 ? primary : 0
  return {
    type,
    size: HEADER_SIZE + GOSSIP_SIZE * gossip.length,
    sender: me.id,
    number: c.me.number,
    from: c.me,
    primary: me.primary,
    replicaOf: primary >= 0 ? c.peers[primary].id : '',
    currentEpoch: c.currentEpoch,
    configEpoch: c.peers[owner].configEpoch,
    slots: claimOf(c, owner),
    offset: state.repl.offset,
    paused: me.primary && c.manual !== null,
    forceAck: c.manual !== null,
    fact,
    gossip,
    others,
  }
}

export const failMessage = (state: NodeState, about: NodeId, fact: number): FailMessage => ({
  type: 'fail',
  size: HEADER_SIZE + FAIL_SIZE,
  ...headerOf(state, fact),
  about,
})

export const updateMessage = (state: NodeState, about: number): UpdateMessage => {
  const c = state.cluster!
  return {
    type: 'update',
    size: HEADER_SIZE + UPDATE_SIZE,
    ...headerOf(state, 0),
    about: c.peers[about].id,
    epoch: c.peers[about].configEpoch,
    claims: claimOf(c, about),
  }
}

export const bareMessage = (state: NodeState, type: BareMessage['type'], fact: number): BareMessage => ({
  type,
  size: HEADER_SIZE,
  ...headerOf(state, fact),
})

export const publishMessage = (state: NodeState, channel: string, message: string, sharded: boolean): PublishMessage => ({
  type: 'publish',
  size: HEADER_SIZE + 8 + channel.length + message.length,
  ...headerOf(state, 0),
  channel,
  message,
  sharded,
})

/** The kinds of message as CLUSTER INFO names them, in its order; `sent` and `received` count them. */
export const MESSAGES = ['ping', 'pong', 'meet', 'fail', 'publish', 'auth-req', 'auth-ack', 'update', 'mfstart'] as const
/** Their places in it. */
const KIND: Readonly<Record<BusMessage['type'], number>> = {
  ping: 0,
  pong: 1,
  meet: 2,
  fail: 3,
  publish: 4,
  voteRequest: 5,
  vote: 6,
  update: 7,
  manualFailover: 8,
}

/** The place of a message's kind; a look into the table by a name of many takes as long as all the rest of a small handler. */
export const kindOf = (type: BusMessage['type']): number => (type === 'ping' ? 0 : type === 'pong' ? 1 : KIND[type])

/** Sends on a connection that is up: an answer on the link it came by. */
export const sendOn = (state: NodeState, conn: ConnId, message: BusMessage, ctx: Context): void => {
  state.cluster!.sent[kindOf(message.type)]++
  ctx.send(conn, message)
}

/** Sends on our own link to a peer; what is written before the link is up goes out when it is. No link, no message. */
export const sendTo = (state: NodeState, index: number, message: BusMessage, ctx: Context): void => {
  const c = state.cluster!
  const link = c.link[index]
  if (link === 0) return
  c.sent[kindOf(message.type)]++
  if (c.linkUp[index] === 1) ctx.send(link, message)
  else {
    const held = c.outboxes.get(index)
    if (held === undefined) c.outboxes.set(index, [message])
    else held.push(message)
  }
}

/** To every known node that is past its handshake. */
export const broadcast = (state: NodeState, message: BusMessage, ctx: Context): void => {
  const peers = state.cluster!.peers
  for (let i = 1; i < peers.length; i++) if (!peers[i].gone && !peers[i].handshake) sendTo(state, i, message, ctx)
}
