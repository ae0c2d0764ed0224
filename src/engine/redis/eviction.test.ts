import '../../lab/lua/hand-in.ts'
import { describe, expect, it } from 'vitest'
import { clone } from '../core/clone.ts'
import type { Fact } from '../core/fact.ts'
import type { Behaviour } from '../core/process.ts'
import { Simulation, type Behaviours } from '../core/simulation.ts'
import { MS, SEC } from '../core/time.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../defaults.ts'
import { bytesOf, eachKey } from './keyspace.ts'
import { memoryUse } from './memory.ts'
import { nodeBehaviour } from './node.ts'
import type { Reply } from './reply.ts'
import type { NodeState, PushMessage, ReplyMessage } from './state.ts'
import { weigh } from './weight.ts'

const OOM: Reply = { error: "OOM command not allowed when used memory > 'maxmemory'." }
const OK: Reply = { simple: 'OK' }

/** Servers outside cluster mode and one connection to each. */
const servers = (config: Record<string, string> = {}, names = ['n1'], seed = 1) => {
  const heard = new Map<string, Reply[]>()
  const conns = new Map<string, number>()
  const nameOf = (conn: number): string => [...conns].find(([, c]) => c === conn)![0]
  const client = {
    boot: () => ({}),
    persist: () => null,
    message: {
      reply: (_s: unknown, m: ReplyMessage, conn: number) => void heard.get(nameOf(conn))!.push(m.reply),
      push: (_s: unknown, m: PushMessage, conn: number) => void heard.get(nameOf(conn))!.push(m.reply),
    },
    timer: {},
    act(
      _s: unknown,
      a: { to: string; argv?: string[] },
      ctx: { connect(to: string, kind: string): number; send(c: number, m: object): void },
    ) {
      if (a.argv === undefined) conns.set(a.to, ctx.connect(a.to, 'client'))
      else ctx.send(conns.get(a.to)!, { type: 'command', argv: a.argv })
    },
  } as unknown as Behaviour
  const settings = {
    cluster: false,
    config,
    load: DEFAULT_LOAD,
    policy: DEFAULT_POLICY,
    origin: DEFAULT_ORIGIN,
    latency: { mean: 5, spread: 0 },
    service: { command: 1, message: 1 },
    warm: 0,
  }
  const sim = new Simulation({ node: nodeBehaviour, console: client } as unknown as Behaviours, settings, seed)
  const facts: Fact[] = []
  sim.observe({ onFact: (f) => facts.push(f) })
  for (const n of names) sim.spawn(n, 'node')
  sim.spawn('cli', 'console')
  const act = (action: object): void => {
    sim.beginAction()
    sim.act(sim.process('cli')!, action as never)
    sim.runUntil(sim.world.now + 100)
  }
  for (const n of names) {
    heard.set(n, [])
    act({ to: n })
  }
  const on = (name: string, line: string): Reply => {
    act({ to: name, argv: line.split(' ') })
    return heard.get(name)!.at(-1)!
  }
  return {
    sim,
    facts,
    heard,
    on,
    say: (line: string): Reply => on('n1', line),
    node: (name = 'n1') => sim.process(name)!.state as NodeState,
    pass: (time: number) => void sim.runUntil(sim.world.now + time),
  }
}

type Server = ReturnType<typeof servers>

/** So that `keys` more keys of this kind find room. */
const roomFor = (s: Server, keys: number, expires = false): string =>
  s.say(
    `CONFIG SET maxmemory ${memoryUse(s.node()).total + keys * weigh('key:000', { type: 'string', value: 'x'.repeat(200), expireAt: expires ? 1 : -1 })}`,
  ) as string

const name = (i: number): string => `key:${String(i).padStart(3, '0')}`
const fill = (s: Server, from: number, to: number, more = ''): Reply[] =>
  Array.from({ length: to - from }, (_, i) => s.say(`SET ${name(from + i)} ${'x'.repeat(200)}${more}`))
const keysOf = (s: Server, node = 'n1'): string[] => {
  const names: string[] = []
  eachKey(s.node(node).keys, (key) => names.push(key) > 0)
  return names.sort((a, b) => (a < b ? -1 : 1))
}

describe('without room', () => {
  it('noeviction refuses what may need memory, and nothing else (as recorded)', () => {
    const s = servers()
    roomFor(s, 3)
    expect(fill(s, 0, 5)).toEqual([OK, OK, OK, OK, OOM])
    expect(['GET zz', 'DEL zz', 'INCR ctr', 'EXPIRE key:001 10', 'LPUSH l a', 'LPOP l', 'APPEND zz a', 'PERSIST zz'].map(s.say)).toEqual([
      null,
      0,
      OOM,
      1,
      OOM,
      null,
      OOM,
      0,
    ])
    expect(['MULTI', 'SET zz 1', 'EXEC'].map(s.say)).toEqual([
      OK,
      OOM,
      { error: 'EXECABORT Transaction discarded because of previous errors.' },
    ])
    expect(['MULTI', 'GET zz', 'DISCARD'].map(s.say)).toEqual([OK, OOM, OK])
    expect(s.say('EVAL return(redis.call("set",KEYS[1],"1")) 1 zz')).toMatchObject({
      error: expect.stringContaining("OOM command not allowed when used memory > 'maxmemory'. script: ") as string,
    })
    expect(s.say('EVAL return(redis.call("get",KEYS[1])) 1 zz')).toBeNull()
    expect(s.facts.filter((f) => f.type === 'memory.refused').map((f) => (f.data as { why: string }).why)).toEqual([
      'the policy is noeviction',
    ])
  })

  it('a script that has written may go on writing', () => {
    const s = servers()
    fill(s, 0, 5)
    s.say('CONFIG SET maxmemory 1')
    expect(s.say('EVAL redis.call("del","key:001");return(redis.call("set","zz","1")) 0')).toEqual(OK)
  })

  it('a volatile policy needs keys with a time to live', () => {
    const s = servers({ 'maxmemory-policy': 'volatile-lru' })
    roomFor(s, 3)
    expect(fill(s, 0, 5)).toEqual([OK, OK, OK, OK, OOM])
    expect(s.say('EXPIRE key:002 100')).toBe(1)
    expect(s.say('SET other 1')).toEqual(OK)
    expect(keysOf(s)).not.toContain('key:002')
    expect(s.facts.find((f) => f.type === 'memory.refused')?.data).toMatchObject({
      why: 'no key has a time to live, and only those may go',
    })
  })

  it.each(['allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl'])(
    '%s makes room, and counts it',
    (policy) => {
      const s = servers({ 'maxmemory-policy': policy })
      const more = policy.startsWith('volatile') ? ' EX 500' : ''
      roomFor(s, 20, more !== '')
      expect(fill(s, 0, 60, more)).toEqual(Array.from({ length: 60 }, () => OK))
      s.say('PING')
      expect(s.node().keys.size).toBe(20)
      expect(s.say('INFO stats')).toContain('evicted_keys:40')
      expect(s.facts.filter((f) => f.type === 'eviction.began')).toHaveLength(1)
    },
  )
})

describe('who goes', () => {
  it('LRU: of what was drawn, the key unused for longest', () => {
    const s = servers({ 'maxmemory-policy': 'allkeys-lru', 'maxmemory-samples': '64' })
    fill(s, 0, 20)
    s.pass(3 * SEC)
    for (let i = 0; i < 20; i++) if (i !== 7) s.say(`GET ${name(i)}`)
    expect(s.say('OBJECT IDLETIME key:007')).toBe(3)
    expect(s.say('OBJECT IDLETIME key:008')).toBe(0)
    roomFor(s, -1)
    s.say('PING')
    expect(keysOf(s)).not.toContain('key:007')
    expect(s.node().keys.size).toBe(19)
  })

  it('LRU: EXISTS, TTL, TYPE and OBJECT are no use; TOUCH is', () => {
    const s = servers()
    fill(s, 0, 1)
    s.say('OBJECT IDLETIME key:000')
    s.pass(2 * SEC)
    for (const line of ['EXISTS', 'TTL', 'TYPE', 'OBJECT ENCODING']) s.say(`${line} key:000`)
    expect(s.say('OBJECT IDLETIME key:000')).toBe(2)
    s.say('TOUCH key:000')
    expect(s.say('OBJECT IDLETIME key:000')).toBe(0)
  })

  it('LFU: the counter begins at 5, rises ever more slowly and falls by one a minute', () => {
    const s = servers({ 'maxmemory-policy': 'allkeys-lfu' })
    fill(s, 0, 1)
    expect(s.say('OBJECT FREQ key:000')).toBe(5)
    for (let i = 0; i < 1000; i++) s.say('GET key:000')
    // redis.conf: with factor 10, a counter of about 18 after a thousand hits
    const after = s.say('OBJECT FREQ key:000') as number
    expect(after).toBeGreaterThanOrEqual(14)
    expect(after).toBeLessThanOrEqual(24)
    s.pass(3 * 60 * SEC)
    expect(s.say('OBJECT FREQ key:000')).toBe(after - 3)
    expect(s.say('OBJECT IDLETIME key:000')).toMatchObject({ error: expect.stringContaining('An LFU maxmemory policy') as string })
  })

  it('volatile-ttl: the one that would go first anyway; keys without a time to live stay', () => {
    const s = servers({ 'maxmemory-policy': 'volatile-ttl', 'maxmemory-samples': '64' })
    fill(s, 0, 10)
    for (let i = 10; i < 20; i++) fill(s, i, i + 1, ` EX ${100 + ((i * 7) % 10)}`)
    roomFor(s, -1, true)
    s.say('PING')
    // 10·7 mod 10 = 0: a hundred seconds, the soonest
    expect(keysOf(s)).not.toContain('key:010')
    expect(s.node().keys.size).toBe(19)
  })

  it('several databases: all are looked at', () => {
    const s = servers({ 'maxmemory-policy': 'allkeys-random' })
    fill(s, 0, 10)
    s.say('SELECT 3')
    fill(s, 0, 10)
    s.say('CONFIG SET maxmemory 1000')
    s.pass(SEC)
    expect(s.say('INFO keyspace')).toBe('# Keyspace\r\n')
    expect(s.say('SET a 1')).toEqual(OOM)
  })
})

describe('a limit set while it runs', () => {
  it('is kept at once, a part at a time, without waiting for a command', () => {
    const s = servers({ 'maxmemory-policy': 'allkeys-lru' })
    fill(s, 0, 400)
    roomFor(s, -300)
    expect(s.node().keys.size).toBeGreaterThan(100)
    s.pass(10 * MS)
    expect(s.node().keys.size).toBe(100)
    s.pass(6 * SEC)
    expect(s.facts.filter((f) => f.type.startsWith('eviction')).map((f) => [f.type, (f.data as { keys?: number }).keys])).toEqual([
      ['eviction.began', undefined],
      ['eviction.ended', 300],
    ])
  })

  it('a replica evicts nothing itself and hears DEL of what its primary evicts', () => {
    const s = servers({ 'maxmemory-policy': 'allkeys-lru', 'repl-diskless-sync-delay': '0' }, ['n1', 'n2'])
    s.on('n2', 'REPLICAOF 10.0.0.1 6379')
    s.pass(3 * SEC)
    fill(s, 0, 20)
    expect(s.on('n2', 'CONFIG SET maxmemory 1000')).toEqual(OK)
    s.pass(SEC)
    expect(s.node('n2').keys.size).toBe(20)
    roomFor(s, -5)
    s.pass(SEC)
    // the DELs take room in the backlog
    expect([13, 14, 15]).toContain(s.node().keys.size)
    expect(keysOf(s, 'n2')).toEqual(keysOf(s))
    expect(s.node('n2').stats.evicted).toBe(0)
  })

  it('whoever tracks a key hears that it was evicted, NOLOOP or not', () => {
    const s = servers({ 'maxmemory-policy': 'allkeys-lru' })
    s.say('HELLO 3')
    s.say('CLIENT TRACKING ON NOLOOP')
    fill(s, 0, 1)
    s.say('GET key:000')
    s.say('CONFIG SET maxmemory 1000')
    s.pass(SEC)
    expect(s.heard.get('n1')).toContainEqual({ push: ['invalidate', ['key:000']] })
  })
})

describe('the account of memory', () => {
  it('agrees with weighing every key, whatever was done to them', () => {
    const s = servers({ 'maxmemory-policy': 'allkeys-lru' })
    roomFor(s, 40)
    const lines = [
      'HSET h a 1 b 2',
      'HSET h c 3',
      'RPUSH l a b c',
      'LPOP l',
      'SADD s 1 2 x',
      'ZADD z 1 a 2 b',
      'ZREM z a',
      'SET t 1 EX 100',
      'PERSIST t',
      'RENAME h h2',
      'COPY z z2',
      'APPEND t xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      'DEL s',
      'EXPIRE l 5',
    ]
    for (const line of lines) {
      s.say(line)
      let sum = 0
      eachKey(s.node().keys, (key, entry) => (sum += weigh(key, entry)) > 0)
      expect([line, bytesOf(s.node().keys)]).toEqual([line, sum])
    }
    fill(s, 0, 100)
    const { keys } = s.node()
    expect(keys.use!.all.count).toBe(keys.size)
    expect(keys.use!.volatile.count).toBe(keys.volatile)
    s.say('FLUSHALL')
    expect(bytesOf(s.node().keys)).toBe(0)
  })

  it('MEMORY USAGE is what a Redis 7.0.15 tells of small values, or near it', () => {
    const s = servers()
    for (const line of [`SET k:00001 ${'x'.repeat(200)}`, 'SET foo bar', 'RPUSH l a b c', 'HSET h a 1 b 2', 'ZADD z 1 a', 'SADD s 1 2 3'])
      s.say(line)
    expect(['k:00001', 'foo', 'l', 'h', 'z', 's'].map((k) => s.say(`MEMORY USAGE ${k}`))).toEqual([280, 64, 153, 80, 64, 64])
    expect(s.say('MEMORY USAGE nobody')).toBeNull()
    expect(s.say('MEMORY USAGE foo SAMPLES x')).toEqual({ error: 'ERR value is not an integer or out of range' })
    expect(s.say('MEMORY USAGE foo foo')).toEqual({ error: 'ERR syntax error' })
  })

  it('a keyframe stays as it was while the run goes on, and the run from it is the same run', () => {
    const s = servers({ 'maxmemory-policy': 'allkeys-lru' })
    roomFor(s, 20)
    fill(s, 0, 50)
    const world = s.sim.snapshot()
    const before = s.sim.digest()
    const state = clone(s.node())
    fill(s, 50, 90)
    const after = s.sim.digest()
    s.sim.restore(world)
    expect(s.sim.digest()).toBe(before)
    expect(s.node().keys.use!.all.names.pages).toEqual(state.keys.use!.all.names.pages)
    fill(s, 50, 90)
    expect(s.sim.digest()).toBe(after)
  })
})
