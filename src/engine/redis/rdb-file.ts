import { unixMs } from './clock.ts'
import { littleBig } from './bytes.ts'
import { eachKey } from './keyspace.ts'
import { databasesOf } from './memory.ts'
import { checksum, fileBody, lengthOf, libraryBody, packedWord, word } from './rdb.ts'
import type { Keyspace, NodeState, Session } from './state.ts'
import type { Micros } from '../core/time.ts'

/** The whole data of a node as an RDB file of version 10, which a redis-server 7.0 loads: functions, then each database with its keys. */

const AUX = '\xfa'
const RESIZE = '\xfb'
const EXPIRES = '\xfc'
const SELECT = '\xfe'
const END = '\xff'

const aux = (name: string, value: string): string => AUX + word(name) + word(value)

const databaseBody = (db: number, keys: Keyspace): string => {
  const parts = [SELECT + lengthOf(db) + RESIZE + lengthOf(keys.size) + lengthOf(keys.volatile)]
  eachKey(keys, (key, entry) => {
    const body = fileBody(entry)
    const expires = entry.expireAt < 0 ? '' : EXPIRES + littleBig(BigInt(unixMs(entry.expireAt)))
    parts.push(expires + body[0] + packedWord(key) + body.slice(1))
    return true
  })
  return parts.join('')
}

/** The file, one char a byte, made while database 0 is in use; `parts` says what of it is wanted. */
export const rdbFile = (state: NodeState, now: Micros, parts: Session['syncs']): string => {
  const seconds = String(Math.floor(unixMs(now) / 1000))
  const head = `REDIS0010${aux('redis-ver', '7.0.15')}${aux('redis-bits', '64')}${aux('ctime', seconds)}${aux('aof-base', '0')}`
  const databases = (parts === 'all' ? databasesOf(state) : []).filter(([, keys]) => keys.size > 0).sort(([a], [b]) => a - b)
  const libraries = parts === 'nothing' ? '' : libraryBody([...state.libraries.values()].map(({ code }) => code))
  const body = head + libraries + databases.map(([db, keys]) => databaseBody(db, keys)).join('') + END
  return body + checksum(body)
}
