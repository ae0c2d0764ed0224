import type { Fact, FactOf } from '../core/fact.ts'
import type { ProcessId } from '../core/process.ts'
import type { Observer, Simulation } from '../core/simulation.ts'
import { formatMicros, type Micros } from '../core/time.ts'
import { getEntry } from '../redis/keyspace.ts'
import type { NodeState } from '../redis/state.ts'
import { knownSentinels } from '../sentinel/rules.ts'
import { PRIMARY_NAME, type Primary, type SentinelState } from '../sentinel/state.ts'
import { Histories, type Excuse, type Place } from './histories.ts'

interface AckedWrite extends Place {
  key: string
  value: string
  at: Micros
  by: ProcessId
}

/** What must hold in every run under Sentinel, whatever fails: looked at from outside, never steering. */
export class SentinelInvariants implements Observer {
  readonly broken: string[] = []
  /** acknowledged writes by key; a run writes each tracked key once. */
  readonly writes = new Map<string, AckedWrite>()
  private readonly histories = new Histories()
  /** epochs in which two candidates had votes. */
  readonly splits = new Set<number>()
  private readonly sim: Simulation
  private readonly isTracked: (key: string) => boolean
  /** by Sentinel and epoch. */
  private readonly votes = new Map<string, ProcessId>()
  private readonly candidates = new Map<number, ProcessId>()
  private readonly elected = new Map<number, ProcessId>()
  /** who ever held a primary to be down. */
  private readonly suspected = new Set<string>()
  private readonly odown = new Set<ProcessId>()
  /** the attempt under way: its epoch, and whether an operator asked for it. */
  private readonly attempts = new Map<ProcessId, { epoch: number; forced: boolean; elected: boolean; again: boolean }>()
  private readonly epochs = new Map<ProcessId, { current: number; config: number; leader: number }>()

  constructor(sim: Simulation, isTracked: (key: string) => boolean) {
    this.sim = sim
    this.isTracked = isTracked
  }

  private fail(fact: { at: Micros; process: ProcessId }, text: string): void {
    if (this.broken.length < 20) this.broken.push(`${formatMicros(fact.at)} ${fact.process}: ${text}`)
  }

  onFact(fact: Fact): void {
    switch (fact.type) {
      case 'sentinel.sdown':
        if (fact.data.what === 'primary') this.suspected.add(fact.process)
        return
      case 'sentinel.odown':
        return this.onOdown(fact)
      case 'sentinel.odownCleared':
        this.odown.delete(fact.process)
        return
      case 'sentinel.tried':
        return this.onTried(fact)
      case 'sentinel.voted':
        return this.onVote(fact)
      case 'sentinel.elected':
        return this.onElected(fact)
      case 'sentinel.promoted':
        return this.onPromoted(fact)
      case 'sentinel.selected':
        return this.onSelected(fact)
      case 'sentinel.aborted':
        this.attempts.delete(fact.process)
        return
      case 'sentinel.switched':
        this.odown.delete(fact.process)
        this.attempts.delete(fact.process)
        return
      case 'write.acked':
        return this.onWrite(fact)
      case 'role.changed':
        this.look()
        if (fact.data.role === 'primary') this.checkHeld(fact.process)
        return
      case 'replication.full':
        return this.look()
      case 'process.restarted':
        this.attempts.delete(fact.process)
        this.odown.delete(fact.process)
        if (fact.data.empty) this.histories.emptied(fact.process)
        return this.look()
    }
  }

  // ---------------------------------------------------------------- who agrees, who leads

  private watched(id: ProcessId): Primary | undefined {
    return (this.sim.process(id)?.state as SentinelState | null)?.primaries.get(PRIMARY_NAME)
  }

  /**
   * ODOWN: as many as the quorum, each of whom held a primary to be down by itself. Not always this one: what another answered about
   * the primary before counts for five seconds more (sentinelResetMaster leaves the other Sentinels' flags).
   */
  private onOdown(fact: FactOf<'sentinel.odown'>): void {
    const { about, by, quorum } = fact.data
    if (new Set(by).size < quorum) this.fail(fact, `ODOWN of ${about} with ${by.length} of ${quorum}`)
    for (const s of by) if (!this.suspected.has(s)) this.fail(fact, `ODOWN of ${about} by ${s}, which never held a primary to be down`)
    this.odown.add(fact.process)
  }

  /** An attempt needs ODOWN, unless an operator asked for it; it opens an epoch of its own. */
  private onTried(fact: FactOf<'sentinel.tried'>): void {
    const { about, epoch, needed } = fact.data
    if (needed > 0 && !this.odown.has(fact.process)) this.fail(fact, `tried a failover of ${about} without ODOWN`)
    const p = this.watched(fact.process)!
    if (needed > 0 && (needed < p.quorum || needed * 2 <= knownSentinels(p))) this.fail(fact, `would act on ${needed} votes`)
    this.attempts.set(fact.process, { epoch, forced: needed === 0, elected: false, again: false })
  }

  /** A Sentinel votes once an epoch. */
  private onVote(fact: FactOf<'sentinel.voted'>): void {
    const { epoch, to } = fact.data
    const key = `${fact.process} ${epoch}`
    if (this.votes.has(key)) this.fail(fact, `voted twice in epoch ${epoch}: for ${this.votes.get(key)} and ${to}`)
    this.votes.set(key, to)
    if ((this.candidates.get(epoch) ?? to) !== to) this.splits.add(epoch)
    this.candidates.set(epoch, to)
  }

  /**
   * A leader had the votes it needs, each really given to it. An epoch has one leader, but for this: votes of a later epoch count in an
   * attempt that is still under way (sentinelGetLeader minds the current epoch for others' votes).
   */
  private onElected(fact: FactOf<'sentinel.elected'>): void {
    const { epoch, needed } = fact.data
    const attempt = this.attempts.get(fact.process)
    if (attempt?.epoch !== epoch) return this.fail(fact, `won epoch ${epoch} without an attempt`)
    attempt.elected = true
    if (attempt.forced) return
    const current = (this.sim.process(fact.process)!.state as SentinelState).currentEpoch
    const given = new Set<string>()
    for (const [key, to] of this.votes) {
      const [voter, at] = key.split(' ')
      if (to === fact.process && (Number(at) === epoch || Number(at) === current)) given.add(voter)
    }
    if (given.size < needed) this.fail(fact, `leads in epoch ${epoch} with ${given.size} votes of ${needed}`)
    if (this.elected.has(epoch)) this.fail(fact, `leads in epoch ${epoch}, as does ${this.elected.get(epoch)}`)
    this.elected.set(epoch, fact.process)
  }

  /** Sentinel minds no replica's role (sentinelSelectSlave): it may choose one that never heard that it was deposed. */
  private onSelected(fact: FactOf<'sentinel.selected'>): void {
    this.attempts.get(fact.process)!.again = this.node(fact.data.replica)?.repl.role === 'primary'
  }

  private onPromoted(fact: FactOf<'sentinel.promoted'>): void {
    const attempt = this.attempts.get(fact.process)
    if (attempt?.elected !== true) return this.fail(fact, `promoted ${fact.data.replica} without being elected`)
    const state = this.node(fact.data.replica)
    if (state !== null) this.histories.promoted(state, attempt.again, fact.at)
  }

  /** At any moment: what a Sentinel keeps in sentinel.conf only rises. */
  checkEpochs(): void {
    this.look()
    for (const { id, kind, state } of this.sim.world.processes.values()) {
      if (kind !== 'sentinel' || state === null) continue
      const p = this.watched(id)!
      const now = { current: (state as SentinelState).currentEpoch, config: p.configEpoch, leader: p.leaderEpoch }
      const before = this.epochs.get(id) ?? now
      for (const which of ['current', 'config', 'leader'] as const)
        if (now[which] < before[which])
          this.fail({ at: this.sim.world.now, process: id }, `${which} epoch ${now[which]} after ${before[which]}`)
      this.epochs.set(id, now)
    }
  }

  // ---------------------------------------------------------------- writes

  private node(id: ProcessId): NodeState | null {
    return (this.sim.process(id)?.state ?? null) as NodeState | null
  }

  /** Follows the histories. Primaries begin them, so they are asked first. */
  look(): void {
    const nodes = [...this.sim.world.processes.values()].filter((p) => p.kind === 'node' && p.state !== null)
    for (const role of ['primary', 'replica'])
      for (const { id, state } of nodes)
        if ((state as NodeState).repl.role === role) this.histories.see(id, state as NodeState, this.sim.world.now)
  }

  private onWrite(fact: FactOf<'write.acked'>): void {
    const { key, value, offset } = fact.data
    if (!this.isTracked(key)) return
    const { replid, role } = this.node(fact.process)!.repl
    if (role !== 'primary') this.fail(fact, `took ${key} as a replica`)
    this.look()
    this.writes.set(key, { key, value, at: fact.at, by: fact.process, offset, replid })
  }

  /**
   * A node holds every acknowledged write of its own history up to its offset, and of those before it up to where they parted.
   * Returns how many acknowledged writes it lacks, by excuse.
   */
  checkHeld(process: ProcessId): Record<Excuse, number> {
    const { repl, keys } = this.node(process)!
    const lost = { unreplicated: 0, superseded: 0, emptied: 0, undone: 0 }
    for (const w of this.writes.values()) {
      if (getEntry(keys, w.key)?.value === w.value) continue
      const excuse = this.histories.excuse(repl, w)
      if (excuse !== null) lost[excuse]++
      else
        this.fail(
          { at: this.sim.world.now, process },
          `lacks ${w.key} = ${w.value}, which ${w.by} acknowledged at ${formatMicros(w.at)}, and nothing excuses that`,
        )
    }
    return lost
  }

  /** After healing: every replica that is up to date holds just what the primary holds. */
  checkCopies(primary: ProcessId): void {
    const { repl, keys } = this.node(primary)!
    for (const { id, kind } of this.sim.world.processes.values()) {
      const s = kind === 'node' ? this.node(id) : null
      if (s === null || s.repl.offset !== repl.offset || s.repl.replid !== repl.replid || s.keys.size === keys.size) continue
      this.fail({ at: this.sim.world.now, process: id }, `holds ${s.keys.size} keys, its primary ${keys.size}`)
    }
  }
}

/**
 * A Sentinel that names another primary than the rest, in the same config epoch: no hello will ever correct it. Redis comes to this when
 * one hears, amid a failover of its own, that its old primary is the newest one (sentinelProcessHelloMessage keeps the epoch, sees the
 * address it still has, and lets the failover end; three Sentinels of 7.0.15 were seen to stay so). Returns one that an operator can ask
 * for a failover, which opens a new epoch.
 */
export const deadlocked = (sim: Simulation): ProcessId | null => {
  const seen: { id: ProcessId; primary: Primary }[] = []
  for (const p of sim.world.processes.values())
    if (p.kind === 'sentinel' && p.state !== null) seen.push({ id: p.id, primary: (p.state as SentinelState).primaries.get(PRIMARY_NAME)! })
  const newest = seen.filter((x) => x.primary.configEpoch === Math.max(...seen.map((y) => y.primary.configEpoch)))
  if (newest.every((x) => x.primary.process === newest[0].primary.process)) return null
  const right = newest.find((x) => (sim.process(x.primary.process)?.state as NodeState | null)?.repl.role === 'primary')
  return right?.id ?? null
}

/** The primary that all Sentinels name and all other nodes follow; or why there is none yet. */
export const agreedPrimary = (sim: Simulation): { primary: ProcessId } | { whyNot: string } => {
  let primary = ''
  for (const p of sim.world.processes.values()) {
    if (p.kind !== 'sentinel') continue
    if (p.status !== 'up') return { whyNot: `${p.id} is ${p.status}` }
    const w = (p.state as SentinelState).primaries.get(PRIMARY_NAME)!
    if (w.failover.inProgress) return { whyNot: `${p.id} is failing over` }
    if (w.sdown) return { whyNot: `${p.id} holds ${w.process} to be down` }
    if (primary !== '' && primary !== w.process) return { whyNot: `${p.id} names ${w.process}, another Sentinel ${primary}` }
    primary = w.process
  }
  for (const p of sim.world.processes.values()) {
    if (p.kind !== 'node') continue
    if (p.status !== 'up') return { whyNot: `${p.id} is ${p.status}` }
    const { repl } = p.state as NodeState
    if (p.id === primary ? repl.role !== 'primary' : repl.role !== 'replica' || repl.primary !== primary)
      return { whyNot: `${p.id} is a ${repl.role} (of ${repl.primary}), and the Sentinels name ${primary}` }
    if (p.id !== primary && repl.linkState !== 'connected') return { whyNot: `${p.id}'s link to ${primary} is ${repl.linkState}` }
  }
  return { primary }
}
