import '../../lab/lua/hand-in.ts'
import { MS } from '../../engine/core/time.ts'
import type { Reply } from '../../engine/redis/reply.ts'
import { formOf, formOfValue, normalizer, sameForm, show, type Form } from './compare.ts'
import type { Line, Recording, Value } from './recording.ts'
import { replayPlans } from './plans.ts'
import { Suspects } from './suspects.ts'
import { GoldenWorld, PATIENCE, STEP, type Frame } from './world.ts'

export interface Failure {
  file: string
  line: number
  step: number | null
  command: string
  expected: string
  got: string
}

export interface Result {
  file: string
  kind: string
  passed: number
  total: number
  unsupported: number
  volatile: number
  failures: Failure[]
  /** what was not simulated, by command or kind of step. */
  missing: Map<string, number>
}

/** How the engine says that it knows a command and does not simulate it. */
const NOT_SIMULATED = /^ERR '.*' is not simulated/

const saysNotSimulated = (reply: Reply): boolean => {
  if (typeof reply !== 'object' || reply === null) return false
  if (Array.isArray(reply)) return reply.some(saysNotSimulated)
  return 'error' in reply && NOT_SIMULATED.test(reply.error)
}

const CLOSED: Form = { type: 'connerror', value: '' }

/**
 * Replays one recording in virtual time. Who first misses a dead node is chance, in Redis as here: where a recording waits for one
 * outcome, the replay takes the first seed that brings it about.
 */
export const replay = (recording: Recording): Result => {
  if (recording.header.kind === 'redis-cli') return replayPlans(recording)
  const first = replayWith(recording, 1)
  for (let seed = 2; seed <= SEEDS && missesOutcome(first); seed++) {
    const other = replayWith(recording, seed)
    if (!missesOutcome(other)) return other
  }
  return first
}

const SEEDS = 12
const missesOutcome = (r: Result): boolean => r.failures.some((f) => f.command.startsWith('do {"until"'))

const replayWith = (recording: Recording, seed: number): Result => {
  const { header, file } = recording
  const result: Result = { file, kind: header.kind, passed: 0, total: 0, unsupported: 0, volatile: 0, failures: [], missing: new Map() }
  if (header.kind !== 'replies') return result
  const world = new GoldenWorld(header, seed)
  const { sim } = world
  const suspects = new Suspects()
  /** per connection: how many frames were read, commands sent without waiting, and its protocol. */
  const read = new Map<string, number>()
  const pending = new Map<string, { line: Line; argv: string[] }>()
  const protocol = new Map<string, 2 | 3>()
  const clientIds = new Map<string, string>()

  const fail = (line: Line, command: string, expected: string, got: string): void => {
    result.failures.push({ file, line: line.number, step: line.step, command, expected, got })
  }
  const miss = (what: string): void => {
    result.unsupported++
    result.missing.set(what, (result.missing.get(what) ?? 0) + 1)
  }
  const nameOf = (line: Line): string =>
    line.client !== null ? `${line.node}/${line.client}` : line.resp === 3 ? `${line.node}#3` : line.node

  const concrete = (argv: string[], line: Line): string[] => {
    if (!argv.some((w) => w.includes('<'))) return argv
    const ports = new Map([...world.idNames()].map(([id, label]) => [label, id]))
    return argv.map((word) =>
      word
        .replace(/<id:\d+>/g, (label) => ports.get(label) ?? label)
        .replace(/<client-id:([^>]+)>/g, (label, name: string) => clientId(name, line) ?? label),
    )
  }
  const clientId = (client: string, line: Line): string | null => {
    const name = `${line.node}/${client}`
    const known = clientIds.get(name)
    if (known !== undefined) return known
    const state = world.connection(name, line.node, protocol.get(name) ?? header.resp)
    const from = state.frames.length
    world.give(name, ['CLIENT', 'ID'])
    world.runWhile(() => state.frames.length === from && !state.closed, MS)
    const [frame] = state.frames.splice(from)
    if (frame === undefined) return null
    clientIds.set(name, String(frame.reply))
    return String(frame.reply)
  }

  /** Frames of a connection that nobody has read yet. */
  const unread = (name: string): Frame[] =>
    world.connection(name, name.split(/[/#]/)[0], protocol.get(name) ?? 2).frames.slice(read.get(name) ?? 0)
  const advance = (name: string, by: number): void => void read.set(name, (read.get(name) ?? 0) + by)

  const judge = (line: Line, argv: string[], name: string, expected: Value[], got: Frame[] | 'closed'): void => {
    const resp = protocol.get(name) ?? 2
    const command = argv.join(' ')
    const text = normalizer(world.idNames())
    const forms = got === 'closed' ? [CLOSED] : got.map((f) => formOf(f.reply, resp))
    const wanted = expected.map((v) => (v.type === 'connerror' ? CLOSED : formOfValue(v, resp)))
    const same = forms.length === wanted.length && wanted.every((w, i) => sameForm(w, forms[i], line.unordered, text))
    const unsupported = got !== 'closed' && got.some((f) => saysNotSimulated(f.reply))
    const isSuspect = suspects.touches(name, argv)
    suspects.learn(name, argv, expected[0], unsupported, isSuspect && !same)
    if (line.volatile) return void result.volatile++
    if (!line.score) return
    result.total++
    if (same) result.passed++
    else if (unsupported) miss(labelOf(argv))
    else if (isSuspect) miss(`${labelOf(argv)} (depends on a value that is not simulated)`)
    else
      fail(
        line,
        command,
        wanted.map(show).join(' ; '),
        forms.length === 0
          ? 'no reply'
          : forms.map((f) => show({ ...f, value: typeof f.value === 'string' ? text(f.value) : f.value })).join(' ; '),
      )
  }

  /** Collects the answer to the command just sent; `frames` of them, of any kind when `any`. */
  const answers = (name: string, count: number, any: boolean): { frames: Frame[]; before: Frame[] } | 'closed' | null => {
    const state = world.connection(name, name.split(/[/#]/)[0], protocol.get(name) ?? 2)
    const from = read.get(name) ?? 0
    const pick = (): number[] => {
      const places: number[] = []
      for (let i = from; i < state.frames.length && places.length < count; i++) if (any || !state.frames[i].push) places.push(i)
      return places
    }
    world.runWhile(() => !state.closed && pick().length < count, PATIENCE)
    const places = pick()
    if (places.length === 0 && state.closed) return 'closed'
    if (places.length < count) return null
    const before = state.frames.slice(from, places[0]).filter((f) => f.push)
    const frames = places.map((i) => state.frames[i])
    // what was pushed meanwhile stays unread, ahead of what comes later
    const rest = state.frames.filter((f, i) => i >= from && !places.includes(i))
    state.frames.splice(from, state.frames.length - from, ...frames, ...rest)
    advance(name, frames.length)
    return { frames, before }
  }

  /** A connection is over; the next one of its name begins in the header's protocol. */
  const forget = (name: string): void => {
    world.close(name)
    read.delete(name)
    protocol.delete(name)
  }

  const runStep = (line: Line): void => {
    const name = nameOf(line)
    // who was hung up on connects anew
    if (line.cmd !== null && line.reply?.type !== 'connerror' && world.isClosed(name)) forget(name)
    const fresh = !protocol.has(name)
    if (fresh) protocol.set(name, line.resp ?? header.resp)
    const resp = protocol.get(name)!
    world.connection(name, line.node, resp)
    const begin = sim.world.now
    if (line.cmd !== null) {
      const argv = concrete(line.cmd, line)
      world.catchUp(line.node)
      world.give(name, argv)
      if (line.later) {
        pending.set(name, { line, argv })
        sim.runUntil(begin + STEP)
        return
      }
      const expected =
        line.replies ??
        (line.reply !== null ? [line.reply] : line.replyMap !== null || line.linesMyself !== null ? [{ type: 'any', value: null }] : [])
      const any = line.replies !== null || /^[ps]?(un)?subscribe$/i.test(argv[0])
      const got = answers(name, Math.max(1, expected.length), any)
      if (got === 'closed') forget(name)
      if (expected.length === 0)
        suspects.learn(name, argv, undefined, got !== 'closed' && got !== null && got.frames.some((f) => saysNotSimulated(f.reply)), false)
      else if (line.replyMap !== null || line.linesMyself !== null)
        judgeText(line, argv, got === 'closed' || got === null ? null : got.frames[0].reply)
      else judge(line, argv, name, expected, got === 'closed' ? 'closed' : (got?.frames ?? []))
      if (line.pushesBefore !== null)
        judge(line, ['pushes before the reply of', ...argv], name, line.pushesBefore, got === 'closed' || got === null ? [] : got.before)
      if (/^reset$/i.test(argv[0])) protocol.set(name, 2)
      // neither refused nor queued
      const answered = got === 'closed' || got === null ? null : Object(got.frames[0].reply)
      if (/^hello$/i.test(argv[0]) && answered !== null && !('error' in answered || 'simple' in answered))
        protocol.set(name, argv[1] === '3' ? 3 : argv[1] === '2' ? 2 : resp)
    } else if (line.reply !== null) {
      const sent = pending.get(name)
      pending.delete(name)
      const got = answers(name, 1, false)
      judge(line, sent?.argv ?? ['(later)'], name, [line.reply], got === 'closed' ? 'closed' : (got?.frames ?? []))
    }
    if (sim.world.now < begin + STEP) sim.runUntil(begin + STEP)
    const out = line.pushes ?? line.messages
    if (out !== null) {
      const got = unread(name)
      advance(name, got.length)
      judge(line, ['frames received'], name, out, got)
    }
  }

  const judgeText = (line: Line, argv: string[], reply: Reply | null): void => {
    if (line.volatile) return void result.volatile++
    if (!line.score) return
    result.total++
    const text = normalizer(world.idNames())
    if (line.linesMyself !== null) {
      const got = (typeof reply === 'string' ? text(reply) : '').split('\n').filter((l) => l.includes('myself') || l.includes('['))
      const form = (lines: string[]): Form => ({ type: 'array', value: lines.map((value) => ({ type: 'bulk', value })) })
      const wanted = form(line.linesMyself.map((l) => text(l)))
      if (sameForm(wanted, form(got), true, (s) => s)) result.passed++
      else fail(line, argv.join(' '), show(wanted), show(form(got)))
      return
    }
    const got = new Map<string, string>()
    const flat = Array.isArray(reply) ? reply : typeof reply === 'object' && reply !== null && 'map' in reply ? reply.map.flat() : []
    for (let i = 0; i + 1 < flat.length; i += 2) got.set(String(flat[i]), String(flat[i + 1]))
    const wrong: string[] = []
    for (const [key, value] of Object.entries(line.replyMap!)) if (!header.volatileKeys.has(key) && got.get(key) !== value) wrong.push(key)
    for (const key of got.keys()) if (!(key in line.replyMap!)) wrong.push(key)
    if (wrong.length === 0) result.passed++
    else
      fail(
        line,
        argv.join(' '),
        wrong.map((k) => `${k}=${line.replyMap![k] ?? '(absent)'}`).join(', '),
        wrong.map((k) => `${k}=${got.get(k) ?? '(absent)'}`).join(', '),
      )
  }

  for (const line of recording.lines) {
    if (line.sleepMs > 0) sim.runUntil(sim.world.now + Math.round(line.sleepMs * MS))
    if (line.script) {
      result.total++
      miss('measuring scripts and outside programs')
      continue
    }
    for (const change of line.changes ?? []) {
      if ('close' in change) for (const at of change.close) read.delete(at)
      const wrong = world.change(change)
      if (wrong !== null) {
        result.total++
        fail(line, `do ${JSON.stringify(change)}`, 'done', wrong)
      }
    }
    if (line.cmd !== null || line.reply !== null || line.pushes !== null || line.messages !== null) runStep(line)
  }
  return result
}

const WITH_SUBCOMMAND = new Set([
  'client',
  'cluster',
  'command',
  'config',
  'debug',
  'latency',
  'memory',
  'object',
  'pubsub',
  'script',
  'slowlog',
  'xinfo',
])

/** EVAL, CLUSTER LINKS: a command as a person names it. */
const labelOf = (argv: readonly string[]): string => {
  const name = argv[0].toLowerCase()
  return (WITH_SUBCOMMAND.has(name) && argv.length > 1 ? `${name} ${argv[1]}` : name).toUpperCase()
}
