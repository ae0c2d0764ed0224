import { describe, expect, it } from 'vitest'
import type { AdminState } from '../../engine/admin/admin.ts'
import { applyAction } from '../../engine/apply.ts'
import { buildSimulation } from '../../engine/build.ts'
import type { Fact } from '../../engine/core/fact.ts'
import { SEC } from '../../engine/core/time.ts'
import type { NodeState } from '../../engine/redis/state.ts'
import { whyNot } from '../../engine/redis/why-not.ts'
import { scenarioById } from './index.ts'

/** What the presets about the cluster's own repair say happens, happens. */
const lab = (scenario: string) => {
  const sim = buildSimulation(scenarioById(scenario)!, 7)
  const facts: Fact[] = []
  sim.observe({ onFact: (f) => void facts.push(f) })
  sim.runUntil(3 * SEC)
  const node = (id: string): NodeState => sim.process(id)!.state as NodeState
  const moved = () => facts.find((f) => f.type === 'role.changed' && f.data.why.includes('had lost all its replicas'))
  return { sim, facts, node, moved }
}

describe('A primary without a replica', () => {
  it('gets one of the two of n1 after five seconds, and the others say why not', () => {
    const { sim, node, moved } = lab('orphaned-primary')
    applyAction(sim, { type: 'crash', process: 'n7' })
    sim.runUntil(8 * SEC)
    const said = ['n4', 'n5', 'n6'].map((id) => whyNot(node(id), sim.world.now)!.headline)
    expect(said.filter((s) => s.startsWith('It does not move to n3 yet: an orphan is left alone'))).toHaveLength(1)
    expect(said.filter((s) => s.includes('it has the smallest id'))).toHaveLength(1)
    expect(said[2]).toContain('another primary has more replicas')
    sim.runUntil(13 * SEC)
    expect(['n4', 'n5']).toContain(moved()!.process)
  })

  it('a barrier of 2 keeps both where they are', () => {
    const { sim, node, moved } = lab('orphaned-primary')
    applyAction(sim, { type: 'config', process: '*', directive: 'cluster-migration-barrier', value: '2' })
    applyAction(sim, { type: 'crash', process: 'n7' })
    sim.runUntil(16 * SEC)
    expect(moved()).toBeUndefined()
    expect(whyNot(node('n4'), sim.world.now)!.headline).toContain('cluster-migration-barrier 2')
  })
})

describe('A migration left half done', () => {
  it('sends clients on with ASK, fails the check, and fix closes every slot with no key lost', () => {
    const { sim, facts, node } = lab('half-moved')
    const run = (command: string): number => {
      applyAction(sim, { type: 'redisCli', argv: [command, 'n1'] })
      const job = () => (sim.process('admin')!.state as AdminState).manager!
      while (job().exit === null) sim.runUntil(sim.world.now + SEC / 10)
      return job().exit!
    }
    const held = () => ['n1', 'n2', 'n3'].reduce((sum, id) => sum + node(id).keys.size, 0)
    expect(facts.some((f) => f.type === 'client.redirected' && f.data.kind === 'ASK')).toBe(true)
    expect(node('n1').cluster!.importing.size).toBe(60)
    expect(run('check')).toBe(1)
    const before = held()
    expect(run('fix')).toBe(0)
    // a few expire by themselves meanwhile
    expect(before - held()).toBeLessThan(40)
    expect(node('n1').cluster!.importing.size + node('n3').cluster!.migrating.size).toBe(0)
    sim.runUntil(sim.world.now + 3 * SEC)
    expect(run('check')).toBe(0)
  })
})
