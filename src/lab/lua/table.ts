import { ldebug, lobject, ltable, ltm } from './fengari.ts'
import { bytesOf, newString, textOf } from './strings.ts'
import type { State, TString, TValue } from 'fengari/src/types'
import { NULL, type Opaque, type Table, type Value } from '../../engine/redis/scripting/host.ts'

/**
 * Lua 5.1's table (ltable.c) in fengari's place: pairs() and cjson.encode() meet keys in the order of the real one, and # finds
 * the same border.
 */

export const NIL = 0
export const BOOLEAN = 1
export const POINTER = 2
export const NUMBER = 3
export const STRING = 20 // fengari keeps every string as a long one
export const TABLE = 5
export const FUNCTION = 6
export const THREAD = 8

/** luaS_newlstr's hash; Redis's Lua looks at every byte. */
const hashOf = (ts: TString): number => {
  if (ts.place !== undefined) return ts.place
  const s = ts.realstring
  let h = s.length
  for (let l = s.length; l >= 1; l--) h ^= (h << 5) + (h >>> 2) + s[l - 1]
  return (ts.place = h >>> 0)
}

const TAG = 0x0f
const isNumber = (v: TValue): boolean => (v.type & TAG) === NUMBER

/** A function or a coroutine on its way through a library function. */
export class Handle implements Opaque {
  readonly opaque: 'function' | 'thread'
  constructor(
    readonly type: number,
    readonly value: unknown,
  ) {
    this.opaque = type === THREAD ? 'thread' : 'function'
  }
}

export const valueOf = (v: TValue): Value => {
  switch (v.type & TAG) {
    case NIL:
      return undefined
    case BOOLEAN:
      return Boolean(v.value)
    case NUMBER:
      return v.value as number
    case STRING & TAG:
      return textOf(v.value as TString)
    case TABLE:
      return v.value as LuaTable
    case POINTER:
      return NULL
    default:
      return new Handle(v.type, v.value)
  }
}

export const tvalueOf = (L: State, v: Value): TValue => {
  if (v === undefined) return new lobject.TValue(NIL, null)
  if (typeof v === 'number') return new lobject.TValue(NUMBER, v)
  if (typeof v === 'string') return new lobject.TValue(STRING, newString(L, v))
  if (typeof v === 'boolean') return new lobject.TValue(BOOLEAN, v)
  if (v instanceof LuaTable) return new lobject.TValue(TABLE, v)
  if (v instanceof Handle) return new lobject.TValue(v.type, v.value)
  return new lobject.TValue(POINTER, NULL)
}

interface Node {
  key: TValue
  mark: unknown
  value: TValue
}

/** What stands for a key in a Map: strings by their text, everything else by itself. */
const markOf = (key: TValue): unknown => ((key.type & TAG) === (STRING & TAG) ? textOf(key.value as TString) : key.value)

const NOTHING = new lobject.TValue(NIL, null)
const view = new DataView(new ArrayBuffer(8))
const log2Up = (n: number): number => (n <= 1 ? 0 : 32 - Math.clz32(n - 1))
const MOST_IN_ARRAY = 1 << 26
const isIndex = (k: unknown): k is number => typeof k === 'number' && Number.isInteger(k) && k >= 1 && k <= MOST_IN_ARRAY

/** The state whose script runs: where a refusal is raised. */
let running: State | null = null
export const setRunning = (L: State): void => {
  running = L
}

export class LuaTable implements Table {
  readonly id: number
  metatable: LuaTable | null = null
  flags = ~0
  isReadonly = false
  private array: TValue[] = []
  private nodes: (Node | null)[] = []
  private free = 0
  private readonly places = new Map<unknown, number>()

  constructor(
    private readonly L: State,
    array: number,
    hash: number,
  ) {
    this.id = L.l_G.id_counter++
    if (array > 0 || hash > 0) this.resize(array, hash)
  }

  /** The lexer looks up its strings here. */
  get strong(): { get(mark: unknown): Node | undefined } {
    return {
      get: (mark) => {
        const place = this.places.get(mark)
        return place === undefined ? undefined : this.nodes[place]!
      },
    }
  }

  find(mark: unknown): TValue {
    if (typeof mark === 'number' && mark >= 1 && mark <= this.array.length && Number.isInteger(mark)) return this.array[mark - 1]
    if (this.nodes.length === 0) return NOTHING
    const place = this.places.get(mark)
    return place === undefined ? NOTHING : this.nodes[place]!.value
  }

  /** luaH_set: where the key's value stands, made if need be. */
  private slot(key: TValue, mark: unknown): TValue {
    const found = this.find(mark)
    return found === NOTHING ? this.insert(key, mark) : found
  }

  assign(key: TValue, value: TValue): void {
    this.slot(key, markOf(key)).setfrom(value)
    this.flags = 0
  }

  /** luaH_setint, which only constructors use: the first of a batch is its last. */
  assignIndex(index: number, value: TValue): void {
    if (index > this.array.length) this.resize(index, this.nodes.length)
    this.array[index - 1].setfrom(value)
  }

  private main(key: TValue, mark: unknown): number {
    const n = this.nodes.length
    switch (key.type & TAG) {
      case STRING & TAG:
        return hashOf(key.value as TString) & (n - 1)
      case NUMBER: {
        if (mark === 0) return 0
        view.setFloat64(0, mark as number)
        return ((view.getUint32(0) + view.getUint32(4)) >>> 0) % ((n - 1) | 1)
      }
      case BOOLEAN:
        return (mark ? 1 : 0) & (n - 1)
      default:
        return ((mark as { id?: number }).id ?? 0) % ((n - 1) | 1)
    }
  }

  private put(place: number, key: TValue, mark: unknown): TValue {
    const value = new lobject.TValue(NIL, null)
    this.nodes[place] = { key: new lobject.TValue(key.type, key.value), mark, value }
    this.places.set(mark, place)
    return value
  }

  /** newkey */
  private insert(key: TValue, mark: unknown): TValue {
    if (this.nodes.length > 0) {
      const place = this.main(key, mark)
      const there = this.nodes[place]
      if (there === null) return this.put(place, key, mark)
      if (there.value.ttisnil()) {
        this.places.delete(there.mark)
        return this.put(place, key, mark)
      }
      while (this.free > 0) {
        if (this.nodes[--this.free] !== null) continue
        // what stands here out of its own place makes room
        if (this.main(there.key, there.mark) === place) return this.put(this.free, key, mark)
        this.nodes[this.free] = there
        this.places.set(there.mark, this.free)
        return this.put(place, key, mark)
      }
    }
    this.rehash(mark)
    return this.slot(key, mark)
  }

  private rehash(extra: unknown): void {
    const counts = Array.from({ length: 28 }, () => 0)
    let indices = 0
    let total = 1
    const count = (mark: unknown): void => {
      if (!isIndex(mark)) return
      counts[log2Up(mark)]++
      indices++
    }
    this.array.forEach((v, i) => {
      if (v.ttisnil()) return
      total++
      count(i + 1)
    })
    for (const node of this.nodes)
      if (node !== null && !node.value.ttisnil()) {
        total++
        count(node.mark)
      }
    count(extra)
    // computesizes: the largest n such that more than half of 1…n is in use
    let sum = 0
    let size = 0
    let inArray = 0
    for (let i = 0, n = 1; n / 2 < indices; i++, n *= 2) {
      sum += counts[i]
      if (counts[i] > 0 && sum > n / 2) {
        size = n
        inArray = sum
      }
      if (sum === indices) break
    }
    this.resize(size, total - inArray)
  }

  private resize(array: number, hash: number): void {
    const old = this.nodes
    const gone = this.array.slice(array)
    this.array.length = Math.min(this.array.length, array)
    while (this.array.length < array) this.array.push(new lobject.TValue(NIL, null))
    this.nodes = hash === 0 ? [] : Array.from({ length: 2 ** log2Up(hash) }, () => null)
    this.free = this.nodes.length
    this.places.clear()
    gone.forEach((v, i) => {
      if (!v.ttisnil()) this.slot(new lobject.TValue(NUMBER, array + i + 1), array + i + 1).setfrom(v)
    })
    for (let i = old.length - 1; i >= 0; i--) {
      const node = old[i]
      if (node !== null && !node.value.ttisnil()) this.slot(node.key, node.mark).setfrom(node.value)
    }
  }

  /** luaH_getn */
  get length(): number {
    const has = (n: number): boolean => !this.find(n).ttisnil()
    let j = this.array.length
    let i = 0
    if (j === 0 || !this.array[j - 1].ttisnil()) {
      if (this.nodes.length === 0) return j
      for (i = j, j = j + 1; has(j); j *= 2) i = j
    }
    while (j - i > 1) {
      const m = Math.floor((i + j) / 2)
      if (has(m)) i = m
      else j = m
    }
    return i
  }

  /** The entry after the key, as what stands on a stack; null = none. */
  after(key: TValue): [TValue, TValue] | null {
    let i = 0
    if (!key.ttisnil()) {
      const mark = markOf(key)
      if (isIndex(mark) && mark <= this.array.length) i = mark
      else {
        const place = this.places.get(mark)
        if (place === undefined) return ldebug.luaG_runerror(running!, bytesOf("invalid key to 'next'"))
        i = this.array.length + place + 1
      }
    }
    for (; i < this.array.length; i++) if (!this.array[i].ttisnil()) return [new lobject.TValue(NUMBER, i + 1), this.array[i]]
    for (i -= this.array.length; i < this.nodes.length; i++) {
      const node = this.nodes[i]
      if (node !== null && !node.value.ttisnil()) return [node.key, node.value]
    }
    return null
  }

  // ------------------------------------------------------------------ for library functions

  get(key: Value): Value {
    if (key === undefined || key !== key) return undefined
    return valueOf(this.find(key instanceof Handle ? key.value : key))
  }

  set(key: Value, value: Value): void {
    refuse(running!, this, key)
    this.assign(tvalueOf(this.L, key), tvalueOf(this.L, value))
  }

  next(key: Value): readonly [Value, Value] | null {
    const found = this.after(tvalueOf(this.L, key))
    return found === null ? null : [valueOf(found[0]), valueOf(found[1])]
  }
}

const refuse = (L: State, t: LuaTable, key: unknown): void => {
  if (t.isReadonly) ldebug.luaG_runerror(L, bytesOf('Attempt to modify a readonly table'))
  if (key === undefined || key === null) ldebug.luaG_runerror(L, bytesOf('table index is nil'))
  if (key !== key) ldebug.luaG_runerror(L, bytesOf('table index is NaN'))
}

const NEW_TABLE = 11
const IN_LUA = 2
const fromFloatingByte = (x: number): number => (x < 8 ? x : ((x & 7) + 8) << ((x >> 3) - 1))

const { fasttm } = ltm

/** Puts this table into the machine; done once, before the first state is made. */
export const installTable = (): void => {
  ltable['Table'] = LuaTable
  ltable['invalidateTMcache'] = (t: LuaTable) => {
    t.flags = 0
  }
  ltable['luaH_new'] = (L: State) => {
    const { ci } = L
    const made = ci !== null && ci.callstatus & IN_LUA ? ci.l_code[ci.l_savedpc - 1] : undefined
    return made?.opcode === NEW_TABLE ? new LuaTable(L, fromFloatingByte(made.B), fromFloatingByte(made.C)) : new LuaTable(L, 0, 0)
  }
  ltable['luaH_get'] = (_L: State, t: LuaTable, key: TValue) => t.find(markOf(key))
  ltable['luaH_getint'] = (t: LuaTable, key: number) => t.find(key)
  ltable['luaH_getstr'] = (t: LuaTable, key: TString) => t.find(textOf(key))
  ltable['luaH_setint'] = (t: LuaTable, key: number, value: TValue) => t.assignIndex(key, value)
  ltable['luaH_setfrom'] = (L: State, t: LuaTable, key: TValue, value: TValue) => {
    refuse(L, t, key.ttisnil() ? undefined : isNumber(key) ? key.value : true)
    t.assign(key, value)
  }
  ltable['luaH_getn'] = (t: LuaTable) => t.length
  ltable['luaH_next'] = (L: State, t: LuaTable, at: number) => {
    const found = t.after(L.stack[at])
    if (found === null) return false
    L.stack[at].setfrom(found[0])
    L.stack[at + 1].setfrom(found[1])
    return true
  }
  // # of a table asks no metatable in Lua 5.1
  ltm.fasttm = (l, et, e) => (e === ltm.TMS['TM_LEN'] ? null : fasttm(l, et, e))
}
