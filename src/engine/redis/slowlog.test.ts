import '../../lab/lua/hand-in.ts'
import { describe, expect, it } from 'vitest'
import { plainNodes, type Nodes } from './testing/plain-nodes.ts'

/** As a redis-server 7.0.15 answered; of the times only what is certain. */
const DEBUG = { 'enable-debug-command': 'yes' }
const error = (text: string): { error: string } => ({ error: text })
const sleep = (n: Nodes, seconds: string): unknown => n.call('n1', 'DEBUG', 'SLEEP', seconds)

describe('SLOWLOG', () => {
  it('keeps commands of 10 ms and more, newest first', () => {
    const n = plainNodes(1, DEBUG)
    n.call('n1', 'CLIENT', 'SETNAME', 'me')
    for (const seconds of ['0.005', '0.02', '0.05']) sleep(n, seconds)
    const log = n.call('n1', 'SLOWLOG', 'GET') as [number, number, number, string[], string, string][]
    expect(log.map(([id, , took, argv, , name]) => [id, Math.floor(took / 1000), argv, name])).toEqual([
      [1, 50, ['DEBUG', 'SLEEP', '0.05'], 'me'],
      [0, 20, ['DEBUG', 'SLEEP', '0.02'], 'me'],
    ])
    expect([n.call('n1', 'SLOWLOG', 'LEN'), n.call('n1', 'SLOWLOG', 'RESET'), n.call('n1', 'SLOWLOG', 'LEN')]).toEqual([
      2,
      { simple: 'OK' },
      0,
    ])
  })

  it('takes a count, -1 for all', () => {
    const n = plainNodes(1, DEBUG)
    for (let i = 0; i < 12; i++) sleep(n, '0.02')
    const got = (count: string): unknown => {
      const reply = n.call('n1', 'SLOWLOG', 'GET', count)
      return Array.isArray(reply) ? reply.length : reply
    }
    expect([got('10'), got('-1'), got('0')]).toEqual([10, 12, 0])
    expect([got('x'), got('-2')]).toEqual(Array(2).fill(error('ERR count should be greater than or equal to -1')))
  })

  it('shortens many and long words, and hides passwords', () => {
    const n = plainNodes(1, { 'slowlog-log-slower-than': '0' })
    n.call('n1', 'MSET', ...Array.from({ length: 100 }, (_, i) => String(i)))
    n.call('n1', 'SET', 'k'.repeat(200), 'v')
    n.call('n1', 'AUTH', 'user', 'secret')
    const log = (n.call('n1', 'SLOWLOG', 'GET') as [number, number, number, string[]][]).map((e) => e[3])
    expect(log[0]).toEqual(['AUTH', '(redacted)', '(redacted)'])
    expect(log[1]).toEqual(['SET', `${'k'.repeat(128)}... (72 more bytes)`, 'v'])
    expect([log[2].length, log[2][31]]).toEqual([32, '... (70 more arguments)'])
  })

  it('in a transaction tells the command, not EXEC; −1 switches it off; slowlog-max-len limits it', () => {
    const n = plainNodes(1, DEBUG)
    n.call('n1', 'MULTI')
    n.call('n1', 'EVAL', 'for i = 1, 1000000 do end', '0')
    n.call('n1', 'EXEC')
    expect((n.call('n1', 'SLOWLOG', 'GET') as [number, number, number, string[]][]).map((e) => e[3][0])).toEqual(['EVAL'])
    n.call('n1', 'CONFIG', 'SET', 'slowlog-max-len', '2')
    for (let i = 0; i < 3; i++) sleep(n, '0.02')
    expect(n.call('n1', 'SLOWLOG', 'LEN')).toBe(2)
    n.call('n1', 'CONFIG', 'SET', 'slowlog-log-slower-than', '-1')
    n.call('n1', 'SLOWLOG', 'RESET')
    sleep(n, '0.5')
    expect(n.call('n1', 'SLOWLOG', 'LEN')).toBe(0)
  })
})

describe('LATENCY', () => {
  it('watches from latency-monitor-threshold on, and keeps the worst of a second', () => {
    const n = plainNodes(1, { ...DEBUG, 'latency-monitor-threshold': '10' })
    for (const seconds of ['0.02', '0.05', '0.001']) sleep(n, seconds)
    const [[event, at, last, worst]] = n.call('n1', 'LATENCY', 'LATEST') as [string, number, number, number][]
    expect([event, last, worst]).toEqual(['command', 50, 50])
    expect(n.call('n1', 'LATENCY', 'HISTORY', 'command')).toEqual([[at, 50]])
    expect([n.call('n1', 'LATENCY', 'RESET', 'nope'), n.call('n1', 'LATENCY', 'RESET'), n.call('n1', 'LATENCY', 'LATEST')]).toEqual([
      0,
      1,
      [],
    ])
  })

  it('draws the moments of a kind as a server draws them', () => {
    const n = plainNodes(1, { ...DEBUG, 'latency-monitor-threshold': '10' })
    for (const seconds of ['0.02', '0.05', '0.03', '0.06', '0.045', '0.02']) {
      sleep(n, seconds)
      n.run(1000 - Number(seconds) * 1000)
    }
    const ages = /\n\d{6}\ns{6}\n$/
    const drawn = n.call('n1', 'LATENCY', 'GRAPH', 'command') as string
    expect(drawn).toMatch(ages)
    expect(drawn.replace(ages, '')).toBe(
      `command - high 60 ms, low 20 ms (all time high 60 ms)\n${'-'.repeat(80)}\n _ #  \n | |o \n |_|| \n_||||_\n      `,
    )
    expect(n.call('n1', 'LATENCY', 'GRAPH', 'x')).toEqual({ error: "ERR No samples available for event 'x'" })
  })

  it('watches nothing unless told to', () => {
    const n = plainNodes(1, DEBUG)
    sleep(n, '0.05')
    expect([n.call('n1', 'LATENCY', 'LATEST'), n.call('n1', 'LATENCY', 'HISTORY', 'command')]).toEqual([[], []])
  })
})
