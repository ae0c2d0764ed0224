import { expect, test } from 'vitest'
import { below, newStream, uniform } from '../core/random.ts'
import { MS, SEC } from '../core/time.ts'
import { DAYS, lookAgain, peersDue } from './due.ts'
import { NEVER, NOBODY, OLD_PONG, SOON, lookSoon, newColumns, pongOf, setPinged, setPong } from './peers.ts'
import type { ClusterState } from './state.ts'

const PEERS = 40

/** As much of a table as the calendar reads. */
const table = (): ClusterState =>
  ({
    ...newColumns(PEERS),
    peers: Array.from({ length: PEERS }),
    days: new Int16Array(DAYS).fill(NOBODY),
    today: 0,
    nextDue: 0,
  }) as unknown as ClusterState

const dueAt = (c: ClusterState, i: number, timeout: number): number =>
  c.look[i] === SOON ? 0 : c.look[i] === NEVER ? Infinity : (c.pinged[i] !== 0 ? c.pinged[i] : pongOf(c, i)) + timeout / 2

test.each([200 * MS, 1 * SEC, 15 * SEC])('the calendar names whom a look at all of them would name, at a node timeout of %i µs', (timeout) => {
  const c = table()
  const dice = newStream(1, `due ${timeout}`)
  const others = Array.from({ length: PEERS - 1 }, (_, i) => i + 1)
  let named = 0
  for (let now = 20 * SEC, k = 0; k < 3000; k++, now += Math.floor((uniform(dice) * timeout) / 20)) {
    const some = () => 1 + below(dice, PEERS - 1)
    const answers = (i: number) => {
      setPong(c, i, now)
      setPinged(c, i, 0)
    }
    answers(some())
    setPinged(c, some(), now)
    // gossip tells of whole seconds, which may lie a little ahead
    const told = some()
    if (c.pinged[told] === 0) setPong(c, told, now + Math.floor(uniform(dice) * 500 * MS))
    if (below(dice, 50) === 0) lookSoon(c, some())
    if (c.nextDue > now) {
      expect(others.filter((i) => dueAt(c, i, timeout) <= now)).toEqual([])
      continue
    }
    const due = peersDue(c, timeout, now)
    expect(due).toEqual(others.filter((i) => dueAt(c, i, timeout) <= now))
    const later = others.filter((i) => !due.includes(i)).map((i) => dueAt(c, i, timeout))
    expect(c.nextDue).toBe(Math.min(...later, Infinity))
    named += due.length
    for (const i of due) {
      // one that is silent is due at every tick
      if (c.pinged[i] === 0) setPinged(c, i, now)
      else if (below(dice, 3) === 0) answers(i)
      lookAgain(c, i, below(dice, 200) === 0 ? NEVER : OLD_PONG, timeout, now)
    }
  }
  expect(named).toBeGreaterThan(1000)
})
