import { useSyncExternalStore } from 'react'
import { browserShelf, NO_PROGRESS, ProgressKeeper, type Progress } from '../../lab/progress.ts'

let keeper: ProgressKeeper | undefined

/** One for the page; it reads the browser's storage at its first use. */
export const progressKeeper = (): ProgressKeeper => (keeper ??= new ProgressKeeper(browserShelf()))

const subscribe = (listener: () => void): (() => void) => progressKeeper().subscribe(listener)

export const useProgress = (): Progress =>
  useSyncExternalStore(
    subscribe,
    () => progressKeeper().progress,
    () => NO_PROGRESS,
  )
export const useSaved = (): boolean =>
  useSyncExternalStore(
    subscribe,
    () => progressKeeper().saved,
    () => true,
  )
