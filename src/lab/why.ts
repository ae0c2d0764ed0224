import { connAt } from '../engine/core/connections.ts'
import type { Fact } from '../engine/core/fact.ts'
import { eventOf } from '../engine/core/fact.ts'
import type { Scheduled } from '../engine/core/entries.ts'
import type { World } from '../engine/core/world.ts'
import type { Micros } from '../engine/core/time.ts'
import { formatMicros } from '../engine/core/time.ts'
import { applyAction } from '../engine/apply.ts'
import { emptySimulation } from '../engine/build.ts'
import type { Cause } from './frame.ts'
import type { Session } from './session.ts'
import { kindOf } from './view.ts'

const LONGEST_CHAIN = 40
/** Ticks of a clock followed back before the clock itself is named as the cause. */
const MOST_TICKS = 60

/**
 * The chain of causes of a fact, newest first, back to a learner's action, a workload arrival or the run's start.
 * Where a fact names what it follows from, that is the next link; a suspicion follows from the fault behind the silence;
 * otherwise the deliveries that led to it are found by replaying from a keyframe with provenance switched on.
 */
export const explain = (session: Session, factId: number): Cause[] => {
  const chain: Cause[] = []
  const provenance = new Provenance(session)
  let fact = factById(session.facts, factId)
  let link = ''
  while (fact !== undefined && chain.length < LONGEST_CHAIN) {
    chain.push({ at: fact.at, process: fact.process, text: '', factId: fact.id, fact, link })
    if (fact.type === 'action.applied') return chain
    const step = parentOf(session, fact, provenance)
    chain.push(...step.between)
    fact = step.fact
    link = step.link
  }
  return chain
}

interface Step {
  fact: Fact | undefined
  link: string
  between: Cause[]
}

const parentOf = (session: Session, fact: Fact, provenance: Provenance): Step => {
  for (const id of [...fact.because].sort((a, b) => b - a)) {
    const parent = factById(session.facts, id)
    if (parent !== undefined && parent.id < fact.id) return { fact: parent, link: 'because', between: [] }
  }
  const fault = silenceOf(session.facts, fact)
  if (fault !== undefined) return { fact: fault, link: 'silent since', between: [] }
  return provenance.parent(fact)
}

/** The fault behind a silence: the last one before it that stands between the two. */
const silenceOf = (facts: readonly Fact[], fact: Fact): Fact | undefined => {
  const about =
    fact.type === 'node.pfail' || fact.type === 'sentinel.sdown'
      ? fact.data.about
      : fact.type === 'replication.linkDown'
        ? fact.data.primary
        : null
  if (about === null) return undefined
  for (let i = facts.length - 1; i >= 0; i--) {
    const f = facts[i]
    if (f.id >= fact.id) continue
    if (f.process === about && (f.type === 'process.crashed' || f.type === 'process.poweredOff' || f.type === 'process.paused')) return f
    if (f.process === about && f.type === 'process.slowed' && f.data.factor > 1) return f
    if (f.type === 'network.cut') {
      const { from, to } = f.data
      const parts = (x: string, y: string) => from.includes(x) && to.includes(y)
      if (parts(about, fact.process) || parts(fact.process, about)) return f
    }
    if (f.type === 'network.link' && [f.data.a, f.data.b].includes(about) && [f.data.a, f.data.b].includes(fact.process)) return f
  }
  return undefined
}

/** Facts stand in order of id. */
export const factById = (facts: readonly Fact[], id: number): Fact | undefined => {
  let low = 0
  let high = facts.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const f = facts[middle]
    if (f.id === id) return f
    if (f.id < id) low = middle + 1
    else high = middle - 1
  }
  return undefined
}

interface Parent {
  cause: number
  at: Micros
  what: Scheduled['what']
  to: string
  from: string
  label: string
}

/** Which event scheduled which: learnt by replaying, never hoarded. */
class Provenance {
  private readonly parents = new Map<number, Parent>()
  private from = Infinity
  private readonly session: Session

  constructor(session: Session) {
    this.session = session
  }

  parent(fact: Fact): Step {
    const between: Cause[] = []
    let event = eventOf(fact.id)
    for (let ticks = 0; ticks < MOST_TICKS;) {
      const p = this.lookup(event)
      if (p === undefined) break
      if (p.what === 'timer' && (p.label === 'arrival' || p.label === 'arrivals'))
        return { fact: undefined, link: '', between: [...between, step(p, 'a request of the workload arrived')] }
      if (p.what === 'deliver' && p.label !== 'other') between.push(step(p, `${p.label} from ${p.from}`))
      else ticks++
      const told = factOfEvent(this.session.facts, p.cause)
      if (told !== undefined) return { fact: told, link: between.length > 0 ? 'sent after' : 'after', between }
      if (p.cause === 0) return { fact: undefined, link: '', between: [...between, { ...step(p, "the run's start"), at: 0 }] }
      event = p.cause
    }
    const last = between[between.length - 1]
    return {
      fact: undefined,
      link: '',
      between: last
        ? between
        : [
            {
              at: fact.at,
              process: fact.process,
              text: `its own clock at ${formatMicros(fact.at)} s`,
              factId: null,
              fact: null,
              link: 'after',
            },
          ],
    }
  }

  private lookup(event: number): Parent | undefined {
    if (event < this.from) this.replay(event)
    return this.parents.get(event)
  }

  /** Replays from the keyframe before an event up to where knowledge begins, writing down each event's cause. */
  private replay(event: number): void {
    const { world, applied } = this.session.keyframeBeforeEvent(event)
    const until = Math.min(this.from, this.session.events)
    const sim = emptySimulation(this.session.scenario, this.session.seed)
    sim.restore(world)
    const base = world.events
    sim.observe({
      onEvent: (number, cause, entry, w: World) => {
        const c = entry.conn ? connAt(w.network.conns, entry.conn) : null
        this.parents.set(number, {
          cause,
          at: w.now,
          what: entry.what,
          to: entry.to,
          from: c ? (c.a === entry.to ? c.b : c.a) : '',
          label: entry.what === 'timer' ? entry.name : entry.message ? kindOf(entry.message) : 'other',
        })
      },
    })
    let next = applied
    while (sim.world.events < until) {
      const action = this.session.actions[next]
      if (action && sim.world.events >= action.events) {
        sim.world.now = Math.max(sim.world.now, action.at)
        applyAction(sim, action.action)
        next++
        continue
      }
      const most = Math.min(until, action ? action.events : Infinity) - sim.world.events
      if (sim.runUntil(this.session.now, most)) break
    }
    this.from = base + 1
  }
}

const step = (p: Parent, text: string): Cause => ({ at: p.at, process: p.to, text, factId: null, fact: null, link: 'after' })

const factOfEvent = (facts: readonly Fact[], event: number): Fact | undefined => {
  let low = 0
  let high = facts.length - 1
  let found: Fact | undefined
  while (low <= high) {
    const middle = (low + high) >> 1
    const e = eventOf(facts[middle].id)
    if (e <= event) {
      if (e === event) found = facts[middle]
      low = middle + 1
    } else high = middle - 1
  }
  return found
}
