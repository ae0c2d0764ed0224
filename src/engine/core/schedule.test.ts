import fc from 'fast-check'
import { expect, test } from 'vitest'
import { A, cloneSchedule, eachScheduled, keepItem, newSchedule, nextTime, place, popUntil, takeItem } from './schedule.ts'

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

test('pops in exact (time, insertion) order, as a line and on a wheel, across levels, blocks, limits and clones', () => {
  const forms = new Set<boolean>()
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('push', 'pop', 'until', 'clone'), gaps, fc.constantFrom(1, 1, 1, 40)), { maxLength: 100 }),
      (steps) => {
        let queue = newSchedule()
        const oracle = new Sorted()
        let now = 0
        let seq = 0
        const step = (what: string, gap: number): void => {
          if (what === 'push') {
            const p = place(queue, now + gap)
            queue.words[p | A] = seq
            if (seq % 3 === 0) keepItem(queue, p, { seq })
            oracle.add(now + gap, seq++)
          } else if (what === 'clone') {
            const old = queue
            queue = cloneSchedule(queue)
            const p = popUntil(old, Infinity)
            if (p >= 0) takeItem(old, p)
          } else {
            const limit = what === 'pop' ? Number.MAX_SAFE_INTEGER : now + gap
            expect(nextTime(queue)).toBe(oracle.items[0]?.at ?? Infinity)
            const got = popUntil(queue, limit)
            const want = oracle.popUntil(limit)
            expect(got < 0 ? undefined : queue.words[got + A]).toBe(want?.seq)
            if (want) {
              expect(takeItem(queue, got)).toEqual(want.seq % 3 === 0 ? { seq: want.seq } : null)
              expect(queue.hand).toBe(want.at)
              now = want.at
            } else if (what === 'until') now = limit
          }
        }
        for (const [what, gap, times] of steps)
          for (let i = 0; i < times; i++) {
            step(what, gap + i * (gap & 7))
            forms.add(queue.inLine)
          }
        const left: { at: number; seq: number }[] = []
        eachScheduled(queue, (at, words, p) => left.push({ at, seq: words[p + A] }))
        expect(left.sort((x, y) => x.at - y.at || x.seq - y.seq)).toEqual(oracle.items)
        expect(queue.size).toBe(oracle.items.length)
      },
    ),
    { numRuns: 400 },
  )
  expect(forms.size).toBe(2)
})
