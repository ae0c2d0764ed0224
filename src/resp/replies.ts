import { formatDouble } from '../engine/redis/numbers.ts'
import type { Reply } from '../engine/redis/reply.ts'

/** A reply as the bytes of RESP2 or RESP3, one char a byte. */
export const encodeReply = (reply: Reply, resp: 2 | 3): string => {
  if (typeof reply === 'string') return `$${reply.length}\r\n${reply}\r\n`
  if (typeof reply === 'number') return Number.isInteger(reply) ? `:${reply}\r\n` : double(reply, resp)
  if (typeof reply === 'bigint') return `:${reply}\r\n`
  if (reply === null) return resp === 3 ? '_\r\n' : '$-1\r\n'
  if (Array.isArray(reply)) return list('*', reply, resp)
  if ('simple' in reply) return `+${oneLine(reply.simple)}\r\n`
  if ('error' in reply) return `-${oneLine(reply.error)}\r\n`
  if ('nullArray' in reply) return resp === 3 ? '_\r\n' : '*-1\r\n'
  if ('map' in reply) {
    const flat = reply.map.flat() as Reply[]
    return resp === 3 ? `%${reply.map.length}\r\n${all(flat, resp)}` : list('*', flat, resp)
  }
  if ('set' in reply) return list(resp === 3 ? '~' : '*', reply.set, resp)
  if ('push' in reply) return list(resp === 3 ? '>' : '*', reply.push, resp)
  if ('double' in reply) return double(reply.double, resp)
  if ('bool' in reply) return resp === 3 ? `#${reply.bool ? 't' : 'f'}\r\n` : `:${reply.bool ? 1 : 0}\r\n`
  if ('verbatim' in reply)
    return resp === 3 ? `=${reply.verbatim.length + 4}\r\ntxt:${reply.verbatim}\r\n` : encodeReply(reply.verbatim, resp)
  if ('bignum' in reply) return resp === 3 ? `(${reply.bignum}\r\n` : encodeReply(reply.bignum, resp)
  if ('attributes' in reply) return resp === 3 ? `|${reply.attributes.length}\r\n${all(reply.attributes.flat() as Reply[], resp)}` : ''
  if ('frames' in reply) return all(reply.frames, resp)
  if ('file' in reply) return `$${reply.file.length}\r\n${reply.file}`
  return ''
}

const all = (replies: readonly Reply[], resp: 2 | 3): string => {
  let text = ''
  for (const reply of replies) text += encodeReply(reply, resp)
  return text
}
const list = (sign: string, replies: readonly Reply[], resp: 2 | 3): string => `${sign}${replies.length}\r\n${all(replies, resp)}`
const oneLine = (text: string): string => text.replace(/[\r\n]/g, ' ')

const double = (n: number, resp: 2 | 3): string => {
  const text = Number.isNaN(n) ? 'nan' : formatDouble(n)
  return resp === 3 ? `,${text}\r\n` : `$${text.length}\r\n${text}\r\n`
}

/** A protocol error as the server tells it before it hangs up. */
export const protocolError = (what: string): string => `-ERR Protocol error: ${what}\r\n`
