import { XGROUP_HELP, XINFO_HELP } from './helps.data.ts'
import { ALL, ONE, TWO, container, helpOf, spec, unsimulated as u, type CommandSpec } from './spec.ts'

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

const SERVERS: readonly CommandSpec[] = [u('psync', -3, `${ADMIN} noMulti`, null, 'server', '2.8.0', 'Used between servers.')]

export const UNSIMULATED: readonly CommandSpec[] = [...STREAMS, ...BITS_AND_PLACES, ...SERVERS]
