import { describe, expect, it } from 'vitest'
import { plainNodes } from './testing/plain-nodes.ts'

/** What a redis-server 7.0.15 counted, its own lengths of time aside. */
describe('counts of commands', () => {
  const counted = (): ReturnType<typeof plainNodes> => {
    const n = plainNodes(1)
    const say = (...argv: string[]): unknown => n.call('n1', ...argv)
    for (const line of [
      'SET a 1',
      'GET a',
      'GET',
      'nope',
      'LPUSH a 1',
      'MULTI',
      'LPUSH a x',
      'EXEC',
      'MULTI',
      'nope',
      'EXEC',
      'CONFIG GET',
    ])
      say(...line.split(' '))
    return n
  }
  const section = (n: ReturnType<typeof plainNodes>, name: string): string[] =>
    String(n.call('n1', 'INFO', name))
      .split('\r\n')
      .slice(1, -1)

  it('tells calls, refusals and failures apart, in transactions too', () => {
    const n = counted()
    expect(section(n, 'commandstats').toSorted()).toEqual([
      'cmdstat_config|get:calls=0,usec=0,usec_per_call=0.00,rejected_calls=1,failed_calls=0',
      'cmdstat_exec:calls=2,usec=20,usec_per_call=10.00,rejected_calls=0,failed_calls=1',
      'cmdstat_get:calls=1,usec=10,usec_per_call=10.00,rejected_calls=1,failed_calls=0',
      'cmdstat_lpush:calls=2,usec=20,usec_per_call=10.00,rejected_calls=0,failed_calls=2',
      'cmdstat_multi:calls=2,usec=20,usec_per_call=10.00,rejected_calls=0,failed_calls=0',
      'cmdstat_set:calls=1,usec=10,usec_per_call=10.00,rejected_calls=0,failed_calls=0',
    ])
    expect(section(n, 'errorstats')).toEqual(['errorstat_ERR:count=4', 'errorstat_EXECABORT:count=1', 'errorstat_WRONGTYPE:count=2'])
    n.call('n1', 'CONFIG', 'RESETSTAT')
    expect(section(n, 'errorstats')).toEqual([])
  })

  it('lengths are told with two digits, as HdrHistogram keeps them', () => {
    const n = counted()
    expect(section(n, 'latencystats')).toContain('latency_percentiles_usec_lpush:p50=10.047,p99=10.047,p99.9=10.047')
    expect(n.call('n1', 'LATENCY', 'HISTOGRAM', 'lpush', 'nope', 'config')).toEqual(['lpush', ['calls', 2, 'histogram_usec', [16, 2]]])
    n.call('n1', 'CONFIG', 'SET', 'latency-tracking', 'no')
    expect(section(n, 'latencystats')).toEqual([])
  })

  it('INFO tells of commands only when asked', () => {
    const n = counted()
    const headings = (...words: string[]): string[] => [...String(n.call('n1', 'INFO', ...words)).matchAll(/# (\w+)/g)].map((m) => m[1])
    expect(headings()).not.toContain('Commandstats')
    expect(headings()).toContain('Errorstats')
    expect(headings('all')).toEqual(headings('everything').filter((name) => name !== 'Modules'))
    expect(headings('latencystats', 'cluster')).toEqual(['Latencystats', 'Cluster'])
  })
})
