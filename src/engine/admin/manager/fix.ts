import type { Flow } from '../../core/flow.ts'
import { ask, batch, chance, complaint, prompt, say } from '../steps.ts'
import { managerMove, setSlot, type MoveOptions } from './move.ts'
import type { Options } from './options.ts'
import { name, primariesOf, slotsText, uncovered, type Cluster, type ManagerNode } from './view.ts'

const moving = (o: Options, cold: boolean): MoveOptions => ({
  cold,
  quiet: false,
  timeout: o.timeout,
  pipeline: o.pipeline,
  replace: o.replace,
  before: '',
  after: '',
  failed: '',
})

/** Too many primaries silent to know whose slots are whose: redis-cli will not go on by itself. */
export const tooDangerous = (c: Cluster, o: Options, what: 'open slots' | 'slots coverage'): string | null =>
  c.unreachable > 0 && !o.withUnreachable
    ? `*** Fixing ${what} with ${c.unreachable} unreachable masters is dangerous: redis-cli will assume that slots about masters that are not ` +
      'reachable are not covered, and will try to reassign them to the reachable nodes. This can cause data loss and is rarely what you want to do. ' +
      'If you really want to proceed use the --cluster-fix-with-unreachable-masters option.\n'
    : null

function* countKeys(nodes: readonly ManagerNode[], slot: number): Flow<number[]> {
  const answers = yield* batch(
    nodes.map((n) => ({ to: n.process, argv: ['CLUSTER', 'COUNTKEYSINSLOT', String(slot)] })),
    'CLUSTER COUNTKEYSINSLOT',
  )
  return answers.map((a) => (typeof a === 'number' ? a : 0))
}

const names = (nodes: readonly ManagerNode[]): string => nodes.map(name).join(',')
const without = (nodes: ManagerNode[], n: ManagerNode): ManagerNode[] => nodes.filter((m) => m !== n)

/** Closes one open slot, by redis-cli's four cases. False when it could not. */
export function* fixOpenSlot(c: Cluster, slot: number, o: Options): Flow<boolean> {
  yield* say(`>>> Fixing open slot ${slot}\n`)
  const primaries = primariesOf(c)
  const keys = yield* countKeys(primaries, slot)
  const owners: ManagerNode[] = []
  for (let i = 0; i < primaries.length; i++) {
    if (primaries[i].slots.includes(slot)) owners.push(primaries[i])
    else if (keys[i] > 0) {
      yield* say(`*** Found keys about slot ${slot} in non-owner node ${name(primaries[i])}!\n`)
      owners.push(primaries[i])
    }
  }
  let owner = owners.length === 1 ? owners[0] : null
  let migrating = primaries.filter((n) => n.migrating.some(([s]) => s === slot))
  let importing = primaries.filter((n) => n.importing.some(([s]) => s === slot))
  for (let i = 0; i < primaries.length; i++) {
    const n = primaries[i]
    if (migrating.includes(n) || importing.includes(n) || n === owner || owners.includes(n) || keys[i] === 0) continue
    yield* say(`*** Found keys about slot ${slot} in node ${name(n)}!\n`)
    importing.push(n)
  }
  if (migrating.length > 0) yield* say(`Set as migrating in: ${names(migrating)}\n`)
  if (importing.length > 0) yield* say(`Set as importing in: ${names(importing)}\n`)

  if (owner === null) {
    yield* say('>>> No single clear owner for the slot, selecting an owner by # of keys...\n')
    const most = Math.max(0, ...keys)
    owner = most > 0 ? primaries[keys.indexOf(most)] : null
    if (owner === null) {
      yield* say("[ERR] Can't select a slot owner. Impossible to fix.\n")
      return false
    }
    yield* say(`*** Configuring ${name(owner)} as the slot owner\n`)
    if ((yield* setSlot(owner, slot, 'STABLE', null)) !== null) return false
    yield* ask(owner.process, ['CLUSTER', 'DELSLOTS', String(slot)], 'CLUSTER DELSLOTS')
    const added = complaint(yield* ask(owner.process, ['CLUSTER', 'ADDSLOTS', String(slot)], 'CLUSTER ADDSLOTS'))
    if (added !== null) {
      yield* say(`Node ${name(owner)} replied with error:\n${added}\n`)
      return false
    }
    // no vote stands behind this owner: a new epoch makes the others believe it
    yield* ask(owner.process, ['CLUSTER', 'BUMPEPOCH'], 'CLUSTER BUMPEPOCH')
    migrating = without(migrating, owner)
    importing = without(importing, owner)
  }
  for (const n of owners.length > 1 ? without(owners, owner) : []) {
    yield* ask(n.process, ['CLUSTER', 'DELSLOTS', String(slot)], 'CLUSTER DELSLOTS')
    if ((yield* setSlot(n, slot, 'NODE', owner)) !== null) return false
    if ((yield* setSlot(n, slot, 'IMPORTING', owner)) !== null) return false
    importing = [...without(importing, n), n]
    migrating = without(migrating, n)
  }
  return yield* close(primaries, slot, owner, migrating, importing, o)
}

function* close(
  primaries: ManagerNode[],
  slot: number,
  owner: ManagerNode,
  migrating: ManagerNode[],
  importing: ManagerNode[],
  o: Options,
): Flow<boolean> {
  const [source] = migrating
  if (migrating.length === 1 && importing.length === 1) {
    const [target] = importing
    yield* say(`>>> Case 1: Moving slot ${slot} from ${name(source)} to ${name(target)}\n`)
    return (yield* managerMove(slot, source, target, primaries, moving(o, false))) === null
  }
  if (migrating.length === 0 && importing.length > 0) {
    yield* say(`>>> Case 2: Moving all the ${slot} slot keys to its owner ${name(owner)}\n`)
    for (const n of without(importing, owner)) {
      if ((yield* managerMove(slot, n, owner, primaries, moving(o, true))) !== null) return false
      yield* say(`>>> Setting ${slot} as STABLE in ${name(n)}\n`)
      if ((yield* setSlot(n, slot, 'STABLE', null)) !== null) return false
    }
    // the keys came cold: all others are told the owner
    for (const n of without(primaries, owner)) if ((yield* setSlot(n, slot, 'NODE', owner)) !== null) return false
    return true
  }
  if (migrating.length === 1 && importing.length > 1) {
    const keys = yield* countKeys(importing, slot)
    if (keys.every((k) => k === 0)) {
      const id = source.migrating.find(([s]) => s === slot)?.[1]
      const target = importing.find((n) => n.id === id)
      if (target !== undefined) {
        yield* say(
          `>>> Case 3: Moving slot ${slot} from ${name(source)} to ${name(target)} and closing it on all the other importing nodes.\n`,
        )
        if ((yield* managerMove(slot, source, target, primaries, moving(o, false))) !== null) return false
        for (const n of without(importing, target)) if ((yield* setSlot(n, slot, 'STABLE', null)) !== null) return false
        return true
      }
      yield* say('>>> Case 3: Closing slot ' + slot + ' on both migrating and importing nodes.\n')
      for (const n of [source, ...importing]) if ((yield* setSlot(n, slot, 'STABLE', null)) !== null) return false
      return true
    }
  } else if (migrating.length === 1 && (source === owner || (yield* countKeys([source], slot))[0] === 0)) {
    yield* say(`>>> Case 4: Closing slot ${slot} on ${name(source)}\n`)
    return (yield* setSlot(source, slot, 'STABLE', null)) === null
  }
  yield* say(
    "[ERR] Sorry, redis-cli can't fix this slot yet (work in progress). Slot is set as migrating in " +
      `${names(migrating)}, as importing in ${names(importing)}, owner is ${name(owner)}\n`,
  )
  return false
}

/** An owner for a slot that has none: bound there, closed, with a new epoch. */
function* own(n: ManagerNode, slot: number): Flow<void> {
  const s = String(slot)
  const words = [
    ['MULTI'],
    ['CLUSTER', 'DELSLOTS', s],
    ['CLUSTER', 'ADDSLOTS', s],
    ['CLUSTER', 'SETSLOT', s, 'STABLE'],
    ['CLUSTER', 'BUMPEPOCH'],
    ['EXEC'],
  ]
  yield* batch(
    words.map((argv) => ({ to: n.process, argv })),
    'own the slot',
  )
}

/** Finds an owner for slots that have none: at random where nobody has keys of it, else where the keys are. False when told not to. */
export function* fixCoverage(c: Cluster, o: Options): Flow<boolean> {
  yield* say('>>> Fixing slots coverage...\n')
  const primaries = primariesOf(c)
  const none: number[] = []
  const single: [number, ManagerNode][] = []
  const multi: [number, ManagerNode[], number[]][] = []
  for (const slot of uncovered(c)) {
    const keys = yield* countKeys(primaries, slot)
    const holders = primaries.filter((_, i) => keys[i] > 0)
    if (holders.length === 0) none.push(slot)
    else if (holders.length === 1) single.push([slot, holders[0]])
    else multi.push([slot, holders, keys.filter((k) => k > 0)])
  }
  const confirm = function* (rows: readonly string[], what: string, how: string): Flow<boolean> {
    return (
      (yield* prompt(`The following uncovered slots have ${what}:\n${rows.join('\n')}\n${how} (type 'yes' to accept): `)).toLowerCase() ===
      'yes'
    )
  }
  if (none.length > 0) {
    if (!(yield* confirm([slotsText(none)], 'no keys across the cluster', 'Fix these slots by covering with a random node?'))) return false
    for (const slot of none) {
      const n = primaries[yield* chance(primaries.length)]
      yield* say(`>>> Covering slot ${slot} with ${name(n)}\n`)
      yield* own(n, slot)
    }
  }
  if (single.length > 0) {
    const rows = single.map(([slot, n]) => `${slot}:${name(n)}`)
    if (!(yield* confirm(rows, 'keys in just one node', 'Fix these slots by covering with those nodes?'))) return false
    for (const [slot, n] of single) {
      yield* say(`>>> Covering slot ${slot} with ${name(n)}\n`)
      yield* own(n, slot)
    }
  }
  if (multi.length > 0) {
    const rows = multi.map(([slot, holders]) => `${slot}:${names(holders)}`)
    if (!(yield* confirm(rows, 'keys in multiple nodes', 'Fix these slots by moving keys into a single node?'))) return false
    for (const [slot, holders, keys] of multi) {
      const target = holders[keys.indexOf(Math.max(...keys))]
      yield* say(`>>> Covering slot ${slot} moving keys to ${name(target)}\n`)
      yield* own(target, slot)
      for (const source of without(holders, target)) {
        // importing, so that MIGRATE is not redirected away from the keys
        if ((yield* setSlot(source, slot, 'NODE', target)) !== null) return false
        if ((yield* setSlot(source, slot, 'IMPORTING', target)) !== null) return false
        if ((yield* managerMove(slot, source, target, primaries, moving(o, true))) !== null) return false
        if ((yield* setSlot(source, slot, 'STABLE', null)) !== null) return false
      }
    }
  }
  return true
}
