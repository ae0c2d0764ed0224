/** What a word of the field means, in one or two sentences; where it is computed, and a scenario that shows it. */
export interface Term {
  word: string
  /** other names one meets. */
  also?: string
  means: string
  /** the file of the engine that does it, from src/engine. */
  room: string
  /** a scenario in which it can be seen. */
  see?: string
}

export const GLOSSARY: readonly Term[] = [
  {
    word: 'ACL',
    means:
      'Rules that say which commands, keys and channels a user of Redis may use. AUTH tells a node who is asking. Each node has users of its own: a replica does not learn them from its primary.',
    room: 'redis/acl-check.ts',
    see: 'three-users',
  },
  {
    word: 'ACL LOG',
    means: 'A node’s list of what it refused lately: a command, key or channel a user has no right to, or a wrong password.',
    room: 'redis/acl-log.ts',
    see: 'three-users',
  },
  {
    word: 'active expiry',
    means:
      'Ten times a second a node looks at a sample of keys with a time to live and deletes those whose time is over. A key nobody asks for goes this way.',
    room: 'redis/expiry.ts',
  },
  {
    word: 'ASK',
    means: 'A redirect for one command: this key has gone ahead to another node while its slot still moves. The slot map must not change.',
    room: 'redis/redirection.ts',
  },
  {
    word: 'backlog',
    also: 'repl-backlog',
    means:
      'The last stretch of writes a primary keeps in memory. A replica that missed no more than that catches up without copying everything.',
    room: 'redis/backlog.ts',
    see: 'resync-loop',
  },
  {
    word: 'BUSY',
    means:
      'What everybody hears from a node whose script runs longer than busy-reply-threshold. SCRIPT KILL ends the script, unless it has written.',
    room: 'redis/scripting/busy.ts',
    see: 'endless-script',
  },
  {
    word: 'cache-aside',
    means: 'The application asks the cache, on a miss asks the database, and puts the answer into the cache itself.',
    room: 'caching/cache-aside.ts',
    see: 'first-minute',
  },
  {
    word: 'client tracking',
    means: 'A node remembers who read a key and tells them when it changes, so that they may keep copies.',
    room: 'redis/tracking.ts',
  },
  {
    word: 'CLUSTERDOWN',
    means: 'The answer of a node that cannot serve: a slot has no owner, or it reaches no majority of primaries.',
    room: 'redis/rules.ts',
    see: 'first-minute',
  },
  {
    word: 'cluster bus',
    means: 'The links between nodes, on a port of their own. Pings, suspicions, votes and slot changes travel there.',
    room: 'redis/gossip.ts',
    see: 'hundred',
  },
  {
    word: 'configEpoch',
    means: 'The number of the election or agreement by which a primary owns its slots. Of two that claim a slot, the greater number wins.',
    room: 'redis/epochs.ts',
  },
  {
    word: 'consistent hashing',
    also: 'ring',
    means: 'Keys and nodes stand on one circle; a key belongs to the next node. A node that joins takes keys from its neighbours alone.',
    room: 'sharding/ring.ts',
  },
  {
    word: 'CROSSSLOT',
    means: 'The answer to one command about keys of different slots. Hash tags put keys together.',
    room: 'redis/redirection.ts',
  },
  { word: 'currentEpoch', means: 'The greatest epoch a node has heard of. An election takes the next one.', room: 'redis/epochs.ts' },
  {
    word: 'eavesdropper',
    means:
      'Somebody who gets a copy of what passes on the network. Redis speaks plain text unless TLS is on: he reads keys, values and the password of AUTH.',
    room: 'intruder/intruder.ts',
    see: 'eavesdropper',
  },
  {
    word: 'election',
    means:
      'A replica whose primary is in FAIL waits a moment, raises the epoch and asks the primaries for votes. A majority of all primaries with slots promotes it.',
    room: 'redis/failover.ts',
    see: 'first-minute',
  },
  {
    word: 'eviction',
    means:
      'At maxmemory a node deletes other keys before it takes a write. The policy says which: least recently used, least often used, soonest to expire, or any.',
    room: 'redis/eviction.ts',
    see: 'too-small',
  },
  {
    word: 'FAIL',
    means: 'A majority of primaries has reported a node within twice the node timeout. Who sees that tells everybody.',
    room: 'redis/detector.ts',
    see: 'first-minute',
  },
  {
    word: 'failover',
    means: 'A replica takes the place of its primary: after FAIL by election, or by hand with CLUSTER FAILOVER.',
    room: 'redis/failover.ts',
    see: 'first-minute',
  },
  {
    word: 'forged bus message',
    means:
      'On the cluster bus a sender is known by his id alone, and every message tells it. Whoever reaches the bus port can call a healthy primary failed, or claim its slots, until tls-cluster asks for certificates.',
    room: 'intruder/intruder.ts',
    see: 'eavesdropper',
  },
  {
    word: 'full resync',
    means: 'A replica throws away what it has and takes a whole copy, because its history and the primary’s do not meet.',
    room: 'redis/psync.ts',
    see: 'resync-loop',
  },
  {
    word: 'function',
    also: 'FCALL',
    means:
      'A Lua function that a library registered by FUNCTION LOAD. It is part of the data: replicas hold it, and it outlives a restart; a script of EVAL does neither.',
    room: 'redis/scripting/libraries.ts',
    see: 'functions',
  },
  {
    word: 'gossip',
    means: 'Each ping tells of a few other nodes, and of every node the sender suspects. News spreads without a centre.',
    room: 'redis/gossip.ts',
    see: 'hundred',
  },
  { word: 'hash tag', means: 'The part of a key in braces. Only it is hashed, so keys with one tag share a slot.', room: 'redis/slots.ts' },
  { word: 'hit ratio', means: 'Of all reads, the part that the cache answered.', room: 'observe/metrics.ts', see: 'too-small' },
  {
    word: 'hot key',
    means: 'A key that takes a large part of all requests. More nodes do not help: one key lives on one node.',
    room: 'workload/keys.ts',
    see: 'stampede',
  },
  {
    word: 'invalidation',
    means: 'A message that says a key changed, so that copies of it are dropped. Nobody sends it again to those who were not listening.',
    room: 'caching/invalidation.ts',
    see: 'invalidation',
  },
  {
    word: 'L1',
    also: 'near cache',
    means: 'A small cache inside the application, in front of the shared one. Fast, and stale until somebody says so or its time is over.',
    room: 'caching/near-cache.ts',
    see: 'invalidation',
  },
  {
    word: 'LFU',
    means: 'Eviction of the key used least often. Redis counts in eight bits, on a logarithmic scale, and lets the count decay.',
    room: 'redis/use.ts',
    see: 'too-small',
  },
  {
    word: 'lock fill',
    means: 'After a miss one request takes a lock and asks the database; the others wait for what it brings.',
    room: 'caching/lock-fill.ts',
    see: 'stampede',
  },
  {
    word: 'LRU',
    means: 'Eviction of the key used longest ago. Redis looks at a few keys only, by a clock that ticks once a second.',
    room: 'redis/eviction.ts',
    see: 'too-small',
  },
  {
    word: 'masterauth',
    means:
      'The password a replica gives its primary, masteruser the user. Without it a primary that asks for one answers NOAUTH, and the replica gets no data.',
    room: 'redis/replication.ts',
    see: 'three-users',
  },
  {
    word: 'MIGRATE',
    means:
      'Sends keys to another node and waits for its answer. Until it has come the source serves nobody, so a large key stalls both nodes.',
    room: 'redis/migrate.ts',
    see: 'large-key',
  },
  {
    word: 'MOVED',
    means: 'A redirect for good: this slot belongs to another node. A client that learns from it asks right the next time.',
    room: 'redis/redirection.ts',
    see: 'article-24',
  },
  {
    word: 'MULTI, EXEC',
    means: 'What stands between them runs as one. A transaction that writes more than once reaches replicas so too: whole, or not at all.',
    room: 'redis/stream.ts',
  },
  {
    word: 'node-timeout',
    also: 'cluster-node-timeout',
    means: 'How long a node may be silent before others suspect it. Most times of a failover follow from it.',
    room: 'redis/rules.ts',
  },
  {
    word: 'NOAUTH',
    means: 'The answer to whoever has given no password where one is needed. requirepass is the password of the user default.',
    room: 'redis/auth.ts',
    see: 'three-users',
  },
  {
    word: 'NOPERM',
    means: 'The answer to a user who has no right to this command, or to one of its keys or channels.',
    room: 'redis/acl-check.ts',
    see: 'three-users',
  },
  {
    word: 'NOREPLICAS',
    means: 'The answer of a primary that may take no writes because too few replicas keep up with it.',
    room: 'redis/replication.ts',
    see: 'fenced-minority',
  },
  {
    word: 'ODOWN',
    means: 'Objectively down: as many Sentinels as the quorum asks for agree that a primary does not answer.',
    room: 'sentinel/monitor.ts',
    see: 'sentinel-3',
  },
  {
    word: 'offset',
    means: 'How many bytes of the write stream a primary has sent, or a replica taken. The difference is the lag.',
    room: 'redis/stream.ts',
  },
  {
    word: 'origin',
    means: 'The database behind the cache. It answers a few queries at once; the rest stand in a queue.',
    room: 'origin/origin.ts',
    see: 'stampede',
  },
  {
    word: 'partial resync',
    also: 'PSYNC',
    means: 'A replica takes up the write stream where it lost it, as long as the backlog still holds that place.',
    room: 'redis/psync.ts',
  },
  {
    word: 'partition',
    means: 'Some nodes cannot reach the others. Bytes wait in the network until it heals or a timeout closes the connection.',
    room: 'core/network.ts',
    see: 'fenced-minority',
  },
  {
    word: 'PFAIL',
    means: 'One node suspects another: no answer for longer than the node timeout. A suspicion alone changes nothing.',
    room: 'redis/detector.ts',
    see: 'first-minute',
  },
  { word: 'primary', also: 'master', means: 'The node that owns slots and takes writes for them.', room: 'redis/role.ts' },
  {
    word: 'protected mode',
    means:
      'While the user default has no password, a server answers its own host only; everybody else hears DENIED. It is a guard against forgetting, no substitute for a password.',
    room: 'redis/protected-mode.ts',
    see: 'open-port',
  },
  {
    word: 'pub/sub',
    means: 'Messages to those who listen now. They are not kept, not confirmed and not sent again.',
    room: 'redis/pubsub.ts',
    see: 'invalidation',
  },
  {
    word: 'quorum',
    means:
      'In a cluster: more than half of all primaries with slots, wherever they are. In Sentinel: how many must agree before one of them may ask to lead.',
    room: 'redis/rules.ts',
    see: 'four-primaries',
  },
  {
    word: 'replica',
    also: 'slave',
    means: 'A node that copies a primary, a moment behind it, and may take its place.',
    room: 'redis/replication.ts',
  },
  {
    word: 'replica migration',
    means: 'A primary without a replica is given one from a shard that has more than it needs.',
    room: 'redis/orphans.ts',
  },
  {
    word: 'resharding',
    means: 'Slots move from node to node, key by key, while requests go on.',
    room: 'admin/reshard.ts',
    see: 'first-minute',
  },
  {
    word: 'SDOWN',
    means: 'Subjectively down: one Sentinel has had no valid answer for down-after-milliseconds.',
    room: 'sentinel/monitor.ts',
    see: 'sentinel-3',
  },
  {
    word: 'Sentinel',
    means: 'A process that watches a primary and its replicas. Several agree, elect a leader, and it promotes a replica.',
    room: 'sentinel/sentinel.ts',
    see: 'sentinel-3',
  },
  { word: 'shard', means: 'A primary and its replicas: one part of the keys.', room: 'redis/role.ts' },
  {
    word: 'single-flight',
    means: 'Requests of one process for the same missing key share one query.',
    room: 'caching/single-flight.ts',
    see: 'stampede',
  },
  {
    word: 'slot',
    also: 'hash slot',
    means: 'One of 16,384 parts of the key space: CRC16 of the key, modulo 16384. Nodes own slots, not keys.',
    room: 'redis/slots.ts',
  },
  {
    word: 'slot map',
    means: 'Who owns which slot, as somebody believes it. Every node and every client has one of its own, and it may be old.',
    room: 'client/slot-map.ts',
    see: 'article-24',
  },
  {
    word: 'stale read',
    means: 'An answer that was true once: from a replica that lags, or a copy nobody invalidated.',
    room: 'observe/metrics.ts',
    see: 'invalidation',
  },
  {
    word: 'stampede',
    also: 'thundering herd',
    means: 'A popular key expires, and every request that comes before it is filled again asks the database.',
    room: 'laws/stampede.ts',
    see: 'stampede',
  },
  {
    word: 'TLS',
    means:
      'Encryption of a connection, and a proof of who is at its other end. Redis has one switch each for the client port, for replication and for the cluster bus; one left out still tells what the others hide.',
    room: 'intruder/tls.ts',
    see: 'eavesdropper',
  },
  {
    word: 'TRYAGAIN',
    means: 'Some keys of a command have moved and some have not; neither node can answer. Ask again in a moment.',
    room: 'redis/redirection.ts',
  },
  {
    word: 'TTL',
    also: 'time to live',
    means: 'How long a key may be served. Then it counts as gone, whether or not it was deleted.',
    room: 'redis/expiry.ts',
  },
  {
    word: 'WAIT',
    means:
      'Waits until so many replicas have confirmed this client’s writes. It makes loss less likely; it does not make a write undone that was not confirmed.',
    room: 'redis/commands/wait.ts',
    see: 'fenced-minority',
  },
  { word: 'WATCH', means: 'A transaction is dropped when a watched key was touched before EXEC.', room: 'redis/watch.ts' },
  {
    word: 'XFetch',
    means: 'Each reader may refresh a key before it expires, by chance: the likelier, the nearer the end and the slower the query.',
    room: 'caching/xfetch.ts',
    see: 'stampede',
  },
]
