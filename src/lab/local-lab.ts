import './lua/hand-in.ts'
import type { Lab } from './lab.ts'
import { LabHost, type HostMethod } from './host.ts'

/** A lab whose session computes on this thread: for tests, Node and browsers without workers. The caller turns its clock with `tick`. */
export const createLocalLab = (): Lab & { host: LabHost } => {
  const host = new LabHost()
  const call = <T>(method: HostMethod, ...args: unknown[]): Promise<T> => {
    try {
      return Promise.resolve(host.call(method, args) as T)
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)))
    }
  }
  return {
    host,
    open: (scenario, options) => call('open', scenario, options ?? {}),
    dispatch: (action, by) => call('dispatch', action, by),
    play: (speed) => void call('play', speed),
    pause: () => void call('pause'),
    setSpeed: (speed) => void call('setSpeed', speed),
    step: (kind) => call('step', kind),
    runTo: (at) => call('runTo', at),
    seek: (at) => call('seek', at),
    undo: () => call('undo'),
    redo: () => call('redo'),
    reset: () => call('reset'),
    run: () => call('run'),
    digest: () => call('digest'),
    frame: () => call('frame'),
    command: (process, argv, cluster) => call('command', process, argv, cluster),
    slots: (process) => call('slots', process),
    keys: (process, match, limit) => call('keys', process, match, limit),
    find: (key) => call('find', key),
    inspect: (process) => call('inspect', process),
    why: (factId) => call('why', factId),
    waiting: () => call('waiting'),
    close: () => {},
  }
}
