import { describe, expect, it } from 'vitest'
import { scenarioById } from '../../content/scenarios/index.ts'
import type { Action } from '../action.ts'
import { applyAction } from '../apply.ts'
import { buildSimulation } from '../build.ts'
import type { Fact, FactOf } from '../core/fact.ts'
import { SEC } from '../core/time.ts'
import type { NodeState } from '../redis/state.ts'
import type { Scenario } from '../scenario.ts'
import type { IntruderState } from './intruder.ts'

const world = (change: Partial<Scenario> = {}) => {
  const base = scenarioById('first-minute')!
  const sim = buildSimulation({ ...base, ...change, config: { ...base.config, 'cluster-node-timeout': '2000', ...change.config } }, 7)
  const facts: Fact[] = []
  sim.observe({ onFact: (f) => void facts.push(f) })
  const act = (action: Action) => applyAction(sim, action)
  return {
    sim,
    act,
    run: (seconds: number) => sim.runUntil(sim.world.now + seconds * SEC),
    told: <T extends Fact['type']>(type: T) => facts.filter((f) => f.type === type) as FactOf<T>[],
    knows: () => sim.process('intruder')!.state as IntruderState,
    role: (id: string) => (sim.process(id)!.state as NodeState).repl.role,
  }
}
const listen = (process: string): Action => ({ type: 'listen', process, on: true })
const tls = (directive: string, value: string): Action => ({ type: 'config', process: '*', directive, value })

describe('who listens at a port', () => {
  it('reads keys, values and passwords, since RESP is plain text', () => {
    const w = world({ own: { app1: { password: 'sesame' } }, config: { requirepass: 'sesame' } })
    w.act(listen('n1'))
    // a password is said at the start of a connection: a new one is needed
    w.act({ type: 'restart', process: 'n1' })
    w.run(5)
    expect(w.knows().passwords.get('')).toBe('sesame')
    expect(w.told('wire.heard').map((f) => f.data.what)).toContain('password')
    expect([...w.knows().keys.keys()].some((k) => k.startsWith('item:'))).toBe(true)
  })

  it('with tls-port counts messages and reads none; replication in the clear still tells what is written', () => {
    const w = world()
    w.act(tls('tls-port', '6379'))
    w.act(listen('n1'))
    w.run(3)
    const { heard, keys } = w.knows()
    expect(heard.client.read).toBe(0)
    expect(heard.client.sealed).toBeGreaterThan(50)
    expect(heard.replication.read).toBeGreaterThan(0)
    expect([...keys.values()].some((v) => v !== null)).toBe(true)
    w.act(tls('tls-replication', 'yes'))
    const before = keys.size
    const read = heard.replication.read
    w.run(3)
    expect(heard.replication.read).toBe(read)
    expect(keys.size).toBe(before)
  })

  it('changes nothing: the nodes and applications go on as without it', () => {
    const a = world()
    const b = world()
    b.act(listen('n1'))
    a.run(3)
    b.run(3)
    for (const id of ['n1', 'n2', 'n4'])
      expect((b.sim.process(id)!.state as NodeState).stats).toEqual((a.sim.process(id)!.state as NodeState).stats)
  })
})

describe('who may speak on the bus', () => {
  it('nobody can be imitated before he was heard', () => {
    const w = world()
    const { accepted, reason } = w.act({ type: 'forge', what: 'fail', process: 'n1' })
    expect(accepted).toBe(false)
    expect(reason).toContain('has not heard n1')
  })

  it('a forged FAIL brings down a healthy primary: its replica is elected in its place', () => {
    const w = world()
    w.act(listen('n1'))
    w.run(3)
    expect(w.act({ type: 'forge', what: 'fail', process: 'n1' }).accepted).toBe(true)
    w.run(6)
    expect(w.told('failover.promoted').map((f) => f.process)).toEqual(['n4'])
    expect(w.role('n1')).toBe('replica')
    expect(w.told('process.crashed')).toEqual([])
  })

  it('forged claims take the slots of a primary, which then throws its data away to follow the other', () => {
    const w = world()
    w.act(listen('n1'))
    w.run(3)
    w.act({ type: 'forge', what: 'slots', process: 'n1' })
    w.run(6)
    expect(w.told('slots.rebound').length).toBeGreaterThan(0)
    expect(w.role('n1')).toBe('replica')
  })

  it('with tls-cluster it hears only ciphertext, and who has no certificate says nothing', () => {
    const w = world()
    w.act(listen('n1'))
    w.run(3)
    w.act(tls('tls-cluster', 'yes'))
    w.act({ type: 'forge', what: 'fail', process: 'n1' })
    w.run(6)
    expect(w.told('wire.locked').map((f) => f.data.port)).toEqual(['bus'])
    expect(w.told('node.failHeard')).toEqual([])
    expect(w.knows().heard.bus.sealed).toBeGreaterThan(0)
  })
})

describe('an open port', () => {
  it('answers whoever asks; with a password NOAUTH, in protected mode DENIED, with TLS nothing', () => {
    const knock: Action = { type: 'knock', process: 'n1', argv: ['CONFIG', 'GET', 'maxmemory'] }
    const reply = (config: Record<string, string>) => {
      const w = world({ config })
      w.act(knock)
      w.run(3)
      return w.told('wire.answered').map((f) => f.data.reply)[0] ?? w.told('wire.locked')[0].data.port
    }
    expect(reply({})).toEqual(['maxmemory', '0'])
    expect(reply({ requirepass: 'sesame' })).toEqual({ error: 'NOAUTH Authentication required.' })
    expect(JSON.stringify(reply({ 'protected-mode': 'yes' }))).toMatch(/DENIED|closed/)
    expect(reply({ 'tls-port': '6379' })).toBe('client')
  })

  it('with tls-auth-clients no is encrypted and open all the same: TLS asks for no password', () => {
    const w = world({ config: { 'tls-port': '6379', 'tls-auth-clients': 'no' } })
    w.act(listen('n1'))
    w.act({ type: 'knock', process: 'n1', argv: ['CONFIG', 'GET', 'maxmemory'] })
    w.run(3)
    expect(w.told('wire.locked')).toEqual([])
    expect(w.told('wire.answered').map((f) => f.data.reply)).toEqual([['maxmemory', '0']])
    expect(w.knows().heard.client.read).toBe(0)
  })

  it('that asks for a password gets the one that was overheard', () => {
    const w = world({ own: { app1: { password: 'sesame' } }, config: { requirepass: 'sesame' } })
    const knock: Action = { type: 'knock', process: 'n1', argv: ['CONFIG', 'GET', 'maxmemory'] }
    w.act(knock)
    w.act(listen('n1'))
    w.run(1)
    w.act({ type: 'restart', process: 'n1' })
    w.run(5)
    w.act(knock)
    w.run(1)
    expect(w.told('wire.answered').map((f) => f.data.reply)).toEqual([{ error: 'NOAUTH Authentication required.' }, ['maxmemory', '0']])
  })
})
