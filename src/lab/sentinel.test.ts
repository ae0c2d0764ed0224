import { describe, expect, test } from 'vitest'
import { scenarioById } from '../content/scenarios/index.ts'
import type { Fact } from '../engine/core/fact.ts'
import { SEC } from '../engine/core/time.ts'
import { inspect } from './inspect.ts'
import { Session } from './session.ts'
import { processFaces, truth } from './view.ts'
import { explain } from './why.ts'

const session = (id: string): Session => new Session(scenarioById(id)!, 7)
const find = <T extends Fact['type']>(s: Session, type: T): Extract<Fact, { type: T }> =>
  s.facts.find((f) => f.type === type) as Extract<Fact, { type: T }>

describe('a failover by Sentinels, as the page sees it', () => {
  const s = session('sentinel-3')
  s.dispatch({ type: 'crash', process: 'n1' })
  s.advance(11.3 * SEC)

  test('while it lasts: who holds n1 to be down, who leads, and why the others do not', () => {
    const faces = processFaces(s.sim.world, s)
    const n1 = faces.find((f) => f.id === 'n1')!
    expect(n1.node!.suspectedBy.map((x) => x.by)).toEqual(['s1', 's2', 's3'])
    const leaders = faces.filter((f) => f.sentinel !== undefined && f.sentinel.phase !== 'none')
    expect(leaders.length).toBe(1)
    const other = faces.find((f) => f.sentinel?.phase === 'none')!
    expect(other.sentinel!.votedFor).toBe(leaders[0].id)
    const why = inspect(s.sim.world, other.id)
    expect(why.why!.headline).toMatch(new RegExp(`^(It voted for ${leaders[0].id}|Not ODOWN)`))
    expect(why.peers.map((p) => p.role)).toEqual(['primary', 'replica', 'replica', 'sentinel', 'sentinel'])
  })

  test('the promotion is explained back to the crash', () => {
    s.advance(20 * SEC)
    const promoted = find(s, 'sentinel.promoted')
    const chain = explain(s, promoted.id).flatMap((c) => (c.fact === null ? [] : [c.fact.type]))
    expect(chain.slice(0, 3)).toEqual(['sentinel.promoted', 'sentinel.selected', 'sentinel.elected'])
    expect(chain).toContain('sentinel.odown')
    expect(chain).toContain('sentinel.sdown')
    expect(chain.at(-1)).toBe('action.applied')
    const { owner, owners } = truth(s.sim.world)
    expect(owners[owner[0]]).toBe(promoted.data.replica)
  })
})

test('two Sentinels, one dead: it says which votes are missing', () => {
  const s = session('sentinel-2')
  s.dispatch({ type: 'crash', process: 's2' })
  s.advance(13 * SEC)
  expect(inspect(s.sim.world, 's1').why!.headline).toBe('n1 answers; if it died, nobody could fail over')
  s.dispatch({ type: 'crash', process: 'n1' })
  s.advance(20 * SEC)
  expect(inspect(s.sim.world, 's1').why).toEqual({
    headline: 'It asks to lead the failover of epoch 1: 1 of 2 votes',
    evidence: [{ mark: 'no', who: 's2', text: 'is down, and still counts', figure: '' }],
  })
  s.advance(32 * SEC)
  expect(find(s, 'sentinel.aborted').data).toMatchObject({ reason: 'not elected', detail: '1 of 2 votes' })
  expect(find(s, 'sentinel.promoted')).toBeUndefined()
})
