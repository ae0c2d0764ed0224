import { below, newStream, type Stream } from '../../engine/core/random.ts'

/** One step of a script: which node (its index), over which connection, and what is said. */
export interface ScriptStep {
  node: number
  client?: string
  /** `<node:2>` stands for the id of the third node. */
  cmd: string[]
  /** the reply depends on chance or the clock. */
  volatile?: boolean
  /** the reply is a set: its order says nothing. */
  unordered?: 'nested'
  /** milliseconds until the next step. */
  sleepAfter?: number
}

/**
 * What may be said, a line a form. A lower-case word draws (see DRAWS), `[a|b]` may be left out, `(a|b)` may not, `w...` stands for one to
 * three. Lines with `~` before them answer in no order.
 */
const FORMS = `
SET s v [NX|XX] [GET] [EX ttl|PX ms|KEEPTTL|EXAT at|PXAT atms]
GET s
~MGET k...
MSET k v [k v]
MSETNX k v [k v]
SETNX s v
SETEX s ttl v
PSETEX s ms v
GETSET s v
GETDEL s
GETEX s [EX ttl|PX ms|PERSIST|EXAT at]
APPEND s v
STRLEN s
GETRANGE s i i
SUBSTR s i i
SETRANGE s off v
INCR n
DECR n
INCRBY n int
DECRBY n int
INCRBYFLOAT n f
LCS s s [LEN|IDX] [MINMATCHLEN c] [WITHMATCHLEN]
SETBIT b bit bitv
GETBIT b bit
BITCOUNT b [i i] [BYTE|BIT]
BITPOS b bitv [i] [i] [BYTE|BIT]
BITOP (AND|OR|XOR|NOT) b b [b]
BITFIELD b (GET bt bit|SET bt bit int|INCRBY bt bit int) [OVERFLOW (WRAP|SAT|FAIL)] [INCRBY bt bit int]
BITFIELD_RO b GET bt bit
DEL k...
UNLINK k...
EXISTS k...
TOUCH k...
TYPE k
RENAME k k
RENAMENX k k
COPY k k [REPLACE]
EXPIRE k ttl [NX|XX|GT|LT]
PEXPIRE k ms [NX|XX|GT|LT]
EXPIREAT k at
TTL k
PERSIST k
~KEYS glob
DBSIZE
OBJECT ENCODING k
HSET h fd v [fd v]
HMSET h fd v [fd v]
HSETNX h fd v
HGET h fd
HMGET h fd...
~HGETALL h
~HKEYS h
~HVALS h
HLEN h
HDEL h fd...
HEXISTS h fd
HSTRLEN h fd
HINCRBY h fd int
HINCRBYFLOAT h fd f
~HRANDFIELD h 100 [WITHVALUES]
~HSCAN h 0 [MATCH glob] [COUNT 1000]
LPUSH l v...
RPUSH l v...
LPUSHX l v...
RPUSHX l v...
LPOP l [c]
RPOP l [c]
LLEN l
LRANGE l i i
LINDEX l i
LSET l i v
LINSERT l (BEFORE|AFTER) v v
LREM l i v
LTRIM l i i
LPOS l v [RANK i] [COUNT c] [MAXLEN c]
LMOVE l l (LEFT|RIGHT) (LEFT|RIGHT)
RPOPLPUSH l l
LMPOP num l [l] (LEFT|RIGHT) [COUNT c]
BLPOP l l 0.01
BRPOP l 0.01
BLMOVE l l (LEFT|RIGHT) (LEFT|RIGHT) 0.01
BLMPOP 0.01 num l (LEFT|RIGHT) [COUNT c]
BZPOPMIN z 0.01
BZMPOP 0.01 num z (MIN|MAX) [COUNT c]
SADD t m...
SREM t m...
~SMEMBERS t
SISMEMBER t m
SMISMEMBER t m...
SCARD t
SMOVE t t m
~SPOP t 100
~SRANDMEMBER t 100
~SINTER t...
~SUNION t...
~SDIFF t...
SINTERSTORE k t...
SUNIONSTORE k t...
SDIFFSTORE k t...
SINTERCARD num t [t] [LIMIT c]
~SSCAN t 0 [MATCH glob] [COUNT 1000]
ZADD z [NX|XX] [GT|LT] [CH] [INCR] sc m [sc m]
ZREM z m...
ZSCORE z m
ZMSCORE z m...
ZINCRBY z sc m
ZCARD z
ZCOUNT z bound bound
ZLEXCOUNT z lex lex
ZRANK z m
ZREVRANK z m
ZRANGE z i i [REV] [WITHSCORES]
ZRANGE z bound bound BYSCORE [REV] [LIMIT i i] [WITHSCORES]
ZRANGE z lex lex BYLEX [REV] [LIMIT i i]
ZRANGESTORE k z i i [REV]
ZREVRANGE z i i [WITHSCORES]
ZRANGEBYSCORE z bound bound [WITHSCORES] [LIMIT i i]
ZREVRANGEBYSCORE z bound bound [WITHSCORES] [LIMIT i i]
ZRANGEBYLEX z lex lex [LIMIT i i]
ZREVRANGEBYLEX z lex lex [LIMIT i i]
ZREMRANGEBYRANK z i i
ZREMRANGEBYSCORE z bound bound
ZREMRANGEBYLEX z lex lex
ZPOPMIN z [c]
ZPOPMAX z [c]
ZMPOP num z [z] (MIN|MAX) [COUNT c]
~ZRANDMEMBER z 100 [WITHSCORES]
ZUNION num z z [WEIGHTS f f] [AGGREGATE (SUM|MIN|MAX)] [WITHSCORES]
ZINTER num z t [WEIGHTS f f] [AGGREGATE (SUM|MIN|MAX)] [WITHSCORES]
ZDIFF num z z [WITHSCORES]
ZUNIONSTORE k num z z [WEIGHTS f f] [AGGREGATE (SUM|MIN|MAX)]
ZINTERSTORE k num z t [WEIGHTS f f]
ZDIFFSTORE k num z z
ZINTERCARD num z z [LIMIT c]
~ZSCAN z 0 [MATCH glob] [COUNT 1000]
SORT l [ALPHA] [ASC|DESC] [LIMIT i c] [STORE k]
SORT t ALPHA [DESC]
SORT_RO z [ALPHA] [LIMIT i c]
PING [v]
ECHO v
SELECT db
MOVE k db
SWAPDB db db
FLUSHDB [SYNC|ASYNC]
WATCH k...
UNWATCH
MULTI
EXEC
DISCARD
EVAL script 1 k v
EVAL script 0
PUBLISH chan v
PUBSUB CHANNELS
PUBSUB NUMPAT
WAIT 0 0
CLIENT GETNAME
CLIENT SETNAME m
CLIENT NO-EVICT (ON|OFF)
CONFIG GET (maxmemory|hz|appendonly|list-max-listpack-size)
COMMAND GETKEYS SET s v
COMMAND GETKEYS ZUNIONSTORE k 2 z z
COMMAND COUNT
OBJECT HELP
NOPE k
RESET
`

const INTS = [
  '0',
  '1',
  '-1',
  '2',
  '5',
  '10',
  '-3',
  '100',
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775808',
  '1.5',
  'abc',
  '',
  ' 1',
  '+1',
  '01',
]
const VALUES = ['a', 'b', 'hello', '0', '1', '10', '-3', '3.5', '', 'a b', 'é', '9223372036854775807', 'x'.repeat(70), '1e3', 'inf']
const SCRIPTS = [
  "return redis.call('GET',KEYS[1])",
  "return redis.call('SET',KEYS[1],ARGV[1])",
  "return redis.pcall('INCR',KEYS[1])",
  "return redis.call('INCR',KEYS[1])",
  'return {1,2,{3,"four"},false,true,nil,5}',
  "return redis.error_reply('MY error')",
  "return redis.status_reply('FINE')",
  'return 3.99',
  'local n = 0 for i=1,10 do n = n + i end return n',
  'return {KEYS[1],ARGV[1],#KEYS,#ARGV}',
  'return tostring(1/3)',
  "return string.format('%d %s %5.2f', 42, 'x', 2.5)",
  "if redis.call('EXISTS',KEYS[1]) == 1 then return redis.call('TYPE',KEYS[1]) else return 'none' end",
  "redis.call('RPUSH',KEYS[1],'a','b') return redis.call('LRANGE',KEYS[1],0,-1)",
  'return x',
  'return redis.call("NOPE")',
  'return redis.sha1hex("a")',
  'this is no lua',
  'return tostring(tonumber(ARGV[1])) .. type(ARGV[1])',
  "return {ARGV[1]:match('^(%-?%d+)%.?(%d*)$')}",
  "return {ARGV[1]:gsub('(%w)(%w?)', '%2%1')}",
  "return {ARGV[1]:find('(%a)()(%a)'), ARGV[1]:byte(1, 3)}",
  "local o = {} for w in ARGV[1]:gmatch('%S+') do o[#o + 1] = w:upper() end return table.concat(o, '|')",
  "return string.format('%s|%10.3s|%-8s|%q', ARGV[1], ARGV[1], ARGV[1], ARGV[1])",
  "local n = tonumber(ARGV[1]) or 1.5 return string.format('%d %x %g %.3e %8.2f', n, n, n, n, n)",
  'return cjson.encode({ARGV[1], #ARGV[1], key = KEYS[1], [ARGV[1]] = true})',
  'return cjson.encode(cjson.decode(ARGV[1]))',
  "return {pcall(cjson.decode, '[' .. ARGV[1] .. ']')}",
  'return cmsgpack.pack(ARGV[1], tonumber(ARGV[1]), {KEYS[1], ARGV})',
  "return {struct.unpack('>I2c0', struct.pack('>I2c0', #ARGV[1], ARGV[1]))}",
  'local n = tonumber(ARGV[1]) or 7 return {bit.bxor(n, 255), bit.tohex(n), bit.rshift(n, 3), bit.bswap(n)}',
  "local s = 0 for _, v in ipairs(redis.call('LRANGE',KEYS[1],0,-1)) do s = s + (tonumber(v) or 1) end return tostring(s)",
  'local o = {} for k in pairs({[ARGV[1]] = 1, [KEYS[1]] = 2, a = 3, b = 4, 5, 6}) do o[#o + 1] = k end return o',
  "local o = {} redis.setresp(3) for k, v in pairs(redis.call('HGETALL',KEYS[1]).map) do o[#o + 1] = k .. '=' .. v end return o",
  "return {pcall(redis.call, 'INCRBY', KEYS[1], ARGV[1])}",
  "local e = redis.pcall('INCRBYFLOAT', KEYS[1], ARGV[1]) return e.err or e",
  'local co = coroutine.wrap(function(a) while true do a = coroutine.yield(a .. KEYS[1]) end end) return {co(1), co(ARGV[1])}',
  'return ARGV[1] + 1',
  'return ARGV[1] < KEYS[1]',
  "local v = redis.call('SMEMBERS',KEYS[1]) table.sort(v) return v",
  'return setmetatable({}, {__index = function(_, k) return k .. ARGV[1] end}).x',
  'return KEYS[1].x.y',
  "error({err = 'MY ' .. ARGV[1]})",
]

/** The words of a form, drawn. */
const DRAWS: Record<string, readonly string[]> = {
  s: ['s1', 's2', 'n1', 's3'],
  n: ['n1', 'n2', 's1'],
  b: ['b1', 'b2', 's1'],
  h: ['h1', 'h2'],
  l: ['l1', 'l2', 'l3'],
  t: ['t1', 't2', 't3'],
  z: ['z1', 'z2', 'z3'],
  k: ['s1', 'n1', 'h1', 'l1', 't1', 'z1', 'z2', 'x', 'y', 'b1', 't3', 'l3', 'h2'],
  v: VALUES,
  int: INTS,
  i: ['0', '1', '-1', '2', '-2', '5', '-100', '100', '9223372036854775807', '-9223372036854775808', '1.5', 'abc', '9223372036854775808'],
  c: ['0', '1', '2', '3', '10', '-1', 'x', '9223372036854775807', '9223372036854775808'],
  num: ['1', '2', '2', '2', '3', '0', '-1', 'x'],
  f: ['0.5', '1', '2', '-1.5', '1e3', '3.0e-2', 'inf', 'nan', 'abc', '0.1', '1e400', '-0'],
  sc: ['0', '1', '2', '-1', '1.5', '3', '1e5', 'inf', '-inf', 'nan', 'abc', '0.1', '(1', '1e-7', '123456789012'],
  bound: ['-inf', '+inf', '0', '1', '(1', '(2', '2', '-1', 'inf', 'abc', '1.5', '('],
  lex: ['-', '+', '[a', '(a', '[c', '(d', '[', '(', 'a', '[hello'],
  m: ['a', 'b', 'c', 'd', 'hello', '1', '2', '', 'a b', 'é', '3.5'],
  fd: ['f1', 'f2', 'f3', 'g', '', '1'],
  ttl: ['100', '100', '1000', '0', '-1', 'abc', '9223372036854775807', '20'],
  ms: ['100000', '200000', '0', '-1', 'abc', '9223372036854775807'],
  at: ['1', '-1', 'abc', '0'],
  atms: ['1', 'abc'],
  far: ['9999999999', '99999999999', '9223372036854775807', '-9223372036854775808'],
  farms: ['9999999999999', '9223372036854775807', '-9223372036854775808', '1e3'],
  off: ['0', '1', '5', '100', '-1', '536870912', 'abc'],
  bit: ['0', '1', '7', '8', '9', '100', '-1', '4294967296', '#1', 'abc'],
  bitv: ['0', '1', '1', '2', 'x'],
  bt: ['u8', 'i8', 'u4', 'i16', 'u63', 'i64', 'u64', 'i0', 'x8'],
  glob: ['*', 's*', '[hl]1', '?1', 'nope', 'f*', 'a*', '\\*', '[^s]*'],
  db: ['0', '0', '1', '15', '16', '-1', 'abc'],
  chan: ['news', 'x'],
  script: SCRIPTS,
}
const TYPED = new Set(['s', 'n', 'b', 'h', 'l', 't', 'z'])

export type Part = { words: Part[][]; optional: boolean } | { draw: string; many: boolean } | { word: string }

const parseForm = (text: string): Part[] => {
  const parts: Part[] = []
  for (const token of text.match(/\[[^\]]*\]|\((?:[^()]|\([^)]*\))*\)|\S+/g) ?? []) {
    const group = /^([[(])(.*)[\])]$/.exec(token)
    if (group !== null && group[2] !== undefined && token.length > 2)
      parts.push({ optional: group[1] === '[', words: alternatives(group[2]).map(parseForm) })
    else {
      const many = token.endsWith('...')
      const name = many ? token.slice(0, -3) : token
      parts.push(Object.hasOwn(DRAWS, name) ? { draw: name, many } : { word: name })
    }
  }
  return parts
}

/** Splits at the bars that stand in no inner group. */
const alternatives = (text: string): string[] => {
  const out = ['']
  let depth = 0
  for (const c of text) {
    depth += c === '(' ? 1 : c === ')' ? -1 : 0
    if (c === '|' && depth === 0) out.push('')
    else out[out.length - 1] += c
  }
  return out
}

export interface Form {
  unordered: boolean
  parts: Part[]
}

const parse = (lines: string): Form[] =>
  lines
    .trim()
    .split('\n')
    .map((text) => ({ unordered: text.startsWith('~'), parts: parseForm(text.replace(/^~/, '')) }))

const ALL = parse(FORMS)

/** The forms of these lines; without, the ordinary ones. */
export const formsOf = (lines?: string): readonly Form[] => (lines === undefined ? ALL : parse(lines))

export const pick = <T>(s: Stream, from: readonly T[]): T => from[below(s, from.length)]

const drawn = (s: Stream, name: string): string => {
  // now and then a key of another type: WRONGTYPE is an answer too
  if (TYPED.has(name) && below(s, 10) === 0) return pick(s, DRAWS['k'])
  const from = DRAWS[name]
  // what is well formed stands first, and is likelier
  return below(s, 2) === 0 ? pick(s, from.slice(0, Math.max(1, from.length >> 1))) : pick(s, from)
}

export const words = (s: Stream, parts: readonly Part[], out: string[]): string[] => {
  for (const p of parts) {
    if ('word' in p) out.push(p.word)
    else if ('draw' in p) for (let n = p.many ? 1 + below(s, 3) : 1; n > 0; n--) out.push(drawn(s, p.draw))
    else if (!p.optional || below(s, 5) < 2) words(s, pick(s, p.words), out)
  }
  return out
}

/** Now and then a word too few or too many, or another case of letters. */
const spoilt = (s: Stream, cmd: string[]): string[] => {
  // a blocking command keeps its timeout, COMMAND its question, and what is drawn its count
  if (/^(B[LRZ]|COMMAND|RESET|[HSZ]RAND|SPOP)/.test(cmd[0])) return cmd
  switch (below(s, 30)) {
    case 0:
      return cmd.slice(0, -1).length > 0 ? cmd.slice(0, -1) : cmd
    case 1:
      return [...cmd, pick(s, VALUES)]
    case 2:
      return [cmd[0].toLowerCase(), ...cmd.slice(1)]
    default:
      return cmd
  }
}

/** One command of any form, now and then spoilt. */
export const randomCommand = (s: Stream): { cmd: string[]; unordered: boolean } => {
  const form = pick(s, ALL)
  return { cmd: spoilt(s, words(s, form.parts, [])), unordered: form.unordered }
}

/** A script of its seed: `steps` commands for one node outside cluster mode, all families mixed, mistakes among them. */
export const randomScript = (seed: number, steps: number): ScriptStep[] => {
  const s = newStream(seed, 'script')
  const out: ScriptStep[] = [{ node: 0, cmd: ['FLUSHALL'] }]
  let isMulti = false
  while (out.length < steps) {
    const form = pick(s, ALL)
    const cmd = spoilt(s, words(s, form.parts, []))
    const name = cmd[0].toUpperCase()
    // a transaction ends soon, and holds nothing that is random
    if (isMulti && below(s, 5) === 0) cmd.splice(0, cmd.length, pick(s, ['EXEC', 'EXEC', 'EXEC', 'DISCARD']))
    const step: ScriptStep = { node: 0, cmd }
    const said = cmd[0].toUpperCase()
    if (form.unordered && said === name) step.unordered = 'nested'
    if (said === 'EXEC') step.unordered = 'nested'
    if (said === 'MULTI') isMulti = true
    if (said === 'EXEC' || said === 'DISCARD' || said === 'RESET') isMulti = false
    out.push(step)
  }
  return out
}

/** Keys of a cluster script: some share a slot, most do not. */
export const CLUSTER_KEYS = ['{a}1', '{a}2', '{a}3', '{b}1', '{b}2', '{c}1', '{d}1', 'foo', 'bar', '{a}x{b}', '{}x', 'k1', 'k2']

/** A script for a settled cluster of `primaries` primaries, replicas after them: wrong nodes, wrong slots, transactions, READONLY. */
export const randomClusterScript = (seed: number, steps: number, nodes: number, primaries: number): ScriptStep[] => {
  const s = newStream(seed, 'cluster script')
  const out: ScriptStep[] = []
  for (let node = 0; node < primaries; node++) out.push({ node, cmd: ['FLUSHALL'] })
  for (let node = 0; node < nodes; node++) out.push({ node, client: 'ro', cmd: ['READONLY'] })
  const forms = ALL.filter(
    (f) =>
      !('word' in f.parts[0]) || !/^(SELECT|MOVE|SWAPDB|FLUSHDB|KEYS|DBSIZE|RESET|WAIT|CLIENT|CONFIG|PUBSUB|B[LRZ])/.test(f.parts[0].word),
  )
  const open = new Set<string>()
  while (out.length < steps) {
    const node = below(s, nodes)
    const client = below(s, 3) === 0 ? 'ro' : 'a'
    const form = pick(s, forms)
    const tag = pick(s, CLUSTER_KEYS)
    const isOneSlot = below(s, 4) > 0
    const own = new Map<string, string>()
    let cmd = spoilt(s, words(s, form.parts, []))
    // keys get names that a cluster minds: of one slot mostly, and of the type the form wants
    cmd = cmd.map((w, i) => (i > 0 && /^[snbhltz][123]$|^[xy]$/.test(w) ? clusterKey(s, w, isOneSlot ? tag : null, own) : w))
    const place = `${node}/${client}`
    if (open.has(place) && below(s, 4) === 0) cmd = [pick(s, ['EXEC', 'EXEC', 'DISCARD'])]
    else if (below(s, 12) === 0) cmd = [pick(s, ['ASKING', 'ASKING', 'READONLY', 'READWRITE'])]
    else if (below(s, 20) === 0)
      cmd = [
        'CLUSTER',
        ...pick(s, [['KEYSLOT', tag], ['COUNTKEYSINSLOT', '15495'], ['GETKEYSINSLOT', '15495', '0'], ['MYID'], ['NOPE'], ['KEYSLOT']]),
      ]
    const said = cmd[0].toUpperCase()
    if (said === 'MULTI') open.add(place)
    if (said === 'EXEC' || said === 'DISCARD') open.delete(place)
    const step: ScriptStep = { node, client, cmd }
    if (form.unordered || said === 'EXEC') step.unordered = 'nested'
    out.push(step)
  }
  return out
}

/** A key's name in a cluster: with that tag, or with any. */
export const clusterKey = (s: Stream, word: string, tag: string | null, own: Map<string, string>): string => {
  const known = own.get(word)
  if (known !== undefined) return known
  const brace = /^\{[a-d]\}/.exec(tag ?? '')?.[0] ?? '{a}'
  const key = `${tag === null ? pick(s, ['{a}', '{b}', '{c}', '{d}']) : brace}${word}`
  own.set(word, key)
  return key
}
