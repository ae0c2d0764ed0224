import { clone } from './clone.ts'
import { digestOf } from './digest.ts'
import { eachEntry, type Scheduled } from './entries.ts'
import { cloneNetwork, newNetwork, type NetworkState } from './network.ts'
import type { Process, ProcessId } from './process.ts'
import type { Stream } from './random.ts'
import { cloneSchedule, newSchedule, type Schedule } from './schedule.ts'
import type { Micros } from './time.ts'
import type { Settings } from '../settings.ts'

/** Everything a run is at one moment, as plain data. */
export interface World {
  now: Micros
  events: number
  seed: number
  settings: Settings
  schedule: Schedule
  processes: Map<ProcessId, Process>
  network: NetworkState
  streams: Map<string, Stream>
  nextToken: number
}

export const newWorld = (settings: Settings, seed: number): World => ({
  now: 0,
  events: 0,
  seed,
  settings: clone(settings),
  schedule: newSchedule(),
  processes: new Map(),
  network: newNetwork(),
  streams: new Map(),
  nextToken: 1,
})

/** An independent copy; pages of data are shared until one side writes. */
export const cloneWorld = (w: World): World => {
  const processes = new Map<ProcessId, Process>()
  for (const [id, p] of w.processes)
    processes.set(id, {
      ...p,
      state: clone(p.state),
      timers: { names: p.timers.names.slice(), tokens: p.timers.tokens.slice() },
      inbox: p.inbox.slice(p.head),
      head: 0,
    })
  return {
    ...w,
    settings: clone(w.settings),
    schedule: cloneSchedule(w.schedule),
    processes,
    network: cloneNetwork(w.network),
    streams: clone(w.streams),
  }
}

/** The same for equal worlds, whichever way they came about. */
export const digestWorld = (w: World): string => {
  const entries: [Micros, Scheduled][] = []
  eachEntry(w, (at, entry) => entries.push([at, entry]))
  entries.sort((x, y) => x[0] - y[0] || x[1].cause - y[1].cause || x[1].token - y[1].token || x[1].conn - y[1].conn)
  const processes = [...w.processes.values()].map((p) => ({ ...p, inbox: p.inbox.slice(p.head), head: 0 }))
  return digestOf([w.now, w.events, w.seed, w.settings, entries, processes, w.network, w.streams])
}
