/**
 * Hits of an exact LRU cache with room for `capacity` keys over a trace of key numbers below `keys`: what sampled LRU is held against.
 * A doubly linked list in two columns, most recently used first behind place `keys`; `next` of a key that is not held is −1.
 */
export const lruHits = (trace: ArrayLike<number>, keys: number, capacity: number): number => {
  const next = new Int32Array(keys + 1).fill(-1)
  const before = new Int32Array(keys + 1)
  const head = keys
  next[head] = head
  before[head] = head
  let held = 0
  let hits = 0
  for (let i = 0; i < trace.length; i++) {
    const key = trace[i]
    const after = next[key]
    if (after >= 0) {
      hits++
      const first = next[head]
      if (first === key) continue
      // out of its place
      const ahead = before[key]
      next[ahead] = after
      before[after] = ahead
    } else if (held < capacity) held++
    else {
      // the one unused for longest makes room
      const last = before[head]
      const ahead = before[last]
      next[ahead] = head
      before[head] = ahead
      next[last] = -1
    }
    const first = next[head]
    next[head] = key
    before[key] = head
    next[key] = first
    before[first] = key
  }
  return hits
}
