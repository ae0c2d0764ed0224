import { describe, expect, it } from 'vitest'
import { applyAction } from '../../engine/apply.ts'
import { buildSimulation } from '../../engine/build.ts'
import type { Action } from '../../engine/action.ts'
import type { Fact, FactOf, FactType } from '../../engine/core/fact.ts'
import { SEC } from '../../engine/core/time.ts'
import { whyNot } from '../../engine/redis/why-not.ts'
import type { NodeState } from '../../engine/redis/state.ts'
import { scenarioById } from './index.ts'

/** What the presets about replication say happens, happens. */
const lab = (scenario: string, seed = 7) => {
  const sim = buildSimulation(scenarioById(scenario)!, seed)
  const facts: Fact[] = []
  sim.observe({ onFact: (f) => facts.push(f) })
  return {
    sim,
    facts,
    run: (seconds: number): void => void sim.runUntil(sim.world.now + seconds * SEC),
    act: (action: Action): void => expect(applyAction(sim, action).accepted).toBe(true),
    node: (id: string): NodeState => sim.process(id)!.state as NodeState,
    of: <T extends FactType>(type: T): FactOf<T>[] => facts.filter((f) => f.type === type) as never,
  }
}

describe('Writes that need a replica', () => {
  it('fences the minority: a small part of the writes that are lost without it', () => {
    const accepted = (wanted: string): number => {
      const l = lab('fenced-minority')
      l.act({ type: 'config', process: '*', directive: 'min-replicas-to-write', value: wanted })
      l.run(3)
      l.act({ type: 'partition', inside: ['n1', 'app1', 'origin'] })
      const from = l.facts.length
      l.run(9)
      const refusals = l.of('replication.fenced').filter((f) => f.process === 'n1' && f.data.on)
      expect(refusals).toHaveLength(wanted === '1' ? 1 : 0)
      return l.facts.slice(from).filter((f) => f.type === 'write.acked' && f.process === 'n1').length
    }
    const fenced = accepted('1')
    const open = accepted('0')
    expect(open).toBeGreaterThan(50)
    expect(fenced).toBeLessThan(open * 0.6)
  })

  it('says why it refuses', () => {
    const l = lab('fenced-minority')
    l.run(2)
    l.act({ type: 'pause', process: 'n7' })
    l.act({ type: 'pause', process: 'n4' })
    l.run(4)
    expect(whyNot(l.node('n1'), l.sim.world.now)?.headline).toBe('It refuses writes: too few good replicas')
  })
})

describe('A replica that never catches up', () => {
  it('starts over again and again; with more room for what waits it gets in step', () => {
    const l = lab('resync-loop')
    l.run(3)
    expect(l.of('replication.bufferClosed')).toHaveLength(0)
    l.act({ type: 'restartEmpty', process: 'n4' })
    l.run(20)
    expect(l.of('replication.bufferClosed').length).toBeGreaterThan(2)
    expect(l.of('replication.synced')).toHaveLength(0)
    expect(whyNot(l.node('n1'), l.sim.world.now)?.headline).toContain('n4 in step')
    l.act({ type: 'command', process: 'n1', argv: ['CONFIG', 'SET', 'client-output-buffer-limit', 'replica 1mb 0 0'] })
    l.run(20)
    expect(l.of('replication.synced').length).toBe(1)
    expect(l.node('n4').repl.linkState).toBe('connected')
  })
})

describe('A primary that forgets', () => {
  it('restarted at once it is empty, and takes its replica with it', () => {
    const l = lab('no-persistence')
    l.run(2)
    const before = l.node('n4').keys.size
    expect(before).toBeGreaterThan(50)
    l.act({ type: 'crash', process: 'n1' })
    l.run(0.5)
    l.act({ type: 'restart', process: 'n1' })
    expect(l.of('persistence.loaded')[0].data).toMatchObject({ from: 'nothing', lost: expect.any(Number) })
    l.run(1)
    expect(l.of('failover.promoted')).toHaveLength(0)
    expect(l.of('replication.synced')[0]).toMatchObject({ process: 'n4', data: { keys: 0 } })
    expect(l.of('replication.synced')[0].data.dropped).toBeGreaterThan(before / 2)
  })
})
