import { describe, expect, test } from 'vitest'
import { COMPUTE, drawParams, fillIn } from '../../lab/compute.ts'
import { SCENARIOS } from '../scenarios/index.ts'
import { QUESTIONS } from './index.ts'

test('ids are unique', () => {
  expect(new Set(QUESTIONS.map((q) => q.id)).size).toBe(QUESTIONS.length)
})

describe.each(QUESTIONS.map((q) => [q.id, q] as const))('%s', (_id, q) => {
  test('one option is right and every option is explained', () => {
    expect(q.choice.options.filter((o) => o.right)).toHaveLength(1)
    for (const o of q.choice.options) expect(o.why.length).toBeGreaterThan(20)
    expect(new Set(q.points.map((p) => p.id)).size).toBe(q.points.length)
  })

  test('its figures fill every hole of its prose', () => {
    const figures = Object.fromEntries(
      Object.entries(q.figures ?? {}).map(([name, f]) => [name, COMPUTE[f.compute](f.params)[f.value ?? 'answer']]),
    )
    const prose = [
      q.prompt,
      q.choice.ask,
      ...q.points.flatMap((p) => [p.text, p.why]),
      ...q.corrections.flatMap((c) => [c.says, c.truth]),
      ...q.choice.options.flatMap((o) => [o.text, o.why]),
    ]
    for (const text of prose) expect(fillIn(text, figures)).not.toMatch(/\{\w+(:\d)?\}|NaN|undefined/)
  })

  test.each(q.numbers.map((n) => [n.id, n] as const))('%s: 200 draws are finite, plausible and worked to the end', (_n, n) => {
    if (n.see) expect(SCENARIOS.map((s) => s.id)).toContain(n.see.scenario)
    for (let seed = 1; seed <= 200; seed++) {
      const params = drawParams(n.params, seed, `${q.id}/${n.id}`)
      const values = COMPUTE[n.compute](params)
      expect(values.answer).toBeGreaterThanOrEqual(n.plausible[0])
      expect(values.answer).toBeLessThanOrEqual(n.plausible[1])
      for (const text of [n.ask, ...n.steps, ...n.mistakes.map((m) => m.says)])
        expect(fillIn(text, { ...params, ...values })).not.toMatch(/\{\w+(:\d)?\}|NaN|Infinity/)
      for (const m of n.mistakes) expect(Number.isFinite(values[m.value])).toBe(true)
    }
  })
})
