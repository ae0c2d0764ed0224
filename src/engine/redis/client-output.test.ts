import { describe, expect, it } from 'vitest'
import type { Fact } from '../core/fact.ts'
import type { Behaviour } from '../core/process.ts'
import { Simulation, type Behaviours } from '../core/simulation.ts'
import { MS, SEC } from '../core/time.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../defaults.ts'
import { memoryUse } from './memory.ts'
import { nodeBehaviour } from './node.ts'
import type { Reply } from './reply.ts'
import type { NodeState, PushMessage, ReplyMessage } from './state.ts'

/** A server, a subscriber that may stop reading, and somebody who publishes. */
const stage = (config: Record<string, string>) => {
  const heard: Record<string, (Reply | 'closed')[]> = { cli: [], app1: [] }
  const client = {
    boot: (_d: unknown, ctx: { self: string; connect(to: string, kind: string): number }) => ({ conn: ctx.connect('n1', 'client') }),
    persist: () => null,
    message: {
      reply: (_s: unknown, m: ReplyMessage, _c: number, ctx: { self: string }) => void heard[ctx.self].push(m.reply),
      push: (_s: unknown, m: PushMessage, _c: number, ctx: { self: string }) => void heard[ctx.self].push(m.reply),
    },
    timer: {},
    closed: (_s: unknown, _c: number, _r: string, ctx: { self: string }) => void heard[ctx.self].push('closed'),
    act: (s: { conn: number }, a: { argv: string[] }, ctx: { send(c: number, m: object): void }) =>
      void ctx.send(s.conn, { type: 'command', argv: a.argv }),
  } as unknown as Behaviour
  const settings = {
    cluster: false,
    config,
    load: DEFAULT_LOAD,
    policy: DEFAULT_POLICY,
    origin: DEFAULT_ORIGIN,
    latency: { mean: 50, spread: 0 },
    service: { command: 1, message: 1 },
    warm: 0,
  }
  const sim = new Simulation({ node: nodeBehaviour, console: client, app: client } as unknown as Behaviours, settings, 1)
  const facts: Fact[] = []
  sim.observe({ onFact: (f) => facts.push(f) })
  for (const [id, kind] of [['n1', 'node'] as const, ['cli', 'console'] as const, ['app1', 'app'] as const]) sim.spawn(id, kind)
  sim.runUntil(10 * MS)
  const say = (who: string, ...argv: string[]): Reply | 'closed' => {
    sim.beginAction()
    sim.act(sim.process(who)!, { argv } as never)
    sim.runUntil(sim.world.now + 5 * MS)
    return heard[who].at(-1)!
  }
  const node = () => sim.process('n1')!.state as NodeState
  /** So many messages of 100 kB. */
  const publish = (n: number) => Array.from({ length: n }, () => say('app1', 'PUBLISH', 'news', 'x'.repeat(100_000)))
  return { sim, facts, heard, say, node, publish }
}

describe('a subscriber that does not read', () => {
  it('costs nothing while it reads', () => {
    const s = stage({})
    s.say('cli', 'SUBSCRIBE', 'news')
    expect(s.publish(60)).toEqual(Array.from({ length: 60 }, () => 1))
    expect(s.heard['cli']).toHaveLength(61)
    expect(s.node().output).toBe(0)
  })

  it('fills the kernels’ buffers first and then the server’s memory, which counts as used', () => {
    const s = stage({})
    s.say('cli', 'SUBSCRIBE', 'news')
    const before = memoryUse(s.node()).total
    s.sim.pause(s.sim.process('cli')!)
    s.publish(30)
    expect(s.node().output).toBe(0)
    s.publish(30)
    expect(s.node().output).toBeGreaterThan(2_400_000)
    expect(memoryUse(s.node()).total - before).toBe(s.node().output)
    s.sim.resume(s.sim.process('cli')!)
    s.sim.runUntil(s.sim.world.now + SEC)
    expect(s.heard['cli']).toHaveLength(61)
    expect(s.node().output).toBe(0)
  })

  it('is dropped beyond the hard limit of its class, and loses what it had not been sent', () => {
    const s = stage({ 'client-output-buffer-limit': 'pubsub 1mb 0 0' })
    s.say('cli', 'SUBSCRIBE', 'news')
    s.sim.pause(s.sim.process('cli')!)
    const replies = s.publish(60)
    expect(replies.slice(-5)).toEqual([0, 0, 0, 0, 0])
    expect(s.facts.filter((f) => f.type === 'client.bufferClosed').map((f) => f.data)).toMatchObject([
      { client: 'cli', limit: 1_048_576, kind: 'hard' },
    ])
    expect(s.node().output).toBe(0)
    s.sim.resume(s.sim.process('cli')!)
    s.sim.runUntil(s.sim.world.now + SEC)
    expect(s.heard['cli'].at(-1)).toBe('closed')
    expect(s.heard['cli'].length).toBeLessThan(50)
  })

  it('is dropped when it stays over the soft limit for longer than its seconds', () => {
    const s = stage({ 'client-output-buffer-limit': 'pubsub 0 1mb 3' })
    s.say('cli', 'SUBSCRIBE', 'news')
    s.sim.pause(s.sim.process('cli')!)
    s.publish(60)
    s.sim.runUntil(s.sim.world.now + 2 * SEC)
    expect(s.node().output).toBeGreaterThan(1_000_000)
    s.sim.runUntil(s.sim.world.now + 3 * SEC)
    expect(s.node().output).toBe(0)
    expect(s.facts.some((f) => f.type === 'client.bufferClosed')).toBe(true)
  })

  it('makes keys go where memory is limited', () => {
    const s = stage({ 'maxmemory-policy': 'allkeys-lru' })
    for (let i = 0; i < 200; i++) s.say('app1', 'SET', `k${i}`, 'x'.repeat(1000))
    s.say('app1', 'CONFIG', 'SET', 'maxmemory', String(memoryUse(s.node()).total + 1000))
    s.say('cli', 'SUBSCRIBE', 'news')
    s.sim.pause(s.sim.process('cli')!)
    s.publish(37)
    s.say('app1', 'PING')
    expect(s.node().output).toBeGreaterThan(0)
    expect(s.node().keys.size).toBeLessThan(100)
  })
})
