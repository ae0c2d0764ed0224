import '../../lab/lua/hand-in.ts'
import { describe, expect, it } from 'vitest'
import { keepUser, userByRules } from './acl-rules.ts'
import { isError, type Reply } from './reply.ts'
import { sha256 } from './sha256.ts'
import { plainNodes, type Nodes } from './testing/plain-nodes.ts'

/** Sentences in quotation marks: redis.io, "ACL", and acl.c of 7.0. The replies themselves are compared with a recording (20_acl.jsonl). */

const say = (n: Nodes, line: string, node = 'n1'): Reply => n.call(node, ...line.split(' '))
const OK = { simple: 'OK' }
const WRONG = 'WRONGPASS invalid username-password pair or user is disabled.'
const DENIED = { error: 'NOPERM this user has no permissions to access one of the keys used as arguments' }
const words = (reply: Reply): string => (isError(reply) ? reply.error.split(' ')[0] : 'allowed')

/** Whether the user may: asked by DRYRUN, which runs nothing. */
const may = (n: Nodes, user: string, line: string): boolean => {
  const reply = say(n, `ACL DRYRUN ${user} ${line}`)
  return typeof reply === 'object' && reply !== null && 'simple' in reply
}

it('SHA-256 is that of FIPS 180-4', () => {
  expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(sha256('a'.repeat(64))).toBe('ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb')
})

describe('a user', () => {
  it('“by default can’t access any command or key”, nor a channel, and is off', () => {
    const n = plainNodes(1)
    say(n, 'ACL SETUSER alice')
    expect(say(n, 'ACL LIST')).toEqual(['user alice off resetchannels -@all', 'user default on nopass ~* &* +@all'])
    expect(may(n, 'alice', 'GET k')).toBe(false)
    expect(say(n, 'AUTH alice x')).toMatchObject({ error: expect.stringContaining('WRONGPASS') as string })
  })

  it('“ACLs are modified using ACL SETUSER incrementally”, and a rule that is none changes nothing', () => {
    const n = plainNodes(1)
    say(n, 'ACL SETUSER alice on >p1 ~cached:* +get')
    say(n, 'ACL SETUSER alice +set')
    expect([may(n, 'alice', 'GET cached:1'), may(n, 'alice', 'SET cached:1 x')]).toEqual([true, true])
    expect(words(say(n, 'ACL SETUSER alice -get +nosuch'))).toBe('ERR')
    expect(may(n, 'alice', 'GET cached:1')).toBe(true)
  })

  it('%R~ and %W~: a command needs each right that it makes use of', () => {
    const n = plainNodes(1)
    say(n, 'ACL SETUSER app on nopass %R~from:* %W~to:* +@all')
    expect(may(n, 'app', 'COPY from:1 to:1')).toBe(true)
    expect(may(n, 'app', 'COPY to:1 from:1')).toBe(false)
    // SET with GET reads what it overwrites
    expect([may(n, 'app', 'SET to:1 x'), may(n, 'app', 'SET to:1 x GET')]).toEqual([true, false])
    // EXISTS neither reads nor writes a value
    expect([may(n, 'app', 'EXISTS to:1 from:1'), may(n, 'app', 'EXISTS other')]).toEqual([true, false])
  })

  it('a selector: “the command is allowed when one set of rules matches it”, never halves of two', () => {
    const n = plainNodes(1)
    n.call('n1', 'ACL', 'SETUSER', 'app', 'on', 'nopass', '~a*', '+get', '(~b* +set)')
    expect(['GET a', 'SET b x', 'SET a x', 'GET b'].map((line) => may(n, 'app', line))).toEqual([true, true, false, false])
  })

  it('outlives a restart, as after CONFIG REWRITE', () => {
    const n = plainNodes(1)
    say(n, 'ACL SETUSER app on >secret ~session:* +@read')
    const before = say(n, 'ACL LIST')
    n.crash('n1')
    n.start('n1')
    n.run(10)
    expect(say(n, 'ACL LIST')).toEqual(before)
    expect(say(n, 'AUTH app secret')).toEqual(OK)
    expect(say(n, 'GET other')).toEqual(DENIED)
  })

  it('of requirepass is the default user, and outlives a restart with the newest password', () => {
    const n = plainNodes(1)
    say(n, 'ACL SETUSER default >first')
    say(n, 'CONFIG SET requirepass second')
    n.crash('n1')
    n.start('n1')
    n.run(10)
    expect([say(n, 'AUTH first'), say(n, 'AUTH second')]).toEqual([{ error: WRONG }, OK])
  })

  it('loses its connections to CLIENT KILL USER', () => {
    const n = plainNodes(1)
    say(n, 'ACL SETUSER app on nopass +@all')
    expect(say(n, 'CLIENT KILL USER nobody')).toEqual({ error: "ERR No such user 'nobody'" })
    say(n, 'AUTH app x')
    expect(say(n, 'CLIENT KILL USER default')).toBe(0)
    expect(say(n, 'CLIENT KILL USER app SKIPME no')).toBe(1)
    n.run(5)
    expect(n.node('n1').sessions.size).toBe(0)
  })

  it('stands in the configuration as in redis.conf', () => {
    const n = plainNodes(1, { 'user app': 'on >secret ~session:* +@all', 'user default': 'off' })
    expect(say(n, 'PING')).toEqual({ error: 'NOAUTH Authentication required.' })
    expect(say(n, 'AUTH app secret')).toEqual(OK)
    expect(say(n, 'ACL WHOAMI')).toBe('app')
  })
})

describe('a right that is taken away', () => {
  it('a transaction is looked at again when it runs', () => {
    const n = plainNodes(1)
    say(n, 'ACL SETUSER app on nopass +@all ~*')
    for (const line of ['AUTH app x', 'MULTI', 'SET k 1', 'ECHO x']) say(n, line)
    n.inside('n1', (state) => {
      const user = userByRules(state, state.acl!.users.get('app')!, ['-set', '-echo'])
      if (!('error' in user)) keepUser(state, 'app', user)
    })
    const replies = say(n, 'EXEC') as Reply[]
    expect(replies.map((r) => isError(r) && r.error.includes('the moment the transaction was accumulated'))).toEqual([true, true])
    expect(n.node('n1').keys.size).toBe(0)
  })

  it('who waits for an element already still gets it', () => {
    const n = plainNodes(1)
    say(n, 'ACL SETUSER app on nopass +@all ~*')
    say(n, 'AUTH app x')
    n.send('n1', 'BLPOP', 'l', '0')
    n.run(5)
    n.inside('n1', (state) => {
      const user = userByRules(state, state.acl!.users.get('app')!, ['-blpop', 'resetkeys'])
      if (!('error' in user)) keepUser(state, 'app', user)
    })
    const other = n.sim.spawn('other', 'console', 'n1')
    n.run(5)
    n.sim.beginAction()
    n.sim.act(other, { type: 'command', process: 'other', argv: ['RPUSH', 'l', 'v'] })
    n.run(5)
    expect(n.replies('n1').at(-1)).toEqual(['l', 'v'])
    expect(n.node('n1').acl!.log).toEqual([])
  })

  it('a deleted user’s connection is closed after its reply', () => {
    const n = plainNodes(1)
    say(n, 'ACL SETUSER app on nopass +@all ~*')
    say(n, 'AUTH app x')
    expect(say(n, 'ACL DELUSER app')).toBe(1)
    n.run(5)
    expect(n.node('n1').sessions.size).toBe(0)
    expect(n.of('acl.changed').map((f) => [f.data.user, f.data.rules, f.data.closed])).toEqual([
      ['app', 'on nopass ~* resetchannels +@all', 0],
      ['app', null, 1],
    ])
  })
})

describe('ACL LOG', () => {
  it('counts what is alike within a minute, and tells it once', () => {
    const n = plainNodes(1)
    say(n, 'ACL SETUSER app on nopass ~mine:* +get +acl|log')
    say(n, 'AUTH app x')
    for (let i = 0; i < 5; i++) expect(say(n, 'GET yours')).toEqual(DENIED)
    say(n, 'SET mine:1 x')
    expect(n.node('n1').acl!.log.map((e) => [e.count, e.reason, e.object, e.context])).toEqual([
      [1, 'command', 'set', 'toplevel'],
      [5, 'key', 'yours', 'toplevel'],
    ])
    expect(n.of('acl.denied').map((f) => f.data.object)).toEqual(['yours', 'set'])
    n.run(61_000)
    say(n, 'GET yours')
    expect(n.node('n1').acl!.log.map((e) => e.count)).toEqual([1, 1, 5])
  })

  it('holds acllog-max-len entries, a wrong password among them', () => {
    const n = plainNodes(1, { requirepass: 'sesame', 'acllog-max-len': '2' })
    for (const user of ['eve', 'default', 'bob']) say(n, `AUTH ${user} guess`)
    expect(n.node('n1').acl!.log.map((e) => [e.reason, e.username, e.object])).toEqual([
      ['auth', 'bob', 'AUTH'],
      ['auth', 'default', 'AUTH'],
    ])
    expect(n.of('acl.authFailed')).toHaveLength(3)
  })
})

it('COMMAND INFO shows flags, key places and categories as 7.0.15 does', () => {
  const n = plainNodes(1)
  const simple = (words: string): Reply[] => (words === '' ? [] : words.split(' ').map((word) => ({ simple: word })))
  const row = (name: string): Reply[] => ((n.call('n1', 'COMMAND', 'INFO', name) as Reply[])[0] as Reply[]).slice(1, 7)
  expect(row('get')).toEqual([2, simple('readonly fast'), 1, 1, 1, simple('@read @string @fast')])
  expect(row('auth')).toEqual([-2, simple('noscript loading stale fast no_auth allow_busy'), 0, 0, 0, simple('@fast @connection')])
  expect(row('migrate')).toEqual([-6, simple('write movablekeys'), 3, 3, 1, simple('@keyspace @write @slow @dangerous')])
  expect(row('acl|setuser')).toEqual([-3, simple('admin noscript loading stale'), 0, 0, 0, simple('@admin @slow @dangerous')])
})

it('GENPASS draws from a stream of its own: the same run has the same passwords', () => {
  const draw = (seed: number): Reply[] => {
    const n = plainNodes(1, {}, seed)
    return [say(n, 'ACL GENPASS'), say(n, 'ACL GENPASS 5')]
  }
  expect(draw(1)).toEqual(draw(1))
  expect(draw(1)).not.toEqual(draw(2))
  expect(draw(1).map((p) => String(p).length)).toEqual([64, 2])
})

it('nobody who speaks as the default user pays for users there are not', () => {
  const n = plainNodes(1)
  for (const line of ['SET k v', 'GET k', 'ACL LIST', 'ACL WHOAMI', 'ACL LOG']) say(n, line)
  expect(n.node('n1').acl).toBeNull()
})

it('redis.acl_check_cmd tells a script what its user may do, as a real server told it, and logs nothing', () => {
  const n = plainNodes(1)
  const asks = (...lines: string[]): Reply =>
    n.call('n1', 'EVAL', `return {${lines.map((line) => `redis.acl_check_cmd(${line})`).join(', ')}}`, '0')
  n.call('n1', 'ACL', 'SETUSER', 'bob', 'on', '>x', '+@all', '-set', '~a*', '&c1')
  say(n, 'AUTH bob x')
  expect(asks("'get', 'a1'", "'SET', 'a', '1'", "'get', 'b'", "'publish', 'c1', 'x'", "'publish', 'c2', 'x'")).toEqual([
    1,
    null,
    null,
    1,
    null,
  ])
  expect(asks("'mset', 'a', '1', 'b', '2'", "'client', 'kill'", "'config', 'get', 'x'")).toEqual([null, 1, 1])
  expect(asks("'nosuch'")).toMatchObject({ error: expect.stringContaining('Invalid command passed to redis.acl_check_cmd()') as string })
  expect(asks('')).toMatchObject({
    error: expect.stringContaining('Please specify at least one argument for this redis lib call') as string,
  })
  expect(asks("'get', {}")).toMatchObject({
    error: expect.stringContaining('Lua redis lib command arguments must be strings or integers') as string,
  })
  say(n, 'AUTH default any')
  expect(say(n, 'ACL LOG')).toEqual([])
})
