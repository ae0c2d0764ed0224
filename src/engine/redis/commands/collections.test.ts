import { describe, expect, it } from 'vitest'
import type { Fact } from '../../core/fact.ts'
import type { Behaviour } from '../../core/process.ts'
import { Simulation, type Behaviours } from '../../core/simulation.ts'
import { MS } from '../../core/time.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../../defaults.ts'
import { nodeBehaviour } from '../node.ts'
import { dumpEntry, restoreEntry } from '../rdb.ts'
import type { Reply } from '../reply.ts'
import type { Entry, PushMessage, ReplyMessage } from '../state.ts'

/** One server and as many plain connections as a test names. */
const server = () => {
  const replies = new Map<number, Reply[]>()
  const conns = new Map<string, number>()
  let opened = 0
  const client = {
    boot: () => ({}),
    persist: () => null,
    message: {
      reply: (_s: unknown, m: ReplyMessage, conn: number) => void replies.get(conn)!.push(m.reply),
      push: (_s: unknown, m: PushMessage, conn: number) => void replies.get(conn)!.push(m.reply),
    },
    timer: {},
    act(
      _s: unknown,
      action: { to?: number; argv?: string[] },
      ctx: { connect(to: string, kind: string): number; send(conn: number, m: object): void },
    ) {
      if (action.to === undefined) replies.set((opened = ctx.connect('n1', 'client')), [])
      else ctx.send(action.to, { type: 'command', argv: action.argv! })
    },
  } as unknown as Behaviour
  const sim = new Simulation(
    { node: nodeBehaviour, console: client } as unknown as Behaviours,
    {
      cluster: false,
      config: {},
      load: DEFAULT_LOAD,
      policy: DEFAULT_POLICY,
      origin: DEFAULT_ORIGIN,
      latency: { mean: 5, spread: 0 },
      service: { command: 1, message: 1 },
      warm: 0,
    },
    1,
  )
  const facts: Fact[] = []
  sim.observe({ onFact: (f) => facts.push(f) })
  sim.spawn('n1', 'node')
  sim.spawn('cli', 'console')
  const act = (action: object): void => {
    sim.beginAction()
    sim.act(sim.process('cli')!, action as never)
    sim.runUntil(sim.world.now + 100)
  }
  /** Sends a line on the connection of that name; what it has answered by then. */
  const on = (name: string, line: string): Reply[] => {
    if (!conns.has(name)) {
      act({})
      conns.set(name, opened)
    }
    const conn = conns.get(name)!
    if (line !== '') act({ to: conn, argv: line.split(' ') })
    return replies.get(conn)!.splice(0)
  }
  return { sim, on, say: (line: string): Reply => on('a', line)[0] }
}

describe('lists', () => {
  it('grow and shrink at both ends, and are gone when they are empty', () => {
    const { say } = server()
    expect(say('RPUSH l b c')).toBe(2)
    expect(say('LPUSH l a')).toBe(3)
    expect(say('LRANGE l 0 -1')).toEqual(['a', 'b', 'c'])
    expect(say('LPOP l 2')).toEqual(['a', 'b'])
    expect(say('RPOP l')).toBe('c')
    expect(say('EXISTS l')).toBe(0)
    expect(say('LPOP l 1')).toEqual({ nullArray: true })
  })
  it('BLPOP waits, first come first served, and gives up in time', () => {
    const { sim, on, say } = server()
    expect(on('first', 'BLPOP l 1')).toEqual([])
    expect(on('second', 'BLPOP l 1')).toEqual([])
    expect(say('RPUSH l x')).toBe(1)
    expect(on('first', '')).toEqual([['l', 'x']])
    expect(on('second', '')).toEqual([])
    sim.runUntil(sim.world.now + 1000 * MS)
    expect(on('second', '')).toEqual([{ nullArray: true }])
    expect(say('LLEN l')).toBe(0)
  })
  it('inside a transaction nothing waits', () => {
    const { say } = server()
    say('MULTI')
    say('BLPOP l 0')
    expect(say('EXEC')).toEqual([{ nullArray: true }])
  })
})

describe('sets and sorted sets', () => {
  it('a set combines with others', () => {
    const { say } = server()
    say('SADD a 1 2 3')
    say('SADD b 2 3 4')
    expect(say('SINTER a b')).toEqual(['2', '3'])
    expect(say('SDIFF a b')).toEqual(['1'])
    expect(say('SUNIONSTORE c a b')).toBe(4)
    expect(say('OBJECT ENCODING c')).toBe('intset')
    say('SADD c x')
    expect(say('OBJECT ENCODING c')).toBe('hashtable')
  })
  it('a sorted set stands in order of score, then of bytes; scores are doubles', () => {
    const { say } = server()
    say('ZADD z 0.1 b 0.1 a 5 c')
    expect(say('ZRANGE z 0 -1')).toEqual(['a', 'b', 'c'])
    expect(say('ZINCRBY z 0.2 a')).toBe('0.30000000000000004')
    expect(say('ZRANGEBYSCORE z (0.1 +inf WITHSCORES')).toEqual(['a', '0.30000000000000004', 'c', '5'])
    expect(say('ZREVRANK z b')).toBe(2)
    expect(say('ZADD z GT CH 4 c 6 b')).toBe(1)
  })
  it('another type is refused', () => {
    const { say } = server()
    say('SET s v')
    for (const line of ['LPUSH s a', 'SADD s a', 'ZADD s 1 a', 'HGET s f'])
      expect(say(line)).toEqual({ error: 'WRONGTYPE Operation against a key holding the wrong kind of value' })
  })
})

describe('the form of DUMP', () => {
  it('is what Redis writes for a short string', () => {
    const dumped = dumpEntry({ type: 'string', value: 'qx', expireAt: -1 })
    expect(Buffer.from(dumped, 'latin1').toString('base64')).toBe('AAJxeAoAGiZAA4m1O/k=')
  })
  it.each<Entry>([
    { type: 'string', value: '-129', expireAt: -1 },
    { type: 'string', value: 'x'.repeat(20_000), expireAt: -1 },
    { type: 'list', value: ['a', '', '\xff\0'], expireAt: -1 },
    { type: 'set', value: new Set(['1', 'b']), expireAt: -1 },
    {
      type: 'hash',
      value: new Map([
        ['f', 'v'],
        ['g', '12345678901'],
      ]),
      expireAt: -1,
    },
    {
      type: 'zset',
      value: new Map([
        ['a', 0.1],
        ['b', -Infinity],
      ]),
      expireAt: -1,
    },
  ])('comes back whole: $type', (entry) => {
    expect(restoreEntry(dumpEntry(entry))).toEqual(entry)
  })
  it('is refused when a byte changed', () => {
    const dumped = dumpEntry({ type: 'string', value: 'qx', expireAt: -1 })
    expect(restoreEntry(dumped.replace('q', 'r'))).toBe(null)
  })
})
