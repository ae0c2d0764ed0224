import { Failure, type Flow } from '../core/flow.ts'
import type { ProcessId } from '../core/process.ts'
import { MS, SEC } from '../core/time.ts'
import { PORT, ipOf, nodeIdOf } from '../redis/address.ts'
import { ask, batch, complaint, demand, pause, progress, type Answer } from './steps.ts'
import { ownerIn, planAdd, planRemove, readNodes, type Member, type Move } from './survey.ts'

/** redis-cli's --cluster-pipeline: keys a MIGRATE. */
export const KEYS_PER_MIGRATE = 10
/** redis-cli's --cluster-timeout is 60 s; an operator in a lab is less patient. Milliseconds, as MIGRATE takes it. */
export const MIGRATE_TIMEOUT = 4000
/** A slot that meets trouble (a failover under way) is tried again after a second, so often. */
export const PATIENCE = 40

const NODES: readonly string[] = Object.freeze(['CLUSTER', 'NODES'])

/** What the preparation of a job found. */
export interface Plan {
  moves: readonly Move[]
  /** primaries to tell of each moved slot. */
  primaries: readonly ProcessId[]
}

/** The cluster as the first node that answers knows it. */
function* survey(nodes: readonly ProcessId[], label: string): Flow<Member[]> {
  for (const node of nodes) {
    const answer = yield* ask(node, NODES, label)
    if (typeof answer === 'string') {
      const members = readNodes(answer)
      if (members.length > 1) return members
    }
  }
  throw new Failure('unavailable', 'No node of the cluster answers.')
}

/** Refuses a cluster with open slots or silent primaries, as redis-cli's check does. */
function* check(members: readonly Member[], label: string): Flow<void> {
  const primaries = members.filter((m) => m.primary && m.slots > 0)
  const down = primaries.find((m) => m.down)
  if (down) throw new Failure('error', `${down.process} holds slots and is down: first bring it back or let its replica take over.`)
  const answers = yield* batch(
    primaries.map((m) => ({ to: m.process, argv: NODES })),
    label,
  )
  answers.forEach((answer, i) => {
    if (typeof answer !== 'string') throw new Failure('error', `${primaries[i].process} cannot be reached.`)
    const open = readNodes(answer).find((m) => m.myself)?.open ?? []
    if (open.length > 0) throw new Failure('error', `Slot ${open[0]} is still open on ${primaries[i].process}: close it first.`)
  })
}

/** CLUSTER MEET for the new nodes, until everybody knows everybody; optionally a replica for the new primary; then the plan. */
export function* prepareAdd(seeds: readonly ProcessId[], node: ProcessId, replica: ProcessId | null): Flow<Plan> {
  const members = yield* survey(seeds, 'look at the cluster')
  yield* check(members, 'check that all slots are closed')
  const newcomers = replica === null ? [node] : [node, replica]
  const meet = ['CLUSTER', 'MEET', ipOf(members.find((m) => m.myself)!.process), String(PORT)]
  yield* progress('the new node meets the cluster')
  for (const newcomer of newcomers) demand(yield* ask(newcomer, meet, 'CLUSTER MEET'), newcomer)

  const everybody = [...members.filter((m) => !m.down).map((m) => m.process), ...newcomers]
  for (let polls = 0; ; polls++) {
    yield* pause(100 * MS, 'wait until gossip has spread')
    const answers = yield* batch(
      everybody.map((to) => ({ to, argv: NODES })),
      'does everybody know everybody?',
    )
    if (answers.every((a) => knowsAll(a, everybody))) break
    if (polls === 300) throw new Failure('error', `${node} did not become known to all nodes within 30 s.`)
  }

  if (replica !== null) {
    yield* progress('the replica follows the new node')
    demand(yield* ask(replica, ['CLUSTER', 'REPLICATE', nodeIdOf(node)], 'CLUSTER REPLICATE'), replica)
  }
  const known = yield* survey(seeds, 'look at the cluster again')
  return { moves: planAdd(known, node), primaries: livePrimaries(known) }
}

const knowsAll = (answer: Answer, everybody: readonly ProcessId[]): boolean => {
  if (typeof answer !== 'string') return false
  const known = new Set(
    readNodes(answer)
      .filter((m) => !m.handshake)
      .map((m) => m.process),
  )
  return everybody.every((id) => known.has(id))
}

const livePrimaries = (members: readonly Member[]): ProcessId[] =>
  members.filter((m) => m.primary && !m.down && !m.handshake).map((m) => m.process)

/** Where the slots of a leaving node go. A replica, or a primary without slots, has nothing to move. */
export function* prepareRemove(seeds: readonly ProcessId[], node: ProcessId): Flow<Plan> {
  const members = yield* survey(seeds, 'look at the cluster before moving anything')
  const leaving = members.find((m) => m.process === node)
  if (leaving === undefined) throw new Failure('error', `${node} is not a member of the cluster.`)
  const holders = members.filter((m) => m.primary && m.slots > 0)
  if (leaving.slots > 0) {
    if (holders.length < 2) throw new Failure('error', `${node} is the last primary: its slots have nowhere to go.`)
    yield* check(members, 'check that no slot is open')
  }
  return { moves: planRemove(members, node), primaries: livePrimaries(members) }
}

/** What became of one slot. `from`: who gave it away in the end. `silent`: primaries that did not answer; the bus will tell them. */
export interface Moved {
  keys: number
  from: ProcessId
  silent: readonly ProcessId[]
}

/**
 * Moves one slot as redis-cli does: the target opens it (IMPORTING), then the source (MIGRATING), then its keys travel ten at a time,
 * and at last the target is told that the slot is its own, before the source and the others. A failover in between moves
 * the slot's owner: then look again and go on from there.
 */
export function* moveSlot(slot: number, source: ProcessId, target: ProcessId, primaries: readonly ProcessId[]): Flow<Moved> {
  const n = String(slot)
  let from = source
  let keys = 0
  let why = ''
  for (let attempt = 0; attempt < PATIENCE; attempt++) {
    if (attempt > 0) {
      yield* progress('trouble, tried again', slot, why)
      yield* pause(SEC, 'wait for the cluster to settle')
      const members = yield* survey(
        primaries.filter((p) => p !== from),
        'look who owns the slot now',
      )
      const owner = ownerIn(members, slot)
      if (owner === undefined || owner.down) {
        why = `slot ${slot} is held by a node that is down`
        continue
      }
      if (owner.process === target) {
        const told = yield* batch(
          others(primaries, target).map((to) => setSlot(to, n, 'NODE', target)),
          'tell the others again',
        )
        return { keys, from, silent: lost(others(primaries, target), told) }
      }
      from = owner.process
    }

    yield* progress('importing', slot)
    const opened = yield* ask(target, setSlot(target, n, 'IMPORTING', from).argv, 'target: IMPORTING')
    why = complaint(opened) ?? ''
    if (why !== '') continue

    yield* progress('migrating', slot)
    const [marked, first] = yield* batch([setSlot(from, n, 'MIGRATING', target), keysIn(from, n)], 'source: MIGRATING')
    why = complaint(marked) ?? complaint(first) ?? ''
    if (why !== '') continue

    let names = first as string[]
    while (names.length > 0 && why === '') {
      const migrate = [
        'MIGRATE',
        ipOf(target),
        String(PORT),
        '',
        '0',
        String(MIGRATE_TIMEOUT),
        ...(attempt > 0 ? ['REPLACE'] : []),
        'KEYS',
        ...names,
      ]
      const [sent, next] = yield* batch([{ to: from, argv: migrate }, keysIn(from, n)], 'source: MIGRATE the keys')
      why = complaint(sent) ?? complaint(next) ?? ''
      if (why === '') {
        keys += names.length
        names = next as string[]
      }
    }
    if (why !== '') continue

    yield* progress('closing', slot)
    why = complaint(yield* ask(target, setSlot(target, n, 'NODE', target).argv, 'target: the slot is yours')) ?? ''
    if (why !== '') continue
    const rest = [from, ...others(primaries, target).filter((p) => p !== from)]
    const told = yield* batch(
      rest.map((to) => setSlot(to, n, 'NODE', target)),
      'source and the others: the slot has moved',
    )
    // a source that gave its last slot away is a replica by now and refuses; redis-cli tolerates that too
    return { keys, from, silent: lost(rest, told) }
  }

  if (keys > 0) throw new Failure('error', `${why}. Slot ${slot} stays open: ${keys} of its keys stand on ${target} already.`)
  yield* batch([setSlot(target, n, 'STABLE', ''), setSlot(from, n, 'STABLE', '')], 'close the slot again')
  throw new Failure('error', `${why}. Slot ${slot} was closed again.`)
}

const others = (primaries: readonly ProcessId[], target: ProcessId): ProcessId[] => primaries.filter((p) => p !== target)

const setSlot = (to: ProcessId, slot: string, word: string, peer: ProcessId): { to: ProcessId; argv: readonly string[] } => ({
  to,
  argv: peer === '' ? ['CLUSTER', 'SETSLOT', slot, word] : ['CLUSTER', 'SETSLOT', slot, word, nodeIdOf(peer)],
})

const keysIn = (to: ProcessId, slot: string): { to: ProcessId; argv: readonly string[] } => ({
  to,
  argv: ['CLUSTER', 'GETKEYSINSLOT', slot, String(KEYS_PER_MIGRATE)],
})

const lost = (asked: readonly ProcessId[], answers: readonly Answer[]): ProcessId[] =>
  asked.filter((_, i) => typeof answers[i] === 'object' && answers[i] !== null && 'lost' in (answers[i] as object))

const noFailover = (value: string): readonly string[] => ['CONFIG', 'SET', 'cluster-replica-no-failover', value]

/** Sends the leaving node away: its replicas follow others, everybody forgets it, it shuts down. */
export function* retire(seeds: readonly ProcessId[], node: ProcessId): Flow<void> {
  const id = nodeIdOf(node)
  yield* progress('its replicas follow others')
  for (let polls = 0; ; polls++) {
    const members = yield* survey(seeds, 'who follows the leaving node?')
    const leaving = members.find((m) => m.process === node)
    if (leaving !== undefined && leaving.slots > 0 && polls > 50) throw new Failure('error', `${node} still holds ${leaving.slots} slots.`)
    const orphans = members.filter((m) => m.replicaOf === id && !m.down)
    if (orphans.length === 0) break
    const followers = (m: Member): number => members.filter((r) => r.replicaOf === m.id).length
    const homes = members.filter((m) => m.primary && m.slots > 0 && !m.down && m.process !== node)
    if (polls === 50) {
      const why = homes.length > 0 ? `would not leave ${node}` : 'finds no other primary to follow'
      throw new Failure('error', `${orphans[0].process} ${why}.`)
    }
    homes.sort((x, y) => followers(x) - followers(y) || (x.id < y.id ? -1 : 1))
    // gossip needs a moment to tell: ask once, and again only after five seconds
    if (polls % 25 === 0 && homes.length > 0)
      yield* batch(
        orphans.map((m, i) => ({ to: m.process, argv: ['CLUSTER', 'REPLICATE', homes[i % homes.length].id] })),
        'its replicas: REPLICATE another',
      )
    yield* pause(200 * MS, 'wait until that is known')
  }

  yield* progress('the others forget it')
  const members = yield* survey(seeds, 'who must forget it?')
  const rest = members.filter((m) => m.process !== node && !m.down)
  // a leaving replica must not be elected now: whoever forgets an owner of slots forgets the slots
  yield* ask(node, noFailover('yes'), 'the leaving node stands for no election')
  // nor may a view be old: who has not heard yet that the slots moved would forget their owner too
  for (let polls = 0; ; polls++) {
    const views = yield* batch(
      [node, ...rest.map((m) => m.process)].map((to) => ({ to, argv: NODES })),
      'does anybody still see its slots?',
    )
    const owned = views.map((v) => (typeof v === 'string' ? (readNodes(v).find((m) => m.process === node)?.slots ?? 0) : 0))
    const witness = owned.findIndex((slots) => slots > 0)
    if (witness < 0) break
    if (polls === 50) {
      yield* ask(node, noFailover('no'), 'the node may be elected again')
      const who = witness === 0 ? 'itself' : rest[witness - 1].process
      throw new Failure(
        'error',
        `${node} owns ${owned[witness]} slots, says ${who}: it was elected meanwhile. Nobody forgets it; remove it again.`,
      )
    }
    yield* pause(100 * MS, 'wait until everybody knows')
  }
  yield* batch(
    rest.map((m) => ({ to: m.process, argv: ['CLUSTER', 'FORGET', id] })),
    'CLUSTER FORGET',
  )
  yield* ask(node, ['SHUTDOWN', 'NOSAVE'], 'the node shuts down')
}
