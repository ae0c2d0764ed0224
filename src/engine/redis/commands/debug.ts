import { SEC } from '../../core/time.ts'
import { unixMs } from '../clock.ts'
import { directive } from '../config.ts'
import { memoryBytes } from '../config-values.ts'
import { inDatabase } from '../databases.ts'
import { digestOfAll, digestOfValue } from '../digest.ts'
import { encodingOf } from '../encoding.ts'
import { peek } from '../expiry.ts'
import { deleteEntry, eachKey, getEntry, isExpired, setEntry } from '../keyspace.ts'
import { databasesOf } from '../memory.ts'
import { isLarge } from './restore.ts'
import { nodesOf } from '../listpack.ts'
import { beginHistory } from '../psync.ts'
import { dumpExactly, fileBody, restoreEntry } from '../rdb.ts'
import { OK, err, errAbout, type Reply } from '../reply.ts'
import type { Entry, Session } from '../state.ts'
import { allKeysChanged, keyChanged } from '../watch.ts'
import { DEBUG_HELP } from './helps.data.ts'
import { referencesTo } from './keys.ts'
import { helpOf, mapReply, setReply, spec, textReply, type CommandSpec, type Handler } from './spec.ts'
import { parseInt64 } from '../numbers.ts'

/** DEBUG: what Redis's own tests, and those of client libraries, ask of a server; switched off unless enable-debug-command says yes. */

const NO_DEBUG = err(
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
)
const NOT_POSITIVE = err('ERR value is out of range, must be positive')
const NO_KEY = err('ERR no such key')

const unknown = (argv: readonly string[]): Reply =>
  errAbout`ERR unknown subcommand or wrong number of arguments for '${argv[1].slice(0, 128)}'. Try DEBUG HELP.`

/** DEBUG OBJECT key: an address of its own for each key, since here none means anything. */
const object: Handler = (state, _s, argv, ctx) => {
  const entry = peek(state, argv[2], ctx)
  if (entry === undefined) return NO_KEY
  const body = fileBody(entry).length - 1
  const clock = Math.floor(unixMs(ctx.now) / 1000) & 0xffffff
  let about = `Value at:0x7f0000000000 refcount:${referencesTo(state, entry)} encoding:${encodingOf(entry)} serializedlength:${body} lru:${clock} lru_seconds_idle:0`
  if (Array.isArray(entry.value)) {
    const nodes = nodesOf(entry.value)
    const size = nodes.reduce((sum, node) => sum + node.length, 0)
    const average = (entry.value.length / nodes.length).toFixed(2)
    about += ` ql_nodes:${nodes.length} ql_avg_node:${average} ql_listpack_max:-2 ql_compressed:0 ql_uncompressed_size:${size}`
  }
  return { simple: about }
}

const PROTOCOL: Readonly<Record<string, (session: Session) => Reply>> = {
  string: () => 'Hello World',
  integer: () => 12345,
  double: (s) => (s.resp === 3 ? { double: 3.141 } : '3.141'),
  null: () => null,
  array: () => [0, 1, 2],
  set: (s) => setReply(s, [0, 1, 2]),
  map: (s) =>
    mapReply(s, [
      [0, s.resp === 3 ? { bool: false } : 0],
      [1, s.resp === 3 ? { bool: true } : 1],
      [2, s.resp === 3 ? { bool: false } : 0],
    ]),
  verbatim: (s) => textReply(s, 'This is a verbatim\nstring'),
  bignum: () => ({ bignum: '1234567999999999999999999999999999999' }),
  attrib: () => ({ frames: [{ attributes: [['key-popularity', ['key:123', 90]]] }, 'Some real reply following the attribute'] }),
  push: (s) =>
    s.resp === 3
      ? { frames: [{ push: ['server-cpu-usage', 42] }, 'Some real reply following the push reply'] }
      : err('ERR RESP2 is not supported by this command'),
  true: (s) => (s.resp === 3 ? { bool: true } : 1),
  false: (s) => (s.resp === 3 ? { bool: false } : 0),
}

const protocol: Handler = (_state, session, argv) => {
  const name = argv[2].toLowerCase()
  if (Object.hasOwn(PROTOCOL, name)) return PROTOCOL[name](session)
  return err(
    'ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false',
  )
}

const MOST_KEYS = 1_000_000

/** DEBUG POPULATE count [prefix] [size]: the replicas do not hear of it. */
const populate: Handler = (state, _s, argv, ctx) => {
  const count = parseInt64(argv[2])
  const size = argv.length > 4 ? parseInt64(argv[4]) : 0
  if (count === null || size === null || count < 0 || size < 0) return NOT_POSITIVE
  const prefix = argv[3] ?? 'key'
  for (let i = 0; i < Math.min(Number(count), MOST_KEYS); i++) {
    const key = `${prefix}:${i}`
    if (peek(state, key, ctx) !== undefined) continue
    const text = `value:${i}`
    setEntry(state.keys, key, {
      type: 'string',
      value: size === 0 ? text : text.slice(0, Number(size)).padEnd(Number(size), '\0'),
      expireAt: -1,
    })
    keyChanged(state, key)
  }
  return OK
}

const digest: Handler = (state) => ({ simple: inDatabase(state, 0, () => digestOfAll(state)) })

const packed: Handler = (_state, _s, argv) => {
  const bytes = memoryBytes(argv[2])
  return bytes === null || bytes >= 4_294_967_296 ? err('ERR argument must be a memory value bigger than 1 and smaller than 4gb') : OK
}

const sleep: Handler = (_state, _s, argv, ctx) => {
  const seconds = Number.parseFloat(argv[2])
  if (seconds > 0) ctx.spend(Math.min(seconds, 1e6) * SEC)
  return OK
}

const setActiveExpire: Handler = (state, _s, argv) => {
  state.activeExpiryOff = Number.parseInt(argv[2], 10) === 0
  return OK
}

/** DEBUG RELOAD: every value goes through its file, which gives it its small encoding back where it fits, and what has expired is gone. */
const reload: Handler = (state, _s, _argv, ctx) => {
  const databases = databasesOf(state)
  for (const [, keys] of databases) {
    const all: [string, Entry][] = []
    eachKey(keys, (key, entry) => {
      all.push([key, entry])
      return true
    })
    for (const [key, entry] of all) {
      const { expireAt } = entry
      if (isExpired(entry, ctx.now)) deleteEntry(keys, key)
      else {
        const again = restoreEntry(dumpExactly(entry))!
        setEntry(keys, key, { ...again, expireAt, kept: isLarge(again) ? 'raw' : undefined })
      }
    }
  }
  allKeysChanged(state, true)
  return OK
}

const changeReplId: Handler = (state, _s, _argv, ctx) => {
  beginHistory(state, ctx)
  return OK
}

const shape =
  (encoding: string, told: string, refusal: string): Handler =>
  (state, _s, argv, ctx) => {
    const entry = peek(state, argv[2], ctx)
    if (entry === undefined) return NO_KEY
    return encodingOf(entry) === encoding ? { simple: told } : err(refusal)
  }

/** By name: the least and most words, and what answers. */
const SUBCOMMANDS: ReadonlyMap<string, readonly [least: number, most: number, handler: Handler]> = new Map<
  string,
  readonly [number, number, Handler]
>([
  ['sleep', [3, 3, sleep]],
  ['set-active-expire', [3, 3, setActiveExpire]],
  ['object', [3, 3, object]],
  ['protocol', [3, 3, protocol]],
  ['error', [3, 3, (_st, _s, argv) => err(argv[2].replace(/[\r\n]/g, ' '))]],
  ['populate', [3, 5, populate]],
  ['digest', [2, 2, digest]],
  ['digest-value', [2, Infinity, (state, _s, argv) => argv.slice(2).map((key) => ({ simple: digestOfValue(getEntry(state.keys, key)) }))]],
  ['reload', [2, 2, (state, ...rest) => inDatabase(state, 0, () => reload(state, ...rest))]],
  ['change-repl-id', [2, 2, changeReplId]],
  ['quicklist-packed-threshold', [3, 3, packed]],
  ['listpack', [3, 3, shape('listpack', 'Listpack structure printed on stdout', 'ERR Not a listpack encoded object.')]],
  ['quicklist', [3, 4, shape('quicklist', 'Quicklist structure printed on stdout', 'ERR Not a quicklist encoded object.')]],
  ['log', [3, 3, () => OK]],
  ['leak', [3, 3, () => OK]],
  ['structsize', [2, 2, () => 'bits:64 robj:16 dictentry:24 sdshdr5:1 sdshdr8:3 sdshdr16:5 sdshdr32:9 sdshdr64:17 ']],
  ['help', [2, 2, () => helpOf('DEBUG', DEBUG_HELP)]],
])

/** What it does is of no use here, or would end the server in a way that the lab's own buttons do. */
const NOT_SIMULATED = new Set(
  'set-disable-deny-scripts sdslen segfault panic assert oom restart crash-and-recover reload loadaof drop-cluster-packet-filter htstats htstats-key config-rewrite-force-all pause-cron replybuffer client-eviction replicate mallctl mallctl-str set-skip-checksum-validation aof-flush-sleep stringmatch-test clusterlink'.split(
    ' ',
  ),
)

const debug: Handler = (state, session, argv, ctx, slot) => {
  if (directive(state, 'enable-debug-command') !== 'yes') return NO_DEBUG
  const name = argv[1].toLowerCase()
  const found = SUBCOMMANDS.get(name)
  if (found !== undefined && argv.length >= found[0] && argv.length <= found[1]) return found[2](state, session, argv, ctx, slot)
  return NOT_SIMULATED.has(name) ? errAbout`ERR 'debug ${name}' is not simulated` : unknown(argv)
}

export const DEBUG: CommandSpec = spec(
  'debug',
  -2,
  'admin noscript loading stale',
  null,
  'server',
  '1.0.0',
  'For the tests of Redis and of clients; switched off, as Redis leaves it, by enable-debug-command.',
  debug,
)
