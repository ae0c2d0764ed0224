import { describe, expect, it } from 'vitest'
import { plainNodes, type Nodes } from './testing/plain-nodes.ts'

const NO_AUTH = { error: 'NOAUTH Authentication required.' }
const WRONG = { error: 'WRONGPASS invalid username-password pair or user is disabled.' }
const HELLO = {
  error:
    'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
}
const OK = { simple: 'OK' }

/** As redis-server 7.0.15 with `requirepass sesame` answered one connection, command after command. */
const RECORDED: readonly (readonly [string, unknown])[] = [
  ['GET k', NO_AUTH],
  ['NOSUCH', { error: "ERR unknown command 'NOSUCH', with args beginning with: " }],
  ['GET', { error: "ERR wrong number of arguments for 'get' command" }],
  ['CLIENT BAD', { error: "ERR unknown subcommand 'BAD'. Try CLIENT HELP." }],
  ['MULTI', NO_AUTH],
  ['EXEC', { error: 'EXECABORT Transaction discarded because of: NOAUTH Authentication required.' }],
  ['AUTH wrong', WRONG],
  ['AUTH default wrong', WRONG],
  ['AUTH bob sesame', WRONG],
  ['AUTH', { error: "ERR wrong number of arguments for 'auth' command" }],
  ['AUTH a b c', { error: 'ERR syntax error' }],
  ['HELLO', HELLO],
  ['HELLO 3', HELLO],
  ['HELLO 3 AUTH default nope', WRONG],
  ['HELLO 9', { error: 'NOPROTO unsupported protocol version' }],
  ['RESET', { simple: 'RESET' }],
  ['GET k', NO_AUTH],
  ['AUTH sesame', OK],
  ['GET k', null],
  ['RESET', { simple: 'RESET' }],
  ['PING', NO_AUTH],
  ['AUTH default sesame', OK],
  ['PING', { simple: 'PONG' }],
  ['AUTH zzz', WRONG],
  ['PING', { simple: 'PONG' }],
  ['MULTI', OK],
  ['AUTH sesame', { simple: 'QUEUED' }],
  ['EXEC', [OK]],
]

const say = (n: Nodes, line: string): unknown => n.call('n1', ...line.split(' '))

describe('requirepass', () => {
  it('answers as a real server does, from the first refusal to the last', () => {
    const n = plainNodes(1, { requirepass: 'sesame' })
    for (const [line, reply] of RECORDED) expect([line, say(n, line)]).toEqual([line, reply])
  })

  it('HELLO with AUTH lets a connection in', () => {
    const n = plainNodes(1, { requirepass: 'sesame' })
    expect(say(n, 'HELLO 2 AUTH default sesame')).toContain('7.0.15')
    expect(say(n, 'GET k')).toBeNull()
  })

  it('a connection that began without a password stays; after RESET it needs the new one, and none once it is gone', () => {
    const n = plainNodes(1)
    expect(say(n, 'CONFIG SET requirepass other')).toEqual(OK)
    expect(say(n, 'GET k')).toBeNull()
    say(n, 'RESET')
    expect(say(n, 'GET k')).toEqual(NO_AUTH)
    n.inside('n1', (state) => void state.config.set('requirepass', ''))
    expect(say(n, 'PING')).toEqual({ simple: 'PONG' })
    expect(say(n, 'AUTH default x')).toEqual(OK)
    expect(say(n, 'AUTH x')).toMatchObject({ error: expect.stringContaining('called without any password configured') as string })
  })
})
