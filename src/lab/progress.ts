import { createStore, get, update } from 'idb-keyval'
import * as v from 'valibot'

/**
 * What a learner has done, as one value. Two of them join into the better: the join does not depend on order and may be repeated,
 * so a file imported twice, or two open pages, lose and double nothing.
 */
export interface Progress {
  format: 'ringside-progress'
  version: 1
  lessons: Record<string, LessonProgress>
  questions: Record<string, QuestionProgress>
}

export interface LessonProgress {
  /** steps finished. */
  steps: number
  done: boolean
  /** by step. */
  guesses: Record<string, Guess>
}

export interface Guess {
  right: boolean
  /** when, ms since 1970. */
  at: number
}

export interface QuestionProgress {
  /** points ticked when they were last looked at. */
  ticks: string[]
  ticksAt: number
  /** most points ever ticked. */
  best: number
  /** the last answer to the options. */
  choice: Guess | null
  /** fresh numbers answered so far. */
  right: number
  wrong: number
  /** when it was last touched. */
  at: number
}

export const NO_PROGRESS: Progress = { format: 'ringside-progress', version: 1, lessons: {}, questions: {} }

export const NOT_SAVED = 'Progress is not being saved. Export it.'

export const LARGEST_FILE = 500_000
export const TOO_LARGE = 'This file is too large to be progress of this lab. Your progress is unchanged.'
const MOST = 500

const name = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,39}$/))
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000))
const moment = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8_640_000_000_000_000))
const guess = v.strictObject({ right: v.boolean(), at: moment })
const few = <T>(record: Record<string, T>): boolean => Object.keys(record).length <= MOST
const lesson = v.strictObject({ steps: count, done: v.boolean(), guesses: v.pipe(v.record(name, guess), v.check(few)) })
const question = v.strictObject({
  ticks: v.pipe(v.array(name), v.maxLength(MOST)),
  ticksAt: moment,
  best: count,
  choice: v.nullable(guess),
  right: count,
  wrong: count,
  at: moment,
})
const progress = v.strictObject({
  format: v.literal('ringside-progress'),
  version: v.literal(1),
  lessons: v.pipe(v.record(name, lesson), v.check(few)),
  questions: v.pipe(v.record(name, question), v.check(few)),
})

export type Read = { ok: true; progress: Progress } | { ok: false; sentence: string }

const refuse = (what: string): Read => ({ ok: false, sentence: `${what} Your progress is unchanged.` })

export const progressFromFile = (text: string): Read => {
  if (text.length > LARGEST_FILE) return { ok: false, sentence: TOO_LARGE }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refuse('This file is not progress of this lab, or it is damaged.')
  }
  const head = v.safeParse(v.looseObject({ format: v.literal('ringside-progress'), version: v.unknown() }), value)
  if (!head.success) return refuse('This file is not progress of this lab, or it is damaged.')
  if (head.output.version !== 1) return refuse('This file was written by another version of the lab.')
  const read = v.safeParse(progress, value)
  return read.success ? { ok: true, progress: read.output } : refuse('This file is damaged.')
}

export const progressToFile = (p: Progress): string => JSON.stringify(p, null, 1)

// ------------------------------------------------------------------ joining

const own = <T>(record: Record<string, T>, key: string): T | undefined => (Object.hasOwn(record, key) ? record[key] : undefined)

const joinRecords = <T>(a: Record<string, T>, b: Record<string, T>, join: (x: T, y: T) => T): Record<string, T> => {
  const out: Record<string, T> = {}
  for (const key of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) {
    const [x, y] = [own(a, key), own(b, key)]
    out[key] = x !== undefined && y !== undefined ? join(x, y) : ((x ?? y) as T)
  }
  return out
}

/** The later guess; at one moment the right one. */
const joinGuess = (a: Guess, b: Guess): Guess => (a.at !== b.at ? (a.at > b.at ? a : b) : a.right ? a : b)

/** Right beats wrong, then the earlier one stays. */
const bestGuess = (a: Guess, b: Guess): Guess => (a.right !== b.right ? (a.right ? a : b) : a.at <= b.at ? a : b)

const joinLesson = (a: LessonProgress, b: LessonProgress): LessonProgress => ({
  steps: Math.max(a.steps, b.steps),
  done: a.done || b.done,
  guesses: joinRecords(a.guesses, b.guesses, bestGuess),
})

const laterTicks = (a: QuestionProgress, b: QuestionProgress): QuestionProgress => {
  if (a.ticksAt !== b.ticksAt) return a.ticksAt > b.ticksAt ? a : b
  if (a.ticks.length !== b.ticks.length) return a.ticks.length > b.ticks.length ? a : b
  return a.ticks.join() <= b.ticks.join() ? a : b
}

const joinQuestion = (a: QuestionProgress, b: QuestionProgress): QuestionProgress => {
  const { ticks, ticksAt } = laterTicks(a, b)
  return {
    ticks,
    ticksAt,
    best: Math.max(a.best, b.best),
    choice: a.choice && b.choice ? joinGuess(a.choice, b.choice) : (a.choice ?? b.choice),
    right: Math.max(a.right, b.right),
    wrong: Math.max(a.wrong, b.wrong),
    at: Math.max(a.at, b.at),
  }
}

export const joinProgress = (a: Progress, b: Progress): Progress => ({
  ...NO_PROGRESS,
  lessons: joinRecords(a.lessons, b.lessons, joinLesson),
  questions: joinRecords(a.questions, b.questions, joinQuestion),
})

// ------------------------------------------------------------------ recording

const NO_LESSON: LessonProgress = { steps: 0, done: false, guesses: {} }
const NO_QUESTION: QuestionProgress = { ticks: [], ticksAt: 0, best: 0, choice: null, right: 0, wrong: 0, at: 0 }

export const lessonOf = (p: Progress, id: string): LessonProgress => own(p.lessons, id) ?? NO_LESSON
export const questionOf = (p: Progress, id: string): QuestionProgress => own(p.questions, id) ?? NO_QUESTION

/** A step of a lesson was finished: `steps` counts from the first, `guess` is the one of step `step`. */
export const recordLesson = (p: Progress, id: string, of: { steps: number; done: boolean; step?: string; guess?: Guess }): Progress => {
  const guesses = of.step !== undefined && of.guess ? { [of.step]: of.guess } : {}
  return joinProgress(p, { ...NO_PROGRESS, lessons: { [id]: { steps: of.steps, done: of.done, guesses } } })
}

const changed = (p: Progress, id: string, at: number, set: Partial<QuestionProgress>): Progress => ({
  ...p,
  questions: { ...p.questions, [id]: { ...questionOf(p, id), at, ...set } },
})

export const recordTicks = (p: Progress, id: string, ticks: readonly string[], at: number): Progress =>
  changed(p, id, at, { ticks: [...ticks], ticksAt: at, best: Math.max(questionOf(p, id).best, ticks.length) })

export const recordChoice = (p: Progress, id: string, right: boolean, at: number): Progress => changed(p, id, at, { choice: { right, at } })

export const recordNumber = (p: Progress, id: string, right: boolean, at: number): Progress => {
  const q = questionOf(p, id)
  return changed(p, id, at, right ? { right: q.right + 1 } : { wrong: q.wrong + 1 })
}

// ------------------------------------------------------------------ keeping

/** Where progress is kept between visits. `join` reads, joins and writes in one step. */
export interface Shelf {
  read(): Promise<unknown>
  join(into: (kept: unknown) => Progress): Promise<void>
}

/** The browser's own storage. It is opened at the first use: a browser that denies it says so by rejecting. */
export const browserShelf = (): Shelf => {
  let store: ReturnType<typeof createStore> | undefined
  const opened = () => (store ??= createStore('ringside-progress', 'progress'))
  return {
    read: async () => get<unknown>('progress', opened()),
    join: async (into) => update<unknown>('progress', into, opened()),
  }
}

const keptProgress = (value: unknown): Progress | null => {
  const read = v.safeParse(progress, value)
  return read.success ? read.output : null
}

/**
 * Progress in memory, written behind. The page starts at once with what it has; what the shelf holds joins when it arrives.
 * A shelf that refuses costs nothing but the saving: `saved` turns false, and the page says so.
 */
export class ProgressKeeper {
  progress: Progress
  saved = true
  private readonly shelf: Shelf
  private readonly listeners = new Set<() => void>()
  private writing: Promise<void>

  constructor(shelf: Shelf, start: Progress = NO_PROGRESS) {
    this.shelf = shelf
    this.progress = start
    this.writing = this.load()
  }

  private async load(): Promise<void> {
    try {
      const kept = keptProgress(await this.shelf.read())
      if (kept) this.progress = joinProgress(this.progress, kept)
    } catch {
      this.saved = false
    }
    this.tell()
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  change(step: (p: Progress) => Progress): void {
    this.progress = step(this.progress)
    this.tell()
    this.writing = this.writing.then(() => this.write())
  }

  /** Until all that was changed so far is written, or refused. */
  settled(): Promise<void> {
    return this.writing
  }

  private async write(): Promise<void> {
    try {
      await this.shelf.join((kept) => {
        const before = keptProgress(kept)
        return before ? joinProgress(before, this.progress) : this.progress
      })
      if (this.saved) return
      this.saved = true
    } catch {
      this.saved = false
    }
    this.tell()
  }

  private tell(): void {
    for (const listener of this.listeners) listener()
  }
}
