import type { ProcessId } from '../core/process.ts'
import type { Micros } from '../core/time.ts'
import type { NodeState } from '../redis/state.ts'

/** A replication history: what one primary wrote under one replication id, after what it took over from an earlier history. */
interface History {
  /** whence it came, and the last offset it took over; null = from nothing. */
  parent: History | null
  from: number
  /** when it came to be. */
  at: Micros
  /** of a primary; else of a replica that came up without data. */
  primary: boolean
  /** of a node that came back without data. */
  emptied: boolean
  /** a Sentinel saw its node promoted, and told the others. */
  confirmed: boolean
  /** when its primary, deposed without knowing it, was made the primary once more; -1 = never. */
  again: Micros
}

/** Why asynchronous replication may lose an acknowledged write. */
export type Excuse =
  /** the node that was promoted had not got so far in its history. */
  | 'unreplicated'
  /** it was acknowledged when another had already been promoted. */
  | 'superseded'
  /** who was, or became, the primary had come back without data. */
  | 'emptied'
  /** it was acknowledged by a node that heard of its promotion when that failover had been given up. */
  | 'undone'

/** A place in a history. */
export interface Place {
  replid: string
  offset: number
}

/**
 * How the histories of a world descend from one another: at a promotion, at a restart, and where a first replica makes a primary begin one.
 * A node must hold what stands in its own history up to its offset, and in each one before it up to where the next parted from it.
 */
export class Histories {
  private readonly known = new Map<string, History>()
  private readonly last = new Map<ProcessId, string>()
  /** nodes that came back without data and have no history yet. */
  private readonly bare = new Set<ProcessId>()

  /** Looks at a node: a replication id never seen is a history that just began. */
  see(process: ProcessId, { repl }: NodeState, now: Micros): void {
    const { replid, replid2, secondOffset, role } = repl
    if (!this.known.has(replid)) {
      const before = secondOffset >= 0 ? replid2 : role === 'primary' ? this.last.get(process) : undefined
      const parent = before === undefined ? null : this.known.get(before)!
      this.known.set(replid, {
        parent,
        from: secondOffset >= 0 ? secondOffset - 1 : Infinity,
        at: now,
        primary: role === 'primary',
        emptied: this.bare.delete(process),
        confirmed: false,
        again: -1,
      })
    }
    this.last.set(process, replid)
  }

  /** The node came back without data: what it begins now descends from nothing. */
  emptied(process: ProcessId): void {
    this.last.delete(process)
    this.bare.add(process)
  }

  /** A failover went through. `again`: the node was a primary already, so nothing parts here, and what others wrote meanwhile is lost. */
  promoted({ repl }: NodeState, again: boolean, now: Micros): void {
    const h = this.known.get(repl.replid)!
    h.confirmed = true
    if (again) h.again = now
  }

  /** Up to which offset a node at this place has each history of its past. */
  private pastOf(place: Place): Map<History, number> {
    const past = new Map<History, number>()
    let offset = place.offset
    for (let h: History | null = this.known.get(place.replid)!; h !== null; h = h.parent) {
      past.set(h, offset)
      offset = Math.min(offset, h.from)
    }
    return past
  }

  /** Whether a node at one place has what was written at the other. */
  has(at: Place, write: Place): boolean {
    return write.offset <= (this.pastOf(at).get(this.known.get(write.replid)!) ?? -1)
  }

  /** Why who stands `at` this place lacks a write acknowledged at a time; null when nothing excuses it. */
  excuse(at: Place, write: Place & { at: Micros }): Excuse | null {
    if (this.has(at, write)) return null
    const past = this.pastOf(at)
    const own = this.known.get(write.replid)!
    let shared: History | null = own
    let confirmed = false
    for (; shared !== null && !past.has(shared); shared = shared.parent) confirmed ||= shared.confirmed
    // the step of this line that led away from the write: the history that came after the shared one
    const line = [...past.keys()]
    const next = line.slice(0, shared === null ? line.length : line.indexOf(shared)).findLast((h) => h.primary)
    const since = next?.at ?? shared!.again
    if (since >= 0 && write.at > since) return 'superseded'
    if (shared === null) return line.at(-1)!.emptied ? 'emptied' : null
    if (since >= 0) return 'unreplicated'
    // this line never parted from the shared history: it lacks nothing of that, and of another only if no Sentinel went by it
    return shared === own || confirmed ? null : 'undone'
  }
}
