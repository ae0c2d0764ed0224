import { parseInt64 } from './numbers.ts'
import type { Entry } from './state.ts'

export type Encoding = 'int' | 'embstr' | 'raw' | 'quicklist' | 'listpack' | 'hashtable' | 'intset' | 'skiplist'

/** OBJ_ENCODING_EMBSTR_SIZE_LIMIT */
const EMBEDDED = 44

/** How a server would hold a value, as OBJECT ENCODING tells it. */
export const encodingOf = (entry: Entry): Encoding => {
  const isLarge = entry.kept === 'raw'
  if (entry.type === 'list') return 'quicklist'
  if (entry.type === 'set') return isLarge ? 'hashtable' : 'intset'
  if (entry.type === 'zset') return isLarge ? 'skiplist' : 'listpack'
  if (typeof entry.value !== 'string') return isLarge ? 'hashtable' : 'listpack'
  if (isLarge) return 'raw'
  if (entry.kept !== 'text' && parseInt64(entry.value) !== null) return 'int'
  return entry.value.length <= EMBEDDED ? 'embstr' : 'raw'
}
