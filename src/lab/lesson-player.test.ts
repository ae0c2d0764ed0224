import { describe, expect, test } from 'vitest'
import { LESSONS } from '../content/lessons/index.ts'
import type { Lesson, Step } from '../content/lessons/types.ts'
import { scenarioById } from '../content/scenarios/index.ts'
import type { Action } from '../engine/action.ts'
import { SEC } from '../engine/core/time.ts'
import { advance, fill, goalsReached, measure, rightOption, startLesson, type Evidence } from './lesson-player.ts'
import { Session } from './session.ts'

const evidence = (s: Session, since: number): Evidence => ({ facts: s.facts, windows: s.metrics.windows, scenario: s.scenario, since, now: s.now })

/** Opens (or goes on with) a step and plays acts at their seconds; the moment the run began. */
const play = (lesson: Lesson, step: Step, acts: { after: number; action: Action }[], before: Session | null, seed = lesson.seed) => {
  const s = step.fresh === undefined ? before! : new Session(scenarioById(lesson.scenario)!, seed)
  for (const action of step.fresh ?? []) expect(s.dispatch(action).accepted).toBe(true)
  const since = s.now
  for (const { after, action } of acts) {
    s.advance(since + after * SEC)
    expect(s.dispatch(action)).toEqual({ accepted: true, reason: '' })
  }
  s.advance(since + step.wait * SEC)
  return { s, since }
}

describe.each(LESSONS.map((l) => [l.id, l] as const))('%s', (_id, lesson) => {
  let before: Session | null = null
  for (const step of lesson.steps)
    test(`${step.id}: the solution reaches every goal, the run decides one option, every figure computes`, () => {
      const started = before
      const { s, since } = play(lesson, step, step.solution, started)
      const e = evidence(s, since)
      expect(Object.fromEntries(step.goals.map((g, i) => [g.text, goalsReached(step, e)[i]]))).toEqual(
        Object.fromEntries(step.goals.map((g) => [g.text, true])),
      )
      const value = measure(step.measure, e)
      const right = rightOption(step, value, true)
      expect(right, `measured ${value}`).toBeGreaterThanOrEqual(0)
      // ranges do not overlap, so every other option is wrong
      const hits = step.options.filter((o) => value !== null && o.range && value >= o.range[0] && value < o.range[1])
      expect(hits.length).toBeLessThanOrEqual(1)
      for (const [name, figure] of Object.entries(step.figures)) expect(measure(figure.measure, e), name).not.toBeNull()
      for (const text of [step.verdict, ...step.explain]) expect(fill(text, step.figures, e)).not.toMatch(/[{}–]/)
      before = s
    })

  test('doing nothing, and taking the load away, reach not every goal', () => {
    for (const step of lesson.steps.filter((x) => x.fresh !== undefined).slice(0, 2)) {
      const idle = play(lesson, step, [], null)
      expect(goalsReached(step, evidence(idle.s, idle.since)).every(Boolean)).toBe(false)
      if (!step.goals.some((g) => g.check.kind === 'holds')) continue
      const empty = play(lesson, step, [...step.solution, { after: step.solution.at(-1)!.after + 0.2, action: { type: 'load', set: { rate: 0 } } }], null)
      expect(goalsReached(step, evidence(empty.s, empty.since)).every(Boolean), `${step.id} without load`).toBe(false)
    }
  })

  test('other seeds stay within what the prose claims', () => {
    const step = lesson.steps[0]!
    const own = play(lesson, step, step.solution, null)
    const right = rightOption(step, measure(step.measure, evidence(own.s, own.since)), true)
    for (const seed of [101]) {
      const other = play(lesson, step, step.solution, null, seed)
      expect(rightOption(step, measure(step.measure, evidence(other.s, other.since)), true), `seed ${seed}`).toBe(right)
    }
  })
})

test('a run cannot begin without a guess, and a guess is kept while it runs', () => {
  const lesson = LESSONS[0]!
  let s = startLesson(lesson)
  expect(advance(lesson, s, { type: 'begin', at: 5 })).toBe(s)
  s = advance(lesson, s, { type: 'guess', option: 1 })
  s = advance(lesson, s, { type: 'begin', at: 5 })
  expect(advance(lesson, s, { type: 'guess', option: 2 }).guess).toBe(1)
  s = advance(lesson, s, { type: 'explain' })
  s = advance(lesson, s, { type: 'next' })
  expect([s.step, s.phase, s.guess]).toEqual([1, 'predict', null])
})
