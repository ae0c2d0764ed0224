import { eachKey } from './keyspace.ts'
import { databasesOf } from './memory.ts'
import { formatDouble } from './numbers.ts'
import { sha1 } from './scripting/sha1.ts'
import type { Entry, NodeState } from './state.ts'

/** A digest of data that does not depend on the order of keys, members and fields (computeDatasetDigest): equal data, equal digest. */

type Digest = Uint8Array

const BYTES = 20
const bytesOf = (hex: string): number[] => Array.from({ length: BYTES }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16))
const textOf = (digest: Digest): string => String.fromCharCode(...digest)
const hexOf = (digest: Digest): string => Array.from(digest, (b) => b.toString(16).padStart(2, '0')).join('')

/** Order does not matter. */
const join = (digest: Digest, text: string): void => bytesOf(sha1(text)).forEach((b, i) => void (digest[i] ^= b))

/** Order matters. */
const mix = (digest: Digest, text: string): void => {
  join(digest, text)
  digest.set(bytesOf(sha1(textOf(digest))))
}

const fourBytes = (n: number): string => String.fromCharCode(0, 0, n >> 8, n & 0xff)
const TYPES = { string: 0, list: 1, set: 2, zset: 3, hash: 4 } as const

const mixValue = (digest: Digest, entry: Entry): void => {
  mix(digest, fourBytes(TYPES[entry.type]))
  const { value } = entry
  if (typeof value === 'string') mix(digest, value)
  else if (Array.isArray(value)) for (const element of value) mix(digest, element)
  else if (value instanceof Set) for (const member of value) join(digest, member)
  else
    for (const [name, held] of value) {
      const field = new Uint8Array(BYTES)
      mix(field, name)
      mix(field, typeof held === 'number' ? formatDouble(held) : held)
      join(digest, textOf(field))
    }
  if (entry.expireAt >= 0) join(digest, '!!expire!!')
}

/** Of one value; zeros for none. */
export const digestOfValue = (entry: Entry | undefined): string => {
  const digest = new Uint8Array(BYTES)
  if (entry !== undefined) mixValue(digest, entry)
  return hexOf(digest)
}

/** Of all databases, an empty one counts for nothing; while database 0 is in use. */
export const digestOfAll = (state: NodeState): string => {
  const all = new Uint8Array(BYTES)
  for (const [db, keys] of databasesOf(state).sort(([a], [b]) => a - b)) {
    if (keys.size === 0) continue
    mix(all, fourBytes(db))
    eachKey(keys, (key, entry) => {
      const digest = new Uint8Array(BYTES)
      mix(digest, key)
      mixValue(digest, entry)
      join(all, textOf(digest))
      return true
    })
  }
  return hexOf(all)
}
