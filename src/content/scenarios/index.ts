import { MS, SEC } from '../../engine/core/time.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../../engine/defaults.ts'
import type { Scenario } from '../../engine/scenario.ts'

const base = {
  config: { 'cluster-node-timeout': '5000' },
  load: DEFAULT_LOAD,
  policy: DEFAULT_POLICY,
  origin: DEFAULT_ORIGIN,
  latency: { mean: 250, spread: 100 },
  service: { command: 10, message: 5 },
  scale: 1,
  warm: 1,
  startAt: 8 * SEC,
  seed: 7,
}

/** One primary and two replicas without cluster mode. The last application keeps the address it was given. */
const sentinels = (count: number, quorum: number, title: string, about: string): Scenario => ({
  ...base,
  id: `sentinel-${count}`,
  title,
  about,
  topology: {
    cluster: false,
    primaries: 1,
    replicasPerPrimary: 2,
    apps: 3,
    sentinels: { count, quorum, downAfter: 3 * SEC, failoverTimeout: 20 * SEC, parallelSyncs: 1 },
  },
  config: {},
  load: { ...DEFAULT_LOAD, rate: 150, reads: 0.8 },
  own: { app3: { refresh: 'ignore' } },
})

/** The starting topologies, in the order the picker shows them. */
export const SCENARIOS: readonly Scenario[] = [
  {
    ...base,
    id: 'first-minute',
    title: '3 shards, 3 replicas',
    about: 'Three primaries with a replica each, three applications and a database. Kill a primary.',
    topology: { cluster: true, primaries: 3, replicasPerPrimary: 1, apps: 3 },
    policy: { ...DEFAULT_POLICY, l1Ttl: 2 * SEC },
  },
  {
    ...base,
    id: 'single',
    title: 'A single node',
    about: 'One Redis node without cluster mode, its limits in view: one thread, one memory, one point of failure.',
    topology: { cluster: false, primaries: 1, replicasPerPrimary: 0, apps: 2 },
    config: {},
  },
  sentinels(
    3,
    2,
    'Three Sentinels',
    'One primary, two replicas and three Sentinels that agree by two. Only app3 does not ask them. Crash n1.',
  ),
  sentinels(
    2,
    1,
    'Two Sentinels',
    'One Sentinel is enough to hold the primary down, but it takes two votes to act. Crash s2, then n1: nobody fails over.',
  ),
  sentinels(
    1,
    1,
    'One Sentinel',
    'A single Sentinel decides alone, and alone it can be wrong. Cut the link of s1 to n1, and no other: open the menu of s1, Link to…',
  ),
  sentinels(5, 3, 'Five Sentinels', 'Five Sentinels, quorum three: two of them may die, and one may be mistaken.'),
  {
    ...base,
    id: 'four-primaries',
    title: '4 shards, 4 replicas',
    about: 'Four primaries: the majority is three, so who counts in a quorum shows.',
    topology: { cluster: true, primaries: 4, replicasPerPrimary: 1, apps: 3 },
  },
  {
    ...base,
    id: 'six-six',
    title: '6 shards, 6 replicas',
    about: 'Six primaries with a replica each.',
    topology: { cluster: true, primaries: 6, replicasPerPrimary: 1, apps: 4 },
    load: { ...DEFAULT_LOAD, rate: 800 },
  },
  {
    ...base,
    id: 'article-24',
    title: '24 nodes, one bad switch',
    about: 'Twelve shards. n1, n2 and the replicas of n3 and n4 hang on one switch; the applications do not. Cut it off.',
    topology: { cluster: true, primaries: 12, replicasPerPrimary: 1, apps: 3 },
    load: { ...DEFAULT_LOAD, rate: 600 },
    groups: [{ name: 'switch', members: ['n1', 'n2', 'n15', 'n16'] }],
  },
  {
    ...base,
    id: 'hundred',
    title: '100 nodes',
    about: 'Fifty shards with a replica each: gossip at size.',
    topology: { cluster: true, primaries: 50, replicasPerPrimary: 1, apps: 6 },
    load: { ...DEFAULT_LOAD, rate: 1500, keys: 20000 },
    startAt: 4 * SEC,
  },
  {
    ...base,
    id: 'stampede',
    title: 'A hot key and a slow query',
    about: 'Fifty reads a second want one key whose query takes one second. Expire it.',
    topology: { cluster: true, primaries: 3, replicasPerPrimary: 1, apps: 5 },
    load: { rate: 60, reads: 1, keys: 500, zipf: 0.9, hot: 5 / 6 },
    origin: { workers: 100, service: 1 * SEC, fixed: true, queue: 500, timeout: 30 * SEC },
    policy: { ...DEFAULT_POLICY, timeout: 500 * MS, ttl: 3600 * SEC },
  },
  {
    ...base,
    id: 'too-small',
    title: 'A cache too small',
    about: 'One node whose memory holds a sixth of what is asked for. Give it more, or let other keys go: change maxmemory and its policy.',
    topology: { cluster: false, primaries: 1, replicasPerPrimary: 0, apps: 2 },
    config: { maxmemory: '1500000', 'maxmemory-policy': 'allkeys-lru' },
    load: { rate: 800, reads: 1, keys: 20_000, zipf: 0.99, hot: 0 },
    policy: { ...DEFAULT_POLICY, ttl: 3600 * SEC },
    warm: 0.2,
  },
  {
    ...base,
    id: 'invalidation',
    title: 'Near caches and one message',
    about: 'Four applications keep a small L1 in front of the cluster and hear of changes by publish and subscribe. Update a row.',
    topology: { cluster: true, primaries: 3, replicasPerPrimary: 1, apps: 4 },
    load: { rate: 200, reads: 1, keys: 500, zipf: 0.9, hot: 0.2 },
    policy: { ...DEFAULT_POLICY, l1Ttl: 20 * SEC, l1Size: 300 },
  },
  {
    ...base,
    id: 'fenced-minority',
    title: 'Writes that need a replica',
    about:
      'min-replicas-to-write 1, max-lag 1: a primary without its replicas refuses writes. Cut off the rack of n1, app1 and the database; then again with min-replicas-to-write 0, and compare what is lost.',
    topology: { cluster: true, primaries: 3, replicasPerPrimary: 2, apps: 3 },
    config: { ...base.config, 'min-replicas-to-write': '1', 'min-replicas-max-lag': '1' },
    load: { ...DEFAULT_LOAD, rate: 400, reads: 0.5 },
    groups: [{ name: 'rack', members: ['n1', 'app1', 'origin'] }],
  },
  {
    ...base,
    id: 'resync-loop',
    title: 'A replica that never catches up',
    about:
      'A scale model: n4 hangs on a line of 7 kB a second, and 16 kB may wait for it. Restart it empty and watch it start over. Then, on n1: CONFIG SET client-output-buffer-limit "replica 1mb 0 0".',
    topology: { cluster: true, primaries: 3, replicasPerPrimary: 1, apps: 3 },
    config: {
      ...base.config,
      'repl-backlog-size': '16384',
      'repl-diskless-sync-delay': '1',
      'client-output-buffer-limit': 'normal 0 0 0 slave 16384 0 0 pubsub 33554432 8388608 60',
    },
    load: { ...DEFAULT_LOAD, rate: 700, reads: 0.5, keys: 8000, zipf: 0.5 },
    origin: { ...DEFAULT_ORIGIN, workers: 64 },
    links: [{ a: 'n1', b: 'n4', latency: 250, loss: 0, bandwidth: 7_000 }],
  },
  {
    ...base,
    id: 'no-persistence',
    title: 'A primary that forgets',
    about:
      'No snapshot, no append-only file. Crash n1 and restart it at once, before anybody calls it failed: its replica follows it into emptiness.',
    topology: { cluster: true, primaries: 3, replicasPerPrimary: 1, apps: 3 },
    config: { ...base.config, save: '', appendonly: 'no', 'repl-diskless-sync-delay': '0' },
  },
  {
    ...base,
    id: 'orphaned-primary',
    title: 'A primary without a replica',
    about:
      'n1 has two replicas, n2 and n3 one each. Crash n7, the only replica of n3: after five seconds one of n1’s moves over. Ask n4 and n5 why not sooner; cluster-migration-barrier 2 forbids it.',
    topology: { cluster: true, primaries: 3, replicasPerPrimary: 1, apps: 3, replicaOf: [0, 0, 1, 2] },
    config: { 'cluster-node-timeout': '2000', 'repl-diskless-sync-delay': '0' },
  },
  {
    ...base,
    id: 'open-port',
    title: 'An open port',
    about:
      'A node that asks nobody for a password: in the console of n1 say KEYS *, CONFIG GET *, ACL LIST, and think of FLUSHALL; whoever reaches the port may. Then switch protected mode on, or give the nodes a password, restart n1, and see who is still served.',
    topology: { cluster: false, primaries: 1, replicasPerPrimary: 1, apps: 2 },
    config: { 'protected-mode': 'no', 'repl-diskless-sync-delay': '0' },
    load: { ...DEFAULT_LOAD, rate: 100, reads: 0.9, keys: 500 },
  },
  {
    ...base,
    id: 'eavesdropper',
    title: 'Somebody listens',
    about:
      'A stranger gets a copy of what passes at n1. Without TLS he reads keys, values and passwords, and, on the bus, enough to speak in any node’s name: under Intruder forge a FAIL of n1. Then switch TLS on, one port after another.',
    topology: { cluster: true, primaries: 3, replicasPerPrimary: 1, apps: 3 },
    config: { ...base.config, 'tls-port': '0', 'tls-cluster': 'no', 'tls-replication': 'no' },
    tapped: ['n1'],
  },
  {
    ...base,
    id: 'three-users',
    title: 'A right for every user',
    about:
      'app1 speaks as shop and may do its work. app2 speaks as report: it may only read, so what it would write is refused with NOPERM. app3 gives no password and hears NOAUTH. Look at Users in n1; in its console, AUTH sesame and then ACL LOG, ACL DRYRUN report SET item:1 x, ACL SETUSER report +set %W~item:*.',
    topology: { cluster: false, primaries: 1, replicasPerPrimary: 1, apps: 3 },
    config: {
      requirepass: 'sesame',
      masteruser: 'replica',
      masterauth: 'follow',
      'repl-diskless-sync-delay': '0',
      'user shop': 'on >sells ~item:* &invalidate +@all -@dangerous',
      'user report': 'on >reads %R~item:* resetchannels +@read',
      'user replica': 'on >follow +psync +replconf +ping',
    },
    load: { ...DEFAULT_LOAD, rate: 120, reads: 0.8, keys: 500 },
    own: { app1: { user: 'shop', password: 'sells' }, app2: { user: 'report', password: 'reads' } },
  },
  {
    ...base,
    id: 'half-moved',
    title: 'A migration left half done',
    about:
      'Somebody stopped a resharding from n3 to n1: 60 slots stand open, half of their keys on either side, and clients are sent on with ASK. In the console: redis-cli --cluster check n1, then fix n1.',
    topology: { cluster: true, primaries: 3, replicasPerPrimary: 1, apps: 3 },
    load: { ...DEFAULT_LOAD, keys: 8000, zipf: 0.3 },
    halfMoved: { slots: [10923, 10982], from: 'n3', to: 'n1' },
  },
  {
    ...base,
    id: 'wrong-order',
    title: 'Closed in the wrong order',
    about:
      'Slot 12182, the one of the key foo, is on its way from n3 to n1. CLUSTER NODES shows the id of n1: in the console of n3 say CLUSTER SETSLOT 12182 NODE and that id, and GET foo on both. Each names the other, and would for ever. The target comes first: say it on n1 too.',
    topology: { cluster: true, primaries: 3, replicasPerPrimary: 1, apps: 3 },
    halfMoved: { slots: [12182, 12182], from: 'n3', to: 'n1' },
  },
  {
    ...base,
    id: 'forgotten-by-one',
    title: 'Forgotten by one alone',
    about:
      'In the console of n1 say CLUSTER FORGET and the id that CLUSTER NODES gives n6. A minute later n1 knows n6 again: the others still gossip of it, and a ban lasts 60 s. Whoever removes a node tells all of them within that minute, as redis-cli --cluster del-node does.',
    topology: { cluster: true, primaries: 3, replicasPerPrimary: 1, apps: 3 },
    load: { ...DEFAULT_LOAD, rate: 100 },
  },
  {
    ...base,
    id: 'rejoin',
    title: 'Back, but not at once',
    about:
      'Three primaries without replicas. Cut n1 off from n2 and n3: after a node-timeout it stands in the minority and refuses everything. Heal, and look at n1: it knows that it is back, and still waits before it takes writes, so that nobody reaches a primary that was replaced meanwhile.',
    topology: { cluster: true, primaries: 3, replicasPerPrimary: 0, apps: 3 },
    config: { 'cluster-node-timeout': '5000' },
  },
  {
    ...base,
    id: 'large-key',
    title: 'A key too large to move',
    about:
      'report:2210 on n3 is a string of 30 MB, in the first slot that a resharding takes from there. Add a primary: while MIGRATE sends that one key, n3 and the new node serve nobody for most of a second. Set cluster-node-timeout to 500 first, and the others hold n3 to be dead: its replica takes its place for the sake of one key.',
    topology: { cluster: true, primaries: 3, replicasPerPrimary: 1, apps: 3 },
    load: { ...DEFAULT_LOAD, rate: 200, keys: 3000 },
    large: { key: 'report:2210', bytes: 30_000_000 },
  },
  {
    ...base,
    id: 'endless-script',
    title: 'A script that never ends',
    about:
      'In the console of n1 say EVAL "while true do end" 0. For a second n1 serves nobody, then everybody hears BUSY, until you say SCRIPT KILL. Then on n3: EVAL "redis.call(\'SET\', KEYS[1], 1) while true do end" 1 foo. It has written, so SCRIPT KILL does not help; it answers pings, so nobody replaces it. Only its end does: crash it.',
    topology: { cluster: true, primaries: 3, replicasPerPrimary: 1, apps: 3 },
    config: { 'busy-reply-threshold': '1000', 'cluster-node-timeout': '5000' },
  },
  {
    ...base,
    id: 'functions',
    title: 'A function on every node',
    about:
      'Load the library on n1 and call its one function, bump. Its replica n4 holds the library too, as part of the data, and keeps it when n1 crashes; a script of EVAL is held by nobody but n1. But n3 answers that there is no such function: each primary has to load its own, and a resharding takes keys along, never functions.',
    topology: { cluster: true, primaries: 3, replicasPerPrimary: 1, apps: 3 },
    load: { ...DEFAULT_LOAD, rate: 200 },
    config: { 'cluster-node-timeout': '5000' },
  },
]

/** A command that a scenario offers as a button, because nobody should have to type it. */
export interface Saying {
  label: string
  process: string
  argv: string[]
}

const COUNTERS = `#!lua name=counters
redis.register_function('bump', function(keys, args) return redis.call('INCRBY', keys[1], args[1]) end)`

export const SAYINGS: Readonly<Record<string, readonly Saying[]>> = {
  functions: [
    { label: 'Load it on n1', process: 'n1', argv: ['FUNCTION', 'LOAD', COUNTERS] },
    { label: 'Call it on n1', process: 'n1', argv: ['FCALL', 'bump', '1', 'bar', '5'] },
    { label: 'Call it on n3', process: 'n3', argv: ['FCALL', 'bump', '1', 'foo', '5'] },
    { label: 'What n4 holds', process: 'n4', argv: ['FUNCTION', 'LIST'] },
  ],
}

/** What the scenarios are about: the picker's headings, each with the ids under it. */
export const SCENARIO_GROUPS: readonly { title: string; ids: readonly string[] }[] = [
  { title: 'Sizes', ids: ['first-minute', 'single', 'four-primaries', 'six-six', 'hundred'] },
  { title: 'Sentinel', ids: ['sentinel-3', 'sentinel-2', 'sentinel-1', 'sentinel-5'] },
  { title: 'Caching', ids: ['stampede', 'too-small', 'invalidation'] },
  {
    title: 'Failover and replication',
    ids: ['article-24', 'rejoin', 'orphaned-primary', 'fenced-minority', 'no-persistence', 'resync-loop', 'endless-script', 'functions'],
  },
  { title: 'Moving slots and nodes', ids: ['half-moved', 'wrong-order', 'large-key', 'forgotten-by-one'] },
  { title: 'Rights and secrecy', ids: ['open-port', 'three-users', 'eavesdropper'] },
]

export const DEFAULT_SCENARIO = 'first-minute'

export const scenarioById = (id: string): Scenario | undefined => SCENARIOS.find((s) => s.id === id)
