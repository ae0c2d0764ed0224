/**
 * A 64-bit digest of plain data, as 16 hex digits. Maps, sets and objects count in their own order, which a run fixes.
 * Ownership of copy-on-write pages is not part of the value.
 */
export const digestOf = (value: unknown): string => {
  const h = { a: 0x9e3779b9 | 0, b: 0x85ebca6b | 0 }
  walk(h, value)
  return hex(finish(h.a)) + hex(finish(h.b ^ h.a))
}

interface Hash {
  a: number
  b: number
}

const word = (h: Hash, w: number): void => {
  h.a = Math.imul(h.a ^ w, 0xcc9e2d51)
  h.a = (h.a << 13) | (h.a >>> 19)
  h.b = Math.imul(h.b + w, 0x1b873593) ^ h.a
  h.b = (h.b << 15) | (h.b >>> 17)
}

const finish = (x: number): number => {
  x ^= x >>> 16
  x = Math.imul(x, 0x7feb352d)
  x ^= x >>> 15
  return x >>> 0
}
const hex = (x: number): string => x.toString(16).padStart(8, '0')

const bits = new DataView(new ArrayBuffer(8))
const number = (h: Hash, n: number): void => {
  if ((n | 0) === n) word(h, n)
  else {
    bits.setFloat64(0, n)
    word(h, bits.getInt32(0))
    word(h, bits.getInt32(4))
  }
}

const text = (h: Hash, s: string): void => {
  word(h, s.length)
  for (let i = 0; i < s.length; i++) word(h, s.charCodeAt(i))
}

const walk = (h: Hash, value: unknown): void => {
  switch (typeof value) {
    case 'number':
      word(h, 1)
      return number(h, value)
    case 'string':
      word(h, 2)
      return text(h, value)
    case 'boolean':
      return word(h, value ? 3 : 4)
    case 'bigint':
      word(h, 5)
      return text(h, value.toString())
    case 'object':
      break
    default:
      return word(h, 6)
  }
  if (value === null) return word(h, 7)
  if (Array.isArray(value)) {
    word(h, 8)
    word(h, value.length)
    for (const v of value) walk(h, v)
    return
  }
  if (value instanceof Map) {
    word(h, 9)
    word(h, value.size)
    for (const [k, v] of value) {
      walk(h, k)
      walk(h, v)
    }
    return
  }
  if (value instanceof Set) {
    word(h, 10)
    word(h, value.size)
    for (const v of value) walk(h, v)
    return
  }
  if (ArrayBuffer.isView(value)) {
    const a = value as Uint8Array
    word(h, 11)
    word(h, a.length)
    for (let i = 0; i < a.length; i++) number(h, a[i])
    return
  }
  if ((value as { cow?: unknown }).cow === true) return walk(h, (value as unknown as { pages: unknown[] }).pages)
  word(h, 12)
  for (const k in value) {
    const v = (value as Record<string, unknown>)[k]
    if (v === undefined) continue
    text(h, k)
    walk(h, v)
  }
}
