import { del } from '../client/commands.ts'
import type { Flow, FlowFunction } from '../core/flow.ts'
import { cacheAside } from './cache-aside.ts'
import { lockFill } from './lock-fill.ts'
import { singleFlight } from './single-flight.ts'
import { cacheAsideWrite } from './write.ts'
import { xfetch } from './xfetch.ts'

/** The learner's "expire the hot key": DEL on its owner. */
export function* expireKey(key: string): Flow<boolean> {
  return (yield* del(key, 'delete the key')) > 0
}

/** Every flow of an application by name. */
export const APP_FLOWS: Readonly<Record<string, FlowFunction>> = {
  'cache-aside': cacheAside,
  'single-flight': singleFlight,
  'lock-fill': lockFill,
  xfetch,
  write: cacheAsideWrite,
  'expire-key': expireKey,
}

/** The file that holds each flow, from src/engine: its steps' labels stand literally in it. */
export const FLOW_FILES: Readonly<Record<string, string>> = {
  'cache-aside': 'caching/cache-aside.ts',
  'single-flight': 'caching/single-flight.ts',
  'lock-fill': 'caching/lock-fill.ts',
  xfetch: 'caching/xfetch.ts',
  write: 'caching/write.ts',
  'expire-key': 'caching/registry.ts',
}

/** The flow that reads under each fill policy. */
export const READ_FLOW = { none: 'cache-aside', 'single-flight': 'single-flight', lock: 'lock-fill', xfetch: 'xfetch' } as const
