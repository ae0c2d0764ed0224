import { get, set } from 'idb-keyval'
import type { Recording } from '../../lab/recording.ts'
import { runFromFile, runToFile } from '../../lab/recording.ts'
import { useStore } from './store.ts'

/** What the browser keeps between visits. Where it may keep nothing, the page says so once and goes on in memory. */
const RUN = 'ringside:run'
let refused = false

const sayRefused = (): void => {
  if (refused) return
  refused = true
  useStore.getState().set({ banner: 'Progress is not being saved. Export it.' })
}

export const keepRun = async (recording: Recording): Promise<void> => {
  try {
    await set(RUN, runToFile(recording))
  } catch {
    sayRefused()
  }
}

/** The run of the last visit; null when there is none or it cannot be read. */
export const keptRun = async (): Promise<Recording | null> => {
  try {
    const text = await get<unknown>(RUN)
    if (typeof text !== 'string') return null
    const decoded = runFromFile(text)
    return decoded.ok ? decoded.recording : null
  } catch {
    sayRefused()
    return null
  }
}

/** Small settings; a browser that refuses them costs nothing but the setting. */
export const setting = (name: string): string | null => {
  try {
    return localStorage.getItem(`ringside:${name}`)
  } catch {
    return null
  }
}
export const keepSetting = (name: string, value: string): void => {
  try {
    localStorage.setItem(`ringside:${name}`, value)
  } catch {
    // the setting holds until the page is closed
  }
}
