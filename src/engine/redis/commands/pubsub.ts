import { globMatches } from '../glob.ts'
import { publish, spublish, subscribeTo, unsubscribeFrom } from '../pubsub.ts'
import { errAbout } from '../reply.ts'
import type { PubSub } from '../state.ts'
import { ALL, ONE, container, helpOf, spec, type CommandSpec, type Handler } from './spec.ts'

const channels =
  (kind: keyof PubSub): Handler =>
  (state, _s, argv) =>
    argv.length > 3
      ? errAbout`ERR unknown subcommand or wrong number of arguments for '${argv[1]}'. Try PUBSUB HELP.`
      : [...state.pubsub[kind].keys()].filter((channel) => argv[2] === undefined || globMatches(argv[2], channel))

const listeners =
  (kind: keyof PubSub): Handler =>
  (state, _s, argv) =>
    argv.slice(2).flatMap((channel) => [channel, state.pubsub[kind].get(channel)?.size ?? 0])

const HELP = [
  'CHANNELS [<pattern>]',
  "    Return the currently active channels matching a <pattern> (default: '*').",
  'NUMPAT',
  '    Return number of subscriptions to patterns.',
  'NUMSUB [<channel> ...]',
  '    Return the number of subscribers for the specified channels, excluding',
  '    pattern subscriptions(default: no channels).',
  'SHARDCHANNELS [<pattern>]',
  "    Return the currently active shard level channels matching a <pattern> (default: '*').",
  'SHARDNUMSUB [<shardchannel> ...]',
  '    Return the number of subscribers for the specified shard level channel(s)',
]

const LISTEN = 'pubsub noscript loading stale'
const SPEAK = 'pubsub loading stale fast mayReplicate'
const ASK = 'pubsub loading stale'

export const PUBSUB: readonly CommandSpec[] = [
  spec('publish', 3, SPEAK, null, 'pubsub', '2.0.0', 'Sends a message to a channel, on every node.', publish),
  spec('subscribe', -2, LISTEN, null, 'pubsub', '2.0.0', 'Listens to channels.', subscribeTo('channels')),
  spec('unsubscribe', -1, LISTEN, null, 'pubsub', '2.0.0', 'Stops listening to channels.', unsubscribeFrom('channels')),
  spec('psubscribe', -2, LISTEN, null, 'pubsub', '2.0.0', 'Listens to channels that match patterns.', subscribeTo('patterns')),
  spec('punsubscribe', -1, LISTEN, null, 'pubsub', '2.0.0', 'Stops listening to patterns.', unsubscribeFrom('patterns')),
  spec('spublish', 3, SPEAK, ONE, 'pubsub', '7.0.0', 'Sends a message within the shard that owns the channel’s slot.', spublish),
  spec('ssubscribe', -2, LISTEN, ALL, 'pubsub', '7.0.0', 'Listens to sharded channels.', subscribeTo('shards')),
  spec('sunsubscribe', -1, LISTEN, ALL, 'pubsub', '7.0.0', 'Stops listening to sharded channels.', unsubscribeFrom('shards')),
  container('pubsub', 'pubsub', '2.8.0', 'Who listens to what, on this node.', [
    spec('pubsub|channels', -2, ASK, null, 'pubsub', '2.8.0', 'Channels somebody listens to.', channels('channels')),
    spec('pubsub|numsub', -2, ASK, null, 'pubsub', '2.8.0', 'How many listen to each channel.', listeners('channels')),
    spec('pubsub|numpat', 2, ASK, null, 'pubsub', '2.8.0', 'Number of patterns.', (st) => st.pubsub.patterns.size),
    spec('pubsub|shardchannels', -2, ASK, null, 'pubsub', '7.0.0', 'Sharded channels somebody listens to.', channels('shards')),
    spec('pubsub|shardnumsub', -2, ASK, null, 'pubsub', '7.0.0', 'How many listen to each sharded channel.', listeners('shards')),
    spec('pubsub|help', 2, 'loading stale', null, 'pubsub', '6.2.0', 'The subcommands of PUBSUB.', () => helpOf('PUBSUB', HELP)),
  ]),
]
