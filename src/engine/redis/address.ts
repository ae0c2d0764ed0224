import { hash32 } from '../core/random.ts'
import type { ProcessId } from '../core/process.ts'
import type { NodeId } from './state.ts'

/** n7 lives at 10.0.0.7:6379; the bus listens 10000 above. Beyond 250 nodes the third byte counts on. */
export const ipOf = (process: ProcessId): string => {
  const known = ips.get(process)
  if (known !== undefined) return known
  const i = Number(process.slice(1)) - 1
  const ip = `10.0.${Math.floor(i / 250)}.${(i % 250) + 1}`
  ips.set(process, ip)
  return ip
}
const ips = new Map<ProcessId, string>()
export const PORT = 6379
export const BUS_OFFSET = 10000

/** The process at an address; null when no such host can exist. */
export const processAt = (ip: string): ProcessId | null => {
  const m = /^10\.0\.(\d+)\.(\d+)$/.exec(ip)
  if (!m) return null
  return `n${Number(m[1]) * 250 + Number(m[2])}`
}

/** 40 hex digits, fixed by the name alone, so that a run needs no randomness for them. */
export const nodeIdOf = (process: ProcessId): NodeId => {
  const known = ids.get(process)
  if (known !== undefined) return known
  let id = ''
  for (let i = 0; i < 5; i++)
    id += hash32(process, 0x51ed270b + i)
      .toString(16)
      .padStart(8, '0')
  ids.set(process, id)
  const number = /^n(\d{1,4})$/.exec(process)
  if (number !== null) numbers.set(id, Number(number[1]))
  return id
}

/** The same text is one string, so that a hundred tables of a hundred nodes compare pointers. */
const ids = new Map<ProcessId, NodeId>()
const numbers = new Map<NodeId, number>()

/** 7 for the id of n7, once anybody asked for it; 0 for any other. */
export const numberWithId = (id: NodeId): number => numbers.get(id) ?? 0

/** The node with this id, of the first thousand; null when it is none of theirs. Replies name nodes by id even where addresses were given out. */
export const processWithId = (id: NodeId): ProcessId | null => {
  if (byId.size === 0) for (let i = 1; i <= 1000; i++) byId.set(nodeIdOf(`n${i}`), `n${i}`)
  return byId.get(id) ?? null
}
const byId = new Map<NodeId, ProcessId>()

/** The process at an address: where addresses were given out, by them; otherwise by the place they stand for. */
export const processNear = (ip: string, port: number, addresses: Readonly<Record<string, ProcessId>> | undefined): ProcessId | null => {
  if (addresses !== undefined) return addresses[`${ip}:${port}`] ?? null
  return port === PORT ? processAt(ip) : null
}

/** The same for `ip:port` as MOVED and ASK write it. */
export const processIn = (address: string, addresses: Readonly<Record<string, ProcessId>> | undefined): ProcessId | null => {
  const colon = address.lastIndexOf(':')
  return processNear(address.slice(0, colon), Number(address.slice(colon + 1)), addresses)
}

/** Where a process listens, as ip and port. */
export const addressOf = (process: ProcessId, addresses: Readonly<Record<string, ProcessId>> | undefined): [ip: string, port: number] => {
  if (addresses !== undefined)
    for (const address in addresses)
      if (addresses[address] === process) {
        const colon = address.lastIndexOf(':')
        return [address.slice(0, colon), Number(address.slice(colon + 1))]
      }
  return [ipOf(process), PORT]
}
