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

it('on a replica MONITOR tells its primary’s stream, SELECT and transactions included', () => {
  const n = plainNodes(2, { 'repl-diskless-sync-delay': '0', 'repl-ping-replica-period': '3600' })
  n.call('n2', 'REPLICAOF', '10.0.0.1', '6379')
  n.run(3000)
  n.call('n2', 'MONITOR')
  n.call('n1', 'SET', 'a', '1')
  n.call('n1', 'EVAL', "redis.call('set', 'x', '1') redis.call('set', 'y', '1')", '0')
  n.call('n1', 'SELECT', '3')
  n.call('n1', 'SET', 'b', '1')
  n.run(100)
  const told = n.replies('n2').map((r) => (r as { simple: string }).simple.replace(/^\d+\.\d{6} /, ''))
  expect(told.slice(2)).toEqual([
    '[0 10.0.0.1:6379] "SELECT" "0"',
    '[0 10.0.0.1:6379] "SET" "a" "1"',
    '[0 10.0.0.1:6379] "MULTI"',
    '[0 10.0.0.1:6379] "set" "x" "1"',
    '[0 10.0.0.1:6379] "set" "y" "1"',
    '[0 10.0.0.1:6379] "EXEC"',
    '[3 10.0.0.1:6379] "SELECT" "3"',
    '[3 10.0.0.1:6379] "SET" "b" "1"',
  ])
})
