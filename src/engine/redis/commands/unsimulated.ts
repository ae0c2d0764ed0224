import { SEC } from '../../core/time.ts'
import { directive } from '../config.ts'
import { OK, err, errAbout } from '../reply.ts'
import { FUNCTION_HELP, XGROUP_HELP, XINFO_HELP } from './helps.data.ts'
import { ALL, ONE, TWO, container, counted, helpOf, spec, unsimulated as u, type CommandSpec, type Handler } from './spec.ts'

/**
 * Commands that a node knows and does not simulate. Their words, keys and place in the cluster count all the same: such a
 * command is redirected, refused and queued like any other, and only then answered with an error that says so.
 */

/** The first half of what follows STREAMS. */
const streams = (argv: readonly string[]): string[] | null => {
  const at = argv.findIndex((a, i) => i > 0 && a.toUpperCase() === 'STREAMS')
  const rest = at < 0 ? [] : argv.slice(at + 1)
  return rest.length === 0 || rest.length % 2 === 1 ? null : rest.slice(0, rest.length / 2)
}

/** GEORADIUS … [STORE key] [STOREDIST key]. */
const stored =
  (from: number) =>
  (argv: readonly string[]): string[] => {
    const keys = [argv[1]]
    for (let i = from; i + 1 < argv.length; i++) if (/^store(dist)?$/i.test(argv[i])) keys.push(argv[++i])
    return keys
  }

const RF = 'readonly fast'
const R = 'readonly'
const W = 'write denyoom'
const WF = 'write denyoom fast'
const LESS = 'write fast'
const SCRIPT = 'noscript stale mayReplicate'
const ADMIN = 'admin noscript'
const SECOND = [2, 2, 1] as const

const STREAMS: readonly CommandSpec[] = [
  u('xadd', -5, WF, ONE, 'stream', '5.0.0', 'Adds an entry to a stream.'),
  u('xlen', 2, RF, ONE, 'stream', '5.0.0', 'Number of entries.'),
  u('xrange', -4, R, ONE, 'stream', '5.0.0', 'A range of entries.'),
  u('xrevrange', -4, R, ONE, 'stream', '5.0.0', 'A range of entries, newest first.'),
  u('xdel', -3, LESS, ONE, 'stream', '5.0.0', 'Deletes entries.'),
  u('xtrim', -4, 'write', ONE, 'stream', '5.0.0', 'Shortens a stream.'),
  u('xsetid', -3, WF, ONE, 'stream', '5.0.0', 'Sets a stream’s last id.'),
  u('xread', -4, 'readonly blocking', null, 'stream', '5.0.0', 'New entries of several streams.', { movable: streams }),
  u('xreadgroup', -7, 'write blocking', null, 'stream', '5.0.0', 'New entries, shared out within a group.', { movable: streams }),
  u('xack', -4, LESS, ONE, 'stream', '5.0.0', 'Says that entries were dealt with.'),
  u('xpending', -3, R, ONE, 'stream', '5.0.0', 'Entries that were not dealt with yet.'),
  u('xclaim', -6, LESS, ONE, 'stream', '5.0.0', 'Takes entries over.'),
  u('xautoclaim', -6, LESS, ONE, 'stream', '6.2.0', 'Takes over entries that lay idle.'),
  container(
    'xgroup',
    'stream',
    '5.0.0',
    'About consumer groups.',
    [
      u('xgroup|create', -5, W, SECOND, 'stream', '5.0.0', 'Makes a group.'),
      u('xgroup|createconsumer', 5, W, SECOND, 'stream', '6.2.0', 'Makes a consumer.'),
      u('xgroup|delconsumer', 5, 'write', SECOND, 'stream', '5.0.0', 'Deletes a consumer.'),
      u('xgroup|destroy', 4, 'write', SECOND, 'stream', '5.0.0', 'Deletes a group.'),
      u('xgroup|setid', -5, 'write', SECOND, 'stream', '5.0.0', 'Sets where a group goes on.'),
      spec('xgroup|help', 2, 'loading stale', null, 'stream', '5.0.0', 'The subcommands of XGROUP.', () => helpOf('XGROUP', XGROUP_HELP)),
    ],
    false,
  ),
  container(
    'xinfo',
    'stream',
    '5.0.0',
    'About streams.',
    [
      u('xinfo|stream', -3, R, SECOND, 'stream', '5.0.0', 'How a stream stands.'),
      u('xinfo|groups', 3, R, SECOND, 'stream', '5.0.0', 'A stream’s groups.'),
      u('xinfo|consumers', 4, R, SECOND, 'stream', '5.0.0', 'A group’s consumers.'),
      spec('xinfo|help', 2, 'loading stale', null, 'stream', '5.0.0', 'The subcommands of XINFO.', () => helpOf('XINFO', XINFO_HELP)),
    ],
    false,
  ),
]

const BITS_AND_PLACES: readonly CommandSpec[] = [
  u('pfadd', -2, WF, ONE, 'hyperloglog', '2.8.9', 'Adds members to an estimate.'),
  u('pfcount', -2, 'readonly mayReplicate', ALL, 'hyperloglog', '2.8.9', 'About how many members there are.'),
  u('pfmerge', -2, W, ALL, 'hyperloglog', '2.8.9', 'Joins estimates.'),
  u('pfdebug', 3, 'write denyoom admin', SECOND, 'hyperloglog', '2.8.9', 'Looks inside an estimate.'),
  u('pfselftest', 1, 'admin', null, 'hyperloglog', '2.8.9', 'Tests the estimates.'),
  u('geoadd', -5, W, ONE, 'geo', '3.2.0', 'Adds places.'),
  u('geodist', -4, R, ONE, 'geo', '3.2.0', 'Distance between two places.'),
  u('geohash', -2, R, ONE, 'geo', '3.2.0', 'Geohashes of places.'),
  u('geopos', -2, R, ONE, 'geo', '3.2.0', 'Coordinates of places.'),
  u('geosearch', -7, R, ONE, 'geo', '6.2.0', 'Places within an area.'),
  u('geosearchstore', -8, W, TWO, 'geo', '6.2.0', 'Keeps what GEOSEARCH finds.'),
  u('georadius', -6, W, null, 'geo', '3.2.0', 'Places around a point.', { movable: stored(5) }),
  u('georadius_ro', -6, R, ONE, 'geo', '3.2.10', 'GEORADIUS that cannot write.'),
  u('georadiusbymember', -5, W, null, 'geo', '3.2.0', 'Places around a place.', { movable: stored(4) }),
  u('georadiusbymember_ro', -5, R, ONE, 'geo', '3.2.10', 'GEORADIUSBYMEMBER that cannot write.'),
]

const SCRIPTS: readonly CommandSpec[] = [
  u('fcall', -3, SCRIPT, null, 'scripting', '7.0.0', 'Runs a function.', { movable: counted(2) }),
  u('fcall_ro', -3, `${SCRIPT} readonly`, null, 'scripting', '7.0.0', 'Runs a function that cannot write.', { movable: counted(2) }),
  container(
    'function',
    'scripting',
    '7.0.0',
    'About libraries of functions.',
    [
      u('function|load', -3, 'write denyoom noscript', null, 'scripting', '7.0.0', 'Keeps a library.'),
      u('function|delete', 3, 'write noscript', null, 'scripting', '7.0.0', 'Deletes a library.'),
      u('function|flush', -2, 'write noscript', null, 'scripting', '7.0.0', 'Deletes all libraries.'),
      u('function|list', -2, 'noscript', null, 'scripting', '7.0.0', 'The libraries kept.'),
      u('function|dump', 2, 'noscript', null, 'scripting', '7.0.0', 'All libraries as one text.'),
      u('function|restore', -3, 'write denyoom noscript', null, 'scripting', '7.0.0', 'Takes what FUNCTION DUMP wrote.'),
      u('function|stats', 2, 'noscript', null, 'scripting', '7.0.0', 'What runs right now.'),
      u('function|kill', 2, 'noscript', null, 'scripting', '7.0.0', 'Ends a running function.'),
      spec('function|help', 2, 'loading stale', null, 'scripting', '7.0.0', 'The subcommands of FUNCTION.', () =>
        helpOf('FUNCTION', FUNCTION_HELP),
      ),
    ],
    false,
  ),
]

const NO_DEBUG = err(
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
)

/** DEBUG SLEEP seconds, SET-ACTIVE-EXPIRE 0|1; of the rest only what is asked for by name and number of words. */
const debug: Handler = (state, _s, argv, ctx) => {
  if (directive(state, 'enable-debug-command') !== 'yes') return NO_DEBUG
  const name = argv[1].toLowerCase()
  if (name === 'sleep' && argv.length === 3) {
    const seconds = Number.parseFloat(argv[2])
    if (seconds > 0) ctx.spend(Math.min(seconds, 1e6) * SEC)
    return OK
  }
  if (name === 'set-active-expire' && argv.length === 3) {
    state.activeExpiryOff = Number.parseInt(argv[2], 10) === 0
    return OK
  }
  if (DEBUG_NAMES.has(name)) return err("ERR 'debug' is not simulated beyond SLEEP and SET-ACTIVE-EXPIRE")
  return errAbout`ERR unknown subcommand or wrong number of arguments for '${argv[1].slice(0, 128)}'. Try DEBUG HELP.`
}
const DEBUG_NAMES = new Set(
  'segfault panic assert oom restart crash-and-recover log leak reload loadaof drop-cluster-packet-filter object listpack quicklist populate digest digest-value protocol error structsize htstats htstats-key change-repl-id stringmatch-len config-rewrite-force-all quicklist-packed-threshold pause-cron replybuffer client-eviction jmap help'.split(
    ' ',
  ),
)

const SERVERS: readonly CommandSpec[] = [
  spec(
    'debug',
    -2,
    `${ADMIN} loading stale`,
    null,
    'server',
    '1.0.0',
    'For Redis’s own tests; switched off, as Redis leaves it, by enable-debug-command.',
    debug,
  ),
  u('psync', -3, `${ADMIN} noMulti`, null, 'server', '2.8.0', 'Used between servers.'),
  u('sync', 1, `${ADMIN} noMulti`, null, 'server', '1.0.0', 'Used between servers.'),
  u('replconf', -1, `${ADMIN} loading stale`, null, 'server', '3.0.0', 'Used between servers.'),
]

export const UNSIMULATED: readonly CommandSpec[] = [...STREAMS, ...BITS_AND_PLACES, ...SCRIPTS, ...SERVERS]
