import type { Reply } from '../engine/redis/reply.ts'
import { splitWords } from '../engine/redis/words.ts'

/** Text as typed to a Redis string: one character a byte. */
export const toBytes = (text: string): string => {
  let out = ''
  for (const byte of new TextEncoder().encode(text)) out += String.fromCharCode(byte)
  return out
}

/**
 * A line of redis-cli as its arguments. Double quotes know \xHH, \n, \r, \t, \b and \a; single quotes only \'.
 * A closing quote ends its argument, so a blank must follow. null: the quotes do not balance.
 */
export const splitArgs = (line: string): string[] | null => splitWords(toBytes(line))

const NAMED: Record<string, string> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
}

/** A Redis string in double quotes, every byte outside printable ASCII escaped. */
export const quoted = (bytes: string): string => {
  let out = '"'
  for (const c of bytes) {
    const code = c.charCodeAt(0)
    out += NAMED[c] ?? (code >= 0x20 && code < 0x7f ? c : `\\x${code.toString(16).padStart(2, '0')}`)
  }
  return out + '"'
}

const double = (n: number): string => {
  if (Number.isNaN(n)) return 'nan'
  if (n === Infinity) return 'inf'
  return n === -Infinity ? '-inf' : String(n)
}

const list = (items: string[], mark: string, indent: string, empty: string, each: (item: number, indent: string) => string) => {
  if (items.length === 0) return empty
  const width = String(items.length).length
  const inner = indent + ' '.repeat(width + 2)
  return items.map((_, i) => `${i === 0 ? '' : indent}${String(i + 1).padStart(width)}${mark} ${each(i, inner)}`).join('\n')
}

const format = (reply: Reply, indent: string): string => {
  if (reply === null) return '(nil)'
  if (typeof reply === 'string') return quoted(reply)
  if (typeof reply === 'number' || typeof reply === 'bigint') return `(integer) ${reply}`
  if (Array.isArray(reply)) return many(reply, ')', indent, '(empty array)')
  if ('simple' in reply) return reply.simple
  if ('error' in reply) return `(error) ${reply.error}`
  if ('nullArray' in reply) return '(nil)'
  if ('double' in reply) return `(double) ${double(reply.double)}`
  if ('bool' in reply) return reply.bool ? '(true)' : '(false)'
  if ('verbatim' in reply) return reply.verbatim
  if ('bignum' in reply) return `(big number) ${reply.bignum}`
  if ('frames' in reply) return reply.frames.map((frame) => format(frame, indent)).join(`\n${indent}`)
  if ('file' in reply) return `an RDB file of ${reply.file.length} bytes`
  if ('set' in reply) return many(reply.set, '~', indent, '(empty set)')
  if ('push' in reply) return many(reply.push, '>', indent, '(empty push)')
  if ('map' in reply) {
    const pairs = reply.map
    return list(
      pairs.map(() => ''),
      '#',
      indent,
      '(empty hash)',
      (i, inner) => `${format(pairs[i][0], inner)} => ${format(pairs[i][1], inner)}`,
    )
  }
  return ''
}

const many = (items: Reply[], mark: string, indent: string, empty: string): string =>
  list(
    items.map(() => ''),
    mark,
    indent,
    empty,
    (i, inner) => format(items[i], inner),
  )

/** Reports are printed as they are, without quotes, as redis-cli does. */
const RAW = new Set([
  'info',
  'cluster info',
  'cluster nodes',
  'client list',
  'client info',
  'memory doctor',
  'memory malloc-stats',
  'latency doctor',
  'latency graph',
  'lolwut',
])

/** A reply as redis-cli prints it on a terminal. */
export const formatReply = (reply: Reply, argv: readonly string[] = []): string => {
  const words = argv.map((word) => word.toLowerCase())
  const raw = RAW.has(words[0] ?? '') || RAW.has(words.slice(0, 2).join(' '))
  if (raw && typeof reply === 'string') return reply.replaceAll('\r\n', '\n').replace(/\n+$/, '')
  return format(reply, '')
}
