import { describe, expect, it, test } from 'vitest'
import { QUESTIONS } from '../content/questions/index.ts'
import type { ComputeName, Numeric, Params } from '../content/questions/types.ts'
import { scenarioById } from '../content/scenarios/index.ts'
import { accepts, COMPUTE, drawParams, fillIn, readNumber, say, type Values } from './compute.ts'
import { finish, MEASURE } from './measure.ts'

const numerics: [string, Numeric][] = QUESTIONS.flatMap((q) => q.numbers.map((n): [string, Numeric] => [`${q.id}/${n.id}`, n]))
const draw = (n: Numeric, name: string, seed: number): [Params, Values] => {
  const p = drawParams(n.params, seed, name)
  return [p, COMPUTE[n.compute](p)]
}

describe('the bank', () => {
  it('has twelve questions with names of their own', () => {
    expect(QUESTIONS.length).toBe(12)
    expect(new Set(QUESTIONS.map((q) => q.id)).size).toBe(12)
  })

  it('is data: it survives JSON', () => {
    expect(JSON.parse(JSON.stringify(QUESTIONS))).toEqual(QUESTIONS)
  })

  test.each(QUESTIONS.map((q) => [q.id, q] as const))('%s is complete', (_id, q) => {
    expect(q.points.length).toBeGreaterThanOrEqual(5)
    expect(new Set(q.points.map((p) => p.id)).size).toBe(q.points.length)
    for (const p of q.points) for (const text of [p.text, p.why, p.source]) expect(text.length).toBeGreaterThan(5)
    expect(q.corrections.length).toBeGreaterThanOrEqual(2)
    for (const c of q.corrections) expect(c.erratum).toMatch(/^E\d\d$/)
    expect(q.choice.options.filter((o) => o.right).length).toBe(1)
    expect(q.choice.options.length).toBeGreaterThanOrEqual(3)
    for (const o of q.choice.options) expect(o.why.length, o.text).toBeGreaterThan(15)
    expect(q.numbers.length).toBeGreaterThanOrEqual(1)
    for (const n of q.numbers) {
      expect(n.steps.length).toBeGreaterThanOrEqual(2)
      if (n.see) expect(scenarioById(n.see.scenario), n.see.scenario).toBeDefined()
    }
  })

  it('every figure in the prose is computed, and none is left open', () => {
    for (const q of QUESTIONS) {
      const figures: Record<string, number> = {}
      for (const [name, f] of Object.entries(q.figures ?? {})) figures[name] = COMPUTE[f.compute](f.params)[f.value ?? 'answer']
      const prose = [
        q.prompt,
        ...q.points.flatMap((p) => [p.text, p.why, p.source]),
        ...q.corrections.flatMap((c) => [c.says, c.truth, c.source]),
        q.choice.ask,
        ...q.choice.options.flatMap((o) => [o.text, o.why]),
      ].map((text) => fillIn(text, figures))
      for (const text of prose) expect(text).not.toMatch(/[{}]|NaN|undefined|Infinity/)
      for (const name of Object.keys(figures)) expect(JSON.stringify(q), `${q.id} ${name}`).toMatch(new RegExp(`\\{${name}(:\\d)?\\}`))
    }
  })

  it('never shows jargon of its own lists', () => {
    for (const q of QUESTIONS) {
      const shown = JSON.stringify({ ...q, corrections: q.corrections.map((c) => ({ ...c, erratum: '' })) })
      expect(shown).not.toMatch(/\b[ELS]\d\d\b/)
    }
  })
})

describe('fresh numbers', () => {
  test.each(numerics)('%s: 200 draws are finite, plausible, explained, and grade themselves', (name, n) => {
    const seen = new Set<string>()
    for (let seed = 1; seed <= 200; seed++) {
      const [p, v] = draw(n, name, seed)
      seen.add(JSON.stringify(p))
      for (const [key, x] of Object.entries(v)) expect(Number.isFinite(x), `${key} ${JSON.stringify(p)}`).toBe(true)
      expect(v.answer).toBeGreaterThanOrEqual(n.plausible[0])
      expect(v.answer).toBeLessThanOrEqual(n.plausible[1])
      const texts = [n.ask, ...n.steps].map((text) => fillIn(text, { ...p, ...v }))
      for (const text of texts) expect(text, JSON.stringify(p)).not.toMatch(/[{}]|NaN|undefined|Infinity/)
      // the answer as shown is accepted, and so is what the solution's last lines show
      const shown = readNumber(say(v.answer, n.digits))
      expect(shown.ok && accepts(shown.value, v, n.tolerance, n.digits)).toBe(true)
      expect(accepts(v.answer * 2 + 3, v, n.tolerance, n.digits)).toBe(false)
      for (const m of n.mistakes) expect(v[m.value], m.value).toBeDefined()
    }
    expect(seen.size).toBeGreaterThan(Math.min(8, Object.values(n.params).length * 4))
  })

  it('the same seed gives the same numbers', () => {
    for (const [name, n] of numerics) expect(drawParams(n.params, 5, name)).toEqual(drawParams(n.params, 5, name))
  })

  test.each(numerics)('%s: each known mistake is mostly told apart from the answer', (name, n) => {
    for (const m of n.mistakes) {
      let apart = 0
      for (let seed = 1; seed <= 100; seed++) {
        const [, v] = draw(n, name, seed)
        if (!accepts(v[m.value], v, n.tolerance, n.digits)) apart++
      }
      expect(apart, m.value).toBeGreaterThan(30)
    }
  })
})

/** How far a measurement may lie from its law: three standard deviations of what is drawn, and what rounding adds. */
const LEEWAY: Partial<Record<ComputeName, (p: Params, v: Values) => number>> = {
  ringMoved: (_p, v) => 4 * v.deviation + 4 * Math.sqrt(v.answer),
  moduloMoved: (p, v) => (4 * Math.sqrt((v.share / 100) * (1 - v.share / 100) * 20_000) * p.keys) / 20_000,
  staleFills: (_p, v) => 4 * Math.sqrt(v.answer) + 1,
  stampede: (_p, v) => 4 * Math.sqrt(v.answer),
  sleepOnceLock: (_p, v) => 4 * Math.sqrt(v.answer),
  missedInvalidation: (_p, v) => 400 * Math.sqrt(((v.answer / 100) * (1 - v.answer / 100)) / 5000),
  askReplies: (p) => 0.5 * (p.requests / 16) + 1,
  reshardSlots: (p) => p.primaries,
  xfetchMean: (_p, v) => (4 * Math.sqrt(v.answer * (v.answer - 1))) / 20 + 0.05 * v.answer,
  xfetchOne: (_p, v) => 400 * Math.sqrt(((v.answer / 100) * (1 - v.answer / 100)) / 400) + 2,
  spreadNodes: (_p, v) => 0.02 * v.answer + 0.05,
  hotNode: (p, v) => 0.06 * v.answer + 4 * Math.sqrt(p.nodes / 10_000),
  // one run, anywhere between its bounds: gossip and votes may add half a second
  failover: (_p, v) => Math.max(v.answer - v.earliest, v.latest - v.answer) + 0.5,
  isolatedLoss: (p, v) => (v.answer === 0 ? 0 : Math.max(v.answer - v.least, v.most - v.answer) + 0.15 * p.writes),
}
const RUNS: Partial<Record<ComputeName, number>> = { stampede: 6, failover: 6, isolatedLoss: 6, xfetchMean: 5, xfetchOne: 5, askReplies: 6 }

describe('law beside measurement', () => {
  const measured = numerics.filter(([, n]) => MEASURE[n.compute])
  it('covers every question but plain arithmetic', () => {
    const plain = numerics.filter(([, n]) => !MEASURE[n.compute]).map(([, n]) => n.compute)
    expect(plain.sort()).toEqual(['leastShards', 'rawMemory', 'usableMemory'])
  })
  test.each(measured)(
    '%s agrees',
    (name, n) => {
      for (let seed = 1; seed <= (RUNS[n.compute] ?? 25); seed++) {
        const [p, v] = draw(n, name, seed)
        const m = finish(MEASURE[n.compute]!.run(p, seed))
        expect(Math.abs(m - v.answer), `${JSON.stringify(p)}: law ${v.answer}, measured ${m}`).toBeLessThanOrEqual(LEEWAY[n.compute]!(p, v))
      }
    },
    120_000,
  )
})

describe('check values', () => {
  const answer = (name: ComputeName, p: Params) => COMPUTE[name](p).answer
  test.each<[string, number, number, number]>([
    ['usable', answer('usableMemory', { primaries: 3, memory: 16, replicas: 1, fragmentation: 1.2, free: 30 }), 28, 9],
    ['needed', answer('rawMemory', { data: 10, replicas: 1, fragmentation: 1.2, free: 30 }), 34.3, 1],
    ['the popular 18.7', COMPUTE.usableMemory({ primaries: 3, memory: 16, replicas: 1, fragmentation: 1.2, free: 30 }).thirdOff, 18.7, 1],
    ['ring', answer('ringMoved', { nodes: 10, keys: 1 }), 0.0909, 4],
    ['modulo', answer('moduloMoved', { nodes: 10, keys: 1 }), 0.909, 3],
    ['vnodes', answer('ringSpread', { nodes: 10, virtual: 150 }), 7.74, 2],
    ['spread', answer('spreadNodes', { nodes: 10, copies: 10 }), 6.51, 2],
    ['hot', answer('hotNode', { nodes: 10, share: 50 }), 5.5, 9],
    ['stampede', answer('stampede', { rate: 50, took: 1000 }), 51, 9],
    ['sleep once', answer('sleepOnceLock', { rate: 100, took: 1000 }), 91, 9],
    ['XFetch', answer('xfetchMean', { beta: 1 }), 2.718, 3],
    ['XFetch alone', answer('xfetchOne', { beta: 1 }), 36.8, 1],
    ['failover', answer('failover', { primaries: 3, timeout: 15 }), 20.75, 9],
    ['slots', answer('reshardSlots', { primaries: 3 }), 4096, 9],
    ['ASK', answer('askReplies', { keys: 100, moved: 40, requests: 100 }), 40, 9],
  ])('%s', (_name, value, check, digits) => expect(value).toBeCloseTo(check, digits))
})

describe('reading a number', () => {
  test.each([
    ['42', 42],
    [' 6.5 ', 6.5],
    ['9 091', 9091],
    ['9,091', 9091],
    ['1\u202f000.5', 1000.5],
    ['28 GB', 28],
    ['15 %', 15],
    ['2.7k', 2700],
    ['.5', 0.5],
    ['≈ 51', 51],
    ['0', 0],
  ])('%s', (text, value) => expect(readNumber(text)).toEqual({ ok: true, value }))
  test.each(['', '  ', 'many', '1.2.3', '6,5', '-4', '12e', '1e999', '--3', '42 43 x9'])('refuses %s in one sentence', (text) => {
    const read = readNumber(text)
    expect(read.ok, JSON.stringify(read)).toBe(false)
    if (!read.ok) expect(read.sentence).toMatch(/^[A-Z].*\.$/)
  })
  it('reads a lone comma back to who typed it', () => {
    const sentence = (text: string) => JSON.stringify(readNumber(text))
    expect(sentence('12,5')).toContain('12.5, or 125.')
    expect(sentence('0,5')).toContain('0.5, or 5.')
    expect(sentence('1,2,3')).toContain('not a number')
  })
  it('shows thousands and digits as the page does', () => {
    expect([say(1234567), say(0.0325, 4), say(2.5), say(28, 1), say(6.513), say(0.12)]).toEqual([
      '1\u202f234\u202f567',
      '0.0325',
      '2.5',
      '28.0',
      '6.51',
      '0.12',
    ])
  })
})
