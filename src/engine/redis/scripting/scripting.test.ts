import '../../../lab/lua/hand-in.ts'
import { describe, expect, it } from 'vitest'
import type { Behaviour } from '../../core/process.ts'
import { Simulation, type Behaviours } from '../../core/simulation.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../../defaults.ts'
import { nodeBehaviour } from '../node.ts'
import type { Reply } from '../reply.ts'
import type { ReplyMessage } from '../state.ts'
import { sha1 } from './sha1.ts'

it('a digest is SHA-1', () => {
  expect(sha1('')).toBe('da39a3ee5e6b4b0d3255bfef95601890afd80709')
  expect(sha1('return 1')).toBe('e0e1f9fabfc9d4800c877a703b823ac0578ff8db')
  expect(sha1('x'.repeat(119))).toBe('4300320394f7ee239bcdce7d3b8bcee173a0cd5c')
})

const simple = (text: string): Reply => ({ simple: text })
const error = (text: string): Reply => ({ error: text })

/** One server, one connection; `took` is the time from the last command to its reply, in microseconds. */
const timed = (): { say: (...argv: string[]) => Reply; took: () => number } => {
  let last: Reply | undefined
  let spent = 0
  let conn = 0
  const client = {
    boot: () => ({}),
    persist: () => null,
    message: { reply: (_s: unknown, m: ReplyMessage) => void (last = m.reply) },
    timer: {},
    act(_s: unknown, action: { argv: string[] }, ctx: { connect(to: string, kind: string): number; send(conn: number, m: object): void }) {
      if (conn === 0) conn = ctx.connect('n1', 'client')
      else ctx.send(conn, { type: 'command', argv: action.argv })
    },
  } as unknown as Behaviour
  const sim = new Simulation(
    { node: nodeBehaviour, console: client } as unknown as Behaviours,
    {
      cluster: false,
      config: {},
      load: DEFAULT_LOAD,
      policy: DEFAULT_POLICY,
      origin: DEFAULT_ORIGIN,
      latency: { mean: 5, spread: 0 },
      service: { command: 1, message: 1 },
      warm: 0,
    },
    1,
  )
  sim.spawn('n1', 'node')
  sim.spawn('cli', 'console')
  const say = (...argv: string[]): Reply => {
    sim.beginAction()
    sim.act(sim.process('cli')!, { argv } as never)
    last = undefined
    const began = sim.world.now
    do sim.runUntil(sim.world.now + 20)
    while (last === undefined && sim.world.now < began + 200_000)
    spent = sim.world.now - began
    return last!
  }
  sim.beginAction()
  sim.act(sim.process('cli')!, { argv: [] } as never)
  sim.runUntil(sim.world.now + 100)
  return { say, took: () => spent }
}
const server = (): ((...argv: string[]) => Reply) => timed().say

/** Scripts, and what a Redis 7.0.15 answered to each. */
const RECORDED: readonly (readonly [script: string, reply: Reply])[] = [
  [
    'return 1+nil',
    error(
      'ERR user_script:1: attempt to perform arithmetic on a nil value script: 443c62573584f71824058f7cd2773973472c735b, on @user_script:1.',
    ),
  ],
  ['return {1,2', error("ERR Error compiling script (new function): user_script:1: '}' expected near '<eof>'")],
  ['error("boom")', error('ERR user_script:1: boom script: 872b3fcb081448525c6141cdfa3df8374d30d162, on @user_script:1.')],
  ['error({err="MY err"})', error('MY err script: ae8bc1bbec2cd60354f5d8925ad89e04578a2ce9, on @user_script:1.')],
  [
    'return redis.call("nosuch")',
    error('ERR Unknown Redis command called from script script: 2218effcac8108416909801acfb39c080a85adfa, on @user_script:1.'),
  ],
  [
    'return redis.call("get")',
    error(
      'ERR Wrong number of args calling Redis command from script script: ad9cf9305028be601cfd2abed4ce895eb41a4a6f, on @user_script:1.',
    ),
  ],
  [
    'return redis.call("get",{})',
    error(
      'ERR Lua redis lib command arguments must be strings or integers script: dcef67b9205a9d3f8a30c37ec57d43db9375b79d, on @user_script:1.',
    ),
  ],
  ['return redis.error_reply("x")', error('ERR x')],
  ['return redis.status_reply("x")', simple('x')],
  ['return 3.7', 3],
  ['return -3.7', -3],
  ['return true', 1],
  ['return false', null],
  ['return {1,nil,3}', [1]],
  ['return tostring(1e15)', '1e+15'],
  ['return tostring(0.1)', '0.1'],
  [
    'if x then return 1 end',
    error(
      "ERR user_script:1: Script attempted to access nonexistent global variable 'x' script: a8d5f0ee695e8a951fac061e8d22e8aaf2028fa0, on @user_script:1.",
    ),
  ],
  [
    'x=1',
    error('ERR user_script:1: Attempt to modify a readonly table script: 7caf6056913504f0508c65faf2dc3f94ff65bcfd, on @user_script:1.'),
  ],
  ['return string.format("%d %s %5.2f",3,"x",1.5)', '3 x  1.50'],
  ['return 1 return 2', error("ERR Error compiling script (new function): user_script:1: '<eof>' expected near 'return'")],
  ['local function f(n) if n<2 then return n end return f(n-1)+f(n-2) end return f(10)', 55],
  ['return "10"+5', 15],
  ['return 10 .. 20', '1020'],
  ['local ok,e=pcall(function() error("x") end) return e', 'user_script:1: x'],
  ['return -2^2', -4],
  ['return 2^3^2', 512],
  ['return 1/0', -9223372036854775808n],
  ['--[[ x ]] return [[a]]', 'a'],
  ['local t={1,2,3} local s=0 for i,v in ipairs(t) do s=s+v end return s', 6],
  ['local t={} for i=10,1,-2 do t[#t+1]=i end return t', [10, 8, 6, 4, 2]],
  [
    "return 1<'2'",
    error('ERR user_script:1: attempt to compare number with string script: 956121e9f08d8bb8dba7ce76aa7b025f01306205, on @user_script:1.'),
  ],
  [
    'return {} < {}',
    error('ERR user_script:1: attempt to compare two table values script: fe12717409b91d7c0c64c39528a098f1c423fefe, on @user_script:1.'),
  ],
  [
    'local a=nil return a.b',
    error(
      "ERR user_script:1: attempt to index local 'a' (a nil value) script: cd8956dd6b1d2c39f14b801019e928cd22e15c5e, on @user_script:1.",
    ),
  ],
  [
    'local f=5 f()',
    error(
      "ERR user_script:1: attempt to call local 'f' (a number value) script: 8d5a118fa0da67689d4c077747bfc6fe2a072ab1, on @user_script:1.",
    ),
  ],
  ['return math.max(1,5,3)', 5],
  ['return -5 % 3', 1],
  ["return string.format('%05d|%-5s|%5s',42,'a','b')", '00042|a    |    b'],
  ['if 1 then', error("ERR Error compiling script (new function): user_script:1: 'end' expected near '<eof>'")],
  ["return 'unclosed", error("ERR Error compiling script (new function): user_script:1: unfinished string near '<eof>'")],
  [
    'redis.x=1',
    error('ERR user_script:1: Attempt to modify a readonly table script: 5b2bc017c4ad02e0a4040b10e3482419e45c58b0, on @user_script:1.'),
  ],
  ['return {(function() return 1,2 end)(),(function() return 1,2 end)()}', [1, 1, 2]],
  ["return redis.call('select',1)", simple('OK')],
  ['return tostring(1e-320)', '9.9998886718268e-321'],
  ['return string.format("%.14g %.0f %.0f", 1234567890123.25, 0.5, 1.5)', '1234567890123.2 0 2'],
  [
    'local o = {} for k in pairs({[string.rep("x", 70)] = 1, s = 2, a = 3, b = 4}) do o[#o + 1] = #k .. k:sub(1, 1) end return o',
    ['1a', '1s', '70x', '1b'],
  ],
  [
    "return redis.call('multi')",
    error('ERR This Redis command is not allowed from script script: c329a1a294be6bf95b44144f7502610661ae925a, on @user_script:1.'),
  ],
]

describe('scripts', () => {
  it.each(RECORDED)('%s', (script, reply) => {
    expect(server()('EVAL', script, '0')).toEqual(reply)
  })
  it('releasing a lock: only who holds it deletes it', () => {
    const say = server()
    const script = "if redis.call('get',KEYS[1])==ARGV[1] then return redis.call('del',KEYS[1]) else return 0 end"
    say('SET', 'lock', 'mine')
    expect(say('EVAL', script, '1', 'lock', 'theirs')).toBe(0)
    expect(say('EVAL', script, '1', 'lock', 'mine')).toBe(1)
    expect(say('EXISTS', 'lock')).toBe(0)
  })
  it('a script is kept by its digest, and forgotten on demand', () => {
    const say = server()
    const name = say('SCRIPT', 'LOAD', 'return KEYS[1] .. ARGV[1]') as string
    expect(say('EVALSHA', name.toUpperCase(), '1', 'a', 'b')).toBe('ab')
    say('SCRIPT', 'FLUSH')
    expect(say('EVALSHA', name, '1', 'a', 'b')).toEqual(error('NOSCRIPT No matching script. Please use EVAL.'))
  })
  it('within a transaction a script that never ends is killed by the lab', () => {
    const say = server()
    say('MULTI')
    say('EVAL', 'while true do end', '0')
    const [reply] = say('EXEC') as { error: string }[]
    expect(reply.error).toContain('Script killed: it ran for more instructions than the lab allows.')
  })
  it('what a script does takes time of its node', () => {
    const { say, took } = timed()
    say('EVAL', 'return 1', '0')
    const short = took()
    say('EVAL', 'for i = 1, 100000 do end', '0')
    // a hundred thousand turns of an empty loop, fifty instructions a microsecond
    expect(took() - short).toBeGreaterThanOrEqual(1_900)
    expect(took() - short).toBeLessThan(4_100)
    say('EVAL', "for i = 1, 100 do redis.call('get', 'k') end", '0')
    expect(took() - short).toBeGreaterThanOrEqual(100)
  })
  it('nothing of one script is seen by the next, but the random numbers of its server', () => {
    const say = server()
    say('EVAL', 'cjson.encode_number_precision(3) return math.random(100)', '0')
    expect(say('EVAL', 'return cjson.encode(0.12345)', '0')).toBe('0.12345')
    // a second server begins where the first began, whatever ran meanwhile in the same machine
    expect(server()('EVAL', 'return {math.random(100), math.random(100)}', '0')).toEqual([40, 85])
    expect(say('EVAL', 'return math.random(100)', '0')).toBe(85)
  })
  it('two runs of one script write the same address of a table', () => {
    const say = server()
    const script = 'return tostring(KEYS) .. tostring({}) .. tostring(function() end) .. tostring({})'
    const first = say('EVAL', script, '0')
    say('EVAL', 'return {{}, {}, {}}', '0')
    expect(say('EVAL', script, '0')).toBe(first)
  })
  it('bytes come through as they are', () => {
    const say = server()
    const bytes = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i))
    expect(say('EVAL', 'return ARGV[1]', '0', bytes)).toBe(bytes)
    expect(say('EVAL', 'return {#ARGV[1], ARGV[1]:byte(256), ARGV[1] == ARGV[1]:reverse():reverse()}', '0', bytes)).toEqual([256, 255, 1])
  })
  it('strings whose bytes spell the same in hexadecimal are two keys', () => {
    expect(server()('EVAL', 'local t = {} t["\\1\\35"] = 1 t["\\18\\3"] = 2 return {t["\\1\\35"], t["\\18\\3"]}', '0')).toEqual([1, 2])
  })
  it('a table of many keys is walked in the order that Lua 5.1 has', () => {
    const script =
      'local t, o = {}, {} for i = 1, 12 do t["key" .. i] = i end for k in pairs(t) do o[#o + 1] = k:sub(4) end return table.concat(o, " ")'
    expect(server()('EVAL', script, '0')).toBe('6 9 2 1 10 12 11 5 7 3 4 8')
  })
})
