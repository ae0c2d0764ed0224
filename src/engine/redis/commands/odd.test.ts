import { describe, expect, it } from 'vitest'
import '../../../lab/lua/hand-in.ts'
import { eachSince } from '../backlog.ts'
import { plainNodes, type Nodes } from '../testing/plain-nodes.ts'

/** What a redis-server 7.0.15 said to what nobody should say; found by saying the same to both. */

const node = (config: Record<string, string> = {}): Nodes => plainNodes(1, config)
const said = (n: Nodes, lines: readonly (string | string[])[]) =>
  lines.map((line) => n.call('n1', ...(typeof line === 'string' ? line.split(' ') : line))).at(-1)
const error = (text: string) => ({ error: text })

it.each<[what: string, ...lines: (string | string[])[], reply: unknown]>([
  ['a NUL ends a quoted word', ['NOPE', 'a', '\0b'], error("ERR unknown command 'NOPE', with args beginning with: 'a' '' ")],
  ['an error keeps no line ends', ['EXPIRE', 'k', '1', '1\n'], error('ERR Unsupported option 1')],
  ['CLIENT KILL ID abc', error('ERR client-id should be greater than 0')],
  ['CLIENT KILL 1.2.3.4:5', error('ERR No such client')],
  ['CLIENT KILL LADDR 1:1', 0],
  ['CLIENT KILL SKIPME maybe', error('ERR syntax error')],
  ['options come before the payload', 'RESTORE k 0 v FREQ -1', error('ERR Invalid FREQ value, must be >= 0 and <= 255')],
  ['RESTORE k 0 v IDLETIME 3 FREQ 3', error('ERR syntax error')],
  ['what is no digest is not looked for', 'EVALSHA abc abc', error('NOSCRIPT No matching script. Please use EVAL.')],
  ['BZMPOP -1 1 z MIN COUNT 0', error('ERR count should be greater than 0')],
  ['BLMPOP abc 1 l UP', error('ERR syntax error')],
  ['BLMPOP -1 0 l LEFT', error('ERR numkeys should be greater than 0')],
  ['FAILOVER TO host abc', error('ERR value is not an integer or out of range')],
  ['FAILOVER TIMEOUT -1', error('ERR FAILOVER timeout must be greater than 0')],
  ['FAILOVER ABORT FORCE', error('ERR syntax error')],
  ['SCAN 99999999999999999999', error('ERR invalid cursor')],
  ['strtoul of nothing is 0', ['SCAN', ''], ['0', []]],
  ['a cursor comes before a type', 'SET s 1', 'ZSCAN s x', error('ERR invalid cursor')],
  ['ZRANGE z + - BYLEX BYLEX', error('ERR syntax error')],
  ['ZRANGE z 0 1 REV REV', error('ERR syntax error')],
  ['nearer to 0 than a double can be', 'ZADD z 1e-400 a', error('ERR value is not a valid float')],
  ['hexadecimal, as C reads it', 'ZADD z 0x1.8p1 a', 'ZSCORE z a', '3'],
  ['INCRBYFLOAT n 0x10', '16'],
  ['it reads the options of ZADD', 'ZINCRBY z NX b', error('ERR syntax error')],
  ['a bound ends at its first NUL', ['ZCOUNT', 'z', '\0', '1'], 0],
  ['a pattern without a star names nothing', 'INCR s', 'LPUSH l 0', 'SORT_RO l GET s', [null]],
  ['one constant BY is enough: nothing is sorted', 'RPUSH l a 10 9', 'SORT l BY x BY w_*', ['a', '10', '9']],
  ['a store may have no name', ['SORT', 'l', 'STORE', ''], 0],
  ['a set that is stored unsorted is sorted all the same', 'SADD t c a b', 'SORT t BY nosort STORE l', 'LRANGE l 0 -1', ['a', 'b', 'c']],
  ['COPY a b DB 2147483648', error('ERR value is out of range, value must between -2147483648 and 2147483647')],
  ['a time may be no word at all', ['SET', 's', '1', 'EXAT', ''], error('ERR value is not an integer or out of range')],
  ['what is told is -0, what is kept in the small encoding 0', 'ZINCRBY z -0 a', '-0'],
  ['the small encoding has one zero', 'ZADD z -0 a', 'ZSCORE z a', '0'],
  ['the large one has two', 'CONFIG SET zset-max-listpack-entries 0', 'ZADD z -0 a', 'ZSCORE z a', '-0'],
  ['SELECT -2147483649', error('ERR value is out of range, value must between -2147483648 and 2147483647')],
  ['SWAPDB 0 9223372036854775807', error('ERR invalid second DB index')],
  ['switched off', 'DEBUG SLEEP 0', error(DEBUG_OFF())],
])('%s', (...row) => {
  const reply = row.pop()
  const lines = row.length > 1 ? row.slice(1) : row
  expect(said(node(), lines as string[])).toEqual(reply)
})

function DEBUG_OFF(): string {
  return 'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.'
}

const refused = (name: string, why: string) => error(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${why}`)

it.each([
  ['port', '65536', 'argument must be between 0 and 65535 inclusive'],
  ['hz', '-1', 'argument must be between 0 and 2147483647 inclusive'],
  ['hz', '1kb', "argument couldn't be parsed into an integer"],
  ['repl-timeout', '0', 'argument must be between 1 and 2147483647 inclusive'],
  ['slowlog-log-slower-than', '-2', 'argument must be between -1 and 9223372036854775807 inclusive'],
  ['hash-max-listpack-value', 'abc', 'argument must be a memory value'],
  ['proto-max-bulk-len', '1kb', 'argument must be between 1048576 and 9223372036854775807 inclusive'],
  ['databases', '4', "can't set immutable config"],
  ['dbfilename', 'x', "can't set protected config"],
  ['shutdown-on-sigint', 'x', 'argument(s) must be one of the following: default, save, nosave, now, force'],
])('CONFIG SET %s %s: %s', (name, value, why) => {
  expect(said(node(), [['CONFIG', 'SET', name, value]])).toEqual(refused(name, why))
})

it.each([
  ['hash-max-listpack-value', '1k', '1000'],
  ['maxmemory', '18446744073709551615', '18446744073709551615'],
  ['repl-backlog-size', '1', '16384'],
  ['cluster-node-timeout', '9223372036854775807', '9223372036854775807'],
])('CONFIG SET %s %s is kept as %s', (name, value, kept) => {
  expect(said(node(), [['CONFIG', 'SET', name, value], `CONFIG GET ${name}`])).toEqual([name, kept])
})

it('CLIENT LIST of a type that is none, and of an id that is none', () => {
  expect(said(node(), ['CLIENT LIST TYPE nope'])).toEqual(error("ERR Unknown client type 'nope'"))
  expect(said(node(), ['CLIENT LIST ID 1 abc'])).toEqual(error('ERR Invalid client ID'))
  expect(said(node(), ['CLIENT LIST ID 99'])).toBe('')
  expect(said(node(), ['CLIENT LIST ID 1'])).toMatch(/^id=1 .*cmd=client\|list/)
})

describe('scripts', () => {
  it('what may reach the replicas counts as a write in a script that only reads', () => {
    const refused = error('ERR Write commands are not allowed from read-only scripts.')
    expect(said(node(), [['EVAL_RO', "return redis.pcall('PUBLISH','x','y')", '0']])).toEqual(refused)
  })

  it('that they may not write is said before there is no memory', () => {
    const refused = error('ERR Write commands are not allowed from read-only scripts.')
    expect(said(node({ maxmemory: '1' }), [['EVAL_RO', "return redis.pcall('SET','x','y')", '0']])).toEqual(refused)
  })

  it('truth goes by the protocol that the script has chosen, not by its client’s', () => {
    const n = node()
    n.call('n1', 'HELLO', '3')
    expect(n.call('n1', 'EVAL', "return {redis.call('GET','nokey'), true}", '0')).toEqual([null, 1])
    expect(n.call('n1', 'EVAL', 'redis.setresp(3) return {false, true}', '0')).toEqual([{ bool: false }, { bool: true }])
  })
})

describe('DEBUG, where it is allowed', () => {
  it('SET-ACTIVE-EXPIRE 0 leaves expired keys until somebody meets them; SCAN does', () => {
    const n = node({ 'enable-debug-command': 'yes' })
    said(n, ['DEBUG SET-ACTIVE-EXPIRE 0', 'SET s 1 PX 1', 'SET other 1 PX 1'])
    n.run(500)
    expect(n.call('n1', 'DBSIZE')).toBe(2)
    expect(said(n, ['SCAN 0 MATCH s TYPE list', 'DBSIZE'])).toBe(1)
    expect(said(n, ['DEBUG SET-ACTIVE-EXPIRE'])).toEqual(
      error("ERR unknown subcommand or wrong number of arguments for 'SET-ACTIVE-EXPIRE'. Try DEBUG HELP."),
    )
  })

  it('SLEEP keeps the thread', () => {
    const n = node({ 'enable-debug-command': 'yes' })
    const began = n.sim.world.now
    n.send('n1', 'DEBUG', 'SLEEP', '0.5')
    n.run(1)
    n.call('n1#2', 'PING')
    expect(n.sim.world.now - began).toBeGreaterThan(499_000)
  })
})

it('deleting a watched key that had expired before is no change; making it anew is one', () => {
  const n = node({ 'enable-debug-command': 'yes' })
  const watched = (...lines: string[]) => {
    said(n, ['DEBUG SET-ACTIVE-EXPIRE 0', 'SET s 1 PX 1'])
    n.run(5)
    return said(n, ['WATCH s', ...lines, 'MULTI', 'EXEC'])
  }
  expect(watched('GETDEL s')).toEqual([])
  expect(watched('GETDEL s', 'SET s 2')).toEqual({ nullArray: true })
})

it('replicas are told a moment as it was given, however far it lies', () => {
  const n = plainNodes(2, { 'repl-diskless-sync-delay': '0' })
  n.call('n2', 'REPLICAOF', '10.0.0.1', '6379')
  n.run(2500)
  n.call('n1', 'SET', 's', '1')
  const { offset } = n.node('n1').repl
  expect(n.call('n1', 'PEXPIREAT', 's', '9223372036854775807')).toBe(1)
  expect(n.call('n1', 'SET', 's', '1', 'EXAT', '9999999999')).toEqual({ simple: 'OK' })
  const heard: string[] = []
  eachSince(n.node('n1').repl.backlog!, offset + 1, (item) => heard.push(item.argv.join(' ')))
  expect(heard).toEqual(['PEXPIREAT s 9223372036854775807', 'SET s 1 PXAT 9999999999000'])
})

it.each([
  ['BLPOP l 0', '', { nullArray: true }],
  ['BLPOP l 0', ' ERROR', error('UNBLOCKED client unblocked via CLIENT UNBLOCK')],
  ['BLMOVE l m LEFT LEFT 0', ' timeout', { nullArray: true }],
  ['BZMPOP 0 1 z MIN', '', { nullArray: true }],
  ['WAIT 1 0', '', 0],
  ['WAIT 1 0', ' error', error('UNBLOCKED client unblocked via CLIENT UNBLOCK')],
])('%s, ended by CLIENT UNBLOCK id%s', (line, how, reply) => {
  const n = node()
  const id = String(n.call('n1#2', 'CLIENT', 'ID'))
  n.send('n1#2', ...line.split(' '))
  n.send('n1#2', 'SET', 's', '1')
  n.run(2)
  n.call('n1', 'SELECT', '3')
  expect(said(n, [`CLIENT UNBLOCK ${id}${how}`])).toBe(1)
  n.run(2)
  expect(n.replies('n1#2').slice(-2)).toEqual([reply, { simple: 'OK' }])
  expect(said(n, [`CLIENT UNBLOCK ${id}`])).toBe(0)
  // what waited behind it is served in its own database
  expect([said(n, ['EXISTS s']), n.call('n1#2', 'GET', 's')]).toEqual([0, '1'])
})

it.each([
  ['CLIENT UNBLOCK abc NOPE', error('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR')],
  ['CLIENT UNBLOCK abc', error('ERR value is not an integer or out of range')],
  ['CLIENT UNBLOCK 1 TIMEOUT x', error("ERR unknown subcommand or wrong number of arguments for 'UNBLOCK'. Try CLIENT HELP.")],
  ['CLIENT UNBLOCK 99', 0],
])('%s', (line, reply) => {
  expect(said(node(), [line])).toEqual(reply)
})

it('BITFIELD that changes nothing touches nobody', () => {
  const same = ['WATCH b', 'BITFIELD b INCRBY i8 7 0 OVERFLOW SAT', 'MULTI', 'EXEC']
  expect(said(node(), ['BITFIELD b SET i8 8 1', ...same])).toEqual([])
  // a string that grows is another
  expect(said(node(), same)).toEqual({ nullArray: true })
})

it('a key that comes to another database is a change there, not here', () => {
  const n = node()
  expect(said(n, ['SET z 1', 'WATCH s', 'COPY z s DB 1', 'MULTI', 'EXEC'])).toEqual([])
  n.call('n1#2', 'SELECT', '1')
  n.call('n1#2', 'WATCH', 'z')
  expect(said(n, ['MOVE z 1'])).toBe(1)
  n.call('n1#2', 'MULTI')
  expect(n.call('n1#2', 'EXEC')).toEqual({ nullArray: true })
})

it('the limits of the small encodings of hashes are directives', () => {
  const encoding = (limit: string, ...lines: string[]) => said(node(), [`CONFIG SET ${limit}`, ...lines, 'OBJECT ENCODING h'])
  expect(encoding('hash-max-listpack-entries 1', 'HSET h a 1')).toBe('listpack')
  expect(encoding('hash-max-listpack-entries 1', 'HSET h a 1 b 2')).toBe('hashtable')
  expect(encoding('hash-max-listpack-entries 0', 'HINCRBYFLOAT h a 1')).toBe('hashtable')
  expect(encoding('hash-max-listpack-value 4', 'HSET h a 12345')).toBe('hashtable')
})
