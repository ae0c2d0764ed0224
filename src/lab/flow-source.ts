import cacheAside from '../engine/caching/cache-aside.ts?raw'
import lockFill from '../engine/caching/lock-fill.ts?raw'
import expireKey from '../engine/caching/registry.ts?raw'
import singleFlight from '../engine/caching/single-flight.ts?raw'
import write from '../engine/caching/write.ts?raw'
import xfetch from '../engine/caching/xfetch.ts?raw'
import { READ_FLOW } from '../engine/caching/registry.ts'
import { waitingFlows, type AppState } from '../engine/client/app.ts'
import type { World } from '../engine/core/world.ts'
import type { FlowSource } from './frame.ts'

/** The very files the engine runs. */
const SOURCES: Readonly<Record<string, string>> = {
  'cache-aside': cacheAside,
  'lock-fill': lockFill,
  'single-flight': singleFlight,
  xfetch,
  write,
  'expire-key': expireKey,
}

/** The function alone: what stands above it (imports, constants) teaches nothing about waiting. */
const body = (source: string): string => {
  const start = source.indexOf('export function*')
  return start < 0 ? source : source.slice(start)
}

/** 1-based line on which a step's label stands; 0 when it is not in the text (a step of a command's own retries). */
export const lineOf = (source: string, label: string): number => source.split('\n').findIndex((line) => line.includes(`'${label}'`)) + 1

/** The flow that reads now, and every other flow in which a request waits, with how many wait on each line, all applications together. */
export const flowSources = (w: World): FlowSource[] => {
  const flows = new Map<string, Map<string, number>>([[READ_FLOW[w.settings.policy.fill], new Map()]])
  for (const p of w.processes.values()) {
    if (p.kind !== 'app' || p.state === null) continue
    for (const row of waitingFlows(p.state as AppState)) {
      const steps = flows.get(row.flow) ?? new Map<string, number>()
      steps.set(row.step, (steps.get(row.step) ?? 0) + row.count)
      flows.set(row.flow, steps)
    }
  }
  return [...flows].map(([flow, steps]) => {
    const source = body(SOURCES[flow] ?? '')
    return { flow, source, steps: [...steps].map(([label, waiting]) => ({ label, line: lineOf(source, label), waiting })) }
  })
}
