import { numberAt, textAt, wholeOr } from './args.ts'
import { toInt64 } from './format.ts'
import type { LuaFunction, Value, Vm } from './host.ts'

/** The struct library that Redis ships (lua_struct.c): native order is little-endian, nothing is aligned unless asked for. */

const LARGEST = 32
const view = new DataView(new ArrayBuffer(8))

class Format {
  private at = 0
  little = true
  private align = 1

  constructor(
    private readonly text: string,
    private readonly vm: Vm,
  ) {}

  /** The next option and its size; null at the end. */
  next(): [string, number] | null {
    if (this.at >= this.text.length) return null
    const option = this.text[this.at++]
    return [option, this.sizeOf(option)]
  }

  private count(otherwise: number): number {
    const m = /^\d+/.exec(this.text.slice(this.at))
    if (m === null) return otherwise
    this.at += m[0].length
    return Number(m[0]) > 2147483647 ? this.vm.fail('integral size overflow') : Number(m[0])
  }

  private sizeOf(option: string): number {
    if ('bBx'.includes(option)) return 1
    if ('hH'.includes(option)) return 2
    if (option === 'f') return 4
    if ('lLTd'.includes(option)) return 8
    if (option === 'c') return this.count(1)
    if (option !== 'i' && option !== 'I') return 0
    const n = this.count(4)
    return n > LARGEST ? this.vm.fail(`integral size ${n} is larger than limit of ${LARGEST}`) : n
  }

  padding(at: number, option: string, size: number): number {
    if (size === 0 || option === 'c') return 0
    const n = Math.min(size, this.align)
    return (n - (at & (n - 1))) & (n - 1)
  }

  control(option: string): void {
    if (option === '>') this.little = false
    else if (option === '<') this.little = true
    else if (option === '!') {
      this.align = this.count(8)
      if (this.align <= 0 || (this.align & (this.align - 1)) !== 0) this.vm.fail(`alignment ${this.align} is not a power of 2`)
    } else if (option !== ' ') this.vm.bad(1, `invalid format option '${option}'`)
  }
}

const isWhole = (option: string): boolean => 'bBhHlLTiI'.includes(option)
const inOrder = (bytes: number[], little: boolean): string => String.fromCharCode(...(little ? bytes : bytes.reverse()))

const putWhole = (x: number, size: number, little: boolean): string => {
  let n = BigInt.asUintN(64, x < 0 ? toInt64(x) : x < 18446744073709551616 ? BigInt(Math.trunc(x)) : 0n)
  const bytes: number[] = []
  for (let i = 0; i < size; i++) {
    bytes.push(Number(n & 255n))
    n >>= 8n
  }
  return inOrder(bytes, little)
}

const getWhole = (data: string, at: number, size: number, little: boolean, signed: boolean): number => {
  let n = 0n
  for (let i = 0; i < size; i++) n = BigInt.asUintN(64, (n << 8n) | BigInt(data.charCodeAt(little ? at + size - 1 - i : at + i)))
  return Number(signed ? BigInt.asIntN(Math.min(64, size * 8), n) : n)
}

const putFloat = (x: number, size: number, little: boolean): string => {
  if (size === 4) view.setFloat32(0, x, true)
  else view.setFloat64(0, x, true)
  return inOrder(
    Array.from({ length: size }, (_, i) => view.getUint8(i)),
    little,
  )
}

const getFloat = (data: string, at: number, size: number, little: boolean): number => {
  for (let i = 0; i < size; i++) view.setUint8(i, data.charCodeAt(at + i))
  return size === 4 ? view.getFloat32(0, little) : view.getFloat64(0, little)
}

const pack: LuaFunction = (given, vm) => {
  // its own mark stands behind the arguments: one too few is a nil
  const args = [...given, undefined]
  const format = new Format(textAt(args, 0, vm), vm)
  let out = ''
  let arg = 1
  for (let part = format.next(); part !== null; part = format.next()) {
    const [option, size] = part
    out += '\0'.repeat(format.padding(out.length, option, size))
    if (isWhole(option)) out += putWhole(numberAt(args, arg++, vm), size, format.little)
    else if (option === 'x') out += '\0'
    else if (option === 'f' || option === 'd') out += putFloat(numberAt(args, arg++, vm), size, format.little)
    else if (option === 'c' || option === 's') {
      const text = textAt(args, arg++, vm)
      const length = size === 0 ? text.length : size
      if (text.length < length) vm.bad(arg + 1, 'string too short')
      out += text.slice(0, length) + (option === 's' ? '\0' : '')
    } else format.control(option)
  }
  return [out]
}

const unpack: LuaFunction = (args, vm) => {
  const format = new Format(textAt(args, 0, vm), vm)
  const data = textAt(args, 1, vm)
  let at = wholeOr(args, 2, 1, vm) - 1
  if (at < 0) vm.bad(3, 'offset must be 1 or greater')
  const out: Value[] = []
  const check = (size: number): void => {
    if (size > data.length || at > data.length - size) vm.bad(2, 'data string too short')
  }
  for (let part = format.next(); part !== null; part = format.next()) {
    const option = part[0]
    let size = part[1]
    at += format.padding(at, option, size)
    check(size)
    if (isWhole(option)) out.push(getWhole(data, at, size, format.little, option >= 'a'))
    else if (option === 'f' || option === 'd') out.push(getFloat(data, at, size, format.little))
    else if (option === 'c') {
      if (size === 0) {
        const last = out.pop()
        if (typeof last !== 'number') vm.fail("format 'c0' needs a previous size")
        size = Math.trunc(last as number)
        check(size)
      }
      out.push(data.slice(at, at + size))
    } else if (option === 's') {
      const end = data.indexOf('\0', at)
      if (end < 0) vm.fail('unfinished string in data')
      out.push(data.slice(at, end))
      size = end - at + 1
    } else if (option !== 'x') format.control(option)
    at += size
  }
  return [...out, at + 1]
}

const size: LuaFunction = (args, vm) => {
  const format = new Format(textAt(args, 0, vm), vm)
  let at = 0
  for (let part = format.next(); part !== null; part = format.next()) {
    const [option, n] = part
    at += format.padding(at, option, n)
    if (option === 's') vm.bad(1, "option 's' has no fixed size")
    if (option === 'c' && n === 0) vm.bad(1, "option 'c0' has no fixed size")
    if (!/[\da-zA-Z]/.test(option)) format.control(option)
    at += n
  }
  return [at]
}

export const STRUCT: Readonly<Record<string, LuaFunction>> = { pack, unpack, size }
