import { below, newStream, type Stream } from '../../engine/core/random.ts'
import { formsOf, pick, words, type ScriptStep } from './script.ts'

/**
 * Scripts of what nobody should say: a form with a word taken out, put in, said twice or replaced by an odd one; inside MULTI and EVAL, in
 * RESP3, about keys that have expired and are still there, and under limits at which encodings change.
 */

/** What the ordinary scripts leave out. */
const MORE = `
PEXPIREAT k farms [NX|XX|GT|LT]
EXPIREAT k far [NX|XX|GT|LT]
SET s v EXAT far
PTTL nokey
EXPIRETIME nokey
PEXPIRETIME nokey
~SCAN 0 [MATCH glob] [COUNT 1000] [TYPE (string|list|hash|nope)]
SCAN (abc|99999999999999999999|+|-) [COUNT c]
OBJECT (FREQ|REFCOUNT) nosuchkey
OBJECT ENCODING k
OBJECT NOPE k
DUMP nosuchkey
RESTORE k ttl v [REPLACE] [ABSTTL] [IDLETIME c] [FREQ c]
MIGRATE 127.0.0.1 1 k 0 10 [COPY] [REPLACE] [AUTH v] [KEYS k]
MIGRATE host 1 nokey (0|abc) (10|abc)
BRPOPLPUSH l l 0.01
BZPOPMAX z z 0.01
BLPOP l (-1|abc|nan|1e400|0x)
BLMOVE l l LEFT (LEFT|UP) (0.01|-1|abc)
BLMPOP (0.01|-1|abc) num l (LEFT|UP) [COUNT c]
BZMPOP (0.01|-1) num z (MIN|MEAN) [COUNT c]
SORT l BY (w_*|nosort|s*) [GET #] [GET (s*|h*->f1|nope*)] [LIMIT i c] [ASC|DESC] [ALPHA]
SORT z BY nosort [GET #] [LIMIT i i] [DESC]
SORT (t|z|h) [GET h*->] [BY h1->f1] ALPHA [STORE k]
SORT_RO l [GET s1] [STORE k]
ZADD z sc m sc m sc m
ZADD z [NX|XX] [NX|XX] [GT|LT] [INCR] sc m sc
ZRANGE z bound bound [BYSCORE|BYLEX] [REV] [LIMIT i i] [WITHSCORES]
ZRANGESTORE k z bound bound [BYSCORE|BYLEX] [REV] [LIMIT i i] [WITHSCORES]
ZUNION num z z [WEIGHTS f] [AGGREGATE (SUM|MEAN)] [WITHSCORES] [LIMIT c]
ZINTER num z z [WEIGHTS f f] [AGGREGATE (SUM|MIN|MAX)] [WITHSCORES]
ZINTERSTORE k num z z [WEIGHTS f f] [WITHSCORES]
ZUNIONSTORE k num t z [AGGREGATE (MIN|MAX)]
ZDIFF num z t [WITHSCORES] [WEIGHTS f]
ZMPOP num z (MIN|MAX|LEFT) [COUNT c] [COUNT c]
LMPOP num l (LEFT|MIN) [COUNT c] [COUNT c]
HRANDFIELD h (0|abc) [WITHVALUES]
SRANDMEMBER t (0|abc)
ZRANDMEMBER z (0|abc) [WITHSCORES]
SPOP t (0|-1|abc)
LPOS l v [RANK i] [RANK i] [COUNT c] [MAXLEN c]
LCS s s [LEN] [IDX] [MINMATCHLEN i] [WITHMATCHLEN]
SET s v [NX|XX] [NX|XX] [GET] [EX ttl|PX ms] [KEEPTTL]
GETEX s [EX ttl] [PX ms] [PERSIST]
BITCOUNT b i [i] [BYTE|BIT]
BITPOS b bitv [i i] [BYTE|BIT|BITE]
BITOP (AND|NOT|NAND) b b b
BITFIELD b [OVERFLOW (SAT|FAIL)] (SET|INCRBY|GET) bt bit int [GET bt bit]
BITFIELD_RO b (GET|SET) bt bit [int]
COPY k k [DB db] [REPLACE] [REPLACE]
EXPIRE k ttl (NX|XX|GT|LT) (NX|XX|GT|LT)
MSETNX k v k v k
HELLO [(2|3|4|abc)]
HELLO 3 (AUTH|SETNAME|NOPE)
HELLO 3 SETNAME (m|)
AUTH [default] v
CLIENT (LIST|KILL|PAUSE|UNPAUSE|UNBLOCK|INFO|ID|REPLY|NOPE|NO-TOUCH|CACHING|TRACKINGINFO|GETREDIR|HELP)
CLIENT LIST (TYPE nope|ID abc|ID|TYPE)
CLIENT KILL (ID abc|ID 99999|TYPE nope|USER nobody|SKIPME maybe|ADDR 1.2.3.4:5|1.2.3.4:5|LADDR 1:1|ID)
CLIENT PAUSE (abc|-1|99999999999999999999)
CLIENT UNBLOCK (99999|abc) [TIMEOUT|ERROR|NOPE]
CLIENT TRACKING (ON|OFF|abc) [BCAST] [PREFIX v] [OPTIN] [OPTOUT] [NOLOOP]
CLIENT TRACKING ON REDIRECT (0|99999|abc|-1)
CLIENT CACHING (YES|NO|abc)
CLIENT SETNAME (a b|é||x)
CLIENT NO-EVICT abc
PUBSUB (CHANNELS|SHARDCHANNELS) [glob]
PUBSUB (NUMSUB|SHARDNUMSUB) [chan] [chan]
PUBSUB (HELP|NOPE|NUMPAT) [v]
SPUBLISH chan v
CONFIG GET (*max-*|nope|save|proto*) [hz]
CONFIG SET (nope|hz|maxmemory-policy|list-max-listpack-size|port|repl-backlog-size) (abc|-1|1gb|1kx)
CONFIG SET hz 10 hz 10
CONFIG SET hz
CONFIG (RESETSTAT|HELP|NOPE|REWRITE)
ROLE
REPLICAOF (NO|no|host) (abc|99999999|-1)
REPLICAOF NO ONE
FAILOVER [ABORT|TO|TIMEOUT 10|FORCE]
FAILOVER TO host (1|abc) [FORCE] [TIMEOUT (1|-1|abc)]
MEMORY (USAGE nokey|USAGE k SAMPLES (-1|abc)|USAGE|NOPE|PURGE|HELP)
~COMMAND INFO nope
~COMMAND LIST FILTERBY (MODULE nope|ACLCAT nope|PATTERN xyz*|PATTERN hget*|ACLCAT hyperloglog|NOPE x)
~COMMAND DOCS nope
COMMAND (NOPE|HELP|COUNT|GETKEYS)
COMMAND GETKEYS (GET s|MSET k v k v|EVAL x 2 k k v|SORT l STORE k|PING|NOPE|LMPOP 2 l l LEFT|COPY k k|OBJECT ENCODING k|MIGRATE h 1 k 0 1|GET|ZUNION 2 z z|XREAD STREAMS k 0|SET s v GET)
EVALSHA (ffffffffffffffffffffffffffffffffffffffff|abc) (0|1|-1|abc) [k]
EVAL (return|{}|) (0|1|-1|abc|2) [k]
EVAL_RO script (0|1) k v
SCRIPT (LOAD|EXISTS|FLUSH|KILL|DEBUG|NOPE|HELP)
SCRIPT LOAD (nonsense|return)
SCRIPT EXISTS abc ffffffffffffffffffffffffffffffffffffffff
SCRIPT FLUSH (SYNC|ASYNC|NOPE)
SCRIPT DEBUG (NO|NOPE)
ACL (WHOAMI|USERS|LIST|CAT|HELP|NOPE|GENPASS|LOAD|SAVE|LOG|DRYRUN|GETUSER|SETUSER|DELUSER)
ACL (CAT nope|GENPASS abc|GENPASS 0|GENPASS 5000|LOG abc|LOG RESET|LOG -1|GETUSER nobody|DELUSER nobody|DELUSER default|DRYRUN nobody get k|DRYRUN default get k|DRYRUN default nope|DRYRUN default get)
DEBUG (NOPE|SLEEP abc|SET-ACTIVE-EXPIRE)
LATENCY NOPE
QUIT
READONLY
READWRITE
ASKING
CLUSTER (INFO|MYID|NOPE)
SUBSTR s i
WAIT (abc|0|-1|99999999999999999999) (0|-1|abc)
FLUSHALL (SYNC|ASYNC|NOPE)
FLUSHDB (NOPE|SYNC ASYNC)
SWAPDB (0|1|16|abc) (0|1|abc)
SELECT (99999999999999999999|-1|1.5)
LOLWUT VERSION abc
DISCARD
WATCH
MULTI x
`

/** A tenth of them CONFIG SET, so that the encodings of small and large collections take turns. */
const LIMITS: readonly (readonly [name: string, otherwise: string, values: readonly string[]])[] = [
  ['hash-max-listpack-entries', '128', ['0', '1', '2', '128']],
  ['hash-max-listpack-value', '64', ['0', '4', '64']],
  ['set-max-intset-entries', '512', ['0', '1', '2', '512']],
  ['zset-max-listpack-entries', '128', ['0', '1', '2', '128']],
  ['zset-max-listpack-value', '64', ['0', '4', '64']],
  ['list-max-listpack-size', '-2', ['-1', '-5', '1', '2', '0']],
  ['list-compress-depth', '0', ['0', '1']],
  ['proto-max-bulk-len', '512mb', ['1mb', '512mb']],
  ['maxmemory-policy', 'noeviction', ['noeviction']],
  ['maxmemory', '0', ['1', '0', '0']],
  ['lazyfree-lazy-expire', 'no', ['yes', 'no']],
  ['busy-reply-threshold', '5000', ['5000', '0']],
]

const ODD = [
  ...[
    '',
    ' ',
    '0',
    '-0',
    '+0',
    '00',
    '-1',
    '-2',
    '+5',
    '007',
    '1 ',
    ' 1',
    '1\n',
    '\0',
    'a\0b',
    '3.0',
    '1_000',
    '1,5',
    '0x10',
    '0x',
    '0b1',
    '1e3',
    '1E3',
  ],
  ...[
    '1e400',
    '-1e400',
    '1e-400',
    '5e-324',
    '1.7976931348623157e308',
    'nan',
    '-nan',
    'NaN',
    'inf',
    '-inf',
    '+inf',
    'Infinity',
    '1.',
    '.5',
    '-.5',
    '1e',
    '.',
  ],
  ...[
    '9223372036854775806',
    '9223372036854775807',
    '9223372036854775808',
    '-9223372036854775808',
    '-9223372036854775809',
    '18446744073709551615',
  ],
  ...[
    '18446744073709551616',
    '4294967296',
    '-2147483649',
    '99999999999999999999999',
    '0.1',
    '0.30000000000000004',
    '1e17',
    '123456789012345678',
  ],
  ...[
    '(',
    '[',
    '((1',
    '(1',
    '[a',
    '-',
    '+',
    '--',
    '#',
    '*',
    '[*',
    '\\',
    'é',
    '\u0001',
    '\r\n',
    '"',
    "'",
    '$5',
    '%s',
    '{',
    '}',
    '{}',
    '{a}',
    'null',
  ],
  ...[
    'NX',
    'XX',
    'GET',
    'LIMIT',
    'COUNT',
    'KEEPTTL',
    'EX',
    'PX',
    'REV',
    'WITHSCORES',
    'STORE',
    'MATCH',
    'WEIGHTS',
    'AGGREGATE',
    'LEFT',
    'BYLEX',
    'BIT',
  ],
  ...[
    's1',
    'n1',
    'h1',
    'l1',
    't1',
    'z1',
    'b1',
    'nokey',
    'x'.repeat(200),
    '1'.repeat(40),
    `0.${'1'.repeat(40)}`,
    '-'.repeat(3),
    '1'.repeat(20),
  ],
] as const

const FORMS = formsOf(MORE)
export const oddForms = (): typeof FORMS => FORMS

/** They wait, or say much at once, or chance has a part in them: the odd word in them is in their form. */
const KEPT =
  /^(B[LRZ]|WAIT|CLIENT|QUIT|RESET|DEBUG|REPLICAOF|FAILOVER|MIGRATE|[HSZ]RAND|SRANDMEMBER|SPOP|COMMAND|CONFIG|ACL|HELLO|LOLWUT|MEMORY|SHUTDOWN|PUBSUB|UNSUBSCRIBE|RANDOMKEY|EVAL|SCRIPT|AUTH|LATENCY|CLUSTER|SCAN|OBJECT|TTL)/i
/** What is of the clock, of chance or of this run's sockets. */
export const VOLATILE =
  /^(HELLO( [23]\b|$)|CLIENT (LIST|INFO|ID)|ACL (GENPASS|LOG|LIST|USERS|GETUSER)|DEBUG (HELP|NOPE|STR)|MEMORY (DOCTOR|HELP)|LATENCY|OBJECT IDLETIME|CONFIG (REWRITE|GET)|COMMAND DOCS|CLIENT TRACKINGINFO$|PUBSUB)|\b(P?TTL|DUMP)\b/i
/** A scan that may end half way: where is a matter of the hash function. */
export const PART_OF_SCAN = /\bSCAN [-+\d]+(?!.*COUNT 1000)/i
/** Bits so far out that a server would take half a gigabyte for them. */
const FAR_BITS = /^(SETBIT|BITFIELD|SETRANGE)/i

const odd = (s: Stream, cmd: readonly string[]): string => {
  const word = pick(s, ODD)
  return FAR_BITS.test(cmd[0]) && /^\d{7,9}$|^-?1e\d/.test(word) ? 'abc' : word
}

/** One word or two otherwise. */
export const spoilt = (s: Stream, cmd: string[]): string[] => {
  if (KEPT.test(cmd[0])) return cmd
  const out = cmd.slice()
  for (let n = below(s, 3); n > 0; n--) {
    const at = 1 + below(s, out.length)
    switch (below(s, 6)) {
      case 0:
        if (at < out.length) out.splice(at, 1)
        break
      case 1:
        out.splice(at, 0, odd(s, out))
        break
      case 2:
        if (at < out.length) out.splice(at, 0, ...out.slice(at, at + 1 + below(s, 2)))
        break
      default:
        if (at < out.length) out[at] = odd(s, out)
    }
  }
  return out
}

const CALLS = [
  'return redis.call(unpack(ARGV))',
  'return redis.pcall(unpack(ARGV))',
  'redis.setresp(3) return redis.call(unpack(ARGV))',
  'local r = redis.pcall(unpack(ARGV)) return type(r)',
  'local r = redis.pcall(unpack(ARGV)) if type(r) == "table" and r.err then return {r.err} end return r',
]

/** The same said by a script, where it may be. */
export const inScript = (s: Stream, cmd: string[]): string[] =>
  /^(MULTI|EXEC|DISCARD|WATCH|QUIT|RESET|HELLO|CLIENT|DEBUG|AUTH|MIGRATE)/i.test(cmd[0])
    ? cmd
    : [pick(s, ['EVAL', 'EVAL', 'EVAL', 'EVAL_RO']), pick(s, CALLS), '0', ...cmd]

/** A library that runs what its arguments say, in as many ways. */
const LIBRARY = `#!lua name=calls
${CALLS.map((call, i) => `redis.register_function('call${i}', function(KEYS, ARGV) ${call} end)`).join('\n')}
redis.register_function{function_name = 'reads', callback = function(KEYS, ARGV) return redis.call(unpack(ARGV)) end, flags = {'no-writes'}}
redis.register_function{function_name = 'any', callback = function(KEYS, ARGV) return {KEYS, #ARGV} end, flags = {'allow-oom'}}`
const FUNCTIONS = ['call0', 'call1', 'call2', 'call3', 'call4', 'reads', 'any', 'nope', 'CALL0', '']
const CODES = [
  LIBRARY,
  '#!lua name=other\nredis.register_function("one", function() return 1 end)',
  '#!lua name=other\nredis.register_function("call0", function() return 1 end)',
  '#!lua name=calls\nredis.register_function("one", function() return {1, "a", nil} end)',
  '#!lua name=x y\n',
  '#!lua\n',
  '#!js name=x\n',
  '#!lua name=x\nreturn 1 +',
  '#!lua name=x\nredis.register_function("a b", function() end)',
  '#!lua name=x\nredis.register_function("f", 1)',
  '#!lua name=x\nredis.register_function{function_name="f", callback=function() end, flags={"no-writes", "odd"}}',
  '#!lua name=x\nredis.call("get", "x")',
  'return 1',
  '',
]

/** Something about functions, or a command said by one. */
const aboutFunctions = (s: Stream, cmd: string[]): string[] => {
  switch (below(s, 8)) {
    case 0:
      return ['FUNCTION', 'LOAD', ...pick(s, [[], ['REPLACE'], ['REPLACE', 'replace'], ['odd']]), pick(s, CODES)]
    case 1:
      return ['FUNCTION', 'LOAD', 'REPLACE', LIBRARY]
    case 2:
      return [
        'FUNCTION',
        ...pick(s, [['LIST'], ['LIST', 'WITHCODE'], ['LIST', 'LIBRARYNAME', 'c*'], ['LIST', 'LIBRARYNAME'], ['LIST', 'odd']]),
      ]
    case 3:
      return [
        'FUNCTION',
        ...pick(s, [['STATS'], ['KILL'], ['DELETE', 'other'], ['DELETE', 'odd'], ['FLUSH', 'odd'], ['RESTORE', 'odd'], ['odd']]),
      ]
    default: {
      const call = pick(s, ['FCALL', 'FCALL', 'FCALL', 'FCALL_RO'])
      const keys = pick(s, [['0'], ['0'], ['0'], ['1', 'k'], ['9'], ['-1'], ['odd']])
      return /^(MULTI|EXEC|DISCARD|WATCH|QUIT|RESET|HELLO|CLIENT|DEBUG|AUTH|MIGRATE)/i.test(cmd[0])
        ? cmd
        : [call, pick(s, FUNCTIONS), ...keys, ...cmd]
    }
  }
}

/** A script of its seed for one node outside cluster mode, that allows DEBUG. */
export const randomOddScript = (seed: number, steps: number): ScriptStep[] => {
  const s = newStream(seed, 'odd script')
  const out: ScriptStep[] = [
    ...[['FLUSHALL'], ['SCRIPT', 'FLUSH'], ['DEBUG', 'SET-ACTIVE-EXPIRE', '0']],
    ...LIMITS.map(([name, value]) => ['CONFIG', 'SET', name, value]),
    ...[
      ['FUNCTION', 'FLUSH'],
      ['FUNCTION', 'LOAD', LIBRARY],
    ],
  ].map((cmd) => ({ node: 0, cmd }))
  let isMulti = false
  while (out.length < steps) {
    const form = pick(s, below(s, 2) === 0 ? FORMS : formsOf())
    let cmd = spoilt(s, words(s, form.parts, []))
    const step: ScriptStep = { node: 0, cmd }
    if (form.unordered) step.unordered = 'nested'
    switch (below(s, 16)) {
      case 0: {
        const [name, , values] = pick(s, LIMITS)
        cmd = ['CONFIG', 'SET', name, pick(s, values)]
        break
      }
      case 1:
      case 2:
        cmd = inScript(s, cmd)
        break
      case 3:
        // within a transaction it would be a race of one millisecond
        if (isMulti) continue
        cmd = ['PEXPIRE', pick(s, ['s1', 'n1', 'h1', 'l1', 't1', 'z1', 'b1', 'x']), '1']
        step.sleepAfter = 3
        break
      case 5:
      case 6:
        cmd = aboutFunctions(s, cmd)
        if (cmd[0] === 'FUNCTION') step.unordered = 'nested'
        break
      case 7:
        if (below(s, 4) === 0 && !isMulti) cmd = ['DEBUG', 'DIGEST']
        break
      case 4:
        cmd = pick(s, [['HELLO', '3'], ['HELLO', '2'], ['SELECT', '0'], ['MULTI'], ['WATCH', 's1', 'h1']])
        break
    }
    if (isMulti && below(s, 5) === 0) cmd = [pick(s, ['EXEC', 'EXEC', 'EXEC', 'DISCARD'])]
    // what is volatile would make EXEC so
    if (isMulti && (VOLATILE.test(cmd.join(' ')) || PART_OF_SCAN.test(cmd.join(' ')))) continue
    step.cmd = cmd
    const said = cmd[0].toUpperCase()
    if (said === 'EXEC') step.unordered = 'nested'
    // the connection is to be closed before the next command opens another
    if (said === 'QUIT') step.sleepAfter = 5
    if (VOLATILE.test(cmd.join(' ')) || PART_OF_SCAN.test(cmd.join(' '))) step.volatile = true
    if (said === 'MULTI' && cmd.length === 1) isMulti = true
    if (said === 'EXEC' || said === 'DISCARD' || said === 'RESET' || said === 'QUIT') isMulti = false
    out.push(step)
  }
  return out
}
