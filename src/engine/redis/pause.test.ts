import '../../lab/lua/hand-in.ts'
import { describe, expect, it } from 'vitest'
import { plainNodes, type Nodes } from './testing/plain-nodes.ts'

/** What a redis-server 7.0.15 held, and what it answered. */
const OK = { simple: 'OK' }
const error = (text: string): { error: string } => ({ error: text })

/** Whether a command still has no reply after some milliseconds. */
const isHeld = (n: Nodes, client: string, ...argv: string[]): boolean => {
  const before = n.replies(client).length
  n.send(client, ...argv)
  n.run(20)
  return n.replies(client).length === before
}
const last = (n: Nodes, client: string): unknown => n.replies(client).at(-1)

describe('CLIENT PAUSE', () => {
  it('refuses what is no time and no mode', () => {
    const n = plainNodes(1)
    const say = (...words: string[]): unknown => n.call('n1', 'CLIENT', ...words)
    expect([say('PAUSE', 'x'), say('PAUSE', '-1'), say('PAUSE', 'x', 'foo'), say('PAUSE', '10', 'WRITE', 'x')]).toEqual([
      error('ERR timeout is not an integer or out of range'),
      error('ERR timeout is negative'),
      error('ERR CLIENT PAUSE mode must be WRITE or ALL'),
      error("ERR unknown subcommand or wrong number of arguments for 'PAUSE'. Try CLIENT HELP."),
    ])
    expect(say('UNPAUSE')).toEqual(OK)
  })

  it('WRITE holds what may write or reach replicas, and nothing else', () => {
    const held = ['SET k v', 'EVAL return_1 0', 'PUBLISH c m', 'BLPOP l 0', 'FLUSHALL', 'SORT a', 'GETEX a', 'BITFIELD k GET u8 0']
    const served = ['GET k', 'EVAL_RO return_1 0', 'PING', 'SCRIPT FLUSH', 'WATCH a', 'WAIT 0 0', 'TOUCH k', 'SET', 'NOPE']
    const look = (line: string): boolean => {
      const n = plainNodes(1)
      n.call('n1', 'CLIENT', 'PAUSE', '1000', 'WRITE')
      return isHeld(n, 'n1#2', ...line.split(' ').map((word) => word.replace('_1', ' 1')))
    }
    expect(held.filter((line) => !look(line))).toEqual([])
    expect(served.filter(look)).toEqual([])
  })

  it('a script that promises not to write is served', () => {
    const n = plainNodes(1)
    n.call('n1', 'CLIENT', 'PAUSE', '1000', 'WRITE')
    expect(n.call('n1', 'EVAL', '#!lua flags=no-writes\nreturn 1', '0')).toBe(1)
  })

  it('ALL holds every command, UNPAUSE too; the cron ends it', () => {
    const n = plainNodes(1)
    n.call('n1', 'CLIENT', 'PAUSE', '300')
    expect([isHeld(n, 'n1', 'PING'), isHeld(n, 'n1#2', 'CLIENT', 'UNPAUSE')]).toEqual([true, true])
    n.run(250)
    expect(last(n, 'n1')).toEqual(OK)
    n.run(150)
    expect([last(n, 'n1'), last(n, 'n1#2')]).toEqual([{ simple: 'PONG' }, OK])
    expect(n.of('clients.resumed').map((f) => f.data.held)).toEqual([2])
  })

  it('keeps the transaction in which it was said, and the longer time and wider mode of two', () => {
    const n = plainNodes(1)
    for (const words of [['MULTI'], ['CLIENT', 'PAUSE', '600', 'ALL'], ['CLIENT', 'PAUSE', '100', 'WRITE'], ['SET', 'z', '1']])
      n.call('n1', ...words)
    expect(n.call('n1', 'EXEC')).toEqual([OK, OK, OK])
    n.run(300)
    expect(isHeld(n, 'n1', 'GET', 'z')).toBe(true)
  })

  it('EXEC waits where one of its commands may write', () => {
    const n = plainNodes(1)
    for (const words of [['MULTI'], ['GET', 'k']]) n.call('n1#2', ...words)
    for (const words of [['MULTI'], ['SET', 'k', 'v']]) n.call('n1#3', ...words)
    n.call('n1', 'CLIENT', 'PAUSE', '1000', 'WRITE')
    expect([isHeld(n, 'n1#2', 'EXEC'), isHeld(n, 'n1#3', 'EXEC')]).toEqual([false, true])
  })

  it('what was held goes on in the order it came, and what may wait for an element waits on', () => {
    const n = plainNodes(1)
    n.call('n1#2', 'PING')
    n.call('n1', 'CLIENT', 'PAUSE', '5000', 'WRITE')
    n.send('n1#3', 'BLPOP', 'l', '0')
    n.run(5)
    n.send('n1#3', 'PING')
    n.send('n1#2', 'SET', 'k', '1')
    n.send('n1#2', 'GET', 'k')
    n.run(5)
    n.call('n1', 'CLIENT', 'UNPAUSE')
    n.run(5)
    expect(n.replies('n1#2').slice(1)).toEqual([OK, '1'])
    expect(n.replies('n1#3')).toEqual([])
    n.call('n1', 'RPUSH', 'l', 'a')
    n.run(5)
    expect(n.replies('n1#3')).toEqual([['l', 'a'], { simple: 'PONG' }])
  })

  it('no key expires meanwhile: it is only hidden', () => {
    const n = plainNodes(1)
    n.call('n1', 'SET', 'e', '1', 'PX', '100')
    n.call('n1', 'CLIENT', 'PAUSE', '500', 'WRITE')
    n.run(300)
    expect([n.call('n1', 'GET', 'e'), n.call('n1', 'DBSIZE')]).toEqual([null, 1])
    n.run(400)
    expect(n.call('n1', 'DBSIZE')).toBe(0)
  })

  it('nobody is evicted meanwhile, and nothing is refused for want of memory', () => {
    const n = plainNodes(1, { 'maxmemory-policy': 'allkeys-lru' })
    n.call('n1', 'SET', 'k', '1')
    n.call('n1', 'CLIENT', 'PAUSE', '500', 'WRITE')
    n.call('n1', 'CONFIG', 'SET', 'maxmemory', '1')
    n.run(200)
    expect([n.call('n1', 'GET', 'k'), n.call('n1', 'DBSIZE')]).toEqual(['1', 1])
    n.run(500)
    expect(n.call('n1', 'DBSIZE')).toBe(0)
  })

  it('a replica takes its primary’s writes only afterwards', () => {
    const n = plainNodes(2, { 'repl-diskless-sync-delay': '0' })
    n.call('n2', 'REPLICAOF', n.node('n1').ip, String(n.node('n1').port))
    n.run(3000)
    n.call('n2', 'CLIENT', 'PAUSE', '500', 'WRITE')
    n.call('n1', 'SET', 'k', '1')
    n.run(200)
    expect(n.call('n2', 'GET', 'k')).toBe(null)
    n.run(600)
    expect(n.call('n2', 'GET', 'k')).toBe('1')
  })
})
