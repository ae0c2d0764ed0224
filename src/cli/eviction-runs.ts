import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Simulation, type Behaviours } from '../engine/core/simulation.ts'
import type { ConnId } from '../engine/core/network.ts'
import type { Behaviour, Context } from '../engine/core/process.ts'
import { below } from '../engine/core/random.ts'
import { SEC, type Micros } from '../engine/core/time.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../engine/defaults.ts'
import { usedMemory } from '../engine/redis/memory.ts'
import { lruHits } from '../engine/laws/lru-replay.ts'
import { nodeBehaviour } from '../engine/redis/node.ts'
import { isError } from '../engine/redis/reply.ts'
import type { NodeState, ReplyMessage } from '../engine/redis/state.ts'
import { weigh } from '../engine/redis/weight.ts'

/**
 * npm run evictions [-- --seed 1]
 * Hit ratios of a cache too small for what is asked of it, beside those of a real Redis: cache-aside over the same trace of keys, with
 * room for as many keys, at the same rate. The rate counts because LRU's clock ticks once a second.
 */

/** A recorded run: one line of evictions/recorded.jsonl. */
export interface EvictionRow {
  run: string
  policy: string
  maxmemory_samples: number
  trace: 1 | 2
  achieved_gets_per_s: number
  hit_ratio: number
  hit_ratio_first_half: number
  hit_ratio_second_half: number
  resident_keys_end: number
  evicted_keys: number
  oom_errors: number
  reference_exact_LRU_same_capacity: number
}

export interface EvictionResult {
  hitRatio: number
  /** keys there at the end. */
  resident: number
  evicted: number
  oomErrors: number
}

/** Ours may differ by so much. */
export const EVICTION_BOUND = 0.01

const folder = join(import.meta.dirname, 'evictions')

export const recordedEvictions = (): EvictionRow[] =>
  readFileSync(join(folder, 'recorded.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as EvictionRow)

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The keys asked for, in order: 100,000 draws of 20,000 keys, Zipf 0.99. Two numbers of 15 bits stand in five letters. */
export const recordedTrace = (n: 1 | 2): Uint16Array => {
  const text = readFileSync(join(folder, `trace-${n}.txt`), 'utf8').replaceAll('\n', '')
  const keys = new Uint16Array((text.length / 5) * 2)
  for (let i = 0; i < text.length / 5; i++) {
    let both = 0
    for (let j = 0; j < 5; j++) both = (both << 6) | LETTERS.indexOf(text[5 * i + j])
    keys[2 * i] = both >> 15
    keys[2 * i + 1] = both & 0x7fff
  }
  return keys
}

const VALUE = 'x'.repeat(200)
const nameOf = (key: number): string => `key:${String(key).padStart(5, '0')}`

/** The application of the recordings: GET; on a miss SET, for volatile policies with 600 to 6000 seconds to live. */
interface Reader {
  conn: ConnId
  trace: Uint16Array
  at: number
  gap: Micros
  expires: boolean
  hits: number
  oomErrors: number
  /** the key asked for; −1 while a SET is under way. */
  asked: number
}

const ask = (r: Reader, ctx: Context): void => {
  if (r.at >= r.trace.length) return
  r.asked = r.trace[r.at++]
  ctx.send(r.conn, { type: 'command', argv: ['GET', nameOf(r.asked)] } as never)
  // the pace as recorded, which is no whole number of microseconds
  ctx.setTimer('next', Math.max(1, Math.round(r.at * r.gap) - ctx.now + START))
}

const START: Micros = SEC

const reader: Behaviour<Reader> = {
  boot(disk, ctx) {
    ctx.setTimer('next', START)
    return { ...(disk as Reader), conn: ctx.connect('n1', 'client') }
  },
  persist: () => null,
  message: {
    reply(r: Reader, { reply }: ReplyMessage, _conn: ConnId, ctx: Context) {
      if (r.asked < 0) {
        if (isError(reply)) r.oomErrors++
        return
      }
      const key = nameOf(r.asked)
      r.asked = -1
      if (reply !== null) r.hits++
      else {
        const ttl = r.expires ? ['EX', String(600 + below(ctx.random(), 5401))] : []
        ctx.send(r.conn, { type: 'command', argv: ['SET', key, VALUE, ...ttl] } as never)
      }
    },
  } as Behaviour<Reader>['message'],
  timer: { next: (r, ctx) => ask(r, ctx) },
}

/** The row's run, repeated here. */
export const evictionRun = (row: EvictionRow, seed = 1): EvictionResult => {
  const none = {} as Behaviour
  const behaviours = { node: nodeBehaviour, app: reader, origin: none, admin: none, console: none } as unknown as Behaviours
  const settings = {
    cluster: false,
    config: { 'maxmemory-policy': row.policy, 'maxmemory-samples': String(row.maxmemory_samples) },
    load: DEFAULT_LOAD,
    policy: DEFAULT_POLICY,
    origin: DEFAULT_ORIGIN,
    latency: { mean: 4, spread: 2 },
    service: { command: 2, message: 1 },
    warm: 0,
  }
  const sim = new Simulation(behaviours, settings, seed)
  sim.spawn('n1', 'node')
  const trace = recordedTrace(row.trace)
  const gap = 1e6 / row.achieved_gets_per_s
  const expires = row.policy.startsWith('volatile')
  const app: Reader = { conn: 0, trace, at: 0, gap, expires, hits: 0, oomErrors: 0, asked: -1 }
  sim.spawn('app1', 'app', app)
  sim.runUntil(START - 1)
  const node = sim.process('n1')!.state as NodeState
  // room for as many keys as were there at the end, all of one size
  const each = weigh(nameOf(0), { type: 'string', value: VALUE, expireAt: expires ? 1 : -1 })
  const room = usedMemory(node) + row.resident_keys_end * each - (row.policy === 'noeviction' ? 1 : 0)
  sim.act(sim.process('n1')!, { type: 'config', process: 'n1', directive: 'maxmemory', value: String(room) })
  sim.runUntil(START + Math.ceil(trace.length * gap) + 1000)
  const done = sim.process('app1')!.state as Reader
  return { hitRatio: done.hits / trace.length, resident: node.keys.size, evicted: node.stats.evicted, oomErrors: done.oomErrors }
}

/** What an exact LRU with the same room would have reached. */
export const exactLru = (row: EvictionRow): number => {
  const trace = recordedTrace(row.trace)
  return lruHits(trace, KEYS, row.resident_keys_end) / trace.length
}
const KEYS = 20_000

/** Recorded runs that came out in another order here: two rows of one trace and pace, told apart by more than the bound. */
export const outOfRank = (rows: readonly { row: EvictionRow; ours: EvictionResult }[]): string[] => {
  const wrong: string[] = []
  for (const a of rows)
    for (const b of rows) {
      const isSameRun = a.row.trace === b.row.trace && a.row.run.split('-')[0] === b.row.run.split('-')[0]
      if (isSameRun && a.row.hit_ratio > b.row.hit_ratio && a.ours.hitRatio <= b.ours.hitRatio) wrong.push(`${a.row.run} over ${b.row.run}`)
    }
  return wrong
}

const main = (): void => {
  const at = process.argv.indexOf('--seed')
  const seed = at < 0 ? 1 : Number(process.argv[at + 1])
  const rows = recordedEvictions().map((row) => ({ row, ours: evictionRun(row, seed) }))
  console.log('run                       GETs/s   keys  evicted   recorded   ours     difference   exact LRU')
  let failed = false
  for (const { row, ours } of rows) {
    const difference = ours.hitRatio - row.hit_ratio
    const isFar = Math.abs(difference) > EVICTION_BOUND
    failed ||= isFar
    console.log(
      `${row.run.padEnd(24)} ${String(row.achieved_gets_per_s).padStart(7)} ${String(ours.resident).padStart(6)} ${String(ours.evicted).padStart(8)}` +
        `     ${row.hit_ratio.toFixed(4)}   ${ours.hitRatio.toFixed(4)}   ${difference >= 0 ? '+' : ''}${difference.toFixed(4)}` +
        `      ${exactLru(row).toFixed(4)}${isFar ? '  too far' : ''}`,
    )
  }
  const wrong = outOfRank(rows)
  console.log(wrong.length === 0 ? 'ranked as recorded, for each trace and pace' : `out of rank: ${wrong.join(', ')}`)
  process.exitCode = failed || wrong.length > 0 ? 1 : 0
}

if (process.argv[1]?.endsWith('eviction-runs.ts')) main()
