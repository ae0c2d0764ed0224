import { del, publish } from '../client/commands.ts'
import type { Flow } from '../core/flow.ts'
import { INVALIDATE } from './invalidation.ts'
import { nearForget, published, served, writeRow, type Served } from './steps.ts'

/**
 * Cache-aside's write: the database first, then the cached copy is deleted (not overwritten: two writers could store in the wrong order),
 * and only then everybody's L1 is told. Published before the delete, a listener could refill from the old copy.
 */
export function* cacheAsideWrite(key: string, announce: boolean): Flow<Served> {
  const version = yield* writeRow(key, 'write the database')
  yield* del(key, 'delete the cached copy')
  if (announce) {
    yield* nearForget(key, 'forget it in our own L1')
    const receivers = yield* publish(INVALIDATE, key, 'tell the others')
    yield* published(key, receivers, 'told')
  }
  return served('written', version)
}
