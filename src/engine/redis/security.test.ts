import { describe, expect, it } from 'vitest'
import { applyAction } from '../apply.ts'
import { buildSimulation } from '../build.ts'
import type { AppState } from '../client/app.ts'
import type { Fact } from '../core/fact.ts'
import { MS, SEC } from '../core/time.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../defaults.ts'
import type { Scenario } from '../scenario.ts'
import type { NodeState } from './state.ts'
import { plainNodes } from './testing/plain-nodes.ts'
import { whyNot } from './why-not.ts'

/** Passwords between servers, of applications, and protected mode. */

const following = (config: Record<string, string>) => {
  const n = plainNodes(2, { 'repl-diskless-sync-delay': '0', ...config })
  n.call('n2', 'REPLICAOF', '10.0.0.1', '6379')
  return n
}

describe('a replica authenticates at its primary', () => {
  it('“if the master is password protected it is possible to tell the replica to authenticate” (redis.conf, masterauth)', () => {
    const n = following({})
    n.call('n1', 'CONFIG', 'SET', 'requirepass', 'sesame')
    n.crash('n2')
    n.start('n2')
    n.call('n2', 'REPLICAOF', '10.0.0.1', '6379')
    n.run(3000)
    const replica = n.node('n2')
    expect(replica.repl.linkState).not.toBe('connected')
    expect(n.of('replication.refused').map((f) => [f.process, f.data.reason])).toEqual([['n2', 'NOAUTH Authentication required.']])
    expect(whyNot(replica, n.sim.world.now)?.headline).toBe('It gets no data: n1 refuses it')

    n.call('n2', 'CONFIG', 'SET', 'masterauth', 'wrong')
    n.run(3000)
    expect(replica.repl.refusal).toBe('WRONGPASS invalid username-password pair or user is disabled.')
    expect(n.of('acl.authFailed').map((f) => [f.process, f.data.client])).toEqual([['n1', 'n2']])

    n.call('n2', 'CONFIG', 'SET', 'masterauth', 'sesame')
    n.run(3000)
    expect([replica.repl.linkState, replica.repl.refusal]).toEqual(['connected', ''])
  })

  it('as masteruser, which needs +psync +replconf +ping', () => {
    const n = following({ masteruser: 'rep', masterauth: 'p' })
    n.run(2000)
    expect(n.node('n2').repl.refusal).toContain('WRONGPASS')
    n.call('n1', 'ACL', 'SETUSER', 'rep', 'on', '>p', '+replconf', '+ping')
    n.run(2000)
    expect(n.node('n2').repl.refusal).toBe("NOPERM this user has no permissions to run the 'psync' command")
    n.call('n1', 'ACL', 'SETUSER', 'rep', '+psync')
    n.run(2000)
    expect(n.node('n2').repl.linkState).toBe('connected')
  })

  it('whose masteruser is deleted loses its link: “the connections of deleted users are closed” (ACL DELUSER)', () => {
    const n = following({ masteruser: 'rep', masterauth: 'p', 'user rep': 'on >p +replconf +psync +ping' })
    n.run(2000)
    expect(n.node('n2').repl.linkState).toBe('connected')
    n.call('n1', 'ACL', 'DELUSER', 'rep')
    n.run(2000)
    expect(n.of('acl.changed').map((f) => [f.data.user, f.data.closed])).toEqual([['rep', 1]])
    expect(n.node('n2').repl.refusal).toContain('WRONGPASS')
  })

  it('a link that stands stays when a password is set', () => {
    const n = following({})
    n.run(2000)
    n.call('n1', 'CONFIG', 'SET', 'requirepass', 'late')
    n.call('n1', 'SET', 'k', 'v')
    n.run(2000)
    expect(n.node('n2').repl.linkState).toBe('connected')
    expect(n.node('n2').keys.size).toBe(1)
  })
})

const world = (over: Partial<Scenario>): { run(seconds: number): void; facts: Fact[]; sim: ReturnType<typeof buildSimulation> } => {
  const sim = buildSimulation(
    {
      id: 'test',
      title: '',
      about: '',
      topology: { cluster: true, primaries: 3, replicasPerPrimary: 1, apps: 2 },
      config: {},
      load: { ...DEFAULT_LOAD, rate: 100, keys: 100 },
      policy: DEFAULT_POLICY,
      origin: DEFAULT_ORIGIN,
      latency: { mean: 200, spread: 0 },
      service: { command: 10, message: 5 },
      scale: 1,
      warm: 1,
      startAt: 0,
      seed: 1,
      ...over,
    },
    1,
  )
  const facts: Fact[] = []
  sim.observe({ onFact: (f) => facts.push(f) })
  return { sim, facts, run: (seconds) => void sim.runUntil(sim.world.now + seconds * SEC) }
}
const of = (facts: Fact[], type: string): Fact[] => facts.filter((f) => f.type === type)
const outcomes = (facts: Fact[]): Set<string> => new Set(of(facts, 'request.done').map((f) => (f.data as { outcome: string }).outcome))

describe('applications', () => {
  it('without a password hear NOAUTH, with it they are served as ever', () => {
    const config = { requirepass: 'sesame', masterauth: 'sesame' }
    const out = world({ config })
    out.run(3)
    expect(outcomes(out.facts).size).toBe(0)
    expect(new Set(of(out.facts, 'client.refused').map((f) => f.process))).toEqual(new Set(['app1', 'app2']))
    const served = world({ config, policy: { ...DEFAULT_POLICY, password: 'sesame', l1Ttl: SEC } })
    served.run(3)
    expect(of(served.facts, 'client.refused')).toEqual([])
    expect(outcomes(served.facts)).not.toContain('error')
    expect((served.sim.process('app1')!.state as AppState).subscription.on).toBe(true)
    for (const id of ['n4', 'n5', 'n6']) expect((served.sim.process(id)!.state as NodeState).repl.linkState).toBe('connected')
  })

  it('get in with the right password while they run', () => {
    const w = world({ config: { requirepass: 'sesame' } })
    w.run(2)
    applyAction(w.sim, { type: 'policy', process: '*', set: { password: 'sesame' } })
    w.run(2)
    expect(outcomes(w.facts)).toContain('hit')
  })

  it('as a user with few rights are refused the rest, which each node tells', () => {
    const config = { 'user reader': 'on >pw ~item:* +@read +cluster|slots' }
    const w = world({
      config,
      own: { app2: { user: 'reader', password: 'pw' } },
      load: { ...DEFAULT_LOAD, rate: 200, reads: 0.5, keys: 50 },
    })
    w.run(3)
    const denied = of(w.facts, 'acl.denied').map((f) => f.data as { user: string; client: string; object: string })
    expect(denied.length).toBeGreaterThan(0)
    expect(new Set(denied.map((d) => [d.user, d.client].join()))).toEqual(new Set(['reader,app2']))
    expect(
      new Set(of(w.facts, 'request.done').flatMap((f) => ((f.data as { error: string }).error.startsWith('NOPERM') ? [f.process] : []))),
    ).toEqual(new Set(['app2']))
  })

  it('the operator knows requirepass: slots move between nodes that ask for it', () => {
    const config = { requirepass: 'sesame', masterauth: 'sesame' }
    const w = world({ config, policy: { ...DEFAULT_POLICY, password: 'sesame' }, load: { ...DEFAULT_LOAD, rate: 20, keys: 100 } })
    w.run(1)
    applyAction(w.sim, { type: 'addNode' })
    w.run(40)
    expect(of(w.facts, 'keys.migrated').length).toBeGreaterThan(0)
    expect(of(w.facts, 'reshard.progress').filter((f) => /NOAUTH|WRONGPASS/.test((f.data as { step: string }).step))).toEqual([])
  })
})

it('a user is made on all nodes by a line of redis.conf, and what is no rule changes nothing', () => {
  const w = world({})
  w.run(1)
  const set = (value: string) => applyAction(w.sim, { type: 'config', process: '*', directive: 'user guest', value })
  set('on nopass %R~item:* +get')
  set('on +nosuch')
  for (const id of ['n1', 'n6'])
    expect((w.sim.process(id)!.state as NodeState).acl!.users.get('guest')).toMatchObject({ isOn: true, noPass: true })
  expect(of(w.facts, 'acl.changed')).toHaveLength(6)
})

describe('Sentinels', () => {
  const watched = (authPass?: string) =>
    world({
      config: { requirepass: 'sesame', masterauth: 'sesame', 'repl-diskless-sync-delay': '0' },
      policy: { ...DEFAULT_POLICY, password: 'sesame' },
      topology: {
        cluster: false,
        primaries: 1,
        replicasPerPrimary: 2,
        apps: 2,
        sentinels: {
          count: 3,
          quorum: 2,
          downAfter: SEC,
          failoverTimeout: 20 * SEC,
          parallelSyncs: 1,
          ...(authPass === undefined ? {} : { authPass }),
        },
      },
    })

  it('with sentinel auth-pass fail over as ever', () => {
    const w = watched('sesame')
    w.run(4)
    expect(of(w.facts, 'sentinel.sdown')).toEqual([])
    applyAction(w.sim, { type: 'crash', process: 'n1' })
    w.run(15)
    expect(of(w.facts, 'sentinel.switched').length).toBeGreaterThan(0)
  })

  it('without it hear NOAUTH, which is no PONG: they hold a healthy primary to be down', () => {
    const w = watched()
    w.run(4)
    expect(new Set(of(w.facts, 'sentinel.sdown').map((f) => (f.data as { about: string }).about))).toContain('n1')
    applyAction(w.sim, { type: 'command', process: 's1', argv: ['SENTINEL', 'SET', 'mymaster', 'auth-pass', 'sesame'] })
    w.run(4)
    expect(of(w.facts, 'sentinel.sdownCleared').map((f) => [f.process, (f.data as { about: string }).about])).toContainEqual(['s1', 'n1'])
  })
})

describe('protected mode', () => {
  it('“connections are only accepted from the loopback interface” while the default user has no password', () => {
    const w = world({ config: { 'protected-mode': 'yes' }, topology: { cluster: false, primaries: 1, replicasPerPrimary: 1, apps: 1 } })
    w.run(2)
    expect(of(w.facts, 'node.hostRefused').map((f) => [f.process, (f.data as { client: string }).client])).toContainEqual(['n1', 'app1'])
    expect((of(w.facts, 'client.refused')[0].data as { error: string }).error).toContain(
      'DENIED Redis is running in protected mode because',
    )
    expect((w.sim.process('n2')!.state as NodeState).repl.refusal).toContain('DENIED')
    // the console of the node is its own host
    applyAction(w.sim, { type: 'command', process: 'n1', argv: ['CONFIG', 'SET', 'protected-mode', 'no'] })
    w.run(3)
    expect(of(w.facts, 'console.replied').map((f) => (f.data as { reply: unknown }).reply)).toEqual([{ simple: 'OK' }])
    expect(outcomes(w.facts)).toContain('hit')
  })

  it('is off in the lab unless a scenario says so, and CONFIG GET says what holds', () => {
    const w = world({})
    applyAction(w.sim, { type: 'command', process: 'n1', argv: ['CONFIG', 'GET', 'protected-mode'] })
    w.sim.runUntil(w.sim.world.now + 100 * MS)
    expect((of(w.facts, 'console.replied')[0].data as { reply: unknown }).reply).toEqual(['protected-mode', 'no'])
    expect(of(w.facts, 'node.hostRefused')).toEqual([])
  })
})
