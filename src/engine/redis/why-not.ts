import type { Micros } from '../core/time.ts'
import { MS, SEC } from '../core/time.ts'
import { whyNoElection } from './failover.ts'
import { whyNoMigration } from './orphans.ts'
import { MYSELF, isOn, number, timeoutOf } from './peers.ts'
import { bufferLimit } from './output-buffer.ts'
import {
  CRON,
  SLOTS,
  WRITABLE_DELAY,
  dataAge,
  isFencing,
  isGoodReplica,
  isReportValid,
  quorumOf,
  rejoinDelay,
  retryAfter,
  voteWindow,
  whyDown,
} from './rules.ts'
import type { ClusterState, NodeState, Peer } from './state.ts'

/** Why a node is, or is not, doing something: one headline and its evidence, from its own view alone. */
export interface WhyNot {
  headline: string
  evidence: Evidence[]
}
export interface Evidence {
  mark: 'yes' | 'no' | 'wait'
  who: string
  text: string
  figure: string
}

const msText = (t: Micros): string => `${Math.max(0, Math.round(t / MS))} ms`

export const whyNot = (state: NodeState, now: Micros): WhyNot | null => {
  if (state.repl.refusal !== '') return whyRefused(state)
  const c = state.cluster
  if (c === null) return null
  const me = c.peers[MYSELF]
  return me.primary ? primarysCase(state, c, now) : replicasCase(state, c, now)
}

/** What helps a replica that its primary refuses, by the first word of the error. */
const CURES: Record<string, string> = {
  NOAUTH: 'its primary asks for a password: set masterauth here (and masteruser for another user than default)',
  WRONGPASS: 'masterauth or masteruser here is not what its primary knows',
  NOPERM: 'its masteruser needs the rights +psync +replconf +ping there',
  DENIED: 'its primary is in protected mode: give its default user a password, or set protected-mode no',
}

/** A replica that its primary does not take: it can neither get data nor be promoted with any. */
const whyRefused = (state: NodeState): WhyNot => {
  const { refusal, primary } = state.repl
  const word = refusal.split(' ')[0]
  return {
    headline: `It gets no data: ${primary} refuses it`,
    evidence: [
      { mark: 'no', who: primary ?? '', text: refusal, figure: '' },
      { mark: 'wait', who: '', text: CURES[word] ?? 'it asks again each second', figure: 'asks each second' },
    ],
  }
}

const owners = (c: ClusterState): Peer[] => c.peers.filter((p) => !p.gone && p.primary && p.numSlots > 0)

// ------------------------------------------------------------------ a primary

const primarysCase = (state: NodeState, c: ClusterState, now: Micros): WhyNot => {
  const me = c.peers[MYSELF]
  const down = c.state === 'fail' ? stillDown(state, c, now) : null
  if (down !== null) return down
  const suspected = c.peers.find((p) => !p.gone && p.pfail)
  if (suspected !== undefined)
    return { headline: `Not FAIL yet: ${suspected.process} is only suspected`, evidence: reportsOn(state, c, suspected, now) }
  if (c.manual !== null && c.manual.replica >= 0) {
    const replica = c.peers[c.manual.replica].process
    return {
      headline: `It hands over to ${replica}: writes wait`,
      evidence: [
        {
          mark: 'wait',
          who: replica,
          text: 'catches up, then asks for votes',
          figure: `${state.repl.offset - c.replOffset[c.manual.replica]} bytes`,
        },
      ],
    }
  }
  const trouble = whyFenced(state, now) ?? whyBehind(state)
  if (trouble !== null) return trouble
  if (me.numSlots === 0) return { headline: 'It owns no slots: it serves nothing and does not vote', evidence: [reach(c)] }
  return { headline: `It serves ${me.numSlots} slots`, evidence: [reach(c)] }
}

/** Writes that are refused for lack of good replicas. */
const whyFenced = (state: NodeState, now: Micros): WhyNot | null => {
  const wanted = number(state, 'min-replicas-to-write', 0)
  const maxLag = number(state, 'min-replicas-max-lag', 10)
  if (!isFencing(wanted, maxLag)) return null
  const links = [...state.repl.replicas.values()]
  const good = links.filter((l) => isGoodReplica(l.state === 'online', now, l.ackAt, maxLag)).length
  if (good >= wanted) return null
  const evidence = links.map((l): Evidence => {
    const isGood = isGoodReplica(l.state === 'online', now, l.ackAt, maxLag)
    return {
      mark: isGood ? 'yes' : l.state === 'online' ? 'no' : 'wait',
      who: l.process,
      text: l.state === 'online' ? 'last acknowledged' : 'gets its first data',
      figure: l.state === 'online' ? `${msText(now - l.ackAt)} ago` : '',
    }
  })
  evidence.unshift({ mark: 'no', who: '', text: `replicas that answered within ${maxLag} s`, figure: `${good} of ${wanted} needed` })
  return { headline: 'It refuses writes: too few good replicas', evidence }
}

/** A replica that was thrown out because too much waited for it, and is not in step yet. */
const whyBehind = (state: NodeState): WhyNot | null => {
  const r = state.repl
  if (r.overruns.size === 0) return null
  const [replica, times] = [...r.overruns][0]
  const link = [...r.replicas.values()].find((l) => l.process === replica)
  const evidence: Evidence[] = [
    { mark: 'no', who: replica, text: 'dropped since it was last in step', figure: times === 1 ? 'once' : `${times} times` },
    { mark: 'wait', who: '', text: 'may wait for it: client-output-buffer-limit', figure: bytesText(bufferLimit(state, 'replica').hard) },
  ]
  if (link?.state === 'syncing')
    evidence.push({ mark: 'wait', who: replica, text: 'waits until its file has come through', figure: bytesText(r.offset - link.from) })
  return { headline: `It does not get ${replica} in step: more is written than may wait`, evidence }
}

const bytesText = (n: number): string =>
  n >= 10_000_000 ? `${Math.round(n / 1_000_000)} MB` : n >= 10_000 ? `${Math.round(n / 1000)} kB` : `${n} bytes`

const reach = (c: ClusterState): Evidence => {
  const all = owners(c)
  const reached = all.filter((p) => !p.fail && !p.pfail).length
  const needed = quorumOf(all.length)
  return {
    mark: reached >= needed ? 'yes' : 'no',
    who: '',
    text: 'primaries reached, itself included; a majority is needed',
    figure: `${reached} of ${all.length}, ${needed} needed`,
  }
}

const stillDown = (state: NodeState, c: ClusterState, now: Micros): WhyNot => {
  const all = owners(c)
  const reached = all.filter((p) => !p.fail && !p.pfail).length
  const failed = all.find((p) => p.fail)
  let owned = 0
  for (const p of c.peers) owned += p.numSlots
  const reason = whyDown(isOn(state, 'cluster-require-full-coverage', true), SLOTS - owned, failed?.process ?? null, reached, all.length)
  const evidence: Evidence[] = [reach(c)]
  if (failed !== undefined)
    evidence.push({
      mark: 'no',
      who: failed.process,
      text: 'owns slots and is in FAIL; nobody has taken over yet',
      figure: `${failed.numSlots} slots`,
    })
  if (owned < SLOTS) evidence.push({ mark: 'no', who: '', text: 'slots without an owner', figure: String(SLOTS - owned) })
  if (reason !== null) return { headline: `It answers CLUSTERDOWN: ${reason}`, evidence }
  const booted = c.firstUpdateAt + WRITABLE_DELAY - now
  if (booted > 0) {
    evidence.push({ mark: 'wait', who: '', text: 'a primary that has just started takes no queries for 2 s', figure: msText(booted) })
    return { headline: 'All is well again; it waits before it serves', evidence }
  }
  if (c.minorityAt >= 0) {
    const left = c.minorityAt + rejoinDelay(timeoutOf(state)) - now
    evidence.push({ mark: 'wait', who: '', text: 'a primary back from a minority waits the node timeout', figure: msText(left) })
  }
  return { headline: 'All is well again; it waits before it serves', evidence }
}

const reportsOn = (state: NodeState, c: ClusterState, about: Peer, now: Micros): Evidence[] => {
  const timeout = timeoutOf(state)
  const out: Evidence[] = []
  let reports = 0
  for (let i = 0; i < c.peers.length; i++) {
    const p = c.peers[i]
    if (p.gone || !p.primary || p.numSlots === 0 || p === about) continue
    const at = c.reports.get(c.peers.indexOf(about))?.get(i)
    const says = i === MYSELF ? about.pfail : at !== undefined && isReportValid(now, at, timeout)
    if (says) reports++
    out.push({
      mark: says ? 'yes' : p.fail || p.pfail ? 'no' : 'wait',
      who: p.process,
      text: says ? 'holds it for failing' : p.fail || p.pfail ? 'is not heard' : 'has not reported it',
      figure: at !== undefined && says ? `${msText(now - at)} ago` : '',
    })
  }
  out.unshift({
    mark: reports >= quorumOf(c.size) ? 'yes' : 'wait',
    who: '',
    text: 'primaries that suspect it',
    figure: `${reports} of ${quorumOf(c.size)} needed`,
  })
  return out
}

// ------------------------------------------------------------------ a replica

const replicasCase = (state: NodeState, c: ClusterState, now: Micros): WhyNot => {
  const index = c.replicaOf[MYSELF]
  if (index < 0) return { headline: 'It follows nobody', evidence: [] }
  const primary = c.peers[index]
  const who = primary.process
  const manual = c.manual !== null && c.manual.canStart
  if (c.manual !== null && !manual) {
    const told = c.manual.offset >= 0
    return {
      headline: told ? 'It catches up before it takes over' : `It waits for ${who} to stop its writes`,
      evidence: [
        {
          mark: 'wait',
          who,
          text: told ? 'still to be processed' : 'has not told its offset',
          figure: told ? `${c.manual.offset - state.repl.offset} bytes` : '',
        },
      ],
    }
  }
  const none = whyNoElection(state, manual)
  if (none !== null) {
    if (primary.pfail)
      return { headline: `It does not take over: ${who} is only suspected, not FAIL`, evidence: reportsOn(state, c, primary, now) }
    const spared = primary.fail ? null : whyNoMigration(state, now)
    if (spared !== null)
      return {
        headline: `It does not move to ${spared.orphan.process} ${spared.waits > 0 ? 'yet' : ''}`.trimEnd() + `: ${spared.reason}`,
        evidence: [
          { mark: 'no', who: spared.orphan.process, text: 'has lost all its replicas', figure: `${spared.orphan.numSlots} slots` },
          ...(spared.waits > 0 ? [{ mark: 'wait' as const, who: '', text: 'until it moves', figure: msText(spared.waits) }] : []),
          linkOf(state, now),
        ],
      }
    if (!primary.fail) return unsuspectedCase(state, c, index, now)
    return {
      headline: `It does not take over: ${none}`,
      evidence: [{ mark: 'no', who, text: 'is in FAIL', figure: `${primary.numSlots} slots` }],
    }
  }
  return candidatesCase(state, c, primary, now)
}

/** Only a whole node-timeout without an answer to a ping makes a suspicion. */
const unsuspectedCase = (state: NodeState, c: ClusterState, primary: number, now: Micros): WhyNot => {
  const who = c.peers[primary].process
  const timeout = timeoutOf(state)
  const silent = c.pinged[primary] === 0 ? 0 : now - Math.max(c.pinged[primary], c.heard[primary])
  if (silent < timeout / 10)
    return {
      headline: `It has no reason to take over: ${who} answers`,
      evidence: [{ mark: 'yes', who, text: 'last heard', figure: `${msText(now - c.heard[primary])} ago` }, linkOf(state, now)],
    }
  return {
    headline: `It does not take over: ${who} is silent, but not suspected yet`,
    evidence: [{ mark: 'wait', who, text: 'has not answered', figure: `${msText(silent)} of ${msText(timeout)}` }, linkOf(state, now)],
  }
}

const linkOf = (state: NodeState, now: Micros): Evidence => {
  const r = state.repl
  if (r.linkState === 'connected')
    return { mark: 'yes', who: r.primary ?? '', text: 'replication link is up, last data', figure: `${msText(now - r.lastIo)} ago` }
  if (r.transfer !== null) {
    const { read, total } = r.transfer
    return { mark: 'wait', who: r.primary ?? '', text: 'sends it all its data', figure: `${bytesText(read)} of ${bytesText(total)}` }
  }
  const since = r.linkDownSince < 0 ? 'never up' : `down for ${msText(now - r.linkDownSince)}`
  return { mark: r.linkState === 'none' ? 'no' : 'wait', who: r.primary ?? '', text: `replication link: ${r.linkState}`, figure: since }
}

const candidatesCase = (state: NodeState, c: ClusterState, primary: Peer, now: Micros): WhyNot => {
  const e = c.election
  const timeout = timeoutOf(state)
  const evidence: Evidence[] = [{ mark: 'yes', who: primary.process, text: 'is in FAIL', figure: `for ${msText(now - primary.failAt)}` }]
  if (e.cannot === 'its data is too old') {
    const since = state.repl.linkState === 'connected' ? state.repl.lastIo : state.repl.linkDownSince
    const most = number(state, 'repl-ping-replica-period', 10) * SEC + timeout * number(state, 'cluster-replica-validity-factor', 10)
    const age = since < 0 ? 'it never had its data' : `${msText(dataAge(now, since, timeout))}, at most ${msText(most)}`
    evidence.push({ mark: 'no', who: '', text: 'age of its data', figure: age })
    return { headline: 'It may not take over: its data is too old', evidence }
  }
  if (now < e.at) {
    evidence.push({
      mark: 'wait',
      who: '',
      text: `500 ms, a drawn part${e.rank > 0 ? `, ${e.rank} s for ${e.rank} with newer data` : ''}`,
      figure: msText(e.at - now),
    })
    return { headline: `It waits ${msText(e.at - now)} before it asks for votes`, evidence }
  }
  if (!e.sent && e.at > 0 && now - e.at <= 2 * CRON)
    return { headline: 'Its turn has come: it asks for votes with its next cron', evidence }
  if (e.sent && now - e.at <= voteWindow(timeout)) {
    const needed = quorumOf(c.size)
    for (const p of owners(c)) {
      const voted = e.voters.includes(p.process)
      const silent = p.fail || p.pfail
      evidence.push({
        mark: voted ? 'yes' : silent ? 'no' : 'wait',
        who: p.process,
        text: voted ? 'voted for it' : silent ? 'is not heard' : 'has not answered',
        figure: '',
      })
    }
    return { headline: `It waits for votes: ${e.votes} of ${needed}`, evidence }
  }
  const next = e.at + retryAfter(timeout) - now
  if (e.at > 0 && next > 0) {
    evidence.push({
      mark: 'wait',
      who: '',
      text: 'since its last election four node timeouts must pass, at least 4 s',
      figure: msText(next),
    })
    return { headline: `It sits this one out: it tried an election ${msText(now - e.at)} ago`, evidence }
  }
  return { headline: 'It schedules its election with the next cron', evidence }
}
