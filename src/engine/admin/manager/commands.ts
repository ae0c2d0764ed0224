import type { Flow } from '../../core/flow.ts'
import { below, newStream } from '../../core/random.ts'
import { SEC } from '../../core/time.ts'
import { isError, type Reply } from '../../redis/reply.ts'
import { ask, batch, chance, complaint, pause, prompt, say, type Answer } from '../steps.ts'
import { fixCoverage, fixOpenSlot, tooDangerous } from './fix.ts'
import type { MoveOptions } from './move.ts'
import { HELP_TEXT, type Options } from './options.ts'
import { affinity, cutSlots, interleave, optimise, placeReplicas, rebalance, reshardTable } from './plans.ts'
import {
  isConsistent,
  load,
  meetOne,
  name,
  openSlots,
  openText,
  peerOf,
  primariesOf,
  readAddress,
  showInfo,
  showNode,
  uncovered,
  type Cluster,
  type ManagerNode,
  type Peer,
  type Places,
} from './view.ts'

/** One slot still to be moved. */
export interface Work {
  readonly slot: number
  readonly source: Peer
  readonly target: Peer
  readonly options: MoveOptions
}

/** What a command came to: its exit status, and the slots that must move before it is done. */
export interface Outcome {
  readonly exit: number
  readonly work: readonly Work[]
  /** primaries to tell of each moved slot. */
  readonly others: readonly Peer[]
}

const done = (exit: number): Outcome => ({ exit, work: [], others: [] })
const OK = done(0)
const FAILED = done(1)

const INVALID =
  '[ERR] Invalid arguments: you need to pass either a valid address (ie. 120.0.0.1:7000) or space separated IP and port (ie. 120.0.0.1 7000)\n'

/** One redis-cli --cluster command line, from the keyboard to the last question. */
export function* manager(o: Options, places: Places): Flow<Outcome> {
  if (o.command === 'help') {
    yield* say(HELP_TEXT)
    return OK
  }
  if (o.command === 'create') return yield* create(o, places)
  const named = o.command === 'add-node' ? o.args[1] : o.command === 'del-node' || o.command === 'call' ? o.args[0] : o.args.join(':')
  const at = readAddress(named)
  if (at === null) {
    yield* say(INVALID)
    return FAILED
  }
  if (o.command === 'add-node') return yield* addNode(o, at, places)
  if (o.command === 'del-node') yield* say(`>>> Removing node ${o.args[1]} from cluster ${name(at)}\n`)
  const cluster = yield* load(at, places)
  if (cluster === null) return FAILED
  switch (o.command) {
    case 'info':
      yield* showInfo(cluster)
      return OK
    case 'check':
    case 'fix':
      yield* showInfo(cluster)
      return (yield* checkCluster(cluster, o, o.command === 'fix', false)) ? OK : FAILED
    case 'call':
      return yield* callAll(cluster, o)
    case 'del-node':
      return yield* deleteNode(cluster, o)
    case 'reshard':
      return yield* reshard(cluster, o)
    default:
      return yield* rebalanceAll(cluster, o)
  }
}

// ------------------------------------------------------------------ check, fix

function* checkCluster(c: Cluster, o: Options, fix: boolean, quiet: boolean): Flow<boolean> {
  const agree = yield* isConsistent(c.nodes)
  yield* say(
    `>>> Performing Cluster Check (using node ${name(c.entry)})\n` +
      (quiet ? '' : c.nodes.map((n) => showNode(n)).join('')) +
      (agree ? '[OK] All nodes agree about slots configuration.\n' : "[ERR] Nodes don't agree about configuration!\n") +
      '>>> Check for open slots...\n' +
      openText(c),
  )
  let ok = agree
  const open = openSlots(c)
  if (open.length > 0) {
    ok = false
    if (fix) {
      const danger = tooDangerous(c, o, 'open slots')
      if (danger !== null) {
        yield* say(danger)
        return false
      }
      ok = agree
      for (const slot of open) if (!(yield* fixOpenSlot(c, slot, o))) return false
    }
  }
  yield* say('>>> Check slots coverage...\n')
  const missing = uncovered(c)
  if (missing.length === 0) yield* say('[OK] All 16384 slots covered.\n')
  else {
    yield* say('[ERR] Not all 16384 slots are covered by nodes.\n\n')
    if (!fix) return false
    const danger = tooDangerous(c, o, 'slots coverage')
    if (danger !== null) {
      yield* say(danger)
      return false
    }
    ok = (yield* fixCoverage(c, o)) && ok
  }
  if (o.multipleOwners) ok = (yield* multipleOwners(c)) && ok
  return ok
}

function* multipleOwners(c: Cluster): Flow<boolean> {
  yield* say('>>> Check for multiple slot owners...\n')
  let found = false
  for (let slot = 0; slot < 16384; slot++) {
    const owners = c.nodes.filter((n) => n.primary && n.slots.includes(slot))
    if (owners.length < 2) continue
    found = true
    yield* say(`[WARNING] Slot ${slot} has ${owners.length} owners:\n${owners.map((n) => `    ${name(n)}\n`).join('')}`)
  }
  if (!found) yield* say('[OK] No multiple owners found.\n')
  return !found
}

// ------------------------------------------------------------------ create

function* isEmpty(n: ManagerNode): Flow<boolean> {
  const [info, size] = yield* batch(
    [
      { to: n.process, argv: ['CLUSTER', 'INFO'] },
      { to: n.process, argv: ['DBSIZE'] },
    ],
    'is it empty?',
  )
  if (typeof info === 'string' && info.includes('cluster_known_nodes:1\r') && size === 0) return true
  yield* say(
    `[ERR] Node ${name(n)} is not empty. Either the node already knows other nodes (check with CLUSTER NODES) or contains some key in database 0.\n`,
  )
  return false
}

/** Asks every second until all agree; after 20 s it goes on waiting, as redis-cli does with a warning. */
function* waitForJoin(nodes: readonly Peer[]): Flow<void> {
  yield* say('Waiting for the cluster to join\n')
  for (let polls = 0; polls < 120 && !(yield* isConsistent(nodes)); polls++) {
    yield* say('.')
    if (polls === 20) yield* say('\nWarning: some nodes may be unreachable\n')
    yield* pause(SEC, 'wait a second')
  }
  yield* say('\n')
}

function* create(o: Options, places: Places): Flow<Outcome> {
  const nodes: (ManagerNode & { busPort: number })[] = []
  for (const arg of o.args) {
    const at = readAddress(arg)
    if (at === null) {
      yield* say(`Invalid address format: ${arg}\n`)
      return FAILED
    }
    const met = yield* meetOne(at, places)
    if (met === null || !(yield* isEmpty(met.node))) return FAILED
    nodes.push({ ...met.node, busPort: at.busPort })
  }
  const count = Math.floor(nodes.length / (o.replicas + 1))
  if (count < 3) {
    yield* say(
      '*** ERROR: Invalid configuration for cluster creation.\n*** Redis Cluster requires at least 3 master nodes.\n' +
        `*** This is not possible with ${nodes.length} nodes and ${o.replicas} replicas per node.\n*** At least ${3 * (o.replicas + 1)} nodes are required.\n`,
    )
    return FAILED
  }
  yield* say(`>>> Performing hash slots allocation on ${nodes.length} nodes...\n`)
  const order = interleave(nodes)
  const primaries = order.slice(0, count)
  const runs = cutSlots(count)
  const placed = placeReplicas(primaries, order.slice(count), o.replicas)
  let text = runs.map(([first, last], i) => `Master[${i}] -> Slots ${first} - ${last}\n`).join('')
  placed.forEach((p, i) => {
    if (p.extra && !(i > 0 && placed[i - 1].extra)) text += 'Adding extra replicas...\n'
    text += `Adding replica ${name(p.replica)} to ${name(p.primary)}\n`
  })
  if (affinity(primaries, placed).score > 0) {
    text += '>>> Trying to optimize slaves allocation for anti-affinity\n'
    const dice = newStream(yield* chance(0x7fffffff), 'affinity')
    const score = optimise(primaries, placed, nodes.length, (n) => below(dice, n))
    if (score === 0) text += '[OK] Perfect anti-affinity obtained!\n'
    else if (score >= 10_000) text += '[WARNING] Some slaves are in the same host as their master\n'
    else text += '[WARNING] Some slaves of the same master are in the same host\n'
  }
  runs.forEach(([first, last], i) => (primaries[i].slots = Array.from({ length: last - first + 1 }, (_, k) => first + k)))
  for (const p of placed) p.replica.replicaOf = p.primary.id
  for (const n of nodes) text += n.replicaOf === null ? showNode(n) : `S: ${n.id} ${name(n)}\n   replicates ${n.replicaOf}\n`
  yield* say(text)
  if (!o.yes && !(yield* confirm('Can I set the above configuration?'))) return OK
  return yield* build(nodes, primaries, places)
}

function* confirm(question: string): Flow<boolean> {
  return (yield* prompt(`${question} (type 'yes' to accept): `)).toLowerCase() === 'yes'
}

function* build(nodes: readonly (ManagerNode & { busPort: number })[], primaries: readonly ManagerNode[], places: Places): Flow<Outcome> {
  const wrong = function* (who: readonly Peer[], answers: readonly Answer[]): Flow<boolean> {
    const i = answers.findIndex((a) => complaint(a) !== null)
    if (i >= 0) yield* say(`Node ${name(who[i])} replied with error:\n${complaint(answers[i])}\n`)
    return i >= 0
  }
  const added = yield* batch(
    primaries.map((n) => ({ to: n.process, argv: ['CLUSTER', 'ADDSLOTS', ...n.slots.map(String)] })),
    'CLUSTER ADDSLOTS',
  )
  if (yield* wrong(primaries, added)) return FAILED
  yield* say('>>> Nodes configuration updated\n>>> Assign a different config epoch to each node\n')
  yield* batch(
    nodes.map((n, i) => ({ to: n.process, argv: ['CLUSTER', 'SET-CONFIG-EPOCH', String(i + 1)] })),
    'CLUSTER SET-CONFIG-EPOCH',
  )
  yield* say('>>> Sending CLUSTER MEET messages to join the cluster\n')
  const [first, ...rest] = nodes
  const bus = first.busPort > 0 ? [String(first.busPort)] : []
  const met = yield* batch(
    rest.map((n) => ({ to: n.process, argv: ['CLUSTER', 'MEET', first.ip, String(first.port), ...bus] })),
    'CLUSTER MEET',
  )
  if (yield* wrong(rest, met)) {
    yield* say('Failed to send CLUSTER MEET command.\n')
    return FAILED
  }
  // a second, so that the join has begun: nodes that know nobody agree about everything
  yield* pause(SEC, 'wait for the join to begin')
  yield* waitForJoin(nodes)
  const replicas = nodes.filter((n) => n.replicaOf !== null)
  const followed = yield* batch(
    replicas.map((n) => ({ to: n.process, argv: ['CLUSTER', 'REPLICATE', n.replicaOf!] })),
    'CLUSTER REPLICATE',
  )
  if (yield* wrong(replicas, followed)) return FAILED
  const cluster = yield* load(first, places)
  if (cluster === null) return FAILED
  return (yield* checkCluster(cluster, DEFAULTS, false, false)) ? OK : FAILED
}

const DEFAULTS = { multipleOwners: false } as Options

// ------------------------------------------------------------------ add-node, del-node, call

const fewestReplicas = (nodes: readonly ManagerNode[]): ManagerNode | undefined =>
  nodes
    .filter((n) => n.primary)
    .reduce<ManagerNode | undefined>((least, n) => (least === undefined || n.replicas < least.replicas ? n : least), undefined)

/** The cluster's functions go to a node that has none of its own; whether it may be added. */
function* carryFunctions(from: ManagerNode, to: ManagerNode, shown: string): Flow<boolean> {
  yield* say('>>> Getting functions from cluster\n')
  const dump = yield* ask(from.process, ['FUNCTION', 'DUMP'], 'FUNCTION DUMP')
  if (typeof dump !== 'string') return true
  yield* say(`>>> Send FUNCTION LIST to ${shown} to verify there is no functions in it\n`)
  const list = yield* ask(to.process, ['FUNCTION', 'LIST'], 'FUNCTION LIST')
  if (!Array.isArray(list)) return false
  if (list.length > 0) {
    yield* say(
      '[ERR] New node already contains functions and can not be added to the cluster. Use FUNCTION DELETE to delete them and retry.\n',
    )
    return false
  }
  yield* say(`>>> Send FUNCTION RESTORE to ${shown}\n`)
  return complaint(yield* ask(to.process, ['FUNCTION', 'RESTORE', dump], 'FUNCTION RESTORE')) === null
}

function* addNode(o: Options, at: { ip: string; port: number }, places: Places): Flow<Outcome> {
  const fresh = readAddress(o.args[0])
  if (fresh === null) {
    yield* say(INVALID)
    return FAILED
  }
  yield* say(`>>> Adding node ${name(fresh)} to cluster ${name(at)}\n`)
  const cluster = yield* load(at, places)
  if (cluster === null || !(yield* checkCluster(cluster, o, false, false))) return FAILED
  let primary: ManagerNode | undefined
  if (o.asReplica) {
    if (o.primaryId !== null) {
      primary = cluster.nodes.find((n) => n.id === o.primaryId)
      if (primary === undefined) {
        yield* say(`[ERR] No such master ID ${o.primaryId}\n`)
        return FAILED
      }
    } else {
      primary = fewestReplicas(cluster.nodes)!
      yield* say(`Automatically selected master ${name(primary)}\n`)
    }
  }
  const met = yield* meetOne(fresh, places)
  if (met === null) {
    yield* say(`[ERR] Sorry, can't connect to node ${name(fresh)}\n`)
    return FAILED
  }
  if (!(yield* isEmpty(met.node))) return FAILED
  // a replica gets its primary's functions with its data
  if (primary === undefined && !(yield* carryFunctions(cluster.entry, met.node, name(fresh)))) return FAILED
  yield* say(`>>> Send CLUSTER MEET to node ${name(fresh)} to make it join the cluster.\n`)
  const answer = yield* ask(met.node.process, ['CLUSTER', 'MEET', cluster.entry.ip, String(cluster.entry.port)], 'CLUSTER MEET')
  if (complaint(answer) !== null) {
    yield* say(`Node ${name(fresh)} replied with error:\n${complaint(answer)}\n`)
    return FAILED
  }
  if (primary !== undefined) {
    yield* pause(SEC, 'wait for the join to begin')
    yield* waitForJoin([...cluster.nodes, met.node])
    yield* say(`>>> Configure node as replica of ${name(primary)}.\n`)
    const followed = complaint(yield* ask(met.node.process, ['CLUSTER', 'REPLICATE', primary.id], 'CLUSTER REPLICATE'))
    if (followed !== null) {
      yield* say(`Node ${name(fresh)} replied with error:\n${followed}\n`)
      return FAILED
    }
  }
  yield* say('[OK] New node added correctly.\n')
  return OK
}

function* deleteNode(c: Cluster, o: Options): Flow<Outcome> {
  const node = c.nodes.find((n) => n.id === o.args[1].toLowerCase())
  if (node === undefined) {
    yield* say(`[ERR] No such node ID ${o.args[1]}\n`)
    return FAILED
  }
  if (node.slots.length > 0) {
    yield* say(`[ERR] Node ${name(node)} is not empty! Reshard data away and try again.\n`)
    return FAILED
  }
  yield* say('>>> Sending CLUSTER FORGET messages to the cluster...\n')
  for (const n of c.nodes) {
    if (n === node) continue
    if (n.replicaOf === node.id) {
      const home = fewestReplicas(c.nodes.filter((p) => p !== node))
      if (home !== undefined) {
        yield* say(`>>> ${name(n)} as replica of ${name(home)}\n`)
        home.replicas++
        yield* ask(n.process, ['CLUSTER', 'REPLICATE', home.id], 'CLUSTER REPLICATE')
      }
    }
    const wrong = complaint(yield* ask(n.process, ['CLUSTER', 'FORGET', node.id], 'CLUSTER FORGET'))
    if (wrong !== null) {
      yield* say(`Node ${name(n)} replied with error:\n${wrong}\n`)
      return FAILED
    }
  }
  yield* say('>>> Sending CLUSTER RESET SOFT to the deleted node.\n')
  const wrong = complaint(yield* ask(node.process, ['CLUSTER', 'RESET', 'SOFT'], 'CLUSTER RESET'))
  if (wrong === null) return OK
  yield* say(`Node ${name(node)} replied with error:\n${wrong}\n`)
  return FAILED
}

/** A reply as `call` prints it: raw, without quotes. */
const plain = (reply: Reply): string => {
  if (reply === null) return '(nil)'
  if (typeof reply === 'number' || typeof reply === 'bigint') return String(reply)
  if (typeof reply === 'string') return reply
  if (Array.isArray(reply)) return reply.map(plain).join('\n')
  if ('simple' in reply) return reply.simple
  return isError(reply) ? `ERR: ${reply.error}` : ''
}

function* callAll(c: Cluster, o: Options): Flow<Outcome> {
  const argv = o.args.slice(1)
  yield* say(`>>> Calling ${argv.join(' ')}\n`)
  const nodes = c.nodes.filter((n) => (!o.onlyPrimaries || n.primary) && (!o.onlyReplicas || !n.primary))
  const answers = yield* batch(
    nodes.map((n) => ({ to: n.process, argv })),
    'the command',
  )
  const text = (a: Answer): string => (typeof a === 'object' && a !== null && 'lost' in a ? 'Failed!' : plain(a))
  yield* say(nodes.map((n, i) => `${name(n)}: ${text(answers[i])}\n`).join(''))
  return OK
}

// ------------------------------------------------------------------ reshard, rebalance

const frozenPeers = (nodes: readonly ManagerNode[]): readonly Peer[] => Object.freeze(nodes.map(peerOf))

function* reshard(c: Cluster, o: Options): Flow<Outcome> {
  if (!(yield* checkCluster(c, o, false, false))) {
    yield* say('*** Please fix your cluster problems before resharding\n')
    return FAILED
  }
  const primaries = primariesOf(c)
  const unknown = (id: string): string => `*** The specified node (${id}) is not known or not a master, please retry.\n`
  const byId = (id: string): ManagerNode | undefined => primaries.find((n) => n.id === id.toLowerCase())
  let count = o.slots
  while (count <= 0 || count > 16384) {
    const typed = parseInt(yield* prompt('How many slots do you want to move (from 1 to 16384)? '), 10)
    count = Number.isNaN(typed) ? 0 : typed
  }
  let target = o.to === null ? undefined : byId(o.to)
  if (o.to !== null && target === undefined) {
    yield* say(unknown(o.to))
    return FAILED
  }
  while (target === undefined) {
    const id = yield* prompt('What is the receiving node ID? ')
    target = byId(id)
    if (target === undefined) yield* say(unknown(id))
  }
  let sources: ManagerNode[] = []
  let all = false
  if (o.from !== null) {
    all = o.from === 'all'
    for (const id of all ? [] : o.from.split(',')) {
      const source = byId(id)
      if (source === undefined) {
        yield* say(unknown(id))
        return FAILED
      }
      sources.push(source)
    }
  } else {
    yield* say(
      "Please enter all the source node IDs.\n  Type 'all' to use all the nodes as source nodes for the hash slots.\n  Type 'done' once you entered all the source nodes IDs.\n",
    )
    for (;;) {
      const id = yield* prompt(`Source node #${sources.length + 1}: `)
      if (id === 'done') break
      all = id === 'all'
      if (all) break
      const source = byId(id)
      if (source !== undefined && source.id !== target.id) sources.push(source)
      else yield* say(source === undefined ? unknown(id) : '*** It is not possible to use the target node as source node.\n')
    }
  }
  if (all) sources = primaries.filter((n) => n !== target)
  const same = sources.includes(target)
  sources = sources.filter((n) => n !== target)
  if (sources.length === 0) {
    yield* say(
      `${same ? '*** It is not possible to use the target node as source node.\n' : ''}*** No source nodes given, operation aborted.\n`,
    )
    return FAILED
  }
  const table = reshardTable(sources, count)
  yield* say(
    `\nReady to move ${count} slots.\n  Source nodes:\n${sources.map((n) => showNode(n, '    ')).join('')}  Destination node:\n${showNode(target, '    ')}` +
      `  Resharding plan:\n${table.map((m) => `    Moving slot ${m.slot} from ${m.from.id}\n`).join('')}`,
  )
  if (!o.yes && (yield* prompt('Do you want to proceed with the proposed reshard plan (yes/no)? ')) !== 'yes') return FAILED
  const options: MoveOptions = Object.freeze({ ...moves(o), failed: 'clusterManagerMoveSlot failed: ' })
  const to = peerOf(target)
  const from = new Map(sources.map((n) => [n.id, peerOf(n)]))
  const work = table.map((m) => Object.freeze({ slot: m.slot, source: from.get(m.from.id)!, target: to, options }))
  return { exit: 0, work: Object.freeze(work), others: frozenPeers(primaries) }
}

const moves = (o: Options): MoveOptions => ({
  cold: false,
  quiet: false,
  timeout: o.timeout,
  pipeline: o.pipeline,
  replace: o.replace,
  before: '',
  after: '',
  failed: '',
})

function* rebalanceAll(c: Cluster, o: Options): Flow<Outcome> {
  const primaries = primariesOf(c)
  for (const text of o.weights) {
    const [id, weight] = text.split('=')
    const node = primaries.find((n) => n.id.startsWith(id.toLowerCase()))
    if (node === undefined) {
      yield* say(`*** No such master node ${id}\n`)
      return FAILED
    }
    node.weight = Number.isNaN(parseFloat(weight)) ? 0 : parseFloat(weight)
  }
  if (!(yield* checkCluster(c, o, false, true))) {
    yield* say('*** Please fix your cluster problems before rebalancing\n')
    return FAILED
  }
  const plan = rebalance(
    primaries.map((n) => ({ node: n, weight: n.weight, slots: n.slots.length })),
    o.threshold,
    o.useEmpty,
  )
  if (!plan.needed) {
    yield* say(`*** No rebalancing needed! All nodes are within the ${o.threshold.toFixed(2)}% threshold.\n`)
    return OK
  }
  yield* say(`>>> Rebalancing across ${plan.involved} nodes. Total weight = ${plan.total.toFixed(2)}\n`)
  const work: Work[] = []
  for (const { from, to, count } of plan.transfers) {
    const title = `Moving ${count} slots from ${name(from)} to ${name(to)}\n`
    const slots = from.slots.splice(0, count)
    if (o.simulate) {
      yield* say(`${title}${'#'.repeat(count)}\n`)
      continue
    }
    const source = peerOf(from)
    const target = peerOf(to)
    const each: MoveOptions = Object.freeze({ ...moves(o), quiet: true, after: '#', failed: '\n*** clusterManagerMoveSlot: ' })
    slots.forEach((slot, i) => {
      const before = i === 0 ? title : ''
      const after = i === count - 1 ? '#\n' : '#'
      work.push(Object.freeze({ slot, source, target, options: before + after === '#' ? each : Object.freeze({ ...each, before, after }) }))
    })
  }
  return { exit: 0, work: Object.freeze(work), others: frozenPeers(primaries) }
}
