import { numberOfText, textOfNumber } from './format.ts'
import { isTable, typeOf, type Table, type Value, type Vm } from './host.ts'

/** Arguments of library functions, checked as lauxlib does; `i` counts from 0. */

export const asNumber = (v: Value): number | null => (typeof v === 'number' ? v : typeof v === 'string' ? numberOfText(v) : null)
export const asText = (v: Value): string | null => (typeof v === 'string' ? v : typeof v === 'number' ? textOfNumber(v) : null)

const wrongType = (args: readonly Value[], i: number, wanted: string, vm: Vm): never =>
  vm.bad(i + 1, `${wanted} expected, got ${i < args.length ? typeOf(args[i]) : 'no value'}`)

export const numberAt = (args: readonly Value[], i: number, vm: Vm): number => asNumber(args[i]) ?? wrongType(args, i, 'number', vm)
/** truncated, as a cast to an integer does. */
export const wholeAt = (args: readonly Value[], i: number, vm: Vm): number => {
  const n = numberAt(args, i, vm)
  return Math.abs(n) < 9223372036854775808 ? Math.trunc(n) + 0 : -9223372036854775808
}
export const textAt = (args: readonly Value[], i: number, vm: Vm): string => asText(args[i]) ?? wrongType(args, i, 'string', vm)
export const tableAt = (args: readonly Value[], i: number, vm: Vm): Table => {
  const v = args[i]
  return isTable(v) ? v : wrongType(args, i, 'table', vm)
}
export const functionAt = (args: readonly Value[], i: number, vm: Vm): Value =>
  typeOf(args[i]) === 'function' ? args[i] : wrongType(args, i, 'function', vm)
export const anyAt = (args: readonly Value[], i: number, vm: Vm): Value => (i < args.length ? args[i] : vm.bad(i + 1, 'value expected'))
export const wholeOr = (args: readonly Value[], i: number, otherwise: number, vm: Vm): number =>
  args[i] === undefined ? otherwise : wholeAt(args, i, vm)
export const isTrue = (v: Value): boolean => v !== undefined && v !== false
