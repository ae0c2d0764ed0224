import { describe, expect, it } from 'vitest'
import type { Fact, FactType } from '../../engine/core/fact.ts'
import type { Facts } from '../../engine/facts.ts'
import { FACES, actionsFor } from '../control/faces.ts'
import type { ProcessFace } from '../../lab/frame.ts'
import { factSentence, spoken } from './narrate.ts'

let id = 0
const fact = <T extends FactType>(type: T, process: string, data: Facts[T]): Fact =>
  ({ id: id++, at: 0, process, type, data, because: [] }) as unknown as Fact

describe('a fact in words', () => {
  it('says who and what', () => {
    expect(factSentence(fact('election.started', 'n4', { epoch: 7, needed: 2 }))).toEqual({
      glyph: 'election',
      who: 'n4',
      what: 'asks for votes, epoch 7',
    })
    expect(factSentence(fact('action.applied', 'n1', { action: { type: 'crash', process: 'n1' } }))).toEqual({
      glyph: 'you',
      who: 'you',
      what: 'crash n1',
    })
    expect(factSentence(fact('node.fail', 'n2', { about: 'n1', reports: 2, needed: 2, by: ['n2', 'n3'] })).what).toBe(
      'marks n1 FAIL: 2 agree, 2 needed',
    )
    expect(
      factSentence(fact('election.scheduled', 'n4', { delay: 686_000, fixed: 500_000, drawn: 186_000, rank: 0, offset: 1, at: 1 })).what,
    ).toBe('waits 500 + 186 ms')
  })

  it('says the beginning of a command that holds a whole script, not all of it', () => {
    const argv = ['EVAL', "redis.call('SET', KEYS[1], 1) ".repeat(9), '1', 'foo']
    const sent = factSentence(fact('action.applied', 'n1', { action: { type: 'command', process: 'n1', argv } })).what
    const answered = factSentence(fact('console.replied', 'cli', { node: 'n1', argv, reply: null, took: 400, notes: [] })).what
    expect([sent.length, answered.length]).toEqual([59, '… on n1: (nil)'.length + 58])
    expect(sent).toMatch(/^EVAL redis.call.*…$/)
  })

  it('says what a command of the console was answered, or that it was not', () => {
    const said = (reply: Facts['console.replied']['reply']) =>
      factSentence(fact('console.replied', 'cli', { node: 'n1', argv: ['GET', 'a'], reply, took: 400, notes: [] }))
    expect(said('7')).toEqual({ glyph: 'reply', who: 'you', what: 'GET a on n1: 7' })
    expect(said({ error: 'No answer from 10.0.0.1:6379 within 2 s' }).what).toBe('GET a on n1: No answer from 10.0.0.1:6379 within 2 s')
    expect([null, { simple: 'OK' }, ['a', 'b'], 'two\nlines'].map((reply) => said(reply).what.slice(13))).toEqual([
      '(nil)',
      'OK',
      '2 elements',
      'two',
    ])
  })
})

describe('what is read aloud', () => {
  it('says once that requests to the database fail, not once a key', () => {
    const vain = [1, 2, 3].map((i) => fact('origin.refused', 'app1', { key: `item:${i}`, why: 'timeout' }))
    expect(spoken(vain)).toBe('app1 waits in vain for the database')
    expect(factSentence(vain[0]!).what).toBe('waits in vain for item:1 from the database')
  })

  it('folds the same said by several, and keeps the latest', () => {
    const facts = [
      fact('node.pfail', 'n2', { about: 'n1', silent: 5_200_000 }),
      fact('node.pfail', 'n3', { about: 'n1', silent: 5_300_000 }),
      fact('node.pfail', 'n5', { about: 'n1', silent: 5_400_000 }),
      fact('election.granted', 'n2', { to: 'n4', epoch: 7 }),
    ]
    expect(spoken(facts)).toBe('3 nodes: suspects n1 PFAIL. n2 votes for n4, epoch 7')
  })

  it('leaves out what is too much to hear', () => {
    expect(spoken([fact('origin.query', 'origin', { key: 'a', queue: 0, busy: 1 })])).toBe('')
  })
})

describe('actions of a process', () => {
  const node = (over: Partial<ProcessFace>, role: 'primary' | 'replica' = 'primary') =>
    ({ id: 'n1', kind: 'node', status: 'up', slow: 1, node: { role }, ...over }) as ProcessFace
  const types = (face: ProcessFace) => actionsFor(face).map((a) => a.type)

  it('are those that can be done to it now', () => {
    expect(types(node({}))).toContain('crash')
    expect(types(node({}))).not.toContain('failover')
    expect(types(node({}, 'replica'))).toContain('failover')
    expect(types(node({ status: 'crashed' }))).toEqual(['restart', 'restartEmpty'])
    expect(types(node({ status: 'paused' }))[0]).toBe('resume')
    expect(actionsFor(node({ slow: 10 })).find((a) => a.type === 'slow')).toEqual({
      type: 'slow',
      process: 'n1',
      factor: 1,
    })
  })

  it('have shortcuts that differ', () => {
    const keys = Object.values(FACES).flatMap((f) => ('shortcut' in f ? [f.shortcut] : []))
    expect(new Set(keys).size).toBe(keys.length)
  })
})
