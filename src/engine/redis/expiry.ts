import type { Context } from '../core/process.ts'
import { MS } from '../core/time.ts'
import { BLOCK, deleteEntry, getEntry, isEmptyBlock, isExpired } from './keyspace.ts'
import { touch } from './memory.ts'
import { isDataStill } from './pause.ts'
import { beginUnit, propagate } from './replication.ts'
import { keySlot } from './slots.ts'
import { keyChanged } from './watch.ts'
import type { Entry, NodeState } from './state.ts'

/**
 * The live entry. A primary deletes an expired key as it meets it; a replica only hides it until its primary's DEL, which finds it:
 * to the primary's stream no key has expired.
 */
export const lookup = (state: NodeState, key: string, ctx: Context, slot = keySlot(key)): Entry | undefined => {
  const entry = getEntry(state.keys, key, slot)
  if (entry === undefined || entry.expireAt < 0 || entry.expireAt > ctx.now) {
    if (entry !== undefined && state.memory !== null) touch(state, state.memory, key, slot, ctx)
    return entry
  }
  if (state.repl.role === 'primary') {
    if (isDataStill(state, ctx.now)) return undefined
    // its DEL and what the command writes go out together
    beginUnit(state)
    expireKey(state, key, ctx)
  } else if (state.repl.applying) return entry
  return undefined
}

/** The live entry as `lookup` finds it, without counting as a use of it. */
export const peek = (state: NodeState, key: string, ctx: Context, slot = keySlot(key)): Entry | undefined => {
  const entry = getEntry(state.keys, key, slot)
  return entry === undefined || !isExpired(entry, ctx.now) ? entry : lookup(state, key, ctx, slot)
}

const expireKey = (state: NodeState, key: string, ctx: Context): void => {
  deleteEntry(state.keys, key)
  keyChanged(state, key)
  state.stats.expired++
  propagate(state, ['DEL', key], ctx)
}

/** Every 100 ms. */
export const EXPIRE_EVERY = 100 * MS
/** Keys with a TTL looked at a round; another round while more than a tenth of them had expired. */
const SAMPLE = 20
const ROUNDS = 16

/** Active expiry: goes round the keyspace page by page from where it stopped. */
export const activeExpiry = (state: NodeState, ctx: Context): void => {
  ctx.setTimer('activeExpiry', EXPIRE_EVERY)
  const { keys } = state
  if (state.repl.role !== 'primary' || keys.volatile === 0 || state.activeExpiryOff === true || isDataStill(state, ctx.now)) return
  const pages = keys.table.pages
  for (let round = 0; round < ROUNDS; round++) {
    let seen = 0
    const gone: string[] = []
    for (let visited = 0; seen < SAMPLE && visited < pages.length;) {
      const at = keys.expireCursor
      const step = isEmptyBlock(keys, at) ? BLOCK : 1
      if (step === 1)
        for (const [key, entry] of pages[at])
          if (entry.expireAt >= 0) {
            seen++
            if (isExpired(entry, ctx.now)) gone.push(key)
          }
      visited += step
      keys.expireCursor = (at + step) % pages.length
    }
    for (const key of gone) expireKey(state, key, ctx)
    if (gone.length * 10 <= seen) return
  }
}
