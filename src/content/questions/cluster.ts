import type { Question } from './types.ts'

/** Redis Cluster and Sentinel: failover, adding nodes, moving slots, replication. */

export const sentinelOrCluster: Question = {
  id: 'q04-sentinel-or-cluster',
  title: 'Sentinel or Cluster',
  prompt: 'What do Redis Sentinel and Redis Cluster each do, and how do they differ?',
  points: [
    {
      id: 'shards',
      text: 'Sentinel watches one primary and its replicas and fails over. Cluster also shards: many primaries, 16 384 slots.',
      why: 'With Sentinel all writes still go to one node, and all data must fit there.',
      source: 'Redis documentation: Sentinel; cluster specification',
    },
    {
      id: 'who',
      text: 'Sentinels are processes of their own. In a cluster the primaries themselves watch and vote.',
      why: 'A cluster needs no Sentinels. Its replicas stand for election; only primaries that own slots vote.',
      source: 'Redis cluster specification, “Replica election”',
    },
    {
      id: 'quorum',
      text: 'Sentinel’s quorum only declares the primary down. The failover needs a majority of all Sentinels.',
      why: 'With five Sentinels, quorum 2 and two of them alive, the failure is seen and nothing happens.',
      source: 'Redis documentation: Sentinel, quorum',
    },
    {
      id: 'client',
      text: 'Both need clients that take part: ask Sentinel for the address again, or follow MOVED.',
      why: 'Most long outages are a failover that worked and a client that went on calling the dead address.',
      source: 'Incident threads of several client libraries',
    },
    {
      id: 'multi',
      text: 'Cluster restricts multi-key commands and transactions to one slot; hash tags put keys together.',
      why: 'Two keys on one node are not enough: they must share the slot, or the answer is CROSSSLOT.',
      source: 'Redis cluster specification, “Hash tags”',
    },
    {
      id: 'async',
      text: 'Neither is strongly consistent: replication is asynchronous in both.',
      why: 'A promoted replica lacks what its primary acknowledged and had not sent. Replicas can only bound the loss.',
      source: 'Redis documentation: Sentinel, cluster specification, “Write safety”',
    },
  ],
  corrections: [
    {
      says: 'Sentinel with writes to the primary is strongly consistent.',
      truth: 'The documentation says that acknowledged writes may be lost. min-replicas-to-write only limits how long that goes on.',
      source: 'Redis documentation: Sentinel',
      erratum: 'E16',
    },
    {
      says: 'Reaching the quorum elects the new primary.',
      truth: 'The quorum detects. To act, a Sentinel needs the votes of the majority, or of the quorum if that is larger.',
      source: 'Redis documentation: Sentinel',
      erratum: 'E41',
    },
    {
      says: 'Three “sentinel monitor mymaster” lines with three addresses configure three Sentinels.',
      truth:
        'Each line would name the same primary twice: “Duplicate master name.” Each Sentinel has one line, and finds the others by itself.',
      source: 'Redis source: sentinel.c',
      erratum: 'E40',
    },
  ],
  choice: {
    ask: 'A cluster has three primaries with one replica each. One primary’s machine loses power. Who decides that its replica takes over?',
    options: [
      {
        text: 'A majority of all six nodes.',
        right: false,
        why: 'It believes replicas vote. They stand for election; voters are primaries that own slots.',
      },
      {
        text: 'Two of the three primaries: the dead one counts in the majority and cannot vote.',
        right: true,
        why: 'The majority is of all primaries with slots, the dead one included. Two are left, and both must agree.',
      },
      {
        text: 'A majority of at least three Sentinels beside the cluster.',
        right: false,
        why: 'It believes Cluster needs Sentinel. Its own bus carries suspicion and votes.',
      },
      {
        text: 'The replica by itself, once the link to its primary has been down for the node-timeout.',
        right: false,
        why: 'It believes a timeout is a decision. The replica must wait until its primary is marked FAIL, and must be elected.',
      },
    ],
  },
  numbers: [
    {
      id: 'failover',
      compute: 'failover',
      unit: 's',
      tolerance: 0.08,
      digits: 1,
      plausible: [2.5, 25],
      ask: 'A cluster of {primaries} primaries with a replica each, cluster-node-timeout {timeout} s. A primary’s machine loses power. How long until its replica is promoted, on average?',
      params: { primaries: { from: 3, to: 8, step: 1 }, timeout: { of: [2, 3, 5, 10, 15] } },
      steps: [
        'Each other primary suspects the dead one between {timeout} s and 1.5 × {timeout} s after the fault: a ping starts waiting only when it is due.',
        'FAIL needs {needed} of the {primaries} primaries, the dead one does not speak: the suspicion number {needed} of {others}, after {detect:1} s on average.',
        'The replica waits 0.5 s and a random 0 to 0.5 s more, then is elected within milliseconds: {detect:1} + 0.75 = {answer:1} s.',
        'Any single run lies between about {earliest:1} and {latest:1} s.',
      ],
      mistakes: [
        { value: 'timeoutAlone', says: 'That is when the first may suspect. Then others must agree, and the replica waits its turn.' },
      ],
      source: 'Order statistic of the suspicions plus the election delay: cluster.c of Redis 7.0',
      see: { scenario: 'first-minute', hint: 'Select n1 and switch its power off; then ask why it took so long.', setup: [] },
    },
  ],
}

export const addingNodes: Question = {
  id: 'q09-adding-nodes',
  title: 'Adding nodes: MOVED and ASK',
  prompt: 'You add a node to a running Redis Cluster. What do clients see while slots move, and what afterwards?',
  points: [
    {
      id: 'empty',
      text: 'A new node owns nothing. Slots are moved to it by an operator or a tool, never by themselves.',
      why: 'Meeting the cluster makes it known. redis-cli’s rebalance or reshard makes it useful.',
      source: 'Redis documentation: Scaling with Redis Cluster',
    },
    {
      id: 'ask',
      text: 'While a slot moves, the source answers for keys it still has, and says ASK for those that are gone.',
      why: 'The client sends ASKING and the command to the target, for this one request.',
      source: 'Redis cluster specification, “ASK redirection”',
    },
    {
      id: 'map',
      text: 'ASK does not change the client’s slot map. MOVED does.',
      why: 'During the move the source is still the owner. A client that learned from ASK would ask the target for keys that have not arrived.',
      source: 'Redis cluster specification, “ASK redirection”',
    },
    {
      id: 'up',
      text: 'Single-key commands keep working, without misses. Multi-key ones on a split slot get TRYAGAIN.',
      why: 'A key is on exactly one of the two nodes, and the redirect finds it. Two keys may be on different sides for a moment.',
      source: 'Redis cluster specification, “Multi-keys operations”',
    },
    {
      id: 'after',
      text: 'When the slot’s owner changes, the first wrong request gets MOVED and the client refreshes its map.',
      why: 'One redirect a slot, or one refresh for all. A client that ignores MOVED pays a redirect for ever, or fails.',
      source: 'Redis cluster specification, “MOVED redirection”',
    },
    {
      id: 'big',
      text: 'Still do it at a quiet hour: moving one very large key blocks both nodes.',
      why: 'MIGRATE of a key is one step on the single thread. Millions of items in one key take seconds.',
      source: 'Redis documentation: MIGRATE',
    },
  ],
  corrections: [
    {
      says: 'Requests for keys that are being moved get MOVED, and keys are unavailable meanwhile.',
      truth: 'They get ASK, for moved keys only, and every key can be read and written all the time.',
      source: 'Redis cluster specification',
      erratum: 'E24',
    },
    {
      says: 'Plan the move with CLUSTER SLOTS and redis-cli --cluster import.',
      truth: 'Import loads data from outside. Use reshard or rebalance; CLUSTER SHARDS is the newer view.',
      source: 'Redis documentation: redis-cli, CLUSTER SHARDS',
      erratum: 'E23',
    },
    {
      says: 'The cluster spreads slots over a new node by itself.',
      truth: 'It never does. Nor does it share out the slots of a lost shard.',
      source: 'Redis cluster specification',
      erratum: 'E23',
    },
  ],
  choice: {
    ask: 'Slot 123 is moving from A to B. A client asks A for a key of slot 123 that has already gone. What should happen?',
    options: [
      {
        text: 'A answers MOVED; the client updates its map and asks B.',
        right: false,
        why: 'It believes the key’s move is the slot’s move. A still owns slot 123, and the next key may still be there.',
      },
      {
        text: 'A answers ASK; the client sends ASKING and the command to B, and leaves its map alone.',
        right: true,
        why: 'ASK is for one request. The map changes when the owner does.',
      },
      {
        text: 'A passes the command on to B and returns the answer.',
        right: false,
        why: 'It believes nodes are proxies. They redirect; the client moves.',
      },
      {
        text: 'The key is unreadable until the slot has moved.',
        right: false,
        why: 'It believes in a moment without an owner. Each key is on one of the two, and both answer.',
      },
    ],
  },
  numbers: [
    {
      id: 'ask',
      compute: 'askReplies',
      unit: 'ASK replies',
      tolerance: 0.02,
      digits: 0,
      plausible: [5, 10_000],
      ask: 'A slot with {keys} keys is on the move; {moved} of them have arrived at the target. Clients with the old map send {requests} reads of this slot’s keys, evenly. How many get ASK?',
      params: {
        keys: { of: [160, 320, 480, 640, 800] },
        moved: { of: [20, 40, 60, 80, 100, 120, 140] },
        requests: { from: 500, to: 5000, step: 100 },
      },
      steps: [
        'All {requests} go to the source: it still owns the slot.',
        '{moved} of {keys} keys have gone, {share:1} %. For those it says ASK: {requests} × {moved} ÷ {keys} = {answer:0}.',
        'The other {stay:0} are answered by the source. MOVED: none. Misses: none.',
      ],
      mistakes: [
        { value: 'all', says: 'Keys that are still at the source are answered there. Only the moved share is redirected.' },
        { value: 'none', says: 'None get MOVED. For keys that have gone, the source says ASK.' },
        { value: 'stay', says: 'These are the ones the source answers itself.' },
      ],
      source: 'Share of moved keys; replies counted on the engine’s node',
      see: {
        scenario: 'first-minute',
        hint: 'Press A to add a primary, and watch ASK and MOVED on the charts while slots move.',
        setup: [],
      },
    },
  ],
}

export const slotMigration: Question = {
  id: 'q11-slot-migration',
  title: 'A slot’s journey',
  prompt: 'Walk through the migration of one hash slot, command by command.',
  figures: {
    three: { compute: 'reshardSlots', params: { primaries: 3 } },
    fromEach: { compute: 'reshardSlots', params: { primaries: 3 }, value: 'source' },
  },
  points: [
    {
      id: 'importing',
      text: 'First the target: CLUSTER SETSLOT slot IMPORTING source.',
      why: 'From then on it serves the slot to clients that say ASKING.',
      source: 'redis-cli: clusterManagerMoveSlot',
    },
    {
      id: 'migrating',
      text: 'Then the source: CLUSTER SETSLOT slot MIGRATING target.',
      why: 'From then on it answers ASK for keys it does not have. The other order would send clients to a target that turns them away.',
      source: 'Redis cluster specification, “Cluster live reconfiguration”',
    },
    {
      id: 'keys',
      text: 'Then the keys: CLUSTER GETKEYSINSLOT and MIGRATE, ten at a time.',
      why: 'MIGRATE hands a key over in one step: it is on the source or on the target, TTL included, never on both.',
      source: 'redis-cli: pipeline 10; MIGRATE',
    },
    {
      id: 'node',
      text: 'At last CLUSTER SETSLOT slot NODE target: on the target, then the source, then the other primaries.',
      why: 'The target first, so that at no moment everybody believes somebody else to be the owner.',
      source: 'redis-cli: clusterManagerMoveSlot',
    },
    {
      id: 'epoch',
      text: 'The target takes a new configEpoch, and gossip carries the change to all.',
      why: 'Where two nodes claim a slot, the greater epoch wins.',
      source: 'Redis cluster specification, “configEpoch”',
    },
    {
      id: 'count',
      text: 'For a new node among N, 16 384/(N+1) slots move, taken evenly from all.',
      why: 'From three to four primaries {three:0} slots, {fromEach:0} from each.',
      source: 'redis-cli’s table; planned here by the same rules',
    },
  ],
  corrections: [
    {
      says: 'MIGRATING on the source comes first.',
      truth: 'Then the source sends clients with ASK to a target that does not know of it yet and sends them back. IMPORTING first.',
      source: 'Redis documentation: CLUSTER SETSLOT',
      erratum: 'E25',
    },
    {
      says: 'After slot 123 has moved, node 1 still owns 0–5460.',
      truth: 'It owns 0–122 and 124–5460. A slot has one owner.',
      source: 'Ownership is a partition of 16 384 slots',
      erratum: 'E26',
    },
    {
      says: 'Operations on the slot are atomic during the move.',
      truth: 'Each key’s move is. Several keys of the slot may be on different sides, and commands on them get TRYAGAIN.',
      source: 'Redis cluster specification, “Multi-keys operations”',
      erratum: 'E24',
    },
  ],
  choice: {
    ask: 'Which step comes first when a slot moves key by key?',
    options: [
      {
        text: 'The source is told MIGRATING.',
        right: false,
        why: 'It believes the giver must let go first. Its ASK would send clients to a target that refuses them.',
      },
      {
        text: 'The target is told IMPORTING.',
        right: true,
        why: 'It must be ready before anybody is sent there.',
      },
      {
        text: 'All nodes are told the new owner.',
        right: false,
        why: 'It believes that naming the owner moves the data. The new owner would answer nil for keys that never came.',
      },
      {
        text: 'Clients are told to refresh their maps.',
        right: false,
        why: 'It believes clients are informed. They learn from MOVED, after the owner has changed.',
      },
    ],
  },
  numbers: [
    {
      id: 'slots',
      compute: 'reshardSlots',
      unit: 'slots',
      tolerance: 0.005,
      digits: 0,
      plausible: [1000, 5462],
      ask: 'A cluster of {primaries} equal primaries gets one more, and slots are shared evenly again. How many slots move?',
      params: { primaries: { from: 3, to: 15, step: 1 } },
      steps: [
        'Afterwards {after} primaries share {slots} slots: {slots} ÷ {after}, rounded down: {answer:0}.',
        'Only the newcomer’s share moves, about {source:0} slots from each of the {primaries}.',
      ],
      mistakes: [
        { value: 'old', says: 'That is what each held before. Afterwards there is one more to share with.' },
        { value: 'almostAll', says: 'That would be key modulo N. Slots stay where they are, except those the newcomer takes.' },
        { value: 'source', says: 'That is what one of the old ones gives. Add up over all of them.' },
      ],
      source: '16 384/(N+1)',
      see: { scenario: 'first-minute', hint: 'Press A to add a primary and watch its share arrive on the slot map.', setup: [] },
    },
  ],
}

export const replication: Question = {
  id: 'q19-replication',
  title: 'Synchronous or asynchronous replication',
  prompt:
    'Synchronous or asynchronous replication: what does Redis do, what can be lost, and what do WAIT and min-replicas-to-write change?',
  points: [
    {
      id: 'async',
      text: 'Redis answers the client first and replicates afterwards.',
      why: 'So a write is as fast as one node, and an acknowledged write may exist on one node only.',
      source: 'Redis documentation: Replication',
    },
    {
      id: 'crash',
      text: 'A crash loses what had not reached the replica: write rate times lag.',
      why: 'With a lag of milliseconds that is little. It is not nothing.',
      source: 'Counting',
    },
    {
      id: 'cut',
      text: 'A cut loses more: the isolated primary goes on acknowledging for about the node-timeout.',
      why: 'It stops when it suspects the majority. Meanwhile its replica was promoted, and on return its own writes are thrown away.',
      source: 'Redis cluster specification, “Write safety”',
    },
    {
      id: 'wait',
      text: 'WAIT says how many replicas have a write. It does not undo it when they do not.',
      why: 'After a timeout the client knows less than it hoped, the write is in place, and a replica without it may still be promoted.',
      source: 'Redis documentation: WAIT',
    },
    {
      id: 'min',
      text: 'min-replicas-to-write makes a lonely primary refuse writes after min-replicas-max-lag.',
      why: 'It bounds the window in seconds. It costs availability when replicas are down.',
      source: 'Redis documentation: Replication',
    },
    {
      id: 'semi',
      text: 'Synchronous need not mean all: wait for k of r replicas, and one slow replica blocks nobody.',
      why: 'The wait is for the k-th quickest answer.',
      source: 'Order statistics: m·Σ 1/(r−i)',
    },
  ],
  corrections: [
    {
      says: 'WAIT makes replication synchronous and the cluster consistent.',
      truth: 'The documentation says it does not make Redis strongly consistent. It makes loss less likely.',
      source: 'Redis documentation: WAIT',
      erratum: 'E44',
    },
    {
      says: 'A minority partition stops accepting writes at once.',
      truth: 'It must first notice. For the node-timeout and up to half as long again it says OK to writes that will be lost.',
      source: 'Redis cluster specification; cluster.c of Redis 7.0',
      erratum: 'E56',
    },
    {
      says: 'With synchronous replication any failed replica blocks writes.',
      truth: 'Only when all must answer. With one of two, one may fail.',
      source: 'k of r acknowledgements',
      erratum: 'E57',
    },
  ],
  choice: {
    ask: 'A client writes, then calls WAIT 1 100, which returns 0. What has happened to the write?',
    options: [
      {
        text: 'It was rolled back.',
        right: false,
        why: 'It believes WAIT is a commit. The write was done before WAIT began, and stays.',
      },
      {
        text: 'It is on the primary; in time no replica confirmed it. It may survive a failover or not.',
        right: true,
        why: 'Zero means no confirmation within 100 ms, not that it failed.',
      },
      {
        text: 'It is refused to readers until a replica has it.',
        right: false,
        why: 'It believes in a hidden state. Readers of the primary see it at once.',
      },
      {
        text: 'It is lost.',
        right: false,
        why: 'It takes missing news for bad news. The replica may have it and its answer was late.',
      },
    ],
  },
  numbers: [
    {
      id: 'cut',
      compute: 'isolatedLoss',
      unit: 'writes',
      tolerance: 0.03,
      digits: 0,
      plausible: [0, 11_250],
      ask: 'Three primaries with replicas, cluster-node-timeout {timeout} s. One primary and a client that writes {writes} times a second to it are cut off from all others for {partition} s. About how many acknowledged writes are lost?',
      params: { writes: { from: 50, to: 500, step: 50 }, timeout: { of: [2, 5, 10, 15] }, partition: { of: [1, 40, 60, 90] } },
      steps: [
        'A cut shorter than the node-timeout loses nothing: nobody was promoted, and the replica catches up.',
        'In a longer one, the isolated primary acknowledges until it suspects both others: between {timeout} s and {stopLatest:1} s, {stop:1} s on average. Its replica is promoted on the other side meanwhile.',
        'What it acknowledged is thrown away when it returns. For this cut of {partition} s that is {least:0} to {most:0} writes, {answer:0} on average. Anything in between is right.',
      ],
      mistakes: [
        { value: 'whole', says: 'It does not write for the whole cut: once it cannot reach the majority it answers CLUSTERDOWN.' },
        { value: 'none', says: 'The primary must first notice that it is alone. Until then it says OK.' },
      ],
      source: 'w·min(P, T … 1.5T); cluster specification, “Write safety”',
      see: { scenario: 'first-minute', hint: 'Mark n1 and app1, cut them off, and count the lost writes after half a minute.', setup: [] },
    },
  ],
}
