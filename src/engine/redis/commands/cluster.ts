import { hastenCron } from '../cron.ts'
import { CLUSTER_ACTIONS } from '../cluster-commands.ts'
import { OK, err, type Reply } from '../reply.ts'
import { container, helpOf, spec, type CommandSpec, type Handler } from './spec.ts'

const DISABLED = err('ERR This instance has cluster support disabled')

const inCluster =
  (handler: Handler): Handler =>
  (state, session, argv, ctx, slot) => {
    if (state.cluster === null) return DISABLED
    const reply = handler(state, session, argv, ctx, slot)
    hastenCron(state, ctx)
    return reply
  }

const HELP = [
  'ADDSLOTS <slot> [<slot> ...]',
  '    Assign slots to current node.',
  'ADDSLOTSRANGE <start slot> <end slot> [<start slot> <end slot> ...]',
  '    Assign slots which are between <start-slot> and <end-slot> to current node.',
  'BUMPEPOCH',
  '    Advance the cluster config epoch.',
  'COUNT-FAILURE-REPORTS <node-id>',
  '    Return number of failure reports for <node-id>.',
  'COUNTKEYSINSLOT <slot>',
  '    Return the number of keys in <slot>.',
  'DELSLOTS <slot> [<slot> ...]',
  '    Delete slots information from current node.',
  'DELSLOTSRANGE <start slot> <end slot> [<start slot> <end slot> ...]',
  '    Delete slots information which are between <start-slot> and <end-slot> from current node.',
  'FAILOVER [FORCE|TAKEOVER]',
  '    Promote current replica node to being a master.',
  'FORGET <node-id>',
  '    Remove a node from the cluster.',
  'GETKEYSINSLOT <slot> <count>',
  '    Return key names stored by current node in a slot.',
  'FLUSHSLOTS',
  '    Delete current node own slots information.',
  'INFO',
  '    Return information about the cluster.',
  'KEYSLOT <key>',
  '    Return the hash slot for <key>.',
  'MEET <ip> <port> [<bus-port>]',
  '    Connect nodes into a working cluster.',
  'MYID',
  '    Return the node id.',
  'NODES',
  '    Return cluster configuration seen by node. Output format:',
  '    <id> <ip:port> <flags> <master> <pings> <pongs> <epoch> <link> <slot> ...',
  'REPLICATE <node-id>',
  '    Configure current node as replica to <node-id>.',
  'RESET [HARD|SOFT]',
  '    Reset current node (default: soft).',
  'SET-CONFIG-EPOCH <epoch>',
  '    Set config epoch of current node.',
  'SETSLOT <slot> (IMPORTING <node-id>|MIGRATING <node-id>|STABLE|NODE <node-id>)',
  '    Set slot state.',
  'REPLICAS <node-id>',
  '    Return <node-id> replicas.',
  'SAVECONFIG',
  '    Force saving cluster configuration on disk.',
  'SLOTS',
  '    Return information about slots range mappings. Each range is made of:',
  '    start, end, master and replicas IP addresses, ports and ids',
  'SHARDS',
  '    Return information about slot range mappings and the nodes associated with them.',
  'LINKS',
  '    Return information about all network links between this node and its peers.',
  '    Output format is an array where each array element is a map containing attributes of a link',
]

const A = 'admin stale'
/** name, arity, flags, since, what it does. */
const ROWS: readonly (readonly [string, number, string, string, string])[] = [
  ['keyslot', 3, 'stale', '3.0.0', 'Slot of a key.'],
  ['nodes', 2, 'stale', '3.0.0', 'The cluster as this node sees it, a line a node.'],
  ['slots', 2, 'stale', '3.0.0', 'Who serves which range of slots.'],
  ['shards', 2, 'stale', '7.0.0', 'Primaries with their replicas, slots and health.'],
  ['info', 2, 'stale', '3.0.0', 'State, epochs and message counters.'],
  ['links', 2, 'stale', '7.0.0', 'Connections of the bus.'],
  ['myid', 2, 'stale', '3.0.0', 'This node’s id.'],
  ['countkeysinslot', 3, 'stale', '3.0.0', 'Number of keys this node holds in a slot.'],
  ['getkeysinslot', 4, 'stale', '3.0.0', 'Keys this node holds in a slot.'],
  ['replicas', 3, A, '5.0.0', 'A primary’s replicas.'],
  ['slaves', 3, A, '3.0.0', 'CLUSTER REPLICAS under its old name.'],
  ['count-failure-reports', 3, A, '3.0.0', 'How many primaries reported a node as failing.'],
  ['meet', -4, A, '3.0.0', 'Makes a node part of the cluster.'],
  ['forget', 3, A, '3.0.0', 'Takes a node out of this node’s table.'],
  ['replicate', 3, A, '3.0.0', 'Makes this node a replica.'],
  ['failover', -2, A, '3.0.0', 'Has this replica take over from its primary.'],
  ['bumpepoch', 2, A, '3.0.0', 'Takes a new config epoch, unless this one is the greatest.'],
  ['set-config-epoch', 3, A, '3.0.0', 'Sets the config epoch of a new node.'],
  ['setslot', -4, A, '3.0.0', 'Opens, gives or closes a slot.'],
  ['addslots', -3, A, '3.0.0', 'Gives unbound slots to this node.'],
  ['addslotsrange', -4, A, '7.0.0', 'Gives ranges of unbound slots to this node.'],
  ['delslots', -3, A, '3.0.0', 'Forgets who owns slots.'],
  ['delslotsrange', -4, A, '7.0.0', 'Forgets who owns ranges of slots.'],
  ['flushslots', 2, A, '3.0.0', 'Gives up all of this node’s slots.'],
  ['reset', -2, `${A} noscript`, '3.0.0', 'Makes this node a new one.'],
  ['saveconfig', 2, A, '3.0.0', 'Writes nodes.conf.'],
]

export const CLUSTER: readonly CommandSpec[] = [
  container('cluster', 'cluster', '3.0.0', 'Asks about, or changes, the cluster.', [
    ...ROWS.map(([name, arity, flags, since, summary]) =>
      spec(`cluster|${name}`, arity, flags, null, 'cluster', since, summary, inCluster(CLUSTER_ACTIONS[name])),
    ),
    spec(
      'cluster|help',
      2,
      'loading stale',
      null,
      'cluster',
      '5.0.0',
      'The subcommands of CLUSTER.',
      inCluster((): Reply => helpOf('CLUSTER', HELP)),
    ),
  ]),
  spec(
    'readonly',
    1,
    'loading stale fast',
    null,
    'cluster',
    '3.0.0',
    'Lets this connection read from a replica.',
    inCluster((_st, s) => {
      s.readonly = true
      return OK
    }),
  ),
  spec(
    'readwrite',
    1,
    'loading stale fast',
    null,
    'cluster',
    '3.0.0',
    'Ends READONLY.',
    inCluster((_st, s) => {
      s.readonly = false
      return OK
    }),
  ),
  spec(
    'asking',
    1,
    'fast',
    null,
    'cluster',
    '3.0.0',
    'The next command follows an ASK.',
    inCluster((_st, s) => {
      s.asking = true
      return OK
    }),
  ),
]
