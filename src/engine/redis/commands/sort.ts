import type { Context } from '../../core/process.ts'
import { userNamed } from '../acl.ts'
import { mayReadAnyKey } from '../acl-check.ts'
import { parseDouble, parseSmall } from '../numbers.ts'
import { cString, err } from '../reply.ts'
import type { NodeState, Session } from '../state.ts'
import { signalReady } from './blocking.ts'
import { NOT_INTEGER, ONE, SYNTAX, WRONG_TYPE, spec, type CommandSpec, type Handler } from './spec.ts'
import { find, inPlace, meet, own, put, remove, upper } from './values.ts'

/** SORT key [BY pattern] [LIMIT offset count] [GET pattern …] [ASC|DESC] [ALPHA] [STORE key]. */

/** BY and GET read keys that the command does not name. */
const mayLookUp = (state: NodeState, s: Session, argv: readonly string[]): boolean => {
  const user = state.acl === null ? undefined : userNamed(state, s.user)
  return (
    user === undefined ||
    mayReadAnyKey(
      user,
      SORTS.find((c) => c.name === argv[0].toLowerCase())!,
      argv,
    )
  )
}

const sort =
  (mayStore: boolean): Handler =>
  (state, s, argv, ctx) => {
    const o = { by: '', skip: false, gets: [] as string[], desc: false, alpha: false, store: null as string | null, offset: 0, count: -1 }
    for (let i = 2; i < argv.length; i++) {
      const word = upper(argv[i])
      if (word === 'ASC') o.desc = false
      else if (word === 'DESC') o.desc = true
      else if (word === 'ALPHA') o.alpha = true
      else if (word === 'LIMIT' && i + 2 < argv.length) {
        const [offset, count] = [parseSmall(argv[++i]), parseSmall(argv[++i])]
        if (offset === null || count === null) return NOT_INTEGER
        o.offset = Math.max(0, offset)
        o.count = count
      } else if (word === 'STORE' && mayStore && i + 1 < argv.length) o.store = argv[++i]
      else if (word === 'BY' && i + 1 < argv.length) {
        o.by = argv[++i]
        // one constant pattern is enough: nothing is sorted, whatever stands behind it
        const isConstant = !cString(o.by).includes('*')
        o.skip ||= isConstant
        if (!isConstant && state.cluster !== null) return err('ERR BY option of SORT denied in Cluster mode.')
        if (!isConstant && !mayLookUp(state, s, argv)) return err('ERR BY option of SORT denied due to insufficient ACL permissions.')
      } else if (word === 'GET' && i + 1 < argv.length) {
        if (state.cluster !== null) return err('ERR GET option of SORT denied in Cluster mode.')
        if (!mayLookUp(state, s, argv)) return err('ERR GET option of SORT denied due to insufficient ACL permissions.')
        o.gets.push(argv[++i])
      } else return SYNTAX
    }
    const entry = find(state, argv[1], ctx)
    if (entry !== undefined && (entry.type === 'string' || entry.type === 'hash')) return WRONG_TYPE
    const held = entry?.value as string[] | Set<string> | Map<string, number> | undefined
    // what a set gives to a script or another key is to be the same on every server
    if (o.skip && held instanceof Set && (o.store !== null || (s.running && s.multi === null)))
      Object.assign(o, { skip: false, alpha: true, by: '' })
    // sorting takes a sorted set out of its small encoding for good, as Redis does
    if (held instanceof Map && entry!.kept !== 'raw') own(state, argv[1]).kept = 'raw'
    const all =
      held === undefined
        ? []
        : held instanceof Map
          ? [...held].sort((x, y) => x[1] - y[1] || (x[0] < y[0] ? -1 : 1)).map(([m]) => m)
          : [...held]
    const rows: { element: string; by: string | null; weight: number }[] = []
    for (const element of all) {
      const by = o.by === '' || o.skip ? element : lookUp(state, o.by, element, ctx)
      const weight = o.alpha || o.skip || by === null || by === '' ? 0 : parseDouble(by.trimStart())
      if (weight === null) return err("ERR One or more scores can't be converted into double")
      rows.push({ element, by, weight })
    }
    const text = (x: { by: string | null }): string => x.by ?? ''
    const bytes = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0)
    if (!o.skip)
      rows.sort((x, y) => {
        const order = o.alpha ? bytes(text(x), text(y)) : x.weight - y.weight || bytes(x.element, y.element)
        return o.desc ? -order : order
      })
    else if (o.desc) rows.reverse()
    const kept = rows.slice(o.offset, o.count < 0 ? undefined : o.offset + o.count)
    const out = kept.flatMap(({ element }): (string | null)[] =>
      o.gets.length === 0 ? [element] : o.gets.map((pattern) => (pattern === '#' ? element : lookUp(state, pattern, element, ctx))),
    )
    if (o.store === null) return out
    meet(state, o.store, ctx)
    if (out.length === 0) remove(state, o.store)
    else {
      put(state, o.store, { type: 'list', value: out.map((x) => x ?? ''), expireAt: -1 })
      signalReady(state, s.db, o.store)
    }
    return out.length
  }

/** `weight_*` or `object_*->field`; a pattern without a star names nothing. */
const lookUp = (state: NodeState, pattern: string, element: string, ctx: Context): string | null => {
  const star = cString(pattern).indexOf('*')
  if (star < 0) return null
  const arrow = pattern.indexOf('->', star + 1)
  const isField = arrow > 0 && arrow + 2 < pattern.length
  const key = (isField ? pattern.slice(0, arrow) : pattern).replace('*', () => element)
  const entry = find(state, key, ctx)
  if (entry === undefined) return null
  if (isField) return entry.type === 'hash' ? ((entry.value as Map<string, string>).get(pattern.slice(arrow + 2)) ?? null) : null
  return entry.type === 'string' ? (entry.value as string) : null
}

/** The key, and the one to store at. */
const stored = (argv: readonly string[]): string[] => {
  const keys = [argv[1]]
  for (let i = 2; i + 1 < argv.length; i++) {
    const word = upper(argv[i])
    if (word === 'STORE') keys[1] = argv[i + 1]
    else if (word === 'LIMIT') i += 2
    else if (word === 'BY' || word === 'GET') i++
  }
  return keys
}

export const SORTS: readonly CommandSpec[] = [
  spec('sort', -2, 'write denyoom', null, 'generic', '1.0.0', 'Sorts the members of a list, set or sorted set.', inPlace(sort(true)), {
    movable: stored,
  }),
  spec('sort_ro', -2, 'readonly', ONE, 'generic', '7.0.0', 'SORT that cannot write.', inPlace(sort(false))),
]
