import { MS, type Micros } from '../core/time.ts'

/** The nodes' wall clock: a run begins at this Unix time, in milliseconds, wherever and whenever it is run. */
const BEGINNING = 1_700_000_000_000

export const unixMs = (at: Micros): number => BEGINNING + Math.floor(at / MS)

/** A moment of the wall clock in simulated time; before the run began, its beginning. */
export const fromUnixMs = (ms: number): Micros => Math.max(0, (ms - BEGINNING) * MS)
