import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  joinProgress,
  lessonOf,
  NO_PROGRESS,
  ProgressKeeper,
  progressFromFile,
  progressToFile,
  questionOf,
  recordChoice,
  recordLesson,
  recordNumber,
  recordTicks,
  type Guess,
  type Progress,
  type Shelf,
} from './progress.ts'

const id = fc.constantFrom('q01', 'q02', 'to-string', 'stampede')
const moment = fc.integer({ min: 0, max: 5 })
const guess: fc.Arbitrary<Guess> = fc.record({ right: fc.boolean(), at: moment }, { noNullPrototype: true })
const small = fc.integer({ min: 0, max: 4 })
const plain = { noNullPrototype: true } as const
const dictionary = <T>(value: fc.Arbitrary<T>) => fc.dictionary(id, value, { maxKeys: 4, noNullPrototype: true })
const anyProgress: fc.Arbitrary<Progress> = fc.record(
  {
    format: fc.constant('ringside-progress' as const),
    version: fc.constant(1 as const),
    lessons: dictionary(fc.record({ steps: small, done: fc.boolean(), guesses: dictionary(guess) }, plain)),
    questions: dictionary(
      fc.record(
        {
          ticks: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
          ticksAt: moment,
          best: small,
          choice: fc.option(guess),
          right: small,
          wrong: small,
          at: moment,
        },
        plain,
      ),
    ),
  },
  plain,
)

describe('joining progress', () => {
  it('does not depend on order, and may be repeated', () => {
    fc.assert(
      fc.property(anyProgress, anyProgress, anyProgress, (a, b, c) => {
        expect(joinProgress(a, b)).toEqual(joinProgress(b, a))
        expect(joinProgress(joinProgress(a, b), c)).toEqual(joinProgress(a, joinProgress(b, c)))
        expect(joinProgress(joinProgress(a, b), b)).toEqual(joinProgress(a, b))
        expect(joinProgress(a, a)).toEqual(joinProgress(a, NO_PROGRESS))
      }),
    )
  })

  it('never makes anything worse', () => {
    fc.assert(
      fc.property(anyProgress, anyProgress, (a, b) => {
        const both = joinProgress(a, b)
        for (const [key, q] of Object.entries(a.questions)) {
          expect(questionOf(both, key).best).toBeGreaterThanOrEqual(q.best)
          expect(questionOf(both, key).right).toBeGreaterThanOrEqual(q.right)
        }
        for (const [key, l] of Object.entries(a.lessons)) expect(lessonOf(both, key).steps).toBeGreaterThanOrEqual(l.steps)
      }),
    )
  })
})

describe('a progress file', () => {
  it('comes back as it was', () => {
    fc.assert(fc.property(anyProgress, (p) => void expect(progressFromFile(progressToFile(p))).toEqual({ ok: true, progress: p })))
  })

  it.each([
    ['', /damaged/],
    ['{"a":', /damaged/],
    ['[]', /not progress/],
    ['null', /not progress/],
    ['{"format":"ringside-run","version":1}', /not progress/],
    [progressToFile({ ...NO_PROGRESS, version: 2 as 1 }), /another version/],
    ['{"format":"ringside-progress","version":1,"lessons":{"a":{"steps":-1,"done":false,"guesses":{}}},"questions":{}}', /damaged/],
    ['{"format":"ringside-progress","version":1,"lessons":{},"questions":{},"more":1}', /damaged/],
    [' '.repeat(600_000), /too large/],
  ])('%# is refused in one sentence that says nothing was lost', (text, why) => {
    const read = progressFromFile(text)
    expect(read.ok).toBe(false)
    if (read.ok) return
    expect(read.sentence).toMatch(why)
    expect(read.sentence).toMatch(/Your progress is unchanged\.$/)
  })
})

describe('recording', () => {
  it('keeps the best score while ticks come and go', () => {
    let p = recordTicks(NO_PROGRESS, 'q01', ['a', 'b'], 1)
    p = recordTicks(p, 'q01', ['a'], 2)
    p = recordNumber(recordNumber(recordChoice(p, 'q01', true, 3), 'q01', false, 4), 'q01', true, 5)
    expect(questionOf(p, 'q01')).toEqual({ ticks: ['a'], ticksAt: 2, best: 2, choice: { right: true, at: 3 }, right: 1, wrong: 1, at: 5 })
  })

  it('keeps the furthest step of a lesson and its guesses', () => {
    let p = recordLesson(NO_PROGRESS, 'stampede', { steps: 2, done: false, step: 'none', guess: { right: false, at: 1 } })
    p = recordLesson(p, 'stampede', { steps: 1, done: false, step: 'none', guess: { right: true, at: 2 } })
    expect(lessonOf(p, 'stampede')).toEqual({ steps: 2, done: false, guesses: { none: { right: true, at: 2 } } })
  })
})

const memory = (kept: unknown = undefined): Shelf & { kept: unknown } => ({
  kept,
  async read() {
    return this.kept
  },
  async join(into) {
    this.kept = into(this.kept)
  },
})

describe('keeping', () => {
  it('what was kept joins what was done before it arrived', async () => {
    const shelf = memory(recordTicks(NO_PROGRESS, 'q01', ['a'], 1))
    const keeper = new ProgressKeeper(shelf)
    keeper.change((p) => recordTicks(p, 'q02', ['b'], 2))
    await keeper.settled()
    expect(Object.keys(keeper.progress.questions)).toEqual(['q01', 'q02'])
    expect(shelf.kept).toEqual(keeper.progress)
  })

  it('two pages on one shelf lose nothing', async () => {
    const shelf = memory()
    const [a, b] = [new ProgressKeeper(shelf), new ProgressKeeper(shelf)]
    a.change((p) => recordTicks(p, 'q01', ['a'], 1))
    b.change((p) => recordChoice(p, 'q01', true, 2))
    await Promise.all([a.settled(), b.settled()])
    expect(questionOf(new ProgressKeeper(shelf, shelf.kept as Progress).progress, 'q01')).toMatchObject({
      best: 1,
      choice: { right: true },
    })
  })

  it('a shelf that refuses is said, and the progress stays in memory', async () => {
    let full = true
    const shelf: Shelf = {
      read: () => Promise.reject(new Error('denied')),
      join: () => (full ? Promise.reject(new Error('full')) : Promise.resolve()),
    }
    const keeper = new ProgressKeeper(shelf)
    keeper.change((p) => recordTicks(p, 'q01', ['a'], 1))
    await keeper.settled()
    expect(keeper.saved).toBe(false)
    expect(questionOf(keeper.progress, 'q01').best).toBe(1)
    full = false
    keeper.change((p) => recordTicks(p, 'q01', ['a', 'b'], 2))
    await keeper.settled()
    expect(keeper.saved).toBe(true)
  })

  it('what lies damaged on the shelf is replaced', async () => {
    const shelf = memory({ nonsense: true })
    const keeper = new ProgressKeeper(shelf)
    keeper.change((p) => recordTicks(p, 'q01', ['a'], 1))
    await keeper.settled()
    expect(keeper.saved).toBe(true)
    expect(shelf.kept).toEqual(keeper.progress)
  })
})
