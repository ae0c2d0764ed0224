import * as lz from 'lz-string'
import { describe, expect, it } from 'vitest'
import { SCENARIOS } from '../content/scenarios/index.ts'
import type { Action } from '../engine/action.ts'
import type { Run } from '../engine/scenario.ts'
import { decodeRun, encodeRun, runFromFile, runToFile } from './recording.ts'
import { ENGINE_VERSION } from './version.ts'

const actions: Action[] = [
  { type: 'crash', process: 'n1' },
  { type: 'partition', inside: ['n1', 'n2'] },
  { type: 'command', process: 'n2', argv: ['SET', 'k', 'v"\xff'], cluster: true },
  { type: 'policy', process: '*', set: { refresh: 'timer', refreshEvery: 5_000_000 } },
  { type: 'load', set: { rate: 900 } },
  { type: 'addNode', nodes: ['n7'] },
]
const run: Run = {
  format: 1,
  engine: ENGINE_VERSION,
  scenario: 'first-minute',
  seed: 7,
  actions: actions.map((action, i) => ({ at: 12_000_000 + i, events: 100 * i, action })),
  at: 18_151_400,
  events: 5_000,
}
const packed = (value: unknown) => lz.compressToEncodedURIComponent(JSON.stringify(value))
const sentenceOf = (text: string) => {
  const decoded = decodeRun(text)
  return decoded.ok ? 'opened' : decoded.sentence
}

describe('a run travels', () => {
  it('by link, unchanged', () => {
    const link = encodeRun({ run, custom: null })!
    expect(link).toMatch(/^[\w+$-]+$/)
    expect(decodeRun(link)).toEqual({ ok: true, recording: { run, custom: null }, warning: '' })
  })

  it('through an address that turned + into blanks', () => {
    const link = encodeRun({ run, custom: null })!
    expect(decodeRun(link.replaceAll('+', ' ')).ok).toBe(true)
  })

  it('by file, with its own scenario', () => {
    const custom = { ...SCENARIOS[0], id: 'own', title: 'Own' }
    const recording = { run: { ...run, scenario: 'own' }, custom }
    expect(runFromFile(runToFile(recording))).toEqual({ ok: true, recording, warning: '' })
  })

  it('every scenario fits the schema', () => {
    for (const s of SCENARIOS) {
      const custom = { ...s, id: 'own' }
      const decoded = runFromFile(runToFile({ run: { ...run, scenario: 'own', actions: [] }, custom }))
      expect(decoded.ok, s.id).toBe(true)
    }
  })

  it('from another version, with a warning', () => {
    const decoded = decodeRun(packed({ ringside: 1, run: { ...run, engine: '0' } }))
    expect(decoded.ok && decoded.warning).toContain('version 0')
  })
})

describe('what cannot be opened is said in one sentence', () => {
  it.each([
    ['nonsense', 'damaged'],
    [packed({ hello: 1 }), 'does not hold a run'],
    [packed({ ringside: 1, run: { ...run, scenario: 'gone' } }), 'names seed 7 of a scenario that is not here'],
    [packed({ ringside: 1, run: { ...run, at: -1 } }), 'run.at is not right'],
    [packed({ ringside: 1, run: { ...run, at: 1e10 } }), 'longer than half an hour'],
    [packed({ ringside: 1, run: { ...run, actions: [{ at: 1, events: 1, action: { type: 'explode' } }] } }), 'is not right'],
    ['x'.repeat(20_000), 'too long'],
  ])('%.24s', (text, says) => {
    expect(sentenceOf(text)).toContain(says)
    expect(sentenceOf(text)).toContain('Your lab is unchanged.')
  })

  it('a link cut short', () => {
    const link = encodeRun({ run, custom: null })!
    expect(sentenceOf(link.slice(0, link.length / 2))).toContain('Your lab is unchanged.')
  })

  it('a file of something else', () => {
    const decoded = runFromFile('not json')
    expect(decoded.ok).toBe(false)
  })

  it('a run too long for a link has none', () => {
    const many = Array.from({ length: 4000 }, (_, i) => ({
      at: i * 7919,
      events: i * 104729,
      action: { type: 'crash', process: `n${i}` } as const,
    }))
    expect(encodeRun({ run: { ...run, actions: many }, custom: null })).toBeNull()
  })
})
