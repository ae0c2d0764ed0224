import '../../lab/lua/hand-in.ts'
import { describe, expect, test } from 'vitest'
import { sentinelWorld, type SentinelSetting } from '../../cli/sentinel-failovers.ts'
import { applyAction } from '../apply.ts'
import { buildSimulation } from '../build.ts'
import type { Fact, FactOf, FactType } from '../core/fact.ts'
import type { Simulation } from '../core/simulation.ts'
import { MS, SEC } from '../core/time.ts'
import type { NodeState } from '../redis/state.ts'
import type { Reply } from '../redis/reply.ts'
import { sentinelIdOf } from './address.ts'
import type { SentinelState } from './state.ts'

const world = (setting: Partial<SentinelSetting> = {}, seed = 1): { sim: Simulation; facts: Fact[] } => {
  const sim = buildSimulation(sentinelWorld({ sentinels: 3, quorum: 2, ...setting }), seed)
  const facts: Fact[] = []
  sim.observe({ onFact: (f) => facts.push(f) })
  sim.runUntil(4 * SEC)
  return { sim, facts }
}

const of = <T extends FactType>(facts: readonly Fact[], type: T): FactOf<T>[] => facts.filter((f) => f.type === type) as FactOf<T>[]

/** redis-cli on a process. */
const ask = (sim: Simulation, process: string, line: string): Reply => {
  let reply: Reply = null
  const stop = sim.observe({ onFact: (f) => void (f.type === 'console.replied' && (reply = f.data.reply)) })
  expect(applyAction(sim, { type: 'command', process, argv: line.split(' ') }).accepted).toBe(true)
  sim.runUntil(sim.world.now + 20 * MS)
  stop()
  return reply
}

const rows = (reply: Reply): Record<string, string> => {
  const list = reply as string[]
  return Object.fromEntries(list.flatMap((name, i) => (i % 2 === 0 ? [[name, list[i + 1]]] : [])))
}

describe('SENTINEL commands', () => {
  const { sim } = world()

  test('the primary, its replicas and the other Sentinels in the fields of Redis 7.0.15, in its order', () => {
    const primary = ask(sim, 's1', 'SENTINEL MASTER mymaster')
    expect(Object.keys(rows(primary)).join(' ')).toBe(
      'name ip port runid flags link-pending-commands link-refcount last-ping-sent last-ok-ping-reply last-ping-reply ' +
        'down-after-milliseconds info-refresh role-reported role-reported-time config-epoch num-slaves num-other-sentinels quorum ' +
        'failover-timeout parallel-syncs',
    )
    expect(rows(primary)).toMatchObject({ ip: '10.0.0.1', flags: 'master', 'num-slaves': '2', 'num-other-sentinels': '2', quorum: '2' })
    const replicas = ask(sim, 's1', 'SENTINEL REPLICAS mymaster') as Reply[]
    expect(replicas.map((r) => rows(r)['name'])).toEqual(['10.0.0.2:6379', '10.0.0.3:6379'])
    expect(rows(replicas[0])).toMatchObject({ 'master-link-status': 'ok', 'master-host': '10.0.0.1', 'slave-priority': '100' })
    const sentinels = ask(sim, 's1', 'SENTINEL SENTINELS mymaster') as Reply[]
    expect(sentinels.map((s) => rows(s)['runid'])).toEqual([sentinelIdOf('s2'), sentinelIdOf('s3')])
  })

  test('where the primary is, and whether a failover could be authorised', () => {
    expect(ask(sim, 's2', 'SENTINEL get-master-addr-by-name mymaster')).toEqual(['10.0.0.1', '6379'])
    expect(ask(sim, 's2', 'SENTINEL get-master-addr-by-name foo')).toEqual({ nullArray: true })
    expect(ask(sim, 's2', 'SENTINEL ckquorum mymaster')).toEqual({
      simple: 'OK 3 usable Sentinels. Quorum and failover authorization can be reached',
    })
    ask(sim, 's2', 'SENTINEL SET mymaster quorum 5')
    expect(ask(sim, 's2', 'SENTINEL ckquorum mymaster')).toEqual({
      error: 'NOQUORUM 3 usable Sentinels. Not enough available Sentinels to reach the specified quorum for this master',
    })
    ask(sim, 's2', 'SENTINEL SET mymaster quorum 2')
    expect(ask(sim, 's1', 'INFO sentinel')).toContain('master0:name=mymaster,status=ok,address=10.0.0.1:6379,slaves=2,sentinels=3')
  })

  test.each([
    ['SENTINEL MASTER foo', 'ERR No such master with that name'],
    ['SENTINEL foo', "ERR unknown subcommand 'foo'. Try SENTINEL HELP."],
    ['SENTINEL CKQUORUM', "ERR wrong number of arguments for 'sentinel|ckquorum' command"],
    ['SENTINEL MONITOR a b c d', 'ERR Invalid quorum'],
    ['SENTINEL MONITOR mymaster 10.0.0.1 6379 2', 'ERR Duplicate master name.'],
    ['SENTINEL MONITOR m2 10.0.0.1 6379 0', 'ERR Quorum must be 1 or greater.'],
    ['SENTINEL MONITOR m2 10.0.0.1 99999 2', 'ERR Invalid port number.'],
    ['SENTINEL SET mymaster foo 2', "ERR Unknown option or number of arguments for SENTINEL SET 'foo'"],
    ['SENTINEL SET mymaster quorum x', "ERR Invalid argument 'x' for SENTINEL SET 'quorum'"],
    ['SENTINEL is-master-down-by-addr 10.0.0.1 x 0 *', 'ERR value is not an integer or out of range'],
    ['GET a', "ERR unknown command 'GET', with args beginning with: 'a' "],
    ['PUBLISH foo bar', 'ERR Only HELLO messages are accepted by Sentinel instances.'],
  ])('%s', (line, error) => expect(ask(sim, 's1', line)).toEqual({ error }))

  test('a failover by hand needs nobody: it loses nothing that the replica had, and the old primary is made to follow', () => {
    const { sim, facts } = world()
    expect(ask(sim, 's1', 'SENTINEL FAILOVER mymaster')).toEqual({ simple: 'OK' })
    expect(ask(sim, 's1', 'SENTINEL FAILOVER mymaster')).toEqual({ error: 'INPROG Failover already in progress' })
    sim.runUntil(30 * SEC)
    expect(of(facts, 'sentinel.tried')[0].data.needed).toBe(0)
    const to = of(facts, 'sentinel.promoted')[0].data.replica
    expect(of(facts, 'sentinel.switched').map((f) => f.data.to)).toEqual([to, to, to])
    expect((sim.process('n1')!.state as NodeState).repl).toMatchObject({ role: 'replica', primary: to, linkState: 'connected' })
  })

  test('MONITOR finds the replicas by INFO and the other Sentinels by their hellos', () => {
    const { sim } = world()
    for (const s of ['s1', 's2', 's3']) ask(sim, s, 'SENTINEL REMOVE mymaster')
    expect(ask(sim, 's1', 'SENTINEL MASTERS')).toEqual([])
    for (const s of ['s1', 's2', 's3']) expect(ask(sim, s, 'SENTINEL MONITOR cache 10.0.0.1 6379 2')).toEqual({ simple: 'OK' })
    sim.runUntil(sim.world.now + 5 * SEC)
    for (const s of ['s1', 's2', 's3'])
      expect(rows(ask(sim, s, 'SENTINEL MASTER cache'))).toMatchObject({ 'num-slaves': '2', 'num-other-sentinels': '2' })
  })
})

describe('events are channels', () => {
  test('a client that subscribes hears +switch-master with both addresses', () => {
    const { sim, facts } = world()
    ask(sim, 's2', 'SUBSCRIBE +switch-master')
    applyAction(sim, { type: 'crash', process: 'n1' })
    sim.runUntil(sim.world.now + 6 * SEC)
    const heard = of(facts, 'console.replied').filter((f) => Array.isArray(f.data.reply) && f.data.reply[0] === 'message')
    const ip = of(facts, 'sentinel.switched')[0].data.to === 'n2' ? '10.0.0.2' : '10.0.0.3'
    expect(heard.map((f) => f.data.reply)).toEqual([['message', '+switch-master', `mymaster 10.0.0.1 6379 ${ip} 6379`]])
  })
})

describe('faults of Sentinels themselves', () => {
  test('a Sentinel stopped for more than two seconds is in TILT for 30 s: it looks on and decides nothing', () => {
    const { sim, facts } = world({ sentinels: 1, quorum: 1 })
    applyAction(sim, { type: 'pause', process: 's1' })
    sim.runUntil(sim.world.now + 3 * SEC)
    applyAction(sim, { type: 'resume', process: 's1' })
    sim.runUntil(sim.world.now + 20 * SEC)
    applyAction(sim, { type: 'crash', process: 'n1' })
    sim.runUntil(sim.world.now + 9 * SEC)
    expect(of(facts, 'sentinel.tilt').map((f) => f.data.on)).toEqual([true])
    expect(of(facts, 'sentinel.sdown')).toEqual([])
    sim.runUntil(sim.world.now + 5 * SEC)
    expect(of(facts, 'sentinel.promoted').length).toBe(1)
  })

  test('a Sentinel that restarts remembers its epoch and its vote, and whom it watches', () => {
    const { sim } = world()
    applyAction(sim, { type: 'crash', process: 'n1' })
    sim.runUntil(sim.world.now + 6 * SEC)
    const before = sim.process('s2')!.state as SentinelState
    const epoch = before.currentEpoch
    const primary = before.primaries.get('mymaster')!
    applyAction(sim, { type: 'restart', process: 's2' })
    const after = sim.process('s2')!.state as SentinelState
    expect(after.currentEpoch).toBe(epoch)
    expect(after.primaries.get('mymaster')).toMatchObject({
      process: primary.process,
      configEpoch: epoch,
      leaderEpoch: primary.leaderEpoch,
    })
  })

  // rewriteConfigSentinelOption: "it may be the address of the promoted slave"
  test('a leader that dies just after the promotion comes back with the promoted replica as the primary', () => {
    const { sim, facts } = world()
    applyAction(sim, { type: 'crash', process: 'n1' })
    while (of(facts, 'sentinel.promoted').length === 0) sim.runUntil(sim.world.now + MS)
    const { process: leader, data } = of(facts, 'sentinel.promoted')[0]
    applyAction(sim, { type: 'restart', process: leader })
    const p = (sim.process(leader)!.state as SentinelState).primaries.get('mymaster')!
    expect(p).toMatchObject({ process: data.replica, configEpoch: data.epoch })
    expect([...p.replicas.values()].map((r) => r.process).sort((a, b) => (a < b ? -1 : 1))).toEqual(
      ['n1', 'n2', 'n3'].filter((n) => n !== data.replica),
    )
  })

  test('a primary that only the Sentinels cannot see is replaced, takes writes on its own, and is converted after the network heals', () => {
    const { sim, facts } = world()
    applyAction(sim, { type: 'partition', inside: ['n1'] })
    sim.runUntil(sim.world.now + 8 * SEC)
    expect(of(facts, 'sentinel.promoted').length).toBe(1)
    expect((sim.process('n1')!.state as NodeState).repl.role).toBe('primary')
    applyAction(sim, { type: 'heal' })
    sim.runUntil(sim.world.now + 40 * SEC)
    expect(of(facts, 'sentinel.converted').length).toBeGreaterThan(0)
    expect((sim.process('n1')!.state as NodeState).repl.role).toBe('replica')
  })

  test('the same seed gives the same run', () => {
    const digest = (): string => {
      const { sim } = world({ sentinels: 5, quorum: 3 }, 3)
      applyAction(sim, { type: 'pause', process: 'n1' })
      sim.runUntil(sim.world.now + 6 * SEC)
      return sim.digest()
    }
    expect(digest()).toBe(digest())
  })
})

test('a node that is down because of a script hears SCRIPT KILL from a Sentinel, as recorded, and is up again', () => {
  const { sim, facts } = world()
  ask(sim, 'n2', 'CONFIG SET busy-reply-threshold 300')
  applyAction(sim, { type: 'command', process: 'n2', argv: ['EVAL_RO', 'while true do end', '0'] })
  sim.runUntil(sim.world.now + 20 * SEC)
  expect(of(facts, 'sentinel.sdown').map((f) => f.data.about)).toContain('n2')
  expect(of(facts, 'script.ended').map((f) => [f.process, f.data.killed])).toEqual([['n2', true]])
  expect(of(facts, 'sentinel.sdownCleared').map((f) => f.data.about)).toContain('n2')
})
