import type { Action } from './action.ts'
import type { Process, ProcessId } from './core/process.ts'
import { whyNotForge, type IntruderState } from './intruder/intruder.ts'
import { linkKey } from './core/network.ts'
import type { Simulation } from './core/simulation.ts'

/** What became of an action: refused ones change nothing. */
export interface Outcome {
  accepted: boolean
  reason: string
}

/**
 * Does what the lab is asked to do, now. The one door in: menus, console, lessons, tests and the swarm all end here.
 * Emits `action.applied`, or `action.refused` with one clear sentence.
 */
export const applyAction = (sim: Simulation, action: Action): Outcome => {
  sim.beginAction()
  const refusal = refuse(sim, action)
  if (refusal !== null) {
    sim.tell('you', 'action.refused', { action, reason: refusal })
    return { accepted: false, reason: refusal }
  }
  const cause = [sim.tell('you', 'action.applied', { action })]
  perform(sim, action, cause)
  return { accepted: true, reason: '' }
}

const refuse = (sim: Simulation, action: Action): string | null => {
  const known = (id: ProcessId): Process | undefined => sim.process(id)
  const missing = (ids: ProcessId[]): string | null => {
    const unknown = ids.find((id) => !known(id))
    return unknown === undefined ? null : `There is no process ${unknown} here.`
  }
  if ('process' in action && action.process !== '*' && (!known(action.process) || known(action.process)!.retired))
    return `There is no process ${action.process} here.`
  const status = 'process' in action ? known(action.process)?.status : undefined
  const kind = 'process' in action ? known(action.process)?.kind : undefined
  switch (action.type) {
    case 'crash':
    case 'powerOff':
      return status === 'crashed' || status === 'off' ? `${action.process} is already down.` : null
    case 'pause':
      return status === 'up' ? null : `${action.process} is not running.`
    case 'resume':
      return status === 'paused' ? null : `${action.process} is not paused.`
    case 'restart':
    case 'restartEmpty':
      return null
    case 'slow':
      return action.factor >= 1 && action.factor <= 100_000 ? null : 'Slowness is a factor from 1 to 100,000.'
    case 'failover':
    case 'removeNode':
      if (kind !== 'node') return `${action.process} is not a Redis node.`
      if (action.type === 'failover' && !sim.settings.cluster)
        return 'CLUSTER FAILOVER needs a cluster. A Sentinel fails over by SENTINEL FAILOVER mymaster.'
      if (action.type === 'failover' && status !== 'up') return `${action.process} is not running.`
      return admin(sim, action.type === 'removeNode')
    case 'addNode':
      return admin(sim, true)
    case 'redisCli':
      return action.argv.length === 0 ? 'Type a subcommand, such as check n1.' : admin(sim, true)
    case 'redisCliInput':
    case 'redisCliStop':
      return admin(sim, true)
    case 'cancelReshard':
    case 'expireHot':
    case 'updateRow':
    case 'heal':
    case 'resetLinks':
      return null
    case 'partition': {
      if (action.inside.length === 0) return 'A partition needs at least one process inside.'
      if (action.inside.length >= sim.world.processes.size) return 'A partition needs at least one process outside.'
      return missing(action.inside)
    }
    case 'cut':
      if (action.from.length === 0 || action.to.length === 0) return 'A cut needs processes on both sides.'
      return missing([...action.from, ...action.to])
    case 'link':
      if (action.a === action.b) return 'A link joins two different processes.'
      if (!(action.latency >= 0 && action.latency <= 60_000_000)) return 'A latency lies between 0 and 60 s.'
      if (!(action.loss >= 0 && action.loss <= 0.9)) return 'A loss lies between 0 and 0.9.'
      if (action.bandwidth !== undefined && !(action.bandwidth >= 1000)) return 'A link carries at least 1,000 bytes a second.'
      return missing([action.a, action.b])
    case 'command':
      if (action.argv.length === 0) return 'Type a command.'
      return kind === 'node' || kind === 'sentinel' ? null : `${action.process} is not a Redis node.`
    case 'config':
      return null
    case 'listen':
      return kind === 'intruder' ? 'The intruder does not listen to itself.' : null
    case 'knock':
      if (action.argv.length === 0) return 'Type a command.'
      return kind === 'node' ? null : `${action.process} is not a Redis node.`
    case 'forge':
      if (kind !== 'node') return `${action.process} is not a Redis node.`
      if (!sim.settings.cluster) return 'There is no cluster bus here: nothing can be forged on it.'
      return whyNotForge((sim.process('intruder')?.state as IntruderState | undefined) ?? null, action.process)
    case 'subscription':
    case 'policy':
      return action.process === '*' || kind === 'app' ? null : `${action.process} is not an application.`
    case 'load': {
      const { rate, reads, keys, zipf, hot } = action.set
      const share = (x: number | undefined) => x === undefined || (x >= 0 && x <= 1)
      if (rate !== undefined && !(rate >= 0 && rate <= 100_000)) return 'The load lies between 0 and 100,000 requests a second.'
      if (!share(reads) || !share(hot)) return 'A share lies between 0 and 1.'
      if (keys !== undefined && !(Number.isInteger(keys) && keys >= 1 && keys <= 1_000_000)) return 'Choose 1 to 1,000,000 keys.'
      return zipf !== undefined && !(zipf >= 0 && zipf <= 3) ? 'The Zipf exponent lies between 0 and 3.' : null
    }
    case 'origin': {
      const { workers, service, queue } = action.set
      if (workers !== undefined && !(Number.isInteger(workers) && workers >= 1)) return 'The origin needs at least one worker.'
      if (service !== undefined && !(service > 0)) return 'A query of the origin takes some time: choose more than 0.'
      return queue !== undefined && !(queue >= 0) ? 'The queue holds 0 queries or more.' : null
    }
  }
}

const admin = (sim: Simulation, needed: boolean): string | null => {
  if (!sim.settings.cluster) return 'A single node has no cluster to change.'
  return needed && sim.process('admin')?.status !== 'up' ? 'Nobody can operate the cluster: the admin is down.' : null
}

const perform = (sim: Simulation, action: Action, because: readonly number[]): void => {
  const p = 'process' in action ? sim.process(action.process) : undefined
  switch (action.type) {
    case 'crash':
      sim.crash(p!)
      sim.tell(p!.id, 'process.crashed', {}, because)
      return
    case 'powerOff':
      sim.powerOff(p!)
      sim.tell(p!.id, 'process.poweredOff', {}, because)
      return
    case 'pause':
      sim.pause(p!)
      sim.tell(p!.id, 'process.paused', {}, because)
      return
    case 'resume':
      sim.resume(p!)
      sim.tell(p!.id, 'process.resumed', {}, because)
      return
    case 'restart':
    case 'restartEmpty': {
      const empty = action.type === 'restartEmpty'
      if (p!.status === 'up' || p!.status === 'paused') sim.crash(p!)
      sim.start(p!, empty)
      sim.tell(p!.id, 'process.restarted', { empty, keys: keyCount(p!) }, because)
      return
    }
    case 'slow':
      p!.slow = action.factor
      sim.tell(p!.id, 'process.slowed', { factor: action.factor }, because)
      return
    case 'partition': {
      const inside = [...action.inside]
      const outside = [...sim.world.processes.keys()].filter((id) => !inside.includes(id) && id !== 'cli')
      sim.cut(inside, outside, true)
      sim.tell(inside[0], 'network.cut', { from: inside, to: outside, bothWays: true }, because)
      return
    }
    case 'cut':
      sim.cut([...action.from], [...action.to], false)
      sim.tell(action.from[0], 'network.cut', { from: [...action.from], to: [...action.to], bothWays: false }, because)
      return
    case 'heal':
      sim.heal()
      sim.tell('you', 'network.healed', {}, because)
      return
    case 'link': {
      const { a, b, latency, loss, bandwidth } = action
      const fault = Object.freeze({ a, b, latency, loss, ...(bandwidth === undefined ? {} : { bandwidth }) })
      sim.world.network.faults.set(linkKey(a, b), fault)
      sim.tell(a, 'network.link', fault, because)
      return
    }
    case 'resetLinks':
      sim.world.network.faults.clear()
      sim.tell('you', 'network.healed', {}, because)
      return
    case 'load':
      Object.assign(sim.world.settings.load, action.set)
      return each(sim, 'app', action)
    case 'policy':
      if (action.process !== '*') return sim.act(p!, action)
      Object.assign(sim.world.settings.policy, action.set)
      return each(sim, 'app', action)
    case 'origin':
      Object.assign(sim.world.settings.origin, action.set)
      return each(sim, 'origin', action)
    case 'config':
      if (action.process !== '*') return sim.act(p!, action)
      sim.world.settings.config[action.directive] = action.value
      return each(sim, 'node', action)
    case 'expireHot':
    case 'updateRow':
      return sim.act(firstUp(sim, 'app'), action)
    case 'subscription':
    case 'failover':
      return sim.act(p!, action)
    case 'command':
      return sim.act(sim.process('cli')!, action)
    case 'listen': {
      const { taps } = sim.world.network
      intruder(sim)
      if (action.on) taps.add(action.process)
      else taps.delete(action.process)
      sim.tell(action.process, 'wire.tapped', { on: action.on }, because)
      return
    }
    case 'knock':
    case 'forge':
      return sim.act(intruder(sim), action)
    case 'addNode': {
      const count = action.replica ? 2 : 1
      const nodes: ProcessId[] = []
      for (let i = 0; i < count; i++) {
        const id = `n${highestNode(sim) + 1}`
        sim.spawn(id, 'node')
        sim.tell(id, 'process.joined', { kind: 'node' }, because)
        nodes.push(id)
      }
      return sim.act(sim.process('admin')!, { ...action, nodes })
    }
    case 'removeNode':
    case 'cancelReshard':
    case 'redisCli':
    case 'redisCliInput':
    case 'redisCliStop':
      return sim.act(sim.process('admin')!, action)
  }
}

/** Nobody is there before something is done in the intruder's name. */
const intruder = (sim: Simulation): Process => sim.process('intruder') ?? sim.spawn('intruder', 'intruder')

const each = (sim: Simulation, kind: Process['kind'], action: Action): void => {
  for (const p of sim.world.processes.values()) if (p.kind === kind) sim.act(p, action)
}

const firstUp = (sim: Simulation, kind: Process['kind']): Process => {
  let first: Process | undefined
  for (const p of sim.world.processes.values())
    if (p.kind === kind) {
      first ??= p
      if (p.status === 'up') return p
    }
  return first!
}

const highestNode = (sim: Simulation): number => {
  let n = 0
  for (const p of sim.world.processes.values()) if (p.kind === 'node') n = Math.max(n, Number(p.id.slice(1)))
  return n
}

const keyCount = (p: Process): number => (p.state as { keys?: { size: number } } | null)?.keys?.size ?? 0
