import '../../lab/lua/hand-in.ts'
import { describe, expect, it } from 'vitest'
import type { AdminState } from '../../engine/admin/admin.ts'
import { applyAction } from '../../engine/apply.ts'
import { buildSimulation } from '../../engine/build.ts'
import type { Fact } from '../../engine/core/fact.ts'
import { MS, SEC } from '../../engine/core/time.ts'
import { getEntry } from '../../engine/redis/keyspace.ts'
import { OK } from '../../engine/redis/reply.ts'
import type { NodeState } from '../../engine/redis/state.ts'
import { whyNot } from '../../engine/redis/why-not.ts'
import { SAYINGS, scenarioById } from './index.ts'

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

/** One command at a node's console, and its reply. */
const speaker = (l: ReturnType<typeof lab>) => (process: string, line: string) => {
  const { length } = l.facts
  applyAction(l.sim, { type: 'command', process, argv: line.split(' '), cluster: false })
  l.sim.runUntil(l.sim.world.now + SEC)
  for (const f of l.facts.slice(length)) if (f.type === 'console.replied') return f.data.reply
  throw new Error(`${process} does not answer ${line}`)
}

describe('Closed in the wrong order', () => {
  it('the source first: each names the other for as long as the target is not told', () => {
    const l = lab('wrong-order')
    const say = speaker(l)
    const n1 = l.node('n1').id
    const sent = (to: string) => ({ error: expect.stringMatching(new RegExp(`^MOVED 12182 .*${to}:6379$`)) as string })
    expect(say('n3', 'GET foo')).toEqual({ error: expect.stringContaining('ASK 12182') as string })
    expect(say('n3', `CLUSTER SETSLOT 12182 NODE ${n1}`)).toEqual(OK)
    const ip = (id: string) => l.node(id).cluster!.peers[0].ip
    for (let i = 0; i < 5; i++) {
      expect(say('n3', 'GET foo')).toEqual(sent(ip('n1')))
      expect(say('n1', 'GET foo')).toEqual(sent(ip('n3')))
    }
    expect(say('n1', `CLUSTER SETSLOT 12182 NODE ${n1}`)).toEqual(OK)
    expect(say('n1', 'GET foo')).toBeNull()
    expect(say('n2', 'GET foo')).toEqual(sent(ip('n1')))
  })
})

describe('Forgotten by one alone', () => {
  it('n1 knows n6 again when the minute is over, not before', () => {
    const l = lab('forgotten-by-one')
    const n6 = l.node('n6').id
    expect(speaker(l)('n1', `CLUSTER FORGET ${n6}`)).toEqual(OK)
    const until = l.sim.world.now
    const knows = () => l.node('n1').cluster!.peers.some((p) => p.id === n6 && !p.gone)
    l.sim.runUntil(until + 58 * SEC)
    expect(knows()).toBe(false)
    l.sim.runUntil(until + 66 * SEC)
    expect(knows()).toBe(true)
  })
})

describe('Back, but not at once', () => {
  it('n1 is in touch again and still refuses until the delay is over', () => {
    const { sim, node } = lab('rejoin')
    applyAction(sim, { type: 'partition', inside: ['n1'] })
    sim.runUntil(13 * SEC)
    expect(whyNot(node('n1'), sim.world.now)!.headline).toContain('CLUSTERDOWN')
    applyAction(sim, { type: 'heal' })
    sim.runUntil(15 * SEC)
    const why = whyNot(node('n1'), sim.world.now)!
    expect(why.headline).toBe('All is well again; it waits before it serves')
    expect(why.evidence.map((e) => e.text)).toContain('a primary back from a minority waits the node timeout')
    expect(node('n1').cluster!.state).toBe('fail')
    sim.runUntil(20 * SEC)
    expect(node('n1').cluster!.state).toBe('ok')
  })
})

describe('A script that never ends', () => {
  const { sim, facts, node } = lab('endless-script')
  const replies = () => facts.flatMap((f) => (f.type === 'console.replied' ? [f.data.reply] : []))
  const say = (process: string, argv: string[], wait = 2.5 * SEC) => {
    applyAction(sim, { type: 'command', process, argv })
    sim.runUntil(sim.world.now + wait)
    return replies().at(-1)
  }
  const BUSY = { error: 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.' }

  it('everybody hears BUSY until SCRIPT KILL', () => {
    say('n1', ['EVAL', 'while true do end', '0'])
    expect(say('n1', ['PING'])).toEqual(BUSY)
    expect(say('n1', ['SCRIPT', 'KILL'])).toEqual(OK)
    expect(node('n1').script).toBe(null)
    expect(say('n1', ['PING'])).toEqual({ simple: 'PONG' })
  })

  it('when it has written, neither SCRIPT KILL nor a failover ends it: it answers pings', () => {
    say('n3', ['EVAL', "redis.call('SET', KEYS[1], 1) while true do end", '1', 'foo'])
    expect(say('n3', ['SCRIPT', 'KILL'])).toMatchObject({ error: expect.stringMatching(/^UNKILLABLE/) as string })
    sim.runUntil(sim.world.now + 30 * SEC)
    expect(facts.filter((f) => f.type === 'failover.promoted')).toEqual([])
    applyAction(sim, { type: 'crash', process: 'n3' })
    sim.runUntil(sim.world.now + 12 * SEC)
    expect(facts.flatMap((f) => (f.type === 'failover.promoted' ? [f.data.from] : []))).toEqual(['n3'])
  })
})

describe('A function on every node', () => {
  it('goes with the data to the replica, which keeps it as a primary; another primary has none', () => {
    const { sim, facts, node } = lab('functions')
    const say = (process: string, argv: string[]) => {
      applyAction(sim, { type: 'command', process, argv })
      sim.runUntil(sim.world.now + SEC / 2)
      return facts.flatMap((f) => (f.type === 'console.replied' ? [f.data.reply] : [])).at(-1)
    }
    const [loaded, called, missing, held] = SAYINGS['functions']!.map(({ process, argv }) => say(process, argv))
    expect([loaded, called, missing]).toEqual(['counters', 5, { error: 'ERR Function not found' }])
    expect(JSON.stringify(held)).toContain('bump')
    expect(facts.filter((f) => f.type === 'functions.changed').map((f) => f.process)).toEqual(['n1', 'n4'])
    applyAction(sim, { type: 'crash', process: 'n1' })
    sim.runUntil(sim.world.now + 12 * SEC)
    expect(node('n4').repl.role).toBe('primary')
    expect(say('n4', ['FCALL', 'bump', '1', 'bar', '5'])).toBe(10)
  })
})

describe('A key too large to move', () => {
  it('keeps the thread of its source and of its target, and requests wait for it', () => {
    const { sim, facts, node } = lab('large-key')
    const most = (from: number, to: number) =>
      Math.max(...facts.flatMap((f) => (f.type === 'request.done' && f.at > from && f.at <= to ? [f.data.latency] : [])))
    const began = sim.world.now
    expect(most(0, began)).toBeLessThan(100 * MS)
    applyAction(sim, { type: 'addNode' })
    const stalled = () => facts.flatMap((f) => (f.type === 'node.stalled' ? [[f.process, f.data.command, f.data.took] as const] : []))
    while (stalled().length < 2 && sim.world.now < began + 60 * SEC) sim.runUntil(sim.world.now + 50 * MS)
    expect(stalled().map(([who, command]) => [who, command])).toEqual([
      ['n7', 'RESTORE'],
      ['n3', 'MIGRATE'],
    ])
    const took = stalled()[1][2]
    expect(took).toBeGreaterThan(600 * MS)
    expect(took).toBeLessThan(1200 * MS)
    sim.runUntil(sim.world.now + 200 * MS)
    expect(most(began, sim.world.now)).toBeGreaterThan(300 * MS)
    expect([getEntry(node('n3').keys, 'report:2210'), getEntry(node('n7').keys, 'report:2210')?.value.constructor]).toEqual([
      undefined,
      String,
    ])
  })
})
