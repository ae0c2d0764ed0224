import { formatDouble } from '../../engine/redis/numbers.ts'
import type { Reply } from '../../engine/redis/reply.ts'
import { bytesOf, type Value } from './recording.ts'

/** A reply in one comparable form: what is in it, and how the wire shows nothing. */
export type Form = { type: string; value: Form[] | string; wire?: string }

/** A reply as a connection of this protocol shows it. */
export const formOf = (reply: Reply, resp: 2 | 3): Form => {
  if (reply === null) return { type: 'nil', value: '', wire: resp === 3 ? '_' : '$-1' }
  if (typeof reply === 'string') return { type: 'bulk', value: reply }
  if (typeof reply === 'number' || typeof reply === 'bigint') return { type: 'int', value: String(reply) }
  const all = (items: Reply[]): Form[] => items.map((item) => formOf(item, resp))
  if (Array.isArray(reply)) return { type: 'array', value: all(reply) }
  if ('simple' in reply) return { type: 'simple', value: reply.simple }
  if ('error' in reply) return { type: 'error', value: reply.error }
  if ('nullArray' in reply) return { type: 'nil', value: '', wire: resp === 3 ? '_' : '*-1' }
  if ('map' in reply) {
    if (resp === 2) return { type: 'array', value: all(reply.map.flat()) }
    return { type: 'map', value: reply.map.map((pair) => ({ type: 'pair', value: all(pair) })) }
  }
  if ('set' in reply) return { type: resp === 3 ? 'set' : 'array', value: all(reply.set) }
  if ('push' in reply) return { type: resp === 3 ? 'push' : 'array', value: all(reply.push) }
  if ('double' in reply) return { type: resp === 3 ? 'double' : 'bulk', value: formatDouble(reply.double) }
  if ('bool' in reply) return resp === 3 ? { type: 'bool', value: String(reply.bool) } : { type: 'int', value: reply.bool ? '1' : '0' }
  if ('verbatim' in reply)
    return resp === 3 ? { type: 'verbatim', value: `txt:${reply.verbatim}` } : { type: 'bulk', value: reply.verbatim }
  if ('bignum' in reply) return { type: resp === 3 ? 'bignum' : 'bulk', value: reply.bignum }
  return { type: 'none', value: '' }
}

/** A recorded reply in the same form. */
export const formOfValue = (v: Value, resp: 2 | 3): Form => {
  const { type } = v
  if (type === 'nil') return { type, value: '', wire: v.wire ?? (resp === 3 ? '_' : '$-1') }
  if (Array.isArray(v.value))
    return {
      type,
      value: v.value.map((item: unknown) =>
        Array.isArray(item) ? { type: 'pair', value: item.map((i) => formOfValue(i as Value, resp)) } : formOfValue(item as Value, resp),
      ),
    }
  return { type, value: bytesOf(v.value) ?? String(v.value) }
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** What of a line of CLIENT LIST says something about the client; the rest is about this run's sockets and buffers. */
const CLIENT_FIELDS = /^(name|db|multi|cmd|user|resp)=/
const clientLine = (line: string): string =>
  line
    .split(' ')
    .filter((field) => CLIENT_FIELDS.test(field))
    .join(' ')

/** Rules about single commands stand in the order of a hash table: +get +mget is +mget +get. */
const COMMAND_RULES = /(?:[+-](?![@(])[^()\s]+)(?: [+-](?!@)[^()\s]+)+/g

/** Takes out of a text what differs from run to run: ids, histories, ping and pong times. */
export const normalizer =
  (ids: ReadonlyMap<string, string>) =>
  (text: string): string => {
    let out = text
    if (/[0-9a-f]{40}/.test(out)) out = out.replace(/\b[0-9a-f]{40}\b/g, (id) => ids.get(id) ?? (/^0{40}$/.test(id) ? id : '<hex40>'))
    if (out.includes('<replid>')) out = out.replaceAll('<replid>', '<hex40>')
    if (/^(txt:)?(<id:\d+>|<hex40>) \S*@\d/m.test(out)) out = out.replace(/^(\S+ \S+@\S+ \S+ \S+) \S+ \S+ /gm, '$1 <ms> <ms> ')
    if (/^id=\d+ addr=/.test(out)) out = out.split('\n').map(clientLine).join('\n')
    if (/[+-]@all /.test(out)) out = out.replace(COMMAND_RULES, (rules) => rules.split(' ').sort(byText).join(' '))
    return out
  }

/** How long ago an entry of ACL LOG was made. */
const isAge = (items: readonly Form[], i: number): boolean => i > 0 && items[i - 1].value === 'age-seconds'

const deep = (form: Form, text: (s: string) => string): Form =>
  typeof form.value === 'string'
    ? { ...form, value: text(form.value) }
    : { ...form, value: form.value.map((f, i, items) => (isAge(items, i) ? { ...f, value: '<age>' } : deep(f, text))) }

const canonical = (form: Form, unordered: boolean | 'nested', depth: number): string => {
  const free = unordered === 'nested' || (unordered === true && depth === 0)
  if (typeof form.value === 'string') {
    const mark = form.type === 'verbatim' ? form.value.slice(0, 4) : ''
    const lines =
      unordered !== false && form.value.includes('\n')
        ? mark + form.value.slice(mark.length).split('\n').sort(byText).join('\n')
        : form.value
    return `${form.type}${form.wire ?? ''}(${JSON.stringify(lines)})`
  }
  const items = form.value.map((f) => canonical(f, unordered, depth + 1))
  if (free && form.type !== 'pair') items.sort(byText)
  return `${form.type}[${items.join()}]`
}

export const sameForm = (expected: Form, got: Form, unordered: boolean | 'nested', text: (s: string) => string): boolean =>
  canonical(deep(expected, text), unordered, 0) === canonical(deep(got, text), unordered, 0)

/** A form for a person to read. */
export const show = (form: Form): string => {
  if (typeof form.value !== 'string') return `${form.type} [${form.value.map(show).join(', ')}]`
  if (form.type === 'nil') return `nil ${form.wire ?? ''}`.trim()
  return `${form.type} ${JSON.stringify(form.value)}`
}
