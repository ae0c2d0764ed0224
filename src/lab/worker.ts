import { mayHoldScript } from '../engine/redis/scripting/host.ts'
import { LabHost } from './host.ts'
import type { HostCall, HostReply } from './worker-lab.ts'

/** The worker: a host, a clock, and one message a call. It makes no request and touches no storage. */
const host = new LabHost()
const SLICE_MS = 8

let running = false
const loop = new MessageChannel()
loop.port1.onmessage = () => {
  host.tick(performance.now(), SLICE_MS)
  schedule()
}

// A wait between slices leaves the thread to calls; while behind its pace the host goes on at once.
const schedule = (): void => {
  running = host.playing
  if (!running) return
  if (host.behind) loop.port2.postMessage(0)
  else setTimeout(() => loop.port2.postMessage(0), 4)
}

const reply = (message: HostReply): void => self.postMessage(message)

const answer = ({ id, method, args }: HostCall): void => {
  try {
    const value = host.call(method, args)
    reply({ id, ok: true, value })
  } catch (error) {
    reply({ id, ok: false, error: error instanceof Error ? error.message : String(error) })
  }
  if (host.playing && !running) {
    host.startClock(performance.now())
    schedule()
  }
}

/**
 * The machine that runs scripts is a chunk of its own, loaded before the first call that could hold one; the calls behind it wait
 * their turn. A script reaches a node only by a call, so no run depends on when the chunk came.
 */
let lua: 'absent' | 'coming' | 'here' = 'absent'
const behind: HostCall[] = []

const holdsScript = (call: HostCall): boolean => mayHoldScript(JSON.stringify(call.args))

const load = async (): Promise<void> => {
  lua = 'coming'
  try {
    await import('./lua/hand-in.ts')
    lua = 'here'
  } catch {
    lua = 'absent'
  }
  for (const call of behind.splice(0)) {
    if (lua === 'here' || !holdsScript(call)) answer(call)
    else reply({ id: call.id, ok: false, error: 'The part of the lab that runs scripts could not be loaded. Your run is unchanged.' })
  }
}

self.onmessage = (event: MessageEvent<HostCall>) => {
  const call = event.data
  if (lua === 'coming') behind.push(call)
  else if (lua === 'here' || !holdsScript(call)) answer(call)
  else {
    behind.push(call)
    void load()
  }
}
