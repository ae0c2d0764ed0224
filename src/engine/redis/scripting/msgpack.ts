import { textAt, wholeAt, wholeOr } from './args.ts'
import { isTable, type LuaFunction, type Table, type Value, type Vm } from './host.ts'

/** lua-cmsgpack 0.4.0. */

const DEEPEST = 16
const view = new DataView(new ArrayBuffer(8))
const bytesOfView = (n: number): string => String.fromCharCode(...new Uint8Array(view.buffer, 0, n))

/** `size` bytes, the most significant first. */
const big = (n: number, size: number): string => {
  if (size === 8) view.setBigUint64(0, BigInt.asUintN(64, BigInt(n)))
  else if (size === 4) view.setUint32(0, n)
  else if (size === 2) view.setUint16(0, n)
  else view.setUint8(0, n)
  return bytesOfView(size)
}
const head = (code: number, n: number, size: number): string => String.fromCharCode(code) + big(n, size)

const packWhole = (n: number): string => {
  if (n >= 0) {
    if (n <= 127) return String.fromCharCode(n)
    if (n <= 0xff) return head(0xcc, n, 1)
    if (n <= 0xffff) return head(0xcd, n, 2)
    return n <= 0xffffffff ? head(0xce, n, 4) : head(0xcf, n, 8)
  }
  if (n >= -32) return big(n, 1)
  if (n >= -128) return head(0xd0, n, 1)
  if (n >= -32768) return head(0xd1, n, 2)
  return n >= -2147483648 ? head(0xd2, n, 4) : head(0xd3, n, 8)
}

const packNumber = (x: number): string => {
  if (Number.isInteger(x) && x >= -9223372036854775808 && x < 9223372036854775808) return packWhole(x)
  view.setFloat32(0, x)
  if (view.getFloat32(0) === x) return `\xca${bytesOfView(4)}`
  view.setFloat64(0, x)
  return `\xcb${bytesOfView(8)}`
}

const packText = (s: string): string => {
  const n = s.length
  if (n < 32) return String.fromCharCode(0xa0 | n) + s
  return (n <= 0xff ? head(0xd9, n, 1) : n <= 0xffff ? head(0xda, n, 2) : head(0xdb, n, 4)) + s
}

const count = (small: number, n: number, code: number): string =>
  n <= 15 ? String.fromCharCode(small | n) : n <= 65535 ? head(code, n, 2) : head(code + 1, n, 4)

const packTable = (t: Table, level: number): string => {
  const entries: (readonly [Value, Value])[] = []
  let most = 0
  let isArray = true
  for (let e = t.next(undefined); e !== null; e = t.next(e[0])) {
    entries.push(e)
    const [k] = e
    if (typeof k !== 'number' || k <= 0 || !Number.isInteger(k)) isArray = false
    else if (k > most) most = k
  }
  if (isArray && most === entries.length) {
    const n = t.length
    let out = count(0x90, n, 0xdc)
    for (let i = 1; i <= n; i++) out += packValue(t.get(i), level + 1)
    return out
  }
  return count(0x80, entries.length, 0xde) + entries.map(([k, v]) => packValue(k, level + 1) + packValue(v, level + 1)).join('')
}

const packValue = (v: Value, level: number): string => {
  if (typeof v === 'string') return packText(v)
  if (typeof v === 'boolean') return v ? '\xc3' : '\xc2'
  if (typeof v === 'number') return packNumber(v)
  // a table that holds itself ends here
  return isTable(v) && level < DEEPEST ? packTable(v, level) : '\xc0'
}

class Unpacker {
  constructor(
    private readonly text: string,
    public at: number,
    private readonly vm: Vm,
  ) {}

  private take(n: number): string {
    if (this.at + n > this.text.length) this.vm.fail('Missing bytes in input.')
    this.at += n
    return this.text.slice(this.at - n, this.at)
  }

  private load(n: number): DataView {
    const bytes = this.take(n)
    for (let i = 0; i < n; i++) view.setUint8(i, bytes.charCodeAt(i))
    return view
  }

  private length(size: number): number {
    const v = this.load(size)
    return size === 1 ? v.getUint8(0) : size === 2 ? v.getUint16(0) : v.getUint32(0)
  }

  private array(n: number): Table {
    const t = this.vm.table()
    for (let i = 1; i <= n; i++) t.set(i, this.value())
    return t
  }

  private map(n: number): Table {
    const t = this.vm.table()
    for (let i = 0; i < n; i++) {
      const key = this.value()
      t.set(key, this.value())
    }
    return t
  }

  value(): Value {
    const c = this.take(1).charCodeAt(0)
    if (c <= 0x7f) return c
    if (c >= 0xe0) return c - 256
    if (c >= 0xa0 && c <= 0xbf) return this.take(c & 31)
    if (c <= 0x8f) return this.map(c & 15)
    if (c <= 0x9f) return this.array(c & 15)
    switch (c) {
      case 0xc0:
        return undefined
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xca:
        return this.load(4).getFloat32(0)
      case 0xcb:
        return this.load(8).getFloat64(0)
      case 0xcc:
        return this.load(1).getUint8(0)
      case 0xcd:
        return this.load(2).getUint16(0)
      case 0xce:
        return this.load(4).getUint32(0)
      case 0xcf:
        return Number(this.load(8).getBigInt64(0))
      case 0xd0:
        return this.load(1).getInt8(0)
      case 0xd1:
        return this.load(2).getInt16(0)
      case 0xd2:
        return this.load(4).getInt32(0)
      case 0xd3:
        return Number(this.load(8).getBigInt64(0))
      case 0xd9:
        return this.take(this.length(1))
      case 0xda:
        return this.take(this.length(2))
      case 0xdb:
        return this.take(this.length(4))
      case 0xdc:
        return this.array(this.length(2))
      case 0xdd:
        return this.array(this.length(4))
      case 0xde:
        return this.map(this.length(2))
      case 0xdf:
        return this.map(this.length(4))
      default:
        return this.vm.fail('Bad data format in input.')
    }
  }
}

const unpack = (text: string, limit: number, offset: number, vm: Vm): Value[] => {
  if (offset < 0 || limit < 0) vm.fail(`Invalid request to unpack with offset of ${offset} and limit of ${text.length}.`)
  if (offset > text.length) vm.fail(`Start offset ${offset} greater than input length ${text.length}.`)
  const all = limit === 0 && offset === 0
  const unpacker = new Unpacker(text, offset, vm)
  const out: Value[] = []
  while (unpacker.at < text.length && (all || out.length < limit)) out.push(unpacker.value())
  return all ? out : [unpacker.at === text.length ? -1 : unpacker.at, ...out]
}

export const MSGPACK: Readonly<Record<string, LuaFunction>> = {
  pack: (a, vm) => [a.length === 0 ? vm.bad(0, 'MessagePack pack needs input.') : a.map((v) => packValue(v, 0)).join('')],
  unpack: (a, vm) => unpack(textAt(a, 0, vm), 0, 0, vm),
  unpack_one: (a, vm) => unpack(textAt(a, 0, vm), 1, wholeOr(a, 1, 0, vm), vm),
  unpack_limit: (a, vm) => unpack(textAt(a, 0, vm), wholeAt(a, 1, vm), wholeOr(a, 2, 0, vm), vm),
}

export const MSGPACK_ABOUT: Readonly<Record<string, Value>> = {
  _NAME: 'cmsgpack',
  _VERSION: 'lua-cmsgpack 0.4.0',
  _COPYRIGHT: 'Copyright (C) 2012, Salvatore Sanfilippo',
  _DESCRIPTION: 'MessagePack C implementation for Lua',
}
