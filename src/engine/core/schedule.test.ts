import fc from 'fast-check'
import { expect, test } from 'vitest'
import { A, cloneSchedule, eachScheduled, newSchedule, nextTime, popUntil, push, takeItem } from './schedule.ts'

/** The oracle: a list kept sorted by (at, order of insertion). */
class Sorted {
  items: { at: number; seq: number }[] = []
  add(at: number, seq: number) {
    let i = this.items.length
    while (i > 0 && this.items[i - 1].at > at) i--
    this.items.splice(i, 0, { at, seq })
  }
  popUntil(limit: number) {
    return this.items.length > 0 && this.items[0].at <= limit ? this.items.shift() : undefined
  }
}

const gaps = fc.oneof(
  fc.nat(3),
  fc.nat(300),
  fc.nat(70_000),
  fc.nat(20_000_000),
  fc.integer({ min: 4_294_960_000, max: 4_294_970_000 }),
  fc.nat(20_000_000_000),
)

test('pops in exact (time, insertion) order, across levels, blocks, limits and clones', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('push', 'pop', 'until', 'clone'), gaps), { maxLength: 300 }), (steps) => {
      let wheel = newSchedule()
      const oracle = new Sorted()
      let now = 0
      let seq = 0
      for (const [what, gap] of steps) {
        if (what === 'push') {
          push(wheel, now + gap, seq, 0, 0, 0, 0, 0, seq % 3 === 0 ? { seq } : null)
          oracle.add(now + gap, seq++)
        } else if (what === 'clone') {
          const old = wheel
          wheel = cloneSchedule(wheel)
          const p = popUntil(old, Infinity)
          if (p >= 0) takeItem(old, p)
        } else {
          const limit = what === 'pop' ? Number.MAX_SAFE_INTEGER : now + gap
          expect(nextTime(wheel)).toBe(oracle.items[0]?.at ?? Infinity)
          const got = popUntil(wheel, limit)
          const want = oracle.popUntil(limit)
          expect(got < 0 ? undefined : wheel.words[got + A]).toBe(want?.seq)
          if (want) {
            expect(takeItem(wheel, got)).toEqual(want.seq % 3 === 0 ? { seq: want.seq } : null)
            expect(wheel.hand).toBe(want.at)
            now = want.at
          } else if (what === 'until') now = limit
        }
      }
      const left: { at: number; seq: number }[] = []
      eachScheduled(wheel, (at, words, p) => left.push({ at, seq: words[p + A] }))
      expect(left.sort((x, y) => x.at - y.at || x.seq - y.seq)).toEqual(oracle.items)
      expect(wheel.size).toBe(oracle.items.length)
    }),
    { numRuns: 400 },
  )
})
