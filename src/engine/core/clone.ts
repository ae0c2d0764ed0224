/**
 * A table whose pages are shared between clones until written (copy on write), so that a keyframe of many thousand keys
 * costs one small array. Read `pages[i]`; to write, go through `ownPage`.
 */
export interface Pages<P> {
  readonly cow: true
  pages: P[]
  /** 1 where this table alone holds the page. */
  owned: Uint8Array
}

const times = <P>(count: number, page: P): P[] => Array.from({ length: count }, () => page)

/** A table of equal pages: one page stands for all of them until they are written. */
export const newPages = <P>(count: number, make: () => P): Pages<P> => ({
  cow: true,
  pages: times(count, make()),
  owned: new Uint8Array(count),
})

/** A copy of the table; from now on neither side owns a page. */
export const sharePages = <P>(table: Pages<P>): Pages<P> => {
  table.owned.fill(0)
  return { cow: true, pages: table.pages.slice(), owned: new Uint8Array(table.owned.length) }
}

/** The page, made this table's own first; `copied` may know a quicker way to copy it. */
export const ownPage = <P>(table: Pages<P>, i: number, copied: (page: P) => P = clone): P => {
  if (table.owned[i] === 0) {
    table.pages[i] = copied(table.pages[i])
    table.owned[i] = 1
  }
  return table.pages[i]
}

/** One more page at the end. */
export const growPages = <P>(table: Pages<P>, make: () => P): void => {
  const at = table.pages.push(make()) - 1
  if (at >= table.owned.length) {
    const owned = new Uint8Array(2 * at + 2)
    owned.set(table.owned)
    table.owned = owned
  }
  table.owned[at] = 1
}

/** A page for reading: never change what it returns. */
export const page = <P>(table: Pages<P>, i: number): P => table.pages[i]

/** A list of things that are never changed once made: clones have lists of their own and share the things. */
export interface Sharing<T> {
  readonly cow: 'list'
  list: T[]
}

export const newSharing = <T>(): Sharing<T> => ({ cow: 'list', list: [] })

/**
 * Nobody changes this list any more, so clones share it. A frozen one would be shared too, but V8 reads the elements of frozen arrays
 * through a call each.
 */
export const shareList = <T>(list: readonly T[]): readonly T[] => Object.assign(list, { shared: true })

export const isSharedList = (list: readonly unknown[]): boolean => (list as { shared?: true }).shared === true

/**
 * An independent copy of plain data (JSON values, bigint, Map, Set, typed arrays). Frozen objects are shared: nobody can change them.
 * Pages are shared and both sides lose ownership.
 */
export const clone = <T>(value: T): T => copy(value) as T

const copy = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    if (isSharedList(value) || Object.isFrozen(value)) return value
    const out: unknown[] = value.slice()
    for (let i = 0; i < out.length; i++) {
      const v = out[i]
      if (typeof v === 'object' && v !== null) out[i] = copy(v)
    }
    return out
  }
  if (value instanceof Map) {
    const out = new Map<unknown, unknown>()
    if (value.size === 0) return out
    for (const [k, v] of value) out.set(k, typeof v === 'object' && v !== null ? copy(v) : v)
    return out
  }
  if (value instanceof Set) return new Set(value)
  if (ArrayBuffer.isView(value)) return (value as Uint8Array).slice()
  if (Object.isFrozen(value)) return value
  const { cow } = value as { cow?: true | 'list' }
  if (cow === 'list') return { cow, list: (value as Sharing<unknown>).list.slice() }
  if (cow === true) return sharePages(value as Pages<unknown>)
  const out = spread(value)
  const values = Object.values(out)
  let names: string[] | null = null
  for (let i = 0; i < values.length; i++) {
    const v = values[i]
    if (typeof v !== 'object' || v === null) continue
    names ??= Object.keys(out)
    out[names[i]] = copy(v)
  }
  return out
}

/**
 * An engine copies an object of a shape it knows in one go, but a place in the code that has met more than four shapes goes field
 * by field, a dozen times slower. So there are several places, chosen by the first field's name.
 */
const places: readonly ((o: object) => Record<string, unknown>)[] = [
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
  (o) => ({ ...o }),
]
const placeOf = new Map<string, (o: object) => Record<string, unknown>>()

const spread = (value: object): Record<string, unknown> => {
  let first = ''
  for (const k in value) {
    first = k
    break
  }
  let place = placeOf.get(first)
  if (place === undefined) {
    place = places[Math.min(placeOf.size, places.length - 1)]
    // the last place is for all the rest, which need not be remembered
    if (placeOf.size < places.length - 1) placeOf.set(first, place)
  }
  return place(value)
}
