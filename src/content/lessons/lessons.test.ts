import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { advance, startLesson } from '../../lab/lesson-player.ts'
import { LESSONS } from './index.ts'

test('every lesson is proven, in a file of its own', () => {
  for (const { id } of LESSONS) expect(existsSync(new URL(`./${id}.test.ts`, import.meta.url)), id).toBe(true)
})

test('a lesson is data', () => {
  for (const lesson of LESSONS) expect(JSON.parse(JSON.stringify(lesson))).toEqual(lesson)
  expect(new Set(LESSONS.map((l) => l.id)).size).toBe(LESSONS.length)
})

test('a run cannot begin without a guess, and a guess is kept while it runs', () => {
  const lesson = LESSONS[0]!
  let s = startLesson(lesson)
  expect(advance(lesson, s, { type: 'begin', at: 5 })).toBe(s)
  s = advance(lesson, s, { type: 'guess', option: 1 })
  s = advance(lesson, s, { type: 'begin', at: 5 })
  expect(advance(lesson, s, { type: 'guess', option: 2 }).guess).toBe(1)
  s = advance(lesson, s, { type: 'explain' })
  s = advance(lesson, s, { type: 'step', to: 1 })
  expect([s.step, s.phase, s.guess]).toEqual([1, 'predict', null])
  expect(advance(lesson, s, { type: 'step', to: 99 })).toBe(s)
})
