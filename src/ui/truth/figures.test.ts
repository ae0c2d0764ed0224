import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FIDELITY } from '../../content/fidelity.data.ts'
import type { Timing } from '../../content/fidelity.ts'
import { axisOf, families, inWords, isApart, leftOut, middle, sums } from './figures.ts'

const timing = (recorded: number[], bound: number): Timing => ({
  file: '04',
  setting: 's',
  name: 'n',
  recorded,
  simulated: { n: 9, least: 0, p5: 90, q1: 95, median: 100, q3: 105, p95: 110, most: 900 },
  ks: 0,
  p: 1,
  pHolm: 1,
  bound,
  low: 0,
  high: 0,
  verdict: 'within',
})

describe('the axis of a row', () => {
  it('holds every dot, the bound and the simulated range', () => {
    const { from, to } = axisOf(timing([80, 100, 120], 50))
    expect(from).toBeLessThan(50)
    expect(to).toBeGreaterThan(150)
  })
  it('leaves out an outlier that would squash the rest, and never goes below 0', () => {
    const { from, to } = axisOf(timing([...Array.from({ length: 20 }, () => 60), 2604], 100))
    expect(to).toBeLessThan(200)
    expect(from).toBe(0)
  })
})

it('the middle of an even number of values lies between two', () => {
  expect(middle([1, 2, 3, 10])).toBe(2.5)
  expect(middle([3])).toBe(3)
})

it('a rate is said in plain words', () => {
  const words = (k: number, n: number): string => inWords({ k, n, low: 0, high: 1 })
  expect([words(0, 1000), words(1, 2000), words(112, 2000), words(295, 1000)]).toEqual([
    'not once in 1\u202f000 runs',
    'about one run in 2\u202f000',
    'about one run in 18',
    'about 3 runs in 10',
  ])
})

it('recordings are summed by their number', () => {
  const one = { passed: 1, total: 2, unsupported: 1, volatile: 3 }
  expect(
    families([
      { file: '17_a', ...one },
      { file: '17_b', ...one },
    ]),
  ).toEqual([{ number: '17', name: 'Random scripts against one node', files: 2, passed: 2, total: 4, unsupported: 2, volatile: 6 }])
})

describe('the figures of the site', () => {
  const s = sums(FIDELITY)
  it('come from a whole run: every kind of claim, a thousand seeds a setting', () => {
    expect(FIDELITY.seeds).toBeGreaterThanOrEqual(1000)
    expect(s.total).toBeGreaterThan(0)
    expect(s.failovers).toBe(60)
    expect(FIDELITY.traffic.length).toBeGreaterThan(0)
    expect(FIDELITY.rare.length).toBeGreaterThan(0)
  })
  it('hold their bounds', () => {
    expect(s.passed + s.unsupported).toBe(s.total)
    expect([s.outside, s.broken]).toEqual([0, 0])
    expect(FIDELITY.timings.filter(isApart)).toEqual([])
    expect(FIDELITY.rare.filter((r) => !r.overlap)).toEqual([])
  })
})

it('what the model leaves out is read from the plan of the house', () => {
  const paragraphs = leftOut(readFileSync(join(import.meta.dirname, '../../ARCHITECTURE.md'), 'utf8'))
  expect(paragraphs.length).toBeGreaterThan(0)
  expect(paragraphs[0]).toMatch(/^Byte-exact memory/)
})
