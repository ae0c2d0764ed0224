import '../../../lab/lua/hand-in.ts'
import { describe, expect, it } from 'vitest'
import { MS } from '../../core/time.ts'
import { getEntry } from '../keyspace.ts'
import { plainNodes, type Nodes } from '../testing/plain-nodes.ts'
import { sha1 } from './sha1.ts'

/** Replies as a redis-server 7.0.15 gave them. */
const error = (text: string): { error: string } => ({ error: text })
const OK = { simple: 'OK' }
const BUSY = error('BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.')
const UNKILLABLE = error(
  'UNKILLABLE Sorry the script already executed write commands against the dataset. You can either wait the script termination or kill the server in a hard way using the SHUTDOWN NOSAVE command.',
)
const NOT_BUSY = error('NOTBUSY No scripts in execution right now.')
const ABORTED = error(
  'EXECABORT Transaction discarded because of: BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
)
const killed = (script: string): { error: string } =>
  error(`ERR Script killed by user with SCRIPT KILL... script: ${sha1(script)}, on @user_script:1.`)

/** About 20 ms of a server's time. */
const TWENTY = 'for i = 1, 1000000 do end return 1'
const WRITES = "redis.call('incr', 'n') redis.call('incr', 'n') for i = 1, 1000000 do end return 1"
const ENDLESS = 'while true do end'
const SHORT = { 'busy-reply-threshold': '5', 'repl-diskless-sync-delay': '0', 'repl-ping-replica-period': '3600' }

const last = (n: Nodes, id: string): unknown => n.replies(id).at(-1)
/** A node whose client runs a script; the others are `n1#2` and so on. */
const running = (script: string, config: Record<string, string> = SHORT, nodes = 1): Nodes => {
  const n = plainNodes(nodes, config)
  n.call('n1', 'SET', 'a', '1')
  for (const other of ['n1#2', 'n1#3', 'n1#4']) n.call(other, 'PING')
  n.send('n1', 'EVAL', script, '0')
  n.run(1)
  return n
}

describe('a script that outlasts busy-reply-threshold', () => {
  it('until then nobody is served, then everybody hears BUSY, and at its end its client gets its reply', () => {
    const n = running(TWENTY)
    const began = n.sim.world.now
    expect(n.call('n1#2', 'PING')).toEqual(BUSY)
    expect((n.sim.world.now - began) / MS).toBeCloseTo(4, 0)
    expect(n.call('n1#2', 'GET', 'a')).toEqual(BUSY)
    n.run(60)
    expect([last(n, 'n1'), n.call('n1#2', 'GET', 'a'), n.call('n1#2', 'SCRIPT', 'KILL')]).toEqual([1, '1', NOT_BUSY])
    expect(n.of('script.slow').length).toBe(1)
    expect(n.of('script.ended').map((f) => f.data.killed)).toEqual([false])
  })

  it('a shorter one disturbs nobody', () => {
    const n = running(TWENTY, { ...SHORT, 'busy-reply-threshold': '5000' })
    expect([n.call('n1#2', 'PING'), last(n, 'n1')]).toEqual([{ simple: 'PONG' }, 1])
    expect(n.of('script.slow')).toEqual([])
  })

  it('what may be said meanwhile: MULTI, WATCH, DISCARD, HELLO, RESET, QUIT, and what is no command at all', () => {
    const n = running(TWENTY)
    const say = (...argv: string[]): unknown => n.call('n1#2', ...argv)
    expect([say('WATCH', 'a'), say('UNWATCH'), say('EXEC'), say('DISCARD')]).toEqual([OK, OK, ABORTED, error('ERR DISCARD without MULTI')])
    expect([say('MULTI'), say('GET', 'a'), say('SCRIPT', 'KILL'), say('EXEC')]).toEqual([OK, BUSY, { simple: 'QUEUED' }, ABORTED])
    expect(say('NOSUCH')).toEqual(error("ERR unknown command 'NOSUCH', with args beginning with: "))
    expect(say('GET')).toEqual(error("ERR wrong number of arguments for 'get' command"))
    expect(say('SHUTDOWN')).toEqual(BUSY)
    for (const words of ['SCRIPT EXISTS a', 'SUBSCRIBE x', 'INFO', 'CLIENT LIST', 'CONFIG GET maxmemory'])
      expect(say(...words.split(' '))).toEqual(BUSY)
    expect([say('RESET'), say('QUIT')]).toEqual([{ simple: 'RESET' }, OK])
  })

  it('SCRIPT KILL ends it when it has written nothing; no pcall outlives it', () => {
    for (const script of ['while true do pcall(function() while true do end end) end', TWENTY]) {
      const n = running(script)
      expect(n.call('n1#2', 'SCRIPT', 'KILL')).toEqual(OK)
      n.run(1)
      expect([last(n, 'n1'), n.call('n1#2', 'PING'), n.call('n1#2', 'SCRIPT', 'KILL')]).toEqual([
        killed(script),
        { simple: 'PONG' },
        NOT_BUSY,
      ])
    }
  })

  it('one that has written cannot be killed; SHUTDOWN NOSAVE ends the server', () => {
    const n = running(WRITES)
    expect([n.call('n1#2', 'SCRIPT', 'KILL'), n.of('script.unkillable').length]).toEqual([UNKILLABLE, 1])
    n.run(60)
    expect(last(n, 'n1')).toBe(1)
    const m = running(`redis.call('set','a','2') ${ENDLESS}`)
    m.run(60_000)
    expect([m.call('n1#2', 'GET', 'a'), m.call('n1#2', 'SCRIPT', 'KILL')]).toEqual([BUSY, UNKILLABLE])
    m.send('n1#2', 'SHUTDOWN', 'NOSAVE')
    m.run(10)
    expect(m.sim.process('n1')!.status).toBe('crashed')
  })

  it('its client is served in order: what it said after the script is answered after it', () => {
    const n = running(TWENTY)
    n.send('n1', 'PING')
    n.send('n1', 'GET', 'a')
    n.run(60)
    expect(n.replies('n1').slice(-3)).toEqual([1, { simple: 'PONG' }, '1'])
  })

  it('who waits for an element is served at its end, and keys expire then', () => {
    const n = plainNodes(1, SHORT)
    n.call('n1', 'SET', 'short', '1', 'PX', '10')
    n.send('n1#2', 'BLPOP', 'q', '0')
    n.run(1)
    n.send('n1', 'EVAL', "redis.call('rpush','q','x') for i = 1, 1000000 do end", '0')
    n.run(17)
    expect([n.replies('n1#2'), getEntry(n.node('n1').keys, 'short') === undefined]).toEqual([[], false])
    n.run(200)
    expect([n.replies('n1#2'), getEntry(n.node('n1').keys, 'short') === undefined]).toEqual([[['q', 'x']], true])
  })

  it('is the same after a restore: killed stays killed', () => {
    const n = running(TWENTY)
    n.run(5)
    n.sim.restore(n.sim.snapshot())
    expect(n.call('n1#2', 'SCRIPT', 'KILL')).toEqual(OK)
    n.sim.restore(n.sim.snapshot())
    n.run(1)
    expect([last(n, 'n1'), n.call('n1#2', 'PING')]).toEqual([killed(TWENTY), { simple: 'PONG' }])
  })

  it('replicas hear of its writes at its end, all in one; a replica that asks meanwhile is refused', () => {
    const n = plainNodes(3, SHORT)
    n.call('n2', 'REPLICAOF', '10.0.0.1', '6379')
    n.run(2500)
    const { offset } = n.node('n2').repl
    n.send('n1', 'EVAL', WRITES.replace('1000000', '2000000'), '0')
    n.run(10)
    n.call('n3', 'REPLICAOF', '10.0.0.1', '6379')
    n.run(10)
    expect([n.node('n2').repl.offset, n.node('n3').repl.linkState === 'connected']).toEqual([offset, false])
    n.run(4000)
    for (const id of ['n2', 'n3']) expect(getEntry(n.node(id).keys, 'n')?.value).toBe('2')
    expect(n.of('replication.refused').length).toBe(1)
    expect(n.node('n3').repl.offset).toBe(n.node('n1').repl.offset)
  })

  it('a replica whose own script goes on takes in the stream afterwards', () => {
    const n = plainNodes(2, SHORT)
    n.call('n2', 'REPLICAOF', '10.0.0.1', '6379')
    n.run(2500)
    n.send('n2', 'EVAL_RO', ENDLESS, '0')
    n.run(10)
    n.call('n1', 'SET', 'x', '1')
    n.run(10)
    expect(getEntry(n.node('n2').keys, 'x')).toBeUndefined()
    expect(n.call('n2#2', 'SCRIPT', 'KILL')).toEqual(OK)
    n.run(10)
    expect(getEntry(n.node('n2').keys, 'x')?.value).toBe('1')
    expect(n.node('n2').repl.offset).toBe(n.node('n1').repl.offset)
  })
})
