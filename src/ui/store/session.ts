import { toast } from 'sonner'
import { DEFAULT_SCENARIO, scenarioById } from '../../content/scenarios/index.ts'
import type { Action } from '../../engine/action.ts'
import { SEC } from '../../engine/core/time.ts'
import type { Run, Scenario } from '../../engine/scenario.ts'
import type { Frame } from '../../lab/frame.ts'
import type { Lab, Speed } from '../../lab/lab.ts'
import { decodeRun, encodeRun, runFromFile, runToFile, type Decoded, type Recording } from '../../lab/recording.ts'
import { ENGINE_VERSION } from '../../lab/version.ts'
import { createWorkerLab } from '../../lab/worker-lab.ts'
import { keepRun, keptRun } from './keep.ts'
import { nudge, startPump } from './pump.ts'
import { useStore } from './store.ts'

const RESTARTS_KEPT_MS = 30_000
const KEEP_EVERY_MS = 3_000

let stopPump: (() => void) | null = null
let restarts: number[] = []
let starts = 0
let playedBeforeHidden = false

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
const store = () => useStore.getState()

/** What the run is, as far as the page knows: enough to open it again without asking the lab. */
const runOf = (f: Frame): Run => ({
  format: 1,
  engine: ENGINE_VERSION,
  scenario: f.scenario,
  seed: f.seed,
  actions: f.actions,
  at: f.at,
  events: f.events,
})

const recordingNow = (): Recording | null => {
  const { frame, custom } = store()
  return frame ? { run: runOf(frame), custom } : null
}

const attach = (): Lab => {
  const lab = createWorkerLab((sentence) => void restart(sentence))
  stopPump?.()
  stopPump = startPump(lab)
  store().set({ lab })
  return lab
}

/** The worker died or hung: a new one opens the run so far. When that keeps happening, the page says so and stops trying. */
const restart = async (sentence: string): Promise<void> => {
  const start = ++starts
  const now = performance.now()
  restarts = [...restarts.filter((at) => now - at < RESTARTS_KEPT_MS), now]
  stopPump?.()
  if (restarts.length > 2) {
    store().set({ trouble: `${sentence} It does not start again. Reload the page; your run is kept.` })
    return
  }
  const recording = recordingNow()
  const lab = attach()
  try {
    if (recording) await open(lab, recording)
    else await lab.open(DEFAULT_SCENARIO)
    store().set({ trouble: `${sentence} It was started again from your run.` })
  } catch (error) {
    // when the new worker died too, its own restart has said so
    if (start === starts) store().set({ trouble: `${sentence} ${sentenceOf(error)}` })
  }
}

const open = async (lab: Lab, { run, custom }: Recording): Promise<void> => {
  await lab.open(custom ?? run.scenario, { seed: run.seed, run })
  fresh(custom)
}

/** Another run is on stage: what pointed into the old one goes. */
const fresh = (custom: Scenario | null): void => {
  store().set({ custom, selected: null, marked: [], litFact: null, causes: null, pinnedSlot: null, outageOpen: false })
  nudge()
}

const openDecoded = async (decoded: Decoded): Promise<boolean> => {
  const { lab } = store()
  if (!decoded.ok || !lab) {
    store().set({ banner: decoded.ok ? 'The lab is not ready yet.' : decoded.sentence })
    return false
  }
  try {
    await open(lab, decoded.recording)
  } catch (error) {
    store().set({ banner: sentenceOf(error) })
    return false
  }
  // a run of another version: the lab's own notice says so
  store().set({ intro: false, banner: null })
  return true
}

// ------------------------------------------------------------------ from outside

/** A value that follows the `?` of the hash: `#/?run=…`, `#/?scenario=stampede&seed=7`. */
const inAddress = (name: string): string | null => {
  const query = location.hash.indexOf('?')
  return query < 0 ? null : new URLSearchParams(location.hash.slice(query + 1)).get(name)
}

/** Takes the run out of the address, so that a reload keeps what was done since. */
const clearAddress = (): void => {
  const [path] = location.hash.split('?')
  history.replaceState(null, '', `${location.pathname}${location.search}${path}`)
}

const openAddress = async (): Promise<boolean> => {
  const packed = inAddress('run')
  const scenario = inAddress('scenario')
  const seed = Number(inAddress('seed') ?? NaN)
  if (packed === null && scenario === null) return false
  clearAddress()
  if (packed !== null) return openDecoded(decodeRun(packed))
  if (scenarioById(scenario!)) return openScenario(scenario!, Number.isSafeInteger(seed) && seed >= 0 ? seed : undefined)
  store().set({ banner: `This link names ${scenario}, a scenario that is not here. Your lab is unchanged.` })
  return false
}

let started = false

/** Opens the lab: a shared run, else the run of the last visit, else the first minute. */
export const startSession = async (): Promise<void> => {
  if (started) return
  started = true
  const lab = attach()
  publish(lab)
  watch()
  addEventListener('hashchange', () => void openAddress())
  try {
    if (await openAddress()) return
    const kept = await keptRun()
    if (kept && (kept.run.actions.length > 0 || kept.run.scenario !== DEFAULT_SCENARIO)) {
      try {
        await open(lab, kept)
        store().set({ intro: false })
        return
      } catch {
        store().set({ banner: 'The run of your last visit cannot be opened any more. Here is a new one.' })
      }
    }
    await lab.open(DEFAULT_SCENARIO)
    store().set({ intro: true })
    fresh(null)
    lab.play('auto')
  } catch (error) {
    store().set({ trouble: sentenceOf(error) })
  }
}

/** Keeps the run as it grows, and rests while nobody looks. */
const watch = (): void => {
  let keptAt = ''
  const keep = () => {
    const recording = recordingNow()
    if (!recording) return
    const { run } = recording
    const place = `${run.scenario} ${run.seed} ${run.actions.length} ${run.at}`
    if (place === keptAt) return
    keptAt = place
    void keepRun(recording)
  }
  setInterval(keep, KEEP_EVERY_MS)
  // what a learner does is kept at once: a page may be gone before the next turn
  useStore.subscribe(({ frame }, before) => {
    if (frame && (frame.scenario !== before.frame?.scenario || frame.actions.length !== before.frame.actions.length)) keep()
  })
  addEventListener('pagehide', keep)
  document.addEventListener('visibilitychange', () => {
    const { lab, frame } = store()
    if (document.hidden) {
      keep()
      playedBeforeHidden = frame?.playing ?? false
      if (playedBeforeHidden) lab?.pause()
    } else if (playedBeforeHidden) lab?.play()
    nudge()
  })
}

// ------------------------------------------------------------------ what a hand on the page does

const guarded = async <T>(work: (lab: Lab) => Promise<T>): Promise<T | undefined> => {
  const { lab } = store()
  if (!lab) return undefined
  try {
    return await work(lab)
  } catch (error) {
    toast(sentenceOf(error))
    return undefined
  } finally {
    nudge()
  }
}

/** Every act of the page's own controls: a refusal is said in a toast. */
export const act = async (action: Action): Promise<boolean> => {
  const answer = await guarded((lab) => lab.dispatch(action, 'you'))
  if (!answer) return false
  if (!answer.accepted) toast(answer.reason)
  else if (store().intro) store().set({ intro: false })
  return answer.accepted
}

export const playPause = (): void => {
  const { lab, frame } = store()
  if (!lab) return
  if (frame?.playing) lab.pause()
  else lab.play()
  nudge()
}
export const setSpeed = (speed: Speed): void => {
  store().lab?.setSpeed(speed)
  nudge()
}
export const step = () => guarded((lab) => lab.step(store().stepKind))
export const seek = (at: number) => guarded((lab) => lab.seek(Math.max(0, Math.round(at))))
export const undo = () =>
  guarded(async (lab) => {
    if (!(await lab.undo())) toast('There is nothing to undo.')
  })
export const redo = () =>
  guarded(async (lab) => {
    if (!(await lab.redo())) toast('There is nothing to redo.')
  })
export const reset = () =>
  guarded(async (lab) => {
    await lab.reset()
    fresh(store().custom)
  })

export const openScenario = async (scenario: string | Scenario, seed?: number): Promise<boolean> => {
  const done = await guarded(async (lab) => {
    await lab.open(scenario, seed === undefined ? {} : { seed })
    fresh(typeof scenario === 'string' ? null : scenario)
    store().set({ intro: false })
    lab.play('auto')
    return true
  })
  return done ?? false
}

/** The same scenario with another seed. */
export const openSeed = (seed: number): Promise<boolean> => {
  const { frame, custom } = store()
  return openScenario(custom ?? frame?.scenario ?? DEFAULT_SCENARIO, seed)
}

/** Lights the causes of a fact, or puts them out when they are lit. */
export const askWhy = async (factId: number | null): Promise<void> => {
  if (factId === null || store().litFact === factId) return store().set({ litFact: null, causes: null })
  store().set({ litFact: factId, causes: null })
  const causes = await guarded((lab) => lab.why(factId))
  if (store().litFact === factId) store().set(causes ? { causes } : { litFact: null, causes: null })
}

// ------------------------------------------------------------------ share, export, import

/** The address of this run; null when it is too long for one. */
export const shareAddress = async (): Promise<string | null> => {
  const run = await guarded((lab) => lab.run())
  if (!run) return null
  const packed = encodeRun({ run, custom: store().custom })
  return packed === null ? null : `${location.origin}${location.pathname}#/?run=${packed}`
}

export const exportRun = async (): Promise<void> => {
  const run = await guarded((lab) => lab.run())
  if (!run) return
  const file = new Blob([runToFile({ run, custom: store().custom })], { type: 'application/json' })
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = `ringside-${run.scenario}-seed-${run.seed}.json`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

export const importRun = async (file: File): Promise<boolean> => {
  try {
    return await openDecoded(runFromFile(await file.text()))
  } catch {
    store().set({ banner: 'This file cannot be read. Your lab is unchanged.' })
    return false
  }
}

// ------------------------------------------------------------------ window.lab

/** The lab for a curious learner's browser console, and for tests. Times here are in seconds. */
export interface PublishedLab {
  dispatch(action: Action): Promise<{ accepted: boolean; reason: string }>
  play(speed?: Speed): void
  pause(): void
  runTo(seconds: number): Promise<void>
  seek(seconds: number): Promise<void>
  run(): Promise<Run>
  digest(): Promise<string>
}

declare global {
  interface Window {
    lab?: PublishedLab
  }
}

const publish = (first: Lab): void => {
  const current = () => store().lab ?? first
  const after = <T>(work: Promise<T>): Promise<T> => work.finally(nudge)
  window.lab = {
    dispatch: (action) => after(current().dispatch(action, 'test')),
    play: (speed) => {
      current().play(speed)
      nudge()
    },
    pause: () => {
      current().pause()
      nudge()
    },
    runTo: (seconds) => after(current().runTo(Math.round(seconds * SEC))),
    seek: (seconds) => after(current().seek(Math.round(seconds * SEC))),
    run: () => current().run(),
    digest: () => current().digest(),
  }
}
