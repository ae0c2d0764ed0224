import { hash32 } from '../core/random.ts'
import type { ProcessId } from '../core/process.ts'
import { addressOf, processNear } from '../redis/address.ts'

/** s2 lives at 10.1.0.2:26379; a Redis node at its own address. */
export const SENTINEL_PORT = 26379

type Addresses = Readonly<Record<string, ProcessId>> | undefined

/** The process at an address, or the address itself where no host can be. */
export const instanceAt = (ip: string, port: number, addresses: Addresses): ProcessId => {
  const sentinel = port === SENTINEL_PORT ? /^10\.1\.0\.(\d+)$/.exec(ip) : null
  if (sentinel !== null) return `s${Number(sentinel[1])}`
  return processNear(ip, port, addresses) ?? `${ip}:${port}`
}

/** Where a node or a Sentinel listens. */
export const instanceAddress = (process: ProcessId, addresses: Addresses): [ip: string, port: number] => {
  const given = addresses !== undefined && Object.values(addresses).includes(process)
  return process.startsWith('s') && !given ? [`10.1.0.${process.slice(1)}`, SENTINEL_PORT] : addressOf(process, addresses)
}

/** `sentinel myid`: 40 hex digits fixed by the name. */
export const sentinelIdOf = (process: ProcessId): string => {
  let id = ''
  for (let i = 0; i < 5; i++)
    id += hash32(process, 0x2c1b3c6d + i)
      .toString(16)
      .padStart(8, '0')
  return id
}
