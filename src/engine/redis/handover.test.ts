import { describe, expect, it } from 'vitest'
import type { Nodes } from './testing/plain-nodes.ts'
import { plainNodes } from './testing/plain-nodes.ts'

const AT_ONCE = { 'repl-diskless-sync-delay': '0' }
const error = (text: string): { error: string } => ({ error: `ERR ${text}` })
const OK = { simple: 'OK' }

/** n1 with the replica n2. */
const pair = (): Nodes => {
  const n = plainNodes(2, AT_ONCE)
  n.call('n2', 'REPLICAOF', '10.0.0.1', '6379')
  n.run(2000)
  return n
}
const field = (n: Nodes, id: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*)\r$`, 'm').exec(String(n.call(id, 'INFO', 'replication')))?.[1]
/** The replica's process stands still: it acknowledges nothing. */
const stop = (n: Nodes, id: string): void => void (n.sim.beginAction(), n.sim.pause(n.sim.process(id)!))
const goOn = (n: Nodes, id: string): void => void (n.sim.beginAction(), n.sim.resume(n.sim.process(id)!))

/** As two redis-servers 7.0.15 did it. */
describe('FAILOVER', () => {
  it('refuses what cannot be', () => {
    const n = pair()
    const said: [string, string][] = [
      ['TO 10.0.0.2 1', 'FAILOVER target HOST and PORT is not a replica.'],
      ['TO 10.0.0.2 6379 FORCE', 'FAILOVER with force option requires both a timeout and target HOST and IP.'],
      ['FORCE', 'FAILOVER with force option requires both a timeout and target HOST and IP.'],
      ['TIMEOUT 0', 'FAILOVER timeout must be greater than 0'],
      ['TIMEOUT x', 'value is not an integer or out of range'],
      ['ABORT', 'No failover in progress.'],
      ['ABORT TIMEOUT 3', 'syntax error'],
      ['TO localhost 6379', 'FAILOVER target HOST and PORT is not a replica.'],
    ]
    for (const [words, text] of said) expect([words, n.call('n1', 'FAILOVER', ...words.split(' '))]).toEqual([words, error(text)])
    expect(n.call('n2', 'FAILOVER')).toEqual(error('FAILOVER is not valid when server is a replica.'))
  })

  it('changes places without losing a write, by a partial resynchronisation', () => {
    const n = pair()
    n.call('n1', 'SET', 'k', '1')
    n.run(1100)
    const [id] = [field(n, 'n1', 'master_replid')]
    n.send('n1', 'FAILOVER')
    n.run(100)
    expect([field(n, 'n1', 'role'), field(n, 'n2', 'role'), field(n, 'n1', 'master_link_status')]).toEqual(['slave', 'master', 'up'])
    expect(field(n, 'n1', 'master_failover_state')).toBe('no-failover')
    expect(field(n, 'n1', 'master_replid2')).toBe(id)
    expect(field(n, 'n1', 'master_replid')).toBe(field(n, 'n2', 'master_replid'))
    expect(n.of('replication.full').length).toBe(1)
    expect(n.call('n2', 'SET', 'k', '2')).toEqual(OK)
    n.run(100)
    expect(n.call('n1', 'GET', 'k')).toBe('2')
  })

  it('holds writes until the replica has all, and lets them go when it is given up', () => {
    const n = pair()
    stop(n, 'n2')
    n.call('n1', 'SET', 'k', '1')
    expect(n.call('n1', 'FAILOVER', 'TIMEOUT', '3000')).toEqual(OK)
    expect(field(n, 'n1', 'master_failover_state')).toBe('waiting-for-sync')
    expect(n.call('n1', 'FAILOVER')).toEqual(error('FAILOVER already in progress.'))
    expect(n.call('n1', 'REPLICAOF', 'NO', 'ONE')).toEqual(error('REPLICAOF not allowed while failing over.'))
    n.send('n1#2', 'SET', 'k', '2')
    n.run(500)
    expect(n.replies('n1#2')).toEqual([])
    expect(n.call('n1', 'GET', 'k')).toBe('1')
    expect(n.call('n1', 'FAILOVER', 'ABORT')).toEqual(OK)
    n.run(1)
    expect(n.replies('n1#2')).toEqual([OK])
    n.call('n1', 'FAILOVER', 'TIMEOUT', '1000')
    n.run(1500)
    expect([field(n, 'n1', 'master_failover_state'), field(n, 'n1', 'role')]).toEqual(['no-failover', 'master'])
  })

  it('forced, it goes when the time is over, and the other takes over when it answers', () => {
    const n = pair()
    stop(n, 'n2')
    n.call('n1', 'SET', 'k', '9')
    n.call('n1', 'FAILOVER', 'TO', '10.0.0.2', '6379', 'FORCE', 'TIMEOUT', '500')
    n.send('n1#2', 'SET', 'k', 'late')
    n.run(1000)
    expect([field(n, 'n1', 'role'), field(n, 'n1', 'master_failover_state')]).toEqual(['slave', 'failover-in-progress'])
    expect(n.call('n1', 'FAILOVER')).toEqual(error('FAILOVER already in progress.'))
    expect(n.call('n1', 'SET', 'z', '1')).toEqual({ error: "READONLY You can't write against a read only replica." })
    goOn(n, 'n2')
    n.run(1500)
    expect([field(n, 'n1', 'role'), field(n, 'n2', 'role'), field(n, 'n1', 'master_link_status')]).toEqual(['slave', 'master', 'up'])
    expect(n.replies('n1#2')).toEqual([{ error: "READONLY You can't write against a read only replica." }])
    expect(n.call('n2', 'GET', 'k')).toBe('9')
  })

  it('who waits for an element is let go', () => {
    const n = pair()
    n.send('n1#2', 'BLPOP', 'l', '0')
    n.run(10)
    n.call('n1', 'REPLICAOF', '10.0.0.2', '6379')
    n.run(10)
    expect(n.replies('n1#2')).toEqual([
      { error: 'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)' },
    ])
  })
})
