import { describe, expect, test } from 'vitest'
import type { RecordedAction } from '../../../engine/action.ts'
import { SEC } from '../../../engine/core/time.ts'
import {
  fill,
  goalsReached,
  measure,
  placeOf,
  playedOut,
  rightOption,
  verdict,
  type Evidence,
  type Place,
} from '../../../lab/lesson-player.ts'
import { Session } from '../../../lab/session.ts'
import type { Lesson, Measure, Step } from '../types.ts'

/** Twice as much work as others: fewer seeds. */
const heavy = (place: Place): boolean => place.scenario.topology.primaries > 6

const evidence = (place: Place, since: number, seed: number): Evidence => {
  const s = new Session(place.scenario, seed, place.actions)
  s.advance(place.at)
  const refused = s.facts.filter((f) => f.type === 'action.refused')
  expect(refused).toEqual([])
  return { facts: s.facts, windows: s.metrics.windows, scenario: s.scenario, since, now: s.now }
}

const solved = new Map<string, Evidence>()
/** The facts of a solved step's run. */
export const solve = (lesson: Lesson, index: number, seed = lesson.seed, before: RecordedAction['action'][] = []): Evidence => {
  const place = playedOut(lesson, index, before)
  // a first act said twice is said once
  const name = JSON.stringify([place.scenario.id, seed, place.at, [...new Map(place.actions.map((a) => [JSON.stringify(a), a])).values()]])
  const known = solved.get(name) ?? evidence(place, placeOf(lesson, index).at, seed)
  solved.set(name, known)
  return known
}

const all = (step: Step, e: Evidence): boolean => goalsReached(step, e).every(Boolean)

/** Laws and settings only: known before the run. */
const early = (m: Measure): boolean => m.kind === 'setting' || (m.kind === 'law' && m.args.every((a) => typeof a === 'number' || early(a)))

/** What a lesson must show of each of its steps, by running it. */
export const proveLesson = (lesson: Lesson): void =>
  describe.each(lesson.steps.map((step, index) => ({ name: `${lesson.id}: ${step.id}`, step, index })))('$name', ({ step, index }) => {
    const start = placeOf(lesson, index)

    test('its solution reaches every goal, the run decides one option, every figure computes', { timeout: 60_000 }, () => {
      const e = solve(lesson, index)
      expect(Object.fromEntries(step.goals.map((g, i) => [g.text, goalsReached(step, e)[i]]))).toEqual(
        Object.fromEntries(step.goals.map((g) => [g.text, true])),
      )
      const right = rightOption(step, e, true)
      expect(right, `measured ${measure(step.measure, e)}`).toBeGreaterThanOrEqual(0)
      // and every other option is wrong: asked alone, the run does not make it right
      step.options.forEach((option, i) => {
        if (i === right) return
        const told = option.range !== undefined || option.fact !== undefined
        expect(told ? rightOption({ ...step, options: [option] }, e, false) : -1, option.text).toBe(-1)
      })
      for (const [name, figure] of Object.entries(step.figures)) expect(measure(figure.measure, e), name).not.toBeNull()
      const bars = step.theory ? [step.theory.least, step.theory.most] : []
      for (const m of bars) expect(measure(m, e)).not.toBeNull()
      const told = [verdict(step, e), ...step.explain, ...(step.table ?? []).map((r) => `{${r.run}}${r.law ? `{${r.law}}` : ''}`)]
      for (const text of told) expect(fill(text, step.figures, e)).not.toMatch(/[{}–]/)
    })

    test('what is read before the run needs no run', () => {
      for (const text of [step.question, step.task, ...step.hints, ...step.options.flatMap((o) => [o.text, o.belief.name, o.belief.text])])
        for (const [, name] of text.matchAll(/\{(\w+)\}/g)) {
          if (step.figures[name!] === undefined) expect(name, text).toBe('bar')
          else expect(early(step.figures[name!]!.measure), `{${name}} in “${text}”`).toBe(true)
        }
    })

    test('doing nothing, or taking the load away, does not reach its goals', { timeout: 60_000 }, () => {
      const idle = evidence({ ...start, at: start.at + step.wait * SEC }, start.at, lesson.seed)
      expect(all(step, idle)).toBe(false)
      const late = (step.solution.at(-1)?.after ?? 0) + 0.2
      const place = playedOut(lesson, index)
      const unloaded = { at: start.at + late * SEC, events: Number.MAX_SAFE_INTEGER, action: { type: 'load' as const, set: { rate: 0 } } }
      expect(all(step, evidence({ ...place, actions: [...place.actions, unloaded] }, start.at, lesson.seed))).toBe(false)
    })

    test('other seeds stay within what it claims', { timeout: 90_000 }, () => {
      const right = rightOption(step, solve(lesson, index), true)
      for (const seed of heavy(start) ? [101] : [101, 202, 303]) {
        const e = solve(lesson, index, seed)
        expect([seed, rightOption(step, e, true), all(step, e)]).toEqual([seed, right, true])
      }
    })
  })
