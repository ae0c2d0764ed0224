import { asText, functionAt, isTrue, tableAt, textAt, wholeAt, wholeOr } from './args.ts'
import { typeOf, type LuaFunction, type Table, type Value, type Vm } from './host.ts'

/** The table library of Lua 5.1 (ltablib.c). */

/** auxsort: the order of comparisons is seen by scripts, and so is what an inconsistent one does. */
const sortRange = (t: Table, from: number, to: number, before: (a: Value, b: Value) => boolean, vm: Vm): void => {
  let [l, u] = [from, to]
  const swap = (i: number, j: number): void => {
    const v = t.get(i)
    t.set(i, t.get(j))
    t.set(j, v)
  }
  while (l < u) {
    if (before(t.get(u), t.get(l))) swap(l, u)
    if (u - l === 1) break
    let i = Math.floor((l + u) / 2)
    if (before(t.get(i), t.get(l))) swap(i, l)
    else if (before(t.get(u), t.get(i))) swap(i, u)
    if (u - l === 2) break
    const pivot = t.get(i)
    swap(i, u - 1)
    i = l
    let j = u - 1
    for (;;) {
      while (before(t.get(++i), pivot)) if (i > u) vm.fail('invalid order function for sorting')
      while (before(pivot, t.get(--j))) if (j < l) vm.fail('invalid order function for sorting')
      if (j < i) break
      swap(i, j)
    }
    swap(u - 1, i)
    // the smaller half by recursion, the larger by the loop
    if (i - l < u - i) {
      j = l
      i--
      l = i + 2
    } else {
      j = i + 1
      i = u
      u = j - 2
    }
    sortRange(t, j, i, before, vm)
  }
}

export const TABLES: Readonly<Record<string, LuaFunction>> = {
  insert: (a, vm) => {
    const t = tableAt(a, 0, vm)
    let n = t.length + 1
    if (a.length === 2) t.set(n, a[1])
    else if (a.length === 3) {
      const at = wholeAt(a, 1, vm)
      if (at > n) n = at
      for (let i = n; i > at; i--) t.set(i, t.get(i - 1))
      t.set(at, a[2])
    } else vm.fail("wrong number of arguments to 'insert'")
    return []
  },
  remove: (a, vm) => {
    const t = tableAt(a, 0, vm)
    const n = t.length
    const at = wholeOr(a, 1, n, vm)
    if (at < 1 || at > n) return []
    const gone = t.get(at)
    for (let i = at; i < n; i++) t.set(i, t.get(i + 1))
    t.set(n, undefined)
    return [gone]
  },
  concat: (a, vm) => {
    const between = a[1] === undefined ? '' : textAt(a, 1, vm)
    const t = tableAt(a, 0, vm)
    const from = wholeOr(a, 2, 1, vm)
    const to = wholeOr(a, 3, t.length, vm)
    const out: string[] = []
    for (let i = from; i <= to; i++)
      out.push(asText(t.get(i)) ?? vm.fail(`invalid value (${typeOf(t.get(i))}) at index ${i} in table for 'concat'`))
    return [out.join(between)]
  },
  sort: (a, vm) => {
    const t = tableAt(a, 0, vm)
    const by = a[1]
    if (by !== undefined) functionAt(a, 1, vm)
    const before = by === undefined ? (x: Value, y: Value) => vm.less(x, y) : (x: Value, y: Value) => isTrue(vm.call(by, [x, y])[0])
    sortRange(t, 1, t.length, before, vm)
    return []
  },
  getn: (a, vm) => [tableAt(a, 0, vm).length],
  setn: (a, vm) => {
    tableAt(a, 0, vm)
    return vm.fail("'setn' is obsolete")
  },
  maxn: (a, vm) => {
    let most = 0
    const t = tableAt(a, 0, vm)
    for (let e = t.next(undefined); e !== null; e = t.next(e[0])) if (typeof e[0] === 'number' && e[0] > most) most = e[0]
    return [most]
  },
  foreach: (a, vm) => {
    const t = tableAt(a, 0, vm)
    const f = functionAt(a, 1, vm)
    for (let e = t.next(undefined); e !== null; e = t.next(e[0])) {
      const [found] = vm.call(f, e)
      if (found !== undefined) return [found]
    }
    return []
  },
  foreachi: (a, vm) => {
    const t = tableAt(a, 0, vm)
    const n = t.length
    const f = functionAt(a, 1, vm)
    for (let i = 1; i <= n; i++) {
      const [found] = vm.call(f, [i, t.get(i)])
      if (found !== undefined) return [found]
    }
    return []
  },
}
