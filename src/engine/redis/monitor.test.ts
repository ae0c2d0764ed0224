import '../../lab/lua/hand-in.ts'
import { describe, expect, it } from 'vitest'
import { plainNodes, type Nodes } from './testing/plain-nodes.ts'

/** The lines a redis-server 7.0.15 told for the same commands, without their times and addresses. */
const lines = (n: Nodes): string[] =>
  n
    .replies('n1')
    .slice(1)
    .map((reply) => (reply as { simple: string }).simple.replace(/^\d+\.\d{6} \[(\d+) (lua)?[^\]]*\]/, '[$1$2]'))

const heard = (...said: string[][]): string[] => {
  const n = plainNodes(1)
  n.call('n1', 'MONITOR')
  for (const words of said) n.call('n1#2', ...words)
  n.run(5)
  return lines(n)
}

describe('MONITOR', () => {
  it('tells what runs, in the database chosen by then', () => {
    expect(heard(['set', 'm', '1'], ['SELECT', '2'], ['get', 'x'])).toEqual(['[0] "set" "m" "1"', '[2] "SELECT" "2"', '[2] "get" "x"'])
  })

  it('tells a transaction’s commands as they run, and EXEC after them', () => {
    expect(heard(['multi'], ['set', 'a', 'b\n\x01\xc3"\\'], ['exec'])).toEqual([
      '[0] "multi"',
      String.raw`[0] "set" "a" "b\n\x01\xc3\"\\"`,
      '[0] "exec"',
    ])
  })

  it('tells a script before what it runs', () => {
    expect(heard(['eval', "return redis.call('get','m')", '0'])).toEqual([
      '[0] "eval" "return redis.call(\'get\',\'m\')" "0"',
      '[0lua] "get" "m"',
    ])
  })

  it('hides passwords, and tells nothing of administrators’ commands nor of refused ones', () => {
    expect(heard(['auth', 'a', 'b'], ['config', 'set', 'hz', '10'], ['client', 'list'], ['NOPE'], ['get'])).toEqual([
      '[0] "auth" "(redacted)" "(redacted)"',
    ])
  })

  it('ends with RESET and with the connection', () => {
    const n = plainNodes(1)
    n.call('n1', 'MONITOR')
    n.call('n1', 'RESET')
    expect(n.node('n1').monitors).toBe(null)
    n.call('n1', 'MONITOR')
    n.call('n1#2', 'CLIENT', 'KILL', 'ID', '1')
    expect(n.node('n1').monitors).toBe(null)
  })
})
