import type { Flow } from '../../core/flow.ts'
import { isError } from '../../redis/reply.ts'
import { ask, batch, complaint, say, type Answer } from '../steps.ts'
import { name, type Peer } from './view.ts'

export interface MoveOptions {
  /** keys only: who owns the slot, and who it is open on, is settled by the caller. */
  readonly cold: boolean
  /** no line of its own. */
  readonly quiet: boolean
  /** milliseconds, as MIGRATE takes it. */
  readonly timeout: number
  /** keys a MIGRATE. */
  readonly pipeline: number
  /** overwrite keys that the target has already. */
  readonly replace: boolean
  /** printed ahead, when done, and before what went wrong. */
  readonly before: string
  readonly after: string
  readonly failed: string
}

const replied = (n: Peer, error: string): string => `Node ${name(n)} replied with error:\n${error}\n`

/** CLUSTER SETSLOT; null, or why not, after saying so. */
export function* setSlot(
  n: Peer,
  slot: number,
  word: 'IMPORTING' | 'MIGRATING' | 'NODE' | 'STABLE',
  peer: Peer | null,
): Flow<string | null> {
  const argv = ['CLUSTER', 'SETSLOT', String(slot), word, ...(peer === null ? [] : [peer.id])]
  return yield* judge(n, yield* ask(n.process, argv, 'CLUSTER SETSLOT'))
}

function* judge(n: Peer, answer: Answer): Flow<string | null> {
  const wrong = complaint(answer)
  if (wrong === null) return null
  const lost = typeof answer === 'object' && answer !== null && 'lost' in answer
  yield* say(lost ? 'CLUSTER SETSLOT failed to run\n' : replied(n, wrong))
  return lost ? 'CLUSTER SETSLOT failed to run' : wrong
}

/**
 * One slot as redis-cli moves it: the target opens it, then the source; its keys travel; then the target is told that the slot is its own,
 * before the source and the others. What goes wrong leaves it as it stands. Null, or what went wrong.
 */
export function* managerMove(slot: number, source: Peer, target: Peer, others: readonly Peer[], o: MoveOptions): Flow<string | null> {
  yield* say(o.before + (o.quiet ? '' : `Moving slot ${slot} from ${name(source)} to ${name(target)}: `))
  const wrong = yield* moveNow(slot, source, target, others, o)
  yield* say(wrong === null ? o.after : o.failed === '' ? '' : `${o.failed}${wrong}\n`)
  return wrong
}

function* moveNow(slot: number, source: Peer, target: Peer, others: readonly Peer[], o: MoveOptions): Flow<string | null> {
  if (!o.cold) {
    const wrong = (yield* setSlot(target, slot, 'IMPORTING', source)) ?? (yield* setSlot(source, slot, 'MIGRATING', target))
    if (wrong !== null) return wrong
  }
  const left = yield* migrateKeys(slot, source, target, o)
  if (left !== null) return left
  if (o.cold) return null
  const owned = yield* setSlot(target, slot, 'NODE', target)
  if (owned !== null) return owned
  const rest = [source, ...others.filter((n) => n.id !== source.id && n.id !== target.id)]
  const answers = yield* batch(
    rest.map((n) => ({ to: n.process, argv: ['CLUSTER', 'SETSLOT', String(slot), 'NODE', target.id] })),
    'CLUSTER SETSLOT NODE',
  )
  for (let i = 0; i < rest.length; i++) {
    // a source that gave its last slot away is a replica by now: redis-cli tolerates that
    if (complaint(answers[i]) === 'ERR Please use SETSLOT only with masters.') continue
    const wrong = yield* judge(rest[i], answers[i])
    if (wrong !== null) return wrong
  }
  return null
}

function* migrateKeys(slot: number, source: Peer, target: Peer, o: MoveOptions): Flow<string | null> {
  for (;;) {
    const keys = yield* ask(source.process, ['CLUSTER', 'GETKEYSINSLOT', String(slot), String(o.pipeline)], 'CLUSTER GETKEYSINSLOT')
    const wrong = complaint(keys)
    if (wrong !== null) {
      yield* say((o.quiet ? '' : '\n') + replied(source, wrong))
      return wrong
    }
    const names = keys as string[]
    if (names.length === 0) break
    const failed = yield* migrate(source, target, slot, names, o)
    if (failed !== null) return failed
    if (!o.quiet) yield* say('.'.repeat(names.length))
  }
  if (!o.quiet) yield* say('\n')
  return null
}

/** One MIGRATE, with what redis-cli does when the target has a key already or the source's slot has no owner. */
function* migrate(source: Peer, target: Peer, slot: number, keys: readonly string[], o: MoveOptions): Flow<string | null> {
  const command = (replace: boolean): string[] => [
    'MIGRATE',
    target.ip,
    String(target.port),
    '',
    '0',
    String(o.timeout),
    ...(replace ? ['REPLACE'] : []),
    'KEYS',
    ...keys,
  ]
  let wrong = complaint(yield* ask(source.process, command(false), 'MIGRATE'))
  if (wrong === null) return null
  if (wrong.includes('slot not served')) {
    yield* say(`*** Slot was not served, setting owner to node ${name(source)}.\n`)
    yield* setSlot(source, slot, 'NODE', source)
    wrong = complaint(yield* ask(source.process, command(false), 'MIGRATE'))
  } else if (wrong.includes('BUSYKEY')) {
    yield* say('\n*** Target key exists\n')
    if (!o.replace) {
      yield* say('*** Checking key values on both nodes...\n')
      const differ = yield* different(source, target, keys)
      if (differ.length > 0) {
        yield* say(
          `*** Found ${differ.length} key(s) in both source node and target node having different values.\n` +
            `    Source node: ${name(source)}\n    Target node: ${name(target)}\n    Keys(s):\n${differ.map((k) => `    - ${k}\n`).join('')}` +
            'Please fix the above key(s) manually and try again or relaunch the command \nwith --cluster-replace option to force key overriding.\n',
        )
        return wrong
      }
    }
    yield* say('*** Replacing target keys...\n')
    wrong = complaint(yield* ask(source.process, command(true), 'MIGRATE with REPLACE'))
  }
  if (wrong !== null) yield* say((o.quiet ? '' : '\n') + replied(source, wrong))
  return wrong
}

/** Keys whose value differs on the two sides, by DUMP. */
function* different(source: Peer, target: Peer, keys: readonly string[]): Flow<string[]> {
  const answers = yield* batch(
    keys.flatMap((key) => [
      { to: source.process, argv: ['DUMP', key] },
      { to: target.process, argv: ['ASKING'] },
      { to: target.process, argv: ['DUMP', key] },
    ]),
    'compare the values',
  )
  // a key that only one side has does not differ: it has yet to travel
  return keys.filter((_, i) => {
    const [mine, , theirs] = answers.slice(3 * i, 3 * i + 3)
    return typeof mine === 'string' && typeof theirs === 'string' && !isError(mine) && mine !== theirs
  })
}
