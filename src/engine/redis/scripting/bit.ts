import { numberAt } from './args.ts'
import type { LuaFunction, Value, Vm } from './host.ts'

/** Lua BitOp: 32-bit words; its magic constant rounds a number to even and leaves the word in the last bits. */

const MAGIC = 6755399441055744
const view = new DataView(new ArrayBuffer(8))

const wordOf = (args: readonly Value[], i: number, vm: Vm): number => {
  view.setFloat64(0, numberAt(args, i, vm) + MAGIC)
  return view.getInt32(4)
}

const fold =
  (f: (x: number, y: number) => number): LuaFunction =>
  (a, vm) => {
    let out = wordOf(a, 0, vm)
    for (let i = 1; i < a.length; i++) out = f(out, wordOf(a, i, vm))
    return [out]
  }
const one =
  (f: (x: number) => number): LuaFunction =>
  (a, vm) => [f(wordOf(a, 0, vm)) | 0]
const shift =
  (f: (x: number, n: number) => number): LuaFunction =>
  (a, vm) => [f(wordOf(a, 0, vm), wordOf(a, 1, vm) & 31) | 0]

export const BIT: Readonly<Record<string, LuaFunction>> = {
  tobit: one((x) => x),
  bnot: one((x) => ~x),
  band: fold((x, y) => x & y),
  bor: fold((x, y) => x | y),
  bxor: fold((x, y) => x ^ y),
  lshift: shift((x, n) => x << n),
  rshift: shift((x, n) => x >>> n),
  arshift: shift((x, n) => x >> n),
  rol: shift((x, n) => (x << n) | (x >>> ((32 - n) & 31))),
  ror: shift((x, n) => (x >>> n) | (x << ((32 - n) & 31))),
  bswap: one((x) => (x >>> 24) | ((x >> 8) & 0xff00) | ((x & 0xff00) << 8) | (x << 24)),
  tohex: (a, vm) => {
    const x = wordOf(a, 0, vm)
    const n = a[1] === undefined ? 8 : wordOf(a, 1, vm)
    const hex = (x >>> 0).toString(16).padStart(8, '0')
    const digits = hex.slice(8 - Math.min(8, Math.abs(n)))
    return [n === 0 ? '' : n < 0 ? digits.toUpperCase() : digits]
  },
}
