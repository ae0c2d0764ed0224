import { beforeEach, describe, expect, it } from 'vitest'
import '../../lab/lua/hand-in.ts'
import { GoldenWorld } from '../../cli/replay/world.ts'
import type { Header } from '../../cli/replay/recording.ts'
import { MS, SEC } from '../core/time.ts'
import type { Reply } from './reply.ts'

/** One test a sentence of the cluster specification (or of cluster.c, where it says more): three primaries, a replica each. */

const header = (config: Record<string, string> = {}): Header => ({
  kind: 'replies',
  name: 'test',
  mode: 'cluster',
  nodes: ['7000', '7001', '7002', '7003', '7004', '7005'],
  roles: { 7000: ['7003'], 7001: ['7004'], 7002: ['7005'] },
  slots: { 7000: ['0-5460'], 7001: ['5461-10922'], 7002: ['10923-16383'] },
  config: { 'cluster-node-timeout': '2000', ...config },
  resp: 2,
  justCreated: false,
  volatileKeys: new Set(),
})

let world: GoldenWorld
const read = new Map<string, number>()

/** Says a line to a node, on a connection of its own name. */
const say = (at: string, line: string | string[]): Reply => {
  const port = at.split('/')[0]
  const frames = () => world.connection(at, port, 2).frames
  const from = read.get(at) ?? 0
  frames()
  world.give(at, typeof line === 'string' ? line.split(' ') : line)
  world.runWhile(() => frames().length === from, 30 * SEC)
  read.set(at, from + 1)
  world.sim.runUntil(world.sim.world.now + MS)
  return frames()[from].reply
}
const open = (at: string, line: string): Reply => {
  world.connection(at, at.split('/')[0], 2)
  return say(at, line)
}
const error = (text: string): Reply => ({ error: text })
const simple = (text: string): Reply => ({ simple: text })
const id = (port: string): string => world.stateOf(port)!.id

// foo is in slot 12182, which 7002 owns; bar in 5061, hello in 866: 7000
const FOO = 12182

const start = (config: Record<string, string> = {}): void => {
  world = new GoldenWorld(header(config), 1)
  read.clear()
  for (const port of header().nodes) world.connection(port, port, 2)
}

/** Slot 12182 on its way from 7002 to 7000; {foo}1 went, {foo}2 stayed, {foo}3 is nowhere. */
const migrate = (): void => {
  say('7002', 'SET {foo}1 a')
  say('7002', 'SET {foo}2 b')
  say('7000', `CLUSTER SETSLOT ${FOO} IMPORTING ${id('7002')}`)
  say('7002', `CLUSTER SETSLOT ${FOO} MIGRATING ${id('7000')}`)
  expect(say('7002', 'MIGRATE 127.0.0.1 7000 {foo}1 0 1000')).toEqual(simple('OK'))
}

beforeEach(() => start())

describe('MOVED redirection', () => {
  it('"If the hash slot is served by the node, the query is simply processed"', () => {
    expect(say('7002', 'SET foo 1')).toEqual(simple('OK'))
    expect(say('7002', 'GET foo')).toBe('1')
  })
  it('"otherwise … reply to the client with a MOVED error": slot, address and port of the owner', () => {
    expect(say('7000', 'GET foo')).toEqual(error('MOVED 12182 127.0.0.1:7002'))
  })
  it('any node answers commands without keys', () => {
    for (const port of ['7000', '7003']) expect(say(port, 'PING')).toEqual(simple('PONG'))
  })
  it('commands that are not simulated are redirected like any other', () => {
    expect(say('7000', 'PFADD foo a')).toEqual(error('MOVED 12182 127.0.0.1:7002'))
    expect(say('7002', 'PFADD foo a')).toEqual(error("ERR 'pfadd' is not simulated"))
    expect(say('7000', ['EVAL', 'return 1', '1', 'foo'])).toEqual(error('MOVED 12182 127.0.0.1:7002'))
    expect(say('7002', 'LPUSH foo')).toEqual(error("ERR wrong number of arguments for 'lpush' command"))
  })
  it('names and numbers of words are looked at before places', () => {
    expect(say('7000', 'GET')).toEqual(error("ERR wrong number of arguments for 'get' command"))
    expect(say('7000', 'NOSUCH foo')).toEqual(error("ERR unknown command 'NOSUCH', with args beginning with: 'foo' "))
  })
})

describe('multiple keys', () => {
  it('"all the keys … are in the same slot", or the answer is CROSSSLOT, wherever they belong', () => {
    for (const port of ['7000', '7001', '7002'])
      expect(say(port, 'MGET foo bar')).toEqual(error("CROSSSLOT Keys in request don't hash to the same slot"))
  })
  it('hash tags put keys in one slot', () => {
    expect(say('7002', 'MSET {foo}a 1 {foo}b 2')).toEqual(simple('OK'))
    expect(say('7000', 'MGET {foo}a {foo}b')).toEqual(error('MOVED 12182 127.0.0.1:7002'))
  })
  it('the same key twice is one key', () => {
    expect(say('7002', 'MGET foo foo')).toEqual([null, null])
  })
})

describe('a slot that migrates', () => {
  beforeEach(migrate)
  it('"MIGRATING: the node accepts all queries … if the key exists"', () => {
    expect(say('7002', 'GET {foo}2')).toBe('b')
  })
  it('"otherwise the query is forwarded using a -ASK redirection"', () => {
    expect(say('7002', 'GET {foo}1')).toEqual(error('ASK 12182 127.0.0.1:7000'))
    expect(say('7002', 'SET {foo}3 c')).toEqual(error('ASK 12182 127.0.0.1:7000'))
  })
  it('"IMPORTING: the node accepts all queries … only if the request is preceded by an ASKING command"', () => {
    expect(say('7000', 'ASKING')).toEqual(simple('OK'))
    expect(say('7000', 'GET {foo}1')).toBe('a')
  })
  it('"if the ASKING command was not given, the query is redirected to the real owner via a -MOVED error"', () => {
    expect(say('7000', 'GET {foo}1')).toEqual(error('MOVED 12182 127.0.0.1:7002'))
  })
  it('"ASKING … a one-time flag"', () => {
    say('7000', 'ASKING')
    say('7000', 'GET {foo}1')
    expect(say('7000', 'GET {foo}1')).toEqual(error('MOVED 12182 127.0.0.1:7002'))
  })
  it('a command that is refused uses the flag up as well', () => {
    say('7000', 'ASKING')
    say('7000', 'NOSUCH')
    expect(say('7000', 'GET {foo}1')).toEqual(error('MOVED 12182 127.0.0.1:7002'))
  })
  it('ASKING before MULTI lasts for the whole transaction', () => {
    say('7000', 'ASKING')
    say('7000', 'MULTI')
    expect(say('7000', 'GET {foo}1')).toEqual(simple('QUEUED'))
    expect(say('7000', 'SET {foo}1 c')).toEqual(simple('QUEUED'))
    expect(say('7000', 'EXEC')).toEqual(['a', simple('OK')])
    expect(say('7000', 'GET {foo}1')).toEqual(error('MOVED 12182 127.0.0.1:7002'))
  })
  it('a transaction counts as one request: several keys, one of them missing, are TRYAGAIN', () => {
    say('7000', 'ASKING')
    say('7000', 'MULTI')
    say('7000', 'GET {foo}1')
    say('7000', 'SET {foo}3 c')
    expect(say('7000', 'EXEC')).toEqual(error('TRYAGAIN Multiple keys request during rehashing of slot'))
  })
  it('ASKING where nothing is imported has no effect', () => {
    say('7001', 'ASKING')
    expect(say('7001', 'GET {foo}1')).toEqual(error('MOVED 12182 127.0.0.1:7002'))
  })
  it('"multi-keys operations … TRYAGAIN" while some keys are here and some are there', () => {
    expect(say('7002', 'MGET {foo}1 {foo}2')).toEqual(error('TRYAGAIN Multiple keys request during rehashing of slot'))
    say('7000', 'ASKING')
    expect(say('7000', 'MGET {foo}1 {foo}2')).toEqual(error('TRYAGAIN Multiple keys request during rehashing of slot'))
  })
  it('two keys that both are missing here are asked for there, where the same pair is TRYAGAIN', () => {
    expect(say('7002', 'MGET {foo}1 {foo}3')).toEqual(error('ASK 12182 127.0.0.1:7000'))
    say('7000', 'ASKING')
    expect(say('7000', 'MGET {foo}1 {foo}3')).toEqual(error('TRYAGAIN Multiple keys request during rehashing of slot'))
  })
  it('a key whose time is over counts as missing', () => {
    say('7002', 'PEXPIRE {foo}2 5')
    world.sim.runUntil(world.sim.world.now + 5 * MS)
    expect(say('7002', 'GET {foo}2')).toEqual(error('ASK 12182 127.0.0.1:7000'))
  })
  it('a replica of the source knows nothing of it: it answers nil for a key that went', () => {
    say('7005', 'READONLY')
    expect(say('7005', 'GET {foo}1')).toBe(null)
  })
  it('MIGRATE runs on an open slot whatever keys it names', () => {
    expect(say('7002', 'MIGRATE 127.0.0.1 7000 {foo}3 0 1000')).toEqual(simple('NOKEY'))
  })
  it('closed in the wrong order, the source first, each side names the other until the target is told', () => {
    say('7002', 'MIGRATE 127.0.0.1 7000 {foo}2 0 1000')
    say('7002', `CLUSTER SETSLOT ${FOO} NODE ${id('7000')}`)
    expect(say('7002', 'GET {foo}2')).toEqual(error('MOVED 12182 127.0.0.1:7000'))
    expect(say('7000', 'GET {foo}2')).toEqual(error('MOVED 12182 127.0.0.1:7002'))
    say('7000', 'ASKING')
    expect(say('7000', 'GET {foo}2')).toBe('b')
    // nobody says so by himself: the others still believe in the source
    world.change({ wait_ms: 3000 })
    expect(say('7000', 'GET {foo}2')).toEqual(error('MOVED 12182 127.0.0.1:7002'))
    say('7000', `CLUSTER SETSLOT ${FOO} NODE ${id('7000')}`)
    expect(say('7000', 'GET {foo}2')).toBe('b')
  })
  it('SETSLOT NODE on both sides closes it, and everybody learns who owns it', () => {
    expect(say('7002', `CLUSTER SETSLOT ${FOO} NODE ${id('7000')}`)).toEqual(
      error("ERR Can't assign hashslot 12182 to a different node while I still hold keys for this hash slot."),
    )
    say('7002', 'MIGRATE 127.0.0.1 7000 {foo}2 0 1000')
    say('7000', `CLUSTER SETSLOT ${FOO} NODE ${id('7000')}`)
    say('7002', `CLUSTER SETSLOT ${FOO} NODE ${id('7000')}`)
    world.change({ wait_ms: 200 })
    expect(say('7001', 'GET {foo}2')).toEqual(error('MOVED 12182 127.0.0.1:7000'))
    expect(say('7002', 'GET {foo}2')).toEqual(error('MOVED 12182 127.0.0.1:7000'))
    expect(say('7000', 'GET {foo}2')).toBe('b')
  })
})

describe('transactions', () => {
  it('a redirected command spoils the transaction', () => {
    say('7000', 'MULTI')
    expect(say('7000', 'GET foo')).toEqual(error('MOVED 12182 127.0.0.1:7002'))
    expect(say('7000', 'EXEC')).toEqual(error('EXECABORT Transaction discarded because of previous errors.'))
  })
  it('a command that is not simulated is queued, and its place in the answer says so', () => {
    say('7002', 'MULTI')
    expect(say('7002', 'PFADD foo a')).toEqual(simple('QUEUED'))
    expect(say('7002', 'EXEC')).toEqual([error("ERR 'pfadd' is not simulated")])
  })
  it('keys of queued commands must share a slot, which EXEC finds', () => {
    say('7000', 'MULTI')
    expect(say('7000', 'SET bar 1')).toEqual(simple('QUEUED'))
    expect(say('7000', 'SET hello 1')).toEqual(simple('QUEUED'))
    expect(say('7000', 'EXEC')).toEqual(error("CROSSSLOT Keys in request don't hash to the same slot"))
    expect(say('7000', 'EXEC')).toEqual(error('ERR EXEC without MULTI'))
  })
  it('EXEC looks again at who owns the keys, and is itself redirected', () => {
    say('7002', 'MULTI')
    expect(say('7002', 'GET {foo}1')).toEqual(simple('QUEUED'))
    say('7000', `CLUSTER SETSLOT ${FOO} IMPORTING ${id('7002')}`)
    expect(open('7002/operator', `CLUSTER SETSLOT ${FOO} MIGRATING ${id('7000')}`)).toEqual(simple('OK'))
    expect(say('7002', 'EXEC')).toEqual(error('ASK 12182 127.0.0.1:7000'))
    expect(say('7002', 'EXEC')).toEqual(error('ERR EXEC without MULTI'))
  })
  it('a watched key that somebody touched keeps it from running', () => {
    say('7002', 'WATCH foo')
    say('7002', 'MULTI')
    say('7002', 'SET foo 1')
    open('7002/other', 'SET foo 2')
    expect(say('7002', 'EXEC')).toEqual({ nullArray: true })
    expect(say('7002', 'GET foo')).toBe('2')
  })
})

describe('"Scaling reads using replica nodes"', () => {
  it('"normally replica nodes will redirect clients to the authoritative master"', () => {
    expect(say('7005', 'GET foo')).toEqual(error('MOVED 12182 127.0.0.1:7002'))
  })
  it('"READONLY … the client is ok reading possibly stale data"', () => {
    say('7002', 'SET foo 1')
    expect(say('7005', 'READONLY')).toEqual(simple('OK'))
    expect(say('7005', 'GET foo')).toBe('1')
  })
  it('"… and is not interested in running write queries": a write is MOVED, not refused', () => {
    say('7005', 'READONLY')
    expect(say('7005', 'SET foo 1')).toEqual(error('MOVED 12182 127.0.0.1:7002'))
  })
  it('"only if the operation involves keys … served by the replica’s master node"', () => {
    say('7005', 'READONLY')
    expect(say('7005', 'GET bar')).toEqual(error('MOVED 5061 127.0.0.1:7000'))
  })
  it('READWRITE ends it', () => {
    say('7005', 'READONLY')
    say('7005', 'READWRITE')
    expect(say('7005', 'GET foo')).toEqual(error('MOVED 12182 127.0.0.1:7002'))
  })
  it('a transaction that writes is MOVED as a whole', () => {
    say('7005', 'READONLY')
    say('7005', 'MULTI')
    expect(say('7005', 'GET foo')).toEqual(simple('QUEUED'))
    expect(say('7005', 'EXEC')).toEqual([null])
  })
  it('a write without keys is refused: a replica is read only', () => {
    expect(say('7005', 'FLUSHALL')).toEqual(error("READONLY You can't write against a read only replica."))
  })
})

describe('a cluster that is down', () => {
  const lose = (): void => {
    world.change({ kill: ['7001', '7004'] })
    world.change({ until: { node: '7000', about: '7001', flag: 'fail' } })
    world.change({ wait_ms: 500 })
  }
  it('with full coverage every slot answers CLUSTERDOWN, but two slots are still CROSSSLOT', () => {
    lose()
    expect(say('7000', 'GET bar')).toEqual(error('CLUSTERDOWN The cluster is down'))
    expect(say('7000', 'GET foo')).toEqual(error('CLUSTERDOWN The cluster is down'))
    expect(say('7000', 'MGET foo bar')).toEqual(error("CROSSSLOT Keys in request don't hash to the same slot"))
    expect(say('7000', 'PING')).toEqual(simple('PONG'))
  })
  it('cluster-allow-reads-when-down lets reads through', () => {
    say('7000', 'CONFIG SET cluster-allow-reads-when-down yes')
    lose()
    expect(say('7000', 'GET bar')).toBe(null)
    expect(say('7000', 'SET bar 1')).toEqual(error('CLUSTERDOWN The cluster is down and only accepts read commands'))
  })
  it('without full coverage the others serve, and point to the dead owner', () => {
    start({ 'cluster-require-full-coverage': 'no' })
    lose()
    expect(say('7000', 'SET bar 1')).toEqual(simple('OK'))
    // "key1" is in slot 9189
    expect(say('7000', 'GET key1')).toEqual(error('MOVED 9189 127.0.0.1:7001'))
  })
  it('a slot nobody owns is not served', () => {
    say('7000', 'CLUSTER DELSLOTS 9189')
    expect(say('7000', 'GET key1')).toEqual(error('CLUSTERDOWN Hash slot not served'))
  })
})

describe('what a real cluster of 7.0.15 said to odd words', () => {
  it('a count of keys is read as atoi reads it, whatever the command says to it later', () => {
    // 3.0 is three: the word WEIGHTS counts as a key
    expect(say('7002', 'ZUNION 3.0 {a}z1 {a}z2 WEIGHTS 1 1')).toEqual({ error: "CROSSSLOT Keys in request don't hash to the same slot" })
    expect(say('7000', 'ZINTERSTORE {a}n 1E3 {a}z 007')).toEqual({ error: 'MOVED 15495 127.0.0.1:7002' })
    expect(say('7002', 'ZUNION 3.0 {a}z1 {a}z2 {a}z3')).toEqual({ error: 'ERR value is not an integer or out of range' })
  })

  it.each([
    ['CLUSTER MEET 127.0.0.1 abc', 'ERR Invalid TCP base port specified: abc'],
    ['CLUSTER MEET 127.0.0.1 7000 abc', 'ERR Invalid TCP bus port specified: abc'],
    ['CLUSTER FAILOVER FORCE x', "ERR unknown subcommand or wrong number of arguments for 'FAILOVER'. Try CLUSTER HELP."],
    ['CLUSTER RESET SOFT x', "ERR unknown subcommand or wrong number of arguments for 'RESET'. Try CLUSTER HELP."],
    ['SORT {a}l BY w_*', 'ERR BY option of SORT denied in Cluster mode.'],
    ['SORT {a}l GET #', 'ERR GET option of SORT denied in Cluster mode.'],
  ])('%s: %s', (line, error) => {
    expect(say('7002', line)).toEqual({ error })
  })

  it('the word behind BY is no STORE', () => {
    expect(say('7000', 'SORT {a}l BY STORE {b}x')).toEqual({ error: 'MOVED 15495 127.0.0.1:7002' })
    expect(say('7000', 'SORT {a}l STORE {b}x')).toEqual({ error: "CROSSSLOT Keys in request don't hash to the same slot" })
  })

  it('a slot that migrates to its own node sends nobody there', () => {
    const id = say('7002', 'CLUSTER MYID')
    expect(say('7002', `CLUSTER SETSLOT 15495 MIGRATING ${String(id)}`)).toEqual({ simple: 'OK' })
    expect(say('7002', 'DEL {a}nokey')).toBe(0)
  })

  it('CLUSTER RESET is nothing for a script', () => {
    expect(say('7002', ['EVAL', "return redis.pcall('CLUSTER', 'RESET', 'SOFT')", '0'])).toEqual({
      error: 'ERR This Redis command is not allowed from script',
    })
  })
})
