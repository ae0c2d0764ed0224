import { newPages, ownPage, type Pages } from '../core/clone.ts'
import type { Context } from '../core/process.ts'
import type { Micros } from '../core/time.ts'
import type { CommandSpec } from './commands/spec.ts'
import type { NodeState } from './state.ts'

/**
 * How often each command was called, how long it took, and how it failed: INFO commandstats, latencystats and errorstats, and LATENCY
 * HISTOGRAM. A call that takes a command's ordinary time is one count on a page that keyframes share; all else is seldom, and stands in maps.
 */

/** Calls of one command that were not ordinary. */
interface Unusual {
  /** those that took another time: how many, microseconds of all, and how many of each length (HdrHistogram's, two digits, nanoseconds). */
  calls: number
  usec: number
  lengths: Map<number, number>
  rejected: number
  failed: number
}

export interface CommandStats {
  /** calls, by the command's number. */
  calls: Pages<Uint32Array>
  unusual: Map<number, Unusual>
  /** error replies. */
  refusals: number
  /** error replies by their first word. */
  errors: Map<string, number>
}

/** Commands of a page: those of one kind of data lie together. */
const PAGE = 64
const PAGES = 8

export const newCommandStats = (): CommandStats => ({
  calls: newPages(PAGES, () => new Uint32Array(PAGE)),
  unusual: new Map(),
  refusals: 0,
  errors: new Map(),
})

const unusually = (stats: CommandStats, id: number): Unusual => {
  let known = stats.unusual.get(id)
  if (known === undefined) stats.unusual.set(id, (known = { calls: 0, usec: 0, lengths: new Map(), rejected: 0, failed: 0 }))
  return known
}

/** A command ran, for so long. */
export const countCall = (state: NodeState, command: CommandSpec, took: Micros, ctx: Context): void => {
  const stats = state.calls
  const { id } = command
  ownPage(stats.calls, id >> 6, copied)[id & 63]++
  // within a transaction or a script nobody measures
  if (took !== ctx.settings.service.command && took !== 0) countUnusual(stats, id, took)
}
const copied = (page: Uint32Array): Uint32Array => page.slice()

const countUnusual = (stats: CommandStats, id: number, took: Micros): void => {
  const unusual = unusually(stats, id)
  unusual.calls++
  unusual.usec += took
  const length = highestLike(took * 1000)
  unusual.lengths.set(length, (unusual.lengths.get(length) ?? 0) + 1)
}

/** A command waited in vain: a server counts the call and none of its time. */
export const countUnmeasured = (state: NodeState, { id }: CommandSpec): void => {
  ownPage(state.calls.calls, id >> 6, copied)[id & 63]++
  unusually(state.calls, id).calls++
}

/** It ran and answered an error; or it was refused before it ran (`command` undefined: nobody knows it). `error` null: it was counted as another command's. */
export const countError = (state: NodeState, command: CommandSpec | undefined, kind: 'rejected' | 'failed', error: string | null): void => {
  const stats = state.calls
  if (command !== undefined) unusually(stats, command.id)[kind]++
  if (error === null) return
  stats.refusals++
  const word = error.slice(0, (error.indexOf(' ') + 1 || error.length + 1) - 1)
  stats.errors.set(word, (stats.errors.get(word) ?? 0) + 1)
}

// ------------------------------------------------------------------ lengths of time

/** HdrHistogram keeps two digits: the longest time, in nanoseconds, that it does not tell from this one. */
const highestLike = (ns: number): number => {
  let unit = 1
  while (ns >= 256 * unit) unit *= 2
  return (Math.floor(ns / unit) + 1) * unit - 1
}

/** One command's calls: all of them, those measured, their microseconds, and lengths in order. */
interface Told {
  calls: number
  measured: number
  usec: number
  rejected: number
  failed: number
  lengths: [length: number, count: number][]
}

export const toldOf = (state: NodeState, command: CommandSpec, ctx: Context): Told => {
  const calls = state.calls.calls.pages[command.id >> 6][command.id & 63]
  const unusual = state.calls.unusual.get(command.id)
  const ordinary = calls - (unusual?.calls ?? 0)
  const usual = ctx.settings.service.command
  const lengths = new Map(unusual?.lengths)
  const length = highestLike(usual * 1000)
  if (ordinary > 0) lengths.set(length, (lengths.get(length) ?? 0) + ordinary)
  let measured = 0
  for (const count of lengths.values()) measured += count
  return {
    calls,
    measured,
    usec: ordinary * usual + (unusual?.usec ?? 0),
    rejected: unusual?.rejected ?? 0,
    failed: unusual?.failed ?? 0,
    lengths: [...lengths].sort((a, b) => a[0] - b[0]),
  }
}

/** Cumulative counts at 1, 2, 4 … µs, where a count changes: LATENCY HISTOGRAM. */
export const histogramOf = ({ lengths }: Told): [micros: number, count: number][] => {
  const rows: [number, number][] = []
  let sum = 0
  let at = 0
  for (let level = 1024; at < lengths.length; level *= 2) {
    const most = highestLike(level)
    const before = sum
    for (; at < lengths.length && lengths[at][0] <= most; at++) sum += lengths[at][1]
    if (sum > before) rows.push([Math.floor(most / 1000), sum])
  }
  return rows
}

/** The time within which so many percent of the calls stay, in microseconds. */
export const percentileOf = ({ lengths, measured }: Told, percent: number): number => {
  const wanted = Math.max(1, Math.floor((Math.min(percent, 100) / 100) * measured + 0.5))
  let sum = 0
  for (const [length, count] of lengths) if ((sum += count) >= wanted) return length / 1000
  return 0
}
