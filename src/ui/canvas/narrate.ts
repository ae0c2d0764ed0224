import type { Fact, FactOf, FactType } from '../../engine/core/fact.ts'
import type { ProcessId } from '../../engine/core/process.ts'
import type { Action } from '../../engine/action.ts'
import type { Reply } from '../../engine/redis/reply.ts'
import { actionPhrase, shortened } from '../control/faces.ts'
import type { GlyphName } from '../design/Glyph.tsx'

export interface Sentence {
  glyph: GlyphName
  /** 'you', or the process that says so. */
  who: string
  /** what it did, as a verb phrase. */
  what: string
}

type Says<T extends FactType> = (data: FactOf<T>['data'], process: ProcessId) => [GlyphName, string] | [GlyphName, string, string]

const ms = (micros: number): string => {
  const value = micros / 1000
  if (value >= 1000) return `${(value / 1000).toFixed(1)} s`
  return `${value >= 10 ? Math.round(value) : Math.round(value * 10) / 10} ms`
}
const bytes = (n: number): string =>
  n >= 1e6 ? `${(n / 1e6).toFixed(1)} MB` : n >= 10_000 ? `${Math.round(n / 1000)} kB` : `${n} ${n === 1 ? 'byte' : 'bytes'}`
const scriptName = (name: string, isFunction: boolean): string => (isFunction ? `function ${name}` : `script ${name.slice(0, 8)}`)
const several = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`
const comma = (ids: readonly ProcessId[]): string => ids.join(', ')

const ACTION_GLYPH: Partial<Record<Action['type'], GlyphName>> = {
  powerOff: 'off',
  pause: 'pause',
  resume: 'resume',
  restart: 'resume',
  restartEmpty: 'resume',
  slow: 'slow',
  failover: 'promoted',
  partition: 'cut',
  cut: 'cut',
  heal: 'heal',
  link: 'link',
  resetLinks: 'link',
  addNode: 'join',
  removeNode: 'no',
  redisCliStop: 'no',
  updateRow: 'write',
  expireHot: 'clock',
  subscription: 'link',
}

/** What Redis logs in a word, as a sentence. */
const CANNOT_YET: Record<string, string> = {
  'waiting-delay': 'may not ask for votes before its delay is over',
  'waiting-votes': 'cannot take over before a majority has voted',
  expired: 'did not get its votes in time: this election is over',
}

const replyWords = (reply: Reply): string => {
  const [words = ''] = wordsOf(reply).split('\n', 1)
  return words.length > 80 ? words.slice(0, 79) + '…' : words
}

const wordsOf = (reply: Reply): string => {
  if (reply === null) return '(nil)'
  if (typeof reply !== 'object') return String(reply)
  if (Array.isArray(reply)) return several(reply.length, 'element')
  if ('error' in reply) return reply.error
  return 'simple' in reply ? reply.simple : JSON.stringify(reply)
}

/** Rules to read: of a password's digest eight digits. */
const withoutHashes = (rules: string): string => rules.replace(/#([0-9a-f]{8})[0-9a-f]{56}/g, '#$1…')

const SAYS: { [T in FactType]: Says<T> } = {
  'action.applied': ({ action }) => [
    action.type === 'crash' ? 'you' : (ACTION_GLYPH[action.type] ?? 'request'),
    actionPhrase(action),
    'you',
  ],
  'action.refused': ({ action, reason }) => ['no', `cannot ${actionPhrase(action)}: ${reason}`, 'you'],
  'process.crashed': () => ['crash', 'crashed'],
  'process.poweredOff': () => ['off', 'lost power, nobody is told'],
  'process.paused': () => ['pause', 'stands still'],
  'process.resumed': () => ['resume', 'runs on as if nothing happened'],
  'process.restarted': ({ empty, keys }) => ['resume', empty ? 'is back, empty' : `is back with ${several(keys, 'key')}`],
  'process.slowed': ({ factor }) => ['slow', factor > 1 ? `is ${factor} times slower` : 'runs at full speed'],
  'process.joined': ({ kind }) => ['join', `starts as a new ${kind}`],
  'network.cut': ({ from, to, bothWays }) => [
    'cut',
    bothWays
      ? `parts ${comma(from)} from ${to.length > 4 ? 'everybody else' : comma(to)}`
      : `loses what ${comma(from)} sends to ${comma(to)}`,
    'network',
  ],
  'network.healed': () => ['heal', 'is whole again', 'network'],
  'wire.tapped': ({ on }) => ['link', on ? 'is listened to: a copy of all that comes and goes' : 'is not listened to any more'],
  'wire.heard': ({ what, kind, from, to, text }) => [
    what === 'sealed' ? 'no' : 'link',
    {
      password: `reads a password between ${from} and ${to}: ${text}`,
      value: `reads on the ${kind === 'replication' ? 'replication link' : 'client port'}, ${from} to ${to}: ${text}`,
      gossip: `reads the bus: whoever knows ${text.slice(0, 8)}… can speak in the name of ${from}`,
      copy: `reads the whole data set as ${from} sends it to ${to}`,
      sealed: `hears ${from} and ${to} (${kind}), and cannot read it: TLS`,
    }[what] ?? '',
  ],
  'wire.answered': ({ node, argv, reply }) => ['request', `hears from ${node}, asked for ${argv.join(' ')}: ${replyWords(reply)}`],
  'wire.forged': ({ what, about, as, to }) => [
    'error',
    what === 'fail'
      ? `tells ${comma(to)}, in the name of ${as} and others, that ${about} has failed`
      : `tells ${comma(to)} that ${as} owns the slots of ${about} in a newer epoch`,
  ],
  'wire.locked': ({ process, port }) => [
    'no',
    port === 'bus' ? 'cannot speak on the bus: TLS asks for a certificate' : `cannot speak to ${process}: TLS asks for a certificate`,
  ],
  'network.link': ({ a, b, latency, loss, bandwidth }) => [
    'link',
    `${a} to ${b} takes ${ms(latency)}${loss > 0 ? `, loses ${Math.round(loss * 100)} %` : ''}${bandwidth !== undefined ? `, carries ${bytes(bandwidth)} a second` : ''}`,
    'network',
  ],

  'node.pfail': ({ about, silent }) => ['pfail', `suspects ${about} PFAIL, silent for ${ms(silent)}`],
  'node.pfailCleared': ({ about }) => ['ok', `hears ${about} again`],
  'node.reported': ({ about, by, reports, needed }) => ['gossip', `hears from ${by} that ${about} is down, ${reports} of ${needed}`],
  'node.fail': ({ about, reports, needed }) => ['fail', `marks ${about} FAIL: ${reports} agree, ${needed} needed`],
  'node.failHeard': ({ about, from }) => ['fail', `is told by ${from}: ${about} FAIL`],
  'node.failCleared': ({ about, why }) => ['ok', `clears FAIL of ${about}${why ? `: ${why}` : ''}`],
  'node.met': ({ peer }) => ['join', `meets ${peer}`],
  'node.forgot': ({ peer }) => ['no', `forgets ${peer}`],
  'cluster.state': ({ state, reason }) =>
    state === 'ok' ? ['ok', 'says cluster state ok'] : ['state', `answers CLUSTERDOWN${reason ? `: ${reason}` : ''}`],
  'epoch.bumped': ({ epoch, why }) => ['epoch', `takes configEpoch ${epoch}${why ? `: ${why}` : ''}`],
  'epoch.collision': ({ with: other, epoch }) => ['epoch', `shares configEpoch ${epoch} with ${other}`],
  'slots.rebound': ({ count, to, epoch }) => ['slot', `learns: ${several(count, 'slot')} now at ${to}, epoch ${epoch}`],
  'role.changed': ({ role, of, why }) => [
    'role',
    `${role === 'primary' ? 'becomes a primary' : `becomes a replica of ${of ?? 'nobody'}`}${why ? `: ${why}` : ''}`,
  ],

  'election.cannot': ({ reason }) => ['no', CANNOT_YET[reason] ?? `cannot take over: ${reason}`],
  'election.scheduled': ({ fixed, drawn, rank }) => [
    'clock',
    `waits ${Math.round(fixed / 1000)} + ${Math.round(drawn / 1000)} ms${rank > 0 ? `, rank ${rank}` : ''}`,
  ],
  'election.delayed': ({ rank, by }) => ['clock', `waits ${ms(by)} more, rank ${rank}`],
  'election.started': ({ epoch }) => ['election', `asks for votes, epoch ${epoch}`],
  'election.granted': ({ to, epoch }) => ['vote', `votes for ${to}, epoch ${epoch}`],
  'election.denied': ({ to, reason }) => ['no', `does not vote for ${to}: ${reason}`],
  'election.counted': ({ from, votes, needed }) => ['vote', `has the vote of ${from}, ${votes} of ${needed}`],
  'election.won': ({ epoch, votes, needed }) => ['promoted', `wins epoch ${epoch} with ${votes} of ${needed}`],
  'election.expired': ({ votes, needed }) => ['clock', `gives up, ${votes} of ${needed} votes`],
  'failover.promoted': ({ slots, from, manual }) => [
    'promoted',
    `${manual ? 'takes over' : 'is promoted and takes'} ${several(slots, 'slot')} of ${from}`,
  ],
  'failover.manual': ({ phase }) => [
    phase === 'aborted' ? 'no' : 'promoted',
    {
      asked: 'asks its primary to stop writes',
      paused: 'sees its primary hold writes',
      caughtUp: 'has caught up',
      aborted: 'gives up its manual failover',
    }[phase],
  ],

  'replication.linkDown': ({ primary, why }) => ['link', `loses its link to ${primary}${why ? `: ${why}` : ''}`],
  'replication.syncStarted': ({ primary }) => ['sync', `asks ${primary} for its data`],
  'replication.synced': ({ primary, keys, dropped }) => [
    'sync',
    `is in step with ${primary}, ${several(keys, 'key')}${dropped > 0 ? `, ${dropped} of its own dropped` : ''}`,
  ],
  'replication.partial': ({ replica, missed, second }) => [
    'sync',
    `lets ${replica} go on where it was${missed > 0 ? `, ${bytes(missed)} missed` : ''}${second ? ', by the history before the promotion' : ''}`,
  ],
  'replication.full': ({ replica, bytes: size, reason }) => ['sync', `sends ${replica} all its data, ${bytes(size)}: ${reason}`],
  'replication.diverged': ({ replica, own }) => [
    'error',
    `shares no more with ${replica}: ${bytes(own)} that ${replica} wrote on its own will be thrown away`,
  ],
  'replication.backlogOverflow': ({ replica, missed, kept }) => [
    'error',
    `cannot fill the gap of ${replica}: it lacks ${bytes(missed)}, the backlog holds ${bytes(kept)}`,
  ],
  'replication.bufferClosed': ({ replica, waiting, limit, kind, syncing, times }) => [
    'error',
    `drops ${replica}${times > 1 ? ` again, time ${times}` : ''}: ${bytes(waiting)} wait for it${syncing ? ' before its full sync is over' : ''}, the ${kind} limit is ${bytes(limit)}`,
  ],
  'replication.transactionDropped': ({ primary, commands }) => [
    'no',
    `drops the ${commands} ${commands === 1 ? 'command' : 'commands'} it had of a transaction of ${primary}: without EXEC none of them counts`,
  ],
  'replication.refused': ({ primary, reason }) => ['no', `is not taken as a replica by ${primary}: ${reason}`],
  'replication.fenced': ({ on, good, wanted, maxLag }) =>
    on
      ? ['no', `refuses writes: ${good} of ${several(wanted, 'good replica')} answered within ${maxLag} s`]
      : ['ok', `takes writes again, ${several(good, 'good replica')}`],
  'acl.denied': ({ user, client, command, reason, object, context }) => [
    'no',
    `refuses ${client}, user ${user}: ${reason === 'command' ? `no right to ${object.toUpperCase()}` : `${command.toUpperCase()} may not touch the ${reason} ${object}`}${context === 'lua' ? ', in a script' : ''}`,
  ],
  'node.hostRefused': ({ client }) => [
    'no',
    `answers DENIED to ${client} and hangs up: it is in protected mode, asks nobody for a password, and so serves its own host only`,
  ],
  'acl.authFailed': ({ user, client }) => ['no', `does not let ${client} in as ${user}: wrong password, or no such user`],
  'acl.changed': ({ user, rules, closed }) => [
    'state',
    (rules === null ? `deletes the user ${user}` : `has other rights for the user ${user}: ${withoutHashes(rules)}`) +
      (closed > 0 ? `, and closes ${several(closed, 'connection')}` : ''),
  ],
  'persistence.saved': ({ keys, took }) => ['write', `has written a snapshot of ${several(keys, 'key')} in ${ms(took)}`],
  'persistence.loaded': ({ from, keys, lost, age }) => [
    lost > 0 ? 'error' : 'resume',
    from === 'nothing'
      ? `finds no file to start from${lost > 0 ? `: ${several(lost, 'key')} lost` : ''}`
      : `loads ${several(keys, 'key')} from its ${from}${age > 0 ? `, ${ms(age)} old` : ''}${lost > 0 ? `: ${lost} lost or older` : ''}`,
  ],

  'sentinel.met': ({ about, what }) => ['join', `now watches ${about}, a ${what === 'sentinel' ? 'Sentinel' : what}`],
  'sentinel.sdown': ({ about, silent }) => ['pfail', `holds ${about} to be down (SDOWN), silent for ${ms(silent)}`],
  'sentinel.sdownCleared': ({ about }) => ['ok', `hears ${about} again, SDOWN is over`],
  'sentinel.odown': ({ about, agree, quorum }) => [
    'fail',
    `${about} is down (ODOWN): ${several(agree, 'Sentinel agrees', 'Sentinels agree')}, quorum ${quorum}`,
  ],
  'sentinel.odownCleared': ({ about }) => ['ok', `no longer holds ${about} to be down (ODOWN)`],
  'sentinel.cannot': ({ about, agree, quorum }) => [
    'no',
    `does nothing about ${about}: ${several(agree, 'Sentinel')} of quorum ${quorum} ${agree === 1 ? 'says' : 'say'} that it is down`,
  ],
  'sentinel.delayed': ({ wait }) => ['clock', `waits ${ms(wait)} before a failover of its own`],
  'sentinel.tried': ({ about, epoch, needed }) => [
    'election',
    needed === 0
      ? `fails ${about} over because it was told to, epoch ${epoch}`
      : `wants to fail ${about} over: epoch ${epoch}, ${several(needed, 'vote')} needed`,
  ],
  'sentinel.voted': ({ to, epoch, own }) => ['vote', `votes for ${own ? 'itself' : to}, epoch ${epoch}`],
  'sentinel.voteHeard': ({ from, to, epoch, own }) => [
    own ? 'vote' : 'no',
    `hears that ${from} voted for ${own ? 'it' : to}, epoch ${epoch}`,
  ],
  'sentinel.elected': ({ epoch, votes, needed }) => ['promoted', `leads the failover of epoch ${epoch} with ${votes} of ${needed} votes`],
  'sentinel.aborted': ({ reason, detail }) => ['no', `gives the failover up, ${reason}: ${detail}`],
  'sentinel.selected': ({ replica, priority, offset, among }) => [
    'role',
    `chooses ${replica} of ${several(among, 'replica')}: priority ${priority}, offset ${offset}`,
  ],
  'sentinel.promoted': ({ replica, epoch }) => ['promoted', `sees ${replica} answer as a primary, config epoch ${epoch}`],
  'sentinel.pointed': ({ replica, to }) => ['role', `tells ${replica} to follow ${to}`],
  'sentinel.follows': ({ about, to }) => ['sync', `sees ${about} in step with ${to}`],
  'sentinel.switched': ({ from, to, heardFrom }) => [
    'promoted',
    `sends clients to ${to} in place of ${from} (+switch-master)${heardFrom === '' ? ': the failover is over' : `, told by ${heardFrom}`}`,
  ],
  'sentinel.converted': ({ about, to, after }) => [
    'role',
    `makes ${about} a replica of ${to} (+convert-to-slave): it had taken writes for ${ms(after)}`,
  ],
  'sentinel.corrected': ({ about, to }) => ['role', `points ${about} at ${to} (+fix-slave-config)`],
  'sentinel.tilt': ({ on }) => ['clock', on ? 'doubts its clock (TILT): it looks on for 30 s' : 'trusts its clock again (TILT is over)'],

  'eviction.began': ({ key, policy, used, limit }) => [
    'no',
    `evicts keys (${policy}), ${key} first: ${bytes(used)} used, ${bytes(limit)} allowed`,
  ],
  'eviction.ended': ({ keys, used, limit }) => [
    'ok',
    `has room again after ${several(keys, 'evicted key')}: ${bytes(used)} of ${bytes(limit)}`,
  ],
  'memory.refused': ({ command, why }) => ['error', `answers OOM to ${command.toUpperCase()}: ${why}`],
  'client.bufferClosed': ({ client, waiting, limit, kind }) => [
    'error',
    `drops ${client}, which does not read: ${bytes(waiting)} wait for it, the ${kind} limit is ${bytes(limit)}`,
  ],
  'client.evicted': ({ client, bytes: size, used, limit }) => [
    'error',
    `closes ${client}, whose connection takes ${bytes(size)}: all clients together take ${bytes(used)}, maxmemory-clients allows ${bytes(limit)}`,
  ],
  'memory.accepted': ({ refused }) => ['ok', `has not answered OOM for a while, ${several(refused, 'command')} refused`],

  'slot.opened': ({ slot, state, peer }) => ['slot', `marks slot ${slot} ${state} ${state === 'migrating' ? 'to' : 'from'} ${peer}`],
  'slot.closed': ({ slot, owner }) => ['slot', `gives slot ${slot} to ${owner}`],
  'clients.paused': ({ all, lasts }) => [
    'no',
    `makes ${all ? 'every client' : 'clients that write'} wait for ${ms(lasts)} (CLIENT PAUSE): nothing expires meanwhile, and nobody is evicted`,
  ],
  'clients.resumed': ({ held }) => ['ok', `serves everybody again; ${several(held, 'client')} had to wait`],
  'script.slow': ({ script, isFunction, ran, wrote, endless }) => [
    'no',
    `has run ${scriptName(script, isFunction)} for ${ms(ran)}${endless ? ', which never ends' : ''}: everybody hears BUSY, and ${isFunction ? 'FUNCTION' : 'SCRIPT'} KILL ${wrote ? 'does not help, for it has written' : 'ends it'}`,
  ],
  'script.unkillable': ({ script, isFunction }) => [
    'no',
    `does not kill ${scriptName(script, isFunction)}: it has written, and half of it may not stay. Only SHUTDOWN NOSAVE ends it`,
  ],
  'script.ended': ({ script, isFunction, ran, killed }) => [
    'ok',
    `${killed ? 'killed' : 'has done'} ${scriptName(script, isFunction)} after ${ms(ran)}, and serves again`,
  ],
  'functions.changed': ({ how, libraries, functions }) => [
    'ok',
    `${{ loaded: 'has loaded a library', deleted: 'has deleted a library', flushed: 'has deleted every library', restored: 'has restored libraries' }[how]}: it holds ${several(functions, 'function')} in ${libraries}`,
  ],
  'node.stalled': ({ command, key, bytes: size, took }) => ['error', `served nobody for ${ms(took)}: ${command} of ${key}, ${bytes(size)}`],
  'keys.migrated': ({ slot, count, to }) => ['slot', `moves ${several(count, 'key')} of slot ${slot} to ${to}`],
  'reshard.started': ({ kind, node, slots }) => ['slot', `moves ${several(slots, 'slot')} ${kind === 'add' ? 'to' : 'away from'} ${node}`],
  'reshard.progress': ({ done, total }) => ['slot', `has moved ${done} of ${total} slots`],
  'reshard.finished': ({ moved, cancelled, took }) => [
    cancelled ? 'no' : 'ok',
    `${cancelled ? 'stopped' : 'done'}: ${several(moved, 'slot')} moved in ${ms(took)}`,
  ],
  'reshard.refused': ({ reason }) => ['no', `does not reshard: ${reason}`],
  'redisCli.started': ({ argv }) => ['request', `runs redis-cli --cluster ${argv.join(' ')}`],
  'redisCli.printed': ({ text }) => ['request', `reads ${text.trim()}`],
  'redisCli.finished': ({ argv, exit, stopped, took }) => [
    exit === 0 ? 'ok' : 'no',
    `redis-cli --cluster ${argv[0]} ${stopped ? 'was stopped' : exit === 0 ? 'is done' : `gives up with status ${exit}`} after ${ms(took)}`,
  ],

  'client.redirected': ({ kind, slot, to }) => ['redirect', `is sent to ${to} by ${kind} ${slot}`],
  'client.switched': ({ from, to, by, why }) => [
    'redirect',
    `uses ${to} in place of ${from}, told by ${by}${why === '' ? '' : ` (${why})`}`,
  ],
  'client.refreshed': ({ from, changed }) => ['redirect', `refreshes its slot map from ${from}, ${several(changed, 'slot')} changed`],
  'client.refused': ({ by, error }) => ['error', `is not let in by ${by}: ${error.length > 120 ? `${error.slice(0, 60)}…` : error}`],
  'client.connectionLost': ({ to, why }) => ['error', `loses its connection to ${to}${why ? `: ${why}` : ''}`],
  'request.done': ({ op, key, outcome, error }) => [
    outcome === 'error' ? 'error' : 'reply',
    `${op} of ${key}: ${outcome === 'error' ? error : outcome}`,
  ],
  'write.acked': ({ key }) => ['reply', `acknowledges a write of ${key}`],
  'origin.query': ({ key, queue }) => ['origin', `is asked for ${key}${queue > 0 ? `, ${queue} wait` : ''}`],
  'origin.answered': ({ key, waited }) => ['origin', `answers ${key} after ${ms(waited)}`],
  'origin.refused': ({ key, why }) => [
    'error',
    why === 'timeout' ? `waits in vain for ${key} from the database` : `refuses ${key}: ${why}`,
  ],
  'row.updated': ({ key, version }) => ['write', `holds version ${version} of ${key}`],
  'hot.expired': ({ key, existed }) => ['clock', existed ? `deletes ${key} in the cache` : `finds no ${key} in the cache to delete`],
  'fill.started': ({ key, policy, early }) => ['origin', `fills ${key}${early ? ' early' : ''} (${policy})`],
  'fill.joined': ({ key, policy }) => ['clock', `waits for another fill of ${key} (${policy})`],
  'invalidation.published': ({ key, receivers }) => [
    'invalidate',
    `publishes that ${key} changed: ${several(receivers, 'receiver')} at the node it asked`,
  ],
  'invalidation.received': ({ key, had }) => ['invalidate', had ? `drops ${key} from its L1` : `hears of ${key}, had no copy`],
  'subscription.changed': ({ on, why }) => [
    'link',
    `${on ? 'hears invalidations again' : 'no longer hears invalidations'}${why ? `: ${why}` : ''}`,
  ],
  'stale.served': ({ key, version, latest, tier }) => ['error', `reads ${key} version ${version} from ${tier}, the origin holds ${latest}`],
  'console.replied': ({ node, argv, reply }) => ['reply', `${shortened(argv.join(' '))} on ${node}: ${replyWords(reply)}`, 'you'],
}

/** A fact in plain short words; with its glyph it is a row of the event list. */
export const factSentence = (fact: Fact): Sentence => {
  const says = SAYS[fact.type] as (data: Fact['data'], process: ProcessId) => ReturnType<Says<FactType>>
  const [glyph, what, who] = says(fact.data, fact.process)
  return { glyph, who: who ?? fact.process, what }
}

/** Facts worth interrupting a listener for; the rest can be read in the list. */
const SPOKEN: ReadonlySet<FactType> = new Set<FactType>([
  'action.refused',
  'process.crashed',
  'process.poweredOff',
  'process.paused',
  'process.resumed',
  'process.restarted',
  'network.cut',
  'network.healed',
  'node.pfail',
  'node.fail',
  'cluster.state',
  'election.scheduled',
  'election.started',
  'election.granted',
  'election.won',
  'election.expired',
  'failover.promoted',
  'role.changed',
  'reshard.started',
  'reshard.finished',
  'reshard.refused',
  'redisCli.started',
  'redisCli.finished',
  'origin.refused',
  'eviction.began',
  'memory.refused',
  'acl.denied',
  'client.refused',
  'node.hostRefused',
  'acl.authFailed',
  'subscription.changed',
  'replication.bufferClosed',
  'replication.fenced',
  'replication.refused',
  'persistence.loaded',
])

/** What a screen reader hears of these facts: who and what, repeats folded, at most `limit` sentences, the latest kept. */
export const spoken = (facts: readonly Fact[], limit = 3): string => {
  const groups: { what: string; who: string[] }[] = []
  for (const fact of facts) {
    if (!SPOKEN.has(fact.type)) continue
    const { who, what } = factSentence(fact)
    const key =
      fact.type === 'node.pfail'
        ? `suspects ${fact.data.about} PFAIL`
        : fact.type === 'origin.refused'
          ? fact.data.why === 'timeout'
            ? 'waits in vain for the database'
            : 'refuses queries: queue full'
          : what
    const group = groups.find((g) => g.what === key)
    if (!group) groups.push({ what: key, who: [who] })
    else if (!group.who.includes(who)) group.who.push(who)
  }
  return groups
    .slice(-limit)
    .map((g) =>
      g.who.length === 1
        ? `${g.who[0]} ${g.what}`
        : g.who.length === 2
          ? `${g.who[0]}, ${g.who[1]}: ${g.what}`
          : `${g.who.length} nodes: ${g.what}`,
    )
    .join('. ')
}
