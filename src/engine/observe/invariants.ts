import type { Fact } from '../core/fact.ts'
import type { ProcessId } from '../core/process.ts'
import type { Observer, Simulation } from '../core/simulation.ts'
import type { Micros } from '../core/time.ts'
import { formatMicros } from '../core/time.ts'
import { getEntry } from '../redis/keyspace.ts'
import { quorumOf } from '../redis/rules.ts'
import { keySlot } from '../redis/slots.ts'
import { slotOwner } from '../redis/slots-config.ts'
import type { NodeState } from '../redis/state.ts'

/** What must hold in every run, whatever fails: looked at from outside, never steering. */

/** An acknowledged write that is followed to see where it lives and whether its loss, if it is lost, is one that Redis allows. */
export interface TrackedWrite {
  key: string
  value: string
  at: Micros
  /** the primary that holds it by right, and the offset and history it stands at there. */
  holder: ProcessId
  offset: number
  replid: string
  /** why its loss would be no surprise; '' while it must survive. */
  excuse: string
}

export class Invariants implements Observer {
  readonly broken: string[] = []
  /** writes by key; a run writes each tracked key once. */
  readonly writes = new Map<string, TrackedWrite>()
  /** an operator had a node forgotten that had just been elected: its slots are nobody's, here as in life. */
  abandoned = ''
  private readonly sim: Simulation
  private readonly isTracked: (key: string) => boolean
  private readonly votes = new Map<string, ProcessId>()
  /** whose votes a candidate has counted since it last scheduled an election. */
  private readonly counted = new Map<ProcessId, Set<ProcessId>>()
  private readonly elected = new Map<number, ProcessId>()
  private readonly configEpochs = new Map<ProcessId, number>()

  constructor(sim: Simulation, isTracked: (key: string) => boolean) {
    this.sim = sim
    this.isTracked = isTracked
  }

  private state(id: ProcessId): NodeState | null {
    return (this.sim.process(id)?.state ?? null) as NodeState | null
  }

  private fail(fact: { at: Micros; process: ProcessId }, text: string): void {
    if (this.broken.length < 20) this.broken.push(`${formatMicros(fact.at)} ${fact.process}: ${text}`)
  }

  onFact(fact: Fact): void {
    switch (fact.type) {
      case 'election.granted':
        return this.onVote(fact.process, fact.data.epoch, fact.data.to, fact)
      case 'election.scheduled':
        this.counted.delete(fact.process)
        return
      case 'election.counted':
        return this.onCounted(fact.process, fact.data.from, fact.data.epoch)
      case 'election.won':
        return this.onWon(fact)
      case 'failover.promoted':
        this.onPromoted(fact.process, fact.data.from, fact.data.offset)
        return this.onEpoch(fact.process, fact.data.epoch, fact)
      case 'epoch.bumped':
        return this.onEpoch(fact.process, fact.data.epoch, fact)
      case 'write.acked':
        return this.onWrite(fact)
      case 'keys.migrated':
        return this.onMigrated(fact.process, fact.data.slot, fact.data.to)
      case 'role.changed':
        if (fact.data.role === 'replica')
          this.excuse(fact.process, 'its primary had been replaced when it acknowledged, or before its replica had it')
        return
      case 'node.forgot': {
        const me = this.state(fact.data.peer)?.cluster?.peers[0]
        if (me !== undefined && me.numSlots > 0)
          this.abandoned = `${fact.process} forgot ${fact.data.peer}, which owned ${me.numSlots} slots`
        return
      }
      case 'slots.rebound':
        if (fact.data.from === fact.process) this.excuseLost(fact.process)
        return
      case 'process.restarted':
        if (fact.data.empty) this.excuse(fact.process, 'its primary came back without data')
        else this.rename(fact.process)
        return
    }
  }

  // ---------------------------------------------------------------- votes and epochs

  /** A voter votes once an epoch. */
  private onVote(voter: ProcessId, epoch: number, to: ProcessId, fact: Fact): void {
    const key = `${voter} ${epoch}`
    if (this.votes.has(key)) this.fail(fact, `voted twice in epoch ${epoch}: for ${this.votes.get(key)} and ${to}`)
    this.votes.set(key, to)
  }

  private onCounted(candidate: ProcessId, voter: ProcessId, epoch: number): void {
    if (this.votes.get(`${voter} ${epoch}`) !== candidate) return
    const voters = this.counted.get(candidate)
    if (voters === undefined) this.counted.set(candidate, new Set([voter]))
    else voters.add(voter)
  }

  /**
   * Whoever wins had the votes of a majority, each really given to it in that epoch; or in the one before, when the vote came late:
   * cluster.c empties failover_auth_count as an election is scheduled and raises failover_auth_epoch as it begins, so that a vote
   * which arrives between the two counts for the new one. An epoch has one winner, but for this: who won
   * as a replica has not voted in it yet, and as a primary may (cluster.c minds lastVoteEpoch alone); their collision is settled.
   */
  private onWon(fact: Extract<Fact, { type: 'election.won' }>): void {
    const { epoch, voters } = fact.data
    const given = new Set(voters.filter((v) => this.counted.get(fact.process)?.has(v)))
    const needed = quorumOf(this.state(fact.process)!.cluster!.size)
    if (given.size < needed) this.fail(fact, `won epoch ${epoch} with ${given.size} votes of ${needed}`)
    const other = this.elected.get(epoch)
    if (other !== undefined && !given.has(other)) this.fail(fact, `won epoch ${epoch}, which ${other} had won`)
    this.elected.set(epoch, fact.process)
  }

  /** A node's own configEpoch only rises. */
  private onEpoch(process: ProcessId, epoch: number, fact: Fact): void {
    const before = this.configEpochs.get(process) ?? 0
    if (epoch <= before) this.fail(fact, `took configEpoch ${epoch} after ${before}`)
    this.configEpochs.set(process, epoch)
  }

  // ---------------------------------------------------------------- writes

  private onWrite(fact: Extract<Fact, { type: 'write.acked' }>): void {
    const { key, value, offset } = fact.data
    if (!this.isTracked(key)) return
    const state = this.state(fact.process)!
    const again = this.writes.get(key)
    // the same command may run twice when its first answer was lost: the later one counts
    if (again !== undefined && again.value !== value) this.fail(fact, `${key} was written with two values`)
    this.writes.set(key, { key, value, at: fact.at, holder: fact.process, offset, replid: state.repl.replid, excuse: '' })
  }

  /** What the new primary had of the old one's history is its own now; the rest was never replicated. */
  private onPromoted(process: ProcessId, from: ProcessId, offset: number): void {
    const { repl } = this.state(process)!
    for (const w of this.writes.values()) {
      if (w.holder !== from || w.excuse !== '') continue
      if (w.replid === repl.replid2 && w.offset <= offset) {
        w.holder = process
        w.replid = repl.replid
      } else w.excuse = 'its replica had not received it when it took over'
    }
  }

  private onMigrated(source: ProcessId, slot: number, to: ProcessId): void {
    const from = this.state(source)
    const target = this.state(to)
    if (from === null || target === null) return
    for (const w of this.writes.values())
      if (w.holder === source && keySlot(w.key) === slot && getEntry(from.keys, w.key) === undefined) {
        w.holder = to
        w.offset = target.repl.offset
        w.replid = target.repl.replid
      }
  }

  /** A primary that keeps other slots deletes what it held of those it lost. */
  private excuseLost(holder: ProcessId): void {
    const state = this.state(holder)!
    for (const w of this.writes.values())
      if (w.holder === holder && w.excuse === '' && slotOwner(state, keySlot(w.key)) !== 0) w.excuse = 'its primary had lost that slot'
  }

  private excuse(holder: ProcessId, why: string): void {
    for (const w of this.writes.values()) if (w.holder === holder && w.excuse === '') w.excuse = why
  }

  /** A restart with its data begins a new history. */
  private rename(process: ProcessId): void {
    const state = this.state(process)
    if (state !== null) for (const w of this.writes.values()) if (w.holder === process) w.replid = state.repl.replid
  }

  // ---------------------------------------------------------------- looks at the whole

  /** At any moment: no two running primaries claim one slot with one configEpoch. */
  checkOwners(): void {
    const seen = new Map<number, NodeState>()
    for (const p of this.sim.world.processes.values()) {
      const s = p.kind === 'node' ? (p.state as NodeState | null) : null
      const me = s?.cluster?.peers[0]
      if (s == null || me === undefined || !me.primary || me.numSlots === 0 || me.configEpoch === 0) continue
      const other = seen.get(me.configEpoch)
      if (other !== undefined)
        for (let slot = 0; slot < 16384; slot++)
          if (slotOwner(s, slot) === 0 && slotOwner(other, slot) === 0) {
            this.fail(
              { at: this.sim.world.now, process: p.id },
              `claims slot ${slot} in epoch ${me.configEpoch}, and so does ${other.self}`,
            )
            break
          }
      seen.set(me.configEpoch, s)
    }
  }

  /** After healing: every write that had to survive is there. Returns how many acknowledged writes were lost, all excused. */
  checkWrites(): number {
    let lost = 0
    for (const w of this.writes.values()) {
      const slot = keySlot(w.key)
      let value: unknown
      for (const p of this.sim.world.processes.values()) {
        const s = p.kind === 'node' && p.status === 'up' ? (p.state as NodeState) : null
        if (s?.cluster && slotOwner(s, slot) === 0) value = getEntry(s.keys, w.key)?.value
      }
      if (value === w.value) continue
      lost++
      if (w.excuse === '')
        this.fail({ at: w.at, process: w.holder }, `${w.key} = ${w.value} was acknowledged, had no reason to be lost, and is gone`)
    }
    return lost
  }

  /** After healing: a replica that is up to date holds just what its primary holds. */
  checkCopies(): void {
    for (const p of this.sim.world.processes.values()) {
      const s = p.kind === 'node' ? (p.state as NodeState | null) : null
      if (s === null || s.repl.role !== 'replica' || s.repl.linkState !== 'connected') continue
      const primary = this.state(s.repl.primary!)
      if (primary === null || primary.repl.offset !== s.repl.offset || primary.repl.replid !== s.repl.replid) continue
      if (primary.keys.size !== s.keys.size)
        this.fail({ at: this.sim.world.now, process: p.id }, `holds ${s.keys.size} keys, its primary ${primary.keys.size}`)
    }
  }
}

/** Why the cluster is not whole yet, from outside; null when every node is up, agrees and has its data. */
export const whyNotWhole = (sim: Simulation): string | null => {
  let view = ''
  for (const p of sim.world.processes.values()) {
    if (p.kind !== 'node' || p.retired) continue
    if (p.status !== 'up') return `${p.id} is ${p.status}`
    const s = p.state as NodeState
    const c = s.cluster!
    if (c.peers[0].numSlots === 0 && c.peers[0].primary && c.known === 1) continue
    if (c.state !== 'ok') return `${p.id} says cluster_state:fail`
    // a node that left for good may still be remembered: who was down while it was forgotten tells the others of it again
    const sick = c.peers.find((x) => !x.gone && !sim.process(x.process)?.retired && (x.fail || x.pfail || x.handshake))
    if (sick !== undefined) return `${p.id} holds ${sick.process} for failing`
    if (s.repl.role === 'replica' && s.repl.linkState !== 'connected') return `${p.id}'s link to ${s.repl.primary} is ${s.repl.linkState}`
    let mine = ''
    let last = ''
    for (let slot = 0; slot < 16384; slot++) {
      const owner = slotOwner(s, slot)
      if (owner < 0) return `${p.id} knows no owner of slot ${slot}`
      const name = c.peers[owner].process
      if (name !== last) mine += `${slot}:${name} `
      last = name
    }
    if (view === '') view = mine
    else if (view !== mine) return `${p.id} sees other owners than the rest:\n${mine}\n${view}`
  }
  return null
}
