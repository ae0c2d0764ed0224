import * as lz from 'lz-string'
import * as v from 'valibot'
import type { Action } from '../engine/action.ts'
import { SEC } from '../engine/core/time.ts'
import { checkScenario } from '../engine/scenario-check.ts'
import type { Run, Scenario } from '../engine/scenario.ts'
import { scenarioById } from '../content/scenarios/index.ts'
import { ENGINE_VERSION } from './version.ts'

/** A link longer than this is cut by some programs, and could unpack to more than a page should read. */
const LONGEST_LINK = 16_000
const LARGEST_FILE = 2_000_000
const MOST_ACTIONS = 5_000
/** Opening a run replays it. */
const LONGEST_RUN = 1800 * SEC

/** A run on its way: its scenario goes along when it is the learner's own. */
export interface Recording {
  run: Run
  custom: Scenario | null
}
export type Decoded = { ok: true; recording: Recording; warning: string } | { ok: false; sentence: string }

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(40))
const ids = v.pipe(v.array(id), v.maxLength(1000))
const micros = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(24 * 3600 * SEC))
const number = v.pipe(v.number(), v.finite())
const text = v.pipe(v.string(), v.maxLength(10_000))
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
const whole = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000))

const load = v.strictObject({
  rate: v.pipe(number, v.minValue(0), v.maxValue(100_000)),
  reads: share,
  keys: whole,
  zipf: v.pipe(number, v.minValue(0), v.maxValue(3)),
  hot: share,
})
const credential = v.pipe(v.string(), v.maxLength(200))
const policy = v.strictObject({
  refresh: v.picklist(['moved', 'timer', 'ignore']),
  refreshEvery: micros,
  timeout: micros,
  retries: whole,
  backoff: micros,
  redirects: whole,
  readFrom: v.picklist(['primary', 'replica']),
  fill: v.picklist(['none', 'single-flight', 'lock', 'xfetch']),
  ttl: micros,
  l1Ttl: micros,
  l1Size: whole,
  beta: number,
  lockTtl: micros,
  user: v.optional(credential),
  password: v.optional(credential),
})
const origin = v.strictObject({
  workers: whole,
  service: micros,
  fixed: v.optional(v.boolean()),
  queue: whole,
  timeout: micros,
})

const one = (type: 'crash' | 'powerOff' | 'pause' | 'resume' | 'restart' | 'restartEmpty' | 'removeNode') =>
  v.strictObject({ type: v.literal(type), process: id })
const bare = (type: 'heal' | 'resetLinks' | 'cancelReshard' | 'redisCliStop' | 'expireHot') => v.strictObject({ type: v.literal(type) })

const action = v.variant('type', [
  one('crash'),
  one('powerOff'),
  one('pause'),
  one('resume'),
  one('restart'),
  one('restartEmpty'),
  v.strictObject({ type: v.literal('failover'), process: id, mode: v.optional(v.picklist(['force', 'takeover'])) }),
  one('removeNode'),
  bare('heal'),
  bare('resetLinks'),
  bare('cancelReshard'),
  bare('redisCliStop'),
  v.strictObject({ type: v.literal('redisCli'), argv: v.pipe(v.array(text), v.minLength(1), v.maxLength(1000)) }),
  v.strictObject({ type: v.literal('redisCliInput'), text }),
  bare('expireHot'),
  v.strictObject({ type: v.literal('slow'), process: id, factor: v.pipe(number, v.minValue(1), v.maxValue(100_000)) }),
  v.strictObject({ type: v.literal('partition'), inside: ids }),
  v.strictObject({ type: v.literal('cut'), from: ids, to: ids }),
  v.strictObject({
    type: v.literal('link'),
    a: id,
    b: id,
    latency: micros,
    loss: v.pipe(number, v.minValue(0), v.maxValue(0.9)),
    bandwidth: v.optional(v.pipe(number, v.minValue(1000))),
  }),
  v.strictObject({
    type: v.literal('command'),
    process: id,
    argv: v.pipe(v.array(text), v.minLength(1), v.maxLength(1000)),
    cluster: v.optional(v.boolean()),
  }),
  v.strictObject({ type: v.literal('config'), process: id, directive: text, value: text }),
  v.strictObject({ type: v.literal('addNode'), replica: v.optional(v.boolean()), nodes: v.optional(ids) }),
  v.strictObject({ type: v.literal('updateRow'), key: v.optional(text) }),
  v.strictObject({ type: v.literal('subscription'), process: id, on: v.boolean() }),
  v.strictObject({ type: v.literal('listen'), process: id, on: v.boolean() }),
  v.strictObject({ type: v.literal('knock'), process: id, argv: v.pipe(v.array(text), v.minLength(1), v.maxLength(1000)) }),
  v.strictObject({ type: v.literal('forge'), what: v.picklist(['fail', 'slots']), process: id }),
  v.strictObject({ type: v.literal('load'), set: v.partial(load) }),
  v.strictObject({ type: v.literal('policy'), process: id, set: v.partial(policy) }),
  v.strictObject({ type: v.literal('origin'), set: v.partial(origin) }),
])

const run = v.strictObject({
  format: v.literal(1),
  engine: v.pipe(v.string(), v.maxLength(40)),
  scenario: id,
  seed: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER)),
  actions: v.pipe(
    v.array(v.strictObject({ at: micros, events: v.pipe(v.number(), v.integer(), v.minValue(0)), action })),
    v.maxLength(MOST_ACTIONS),
  ),
  at: micros,
  events: v.pipe(v.number(), v.integer(), v.minValue(0)),
})

const scenario = v.strictObject({
  id,
  title: text,
  about: text,
  topology: v.strictObject({
    cluster: v.boolean(),
    primaries: whole,
    replicasPerPrimary: whole,
    apps: whole,
    replicaOf: v.optional(v.pipe(v.array(whole), v.maxLength(1000))),
    sentinels: v.optional(
      v.strictObject({
        count: whole,
        quorum: whole,
        downAfter: micros,
        failoverTimeout: micros,
        parallelSyncs: whole,
        authUser: v.optional(credential),
        authPass: v.optional(credential),
      }),
    ),
  }),
  config: v.record(v.string(), text),
  load,
  policy,
  origin,
  latency: v.strictObject({ mean: micros, spread: micros }),
  service: v.strictObject({ command: micros, message: micros }),
  scale: number,
  warm: share,
  startAt: v.pipe(micros, v.maxValue(600 * SEC)),
  seed: v.pipe(v.number(), v.integer(), v.minValue(0)),
  own: v.optional(v.record(id, v.partial(policy))),
  groups: v.optional(v.array(v.strictObject({ name: text, members: ids }))),
  tapped: v.optional(ids),
  large: v.optional(v.strictObject({ key: text, bytes: v.pipe(number, v.integer(), v.minValue(1)) })),
  halfMoved: v.optional(v.strictObject({ slots: v.tuple([whole, whole]), from: id, to: id })),
  links: v.optional(
    v.array(
      v.strictObject({
        a: id,
        b: id,
        latency: micros,
        loss: v.pipe(number, v.minValue(0), v.maxValue(0.9)),
        bandwidth: v.optional(v.pipe(number, v.minValue(1000))),
      }),
    ),
  ),
})

const envelope = v.strictObject({ ringside: v.literal(1), run, custom: v.optional(v.nullable(scenario)) })

/** The compiler checks that the schema and the engine's actions are the same list. */
const asAction: (parsed: v.InferOutput<typeof action>) => Action = (parsed) => parsed

const UNCHANGED = 'Your lab is unchanged.'
const pack = (r: Recording) => ({ ringside: 1, run: r.run, ...(r.custom ? { custom: r.custom } : {}) })

/** A run as a file: JSON a person can read. */
export const runToFile = (r: Recording): string => JSON.stringify(pack(r), null, 1)

/** A run as text for an address; null when it is too long for one. */
export const encodeRun = (r: Recording): string | null => {
  const packed = lz.compressToEncodedURIComponent(JSON.stringify(pack(r)))
  return packed.length > LONGEST_LINK ? null : packed
}

export const decodeRun = (packed: string): Decoded => {
  if (packed.length > LONGEST_LINK) return { ok: false, sentence: `This link is too long to be one of ours. ${UNCHANGED}` }
  const text = lz.decompressFromEncodedURIComponent(packed)
  return text ? read(text, 'link') : { ok: false, sentence: `This link is damaged: part of it is missing or changed. ${UNCHANGED}` }
}

export const runFromFile = (text: string): Decoded =>
  text.length > LARGEST_FILE ? { ok: false, sentence: `This file is larger than any run of the lab. ${UNCHANGED}` } : read(text, 'file')

const read = (text: string, what: 'link' | 'file'): Decoded => {
  const no = (why: string): Decoded => ({ ok: false, sentence: `${why} ${UNCHANGED}` })
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return no(what === 'link' ? 'This link is damaged: part of it is missing or changed.' : 'This file holds no run of the lab.')
  }
  const parsed = v.safeParse(envelope, json)
  if (!parsed.success) {
    const issue = parsed.issues[0]
    const place = issue.path?.map((step) => String(step.key)).join('.') ?? ''
    return no(`This ${what} does not hold a run the lab can open${place ? ` (${place} is not right)` : ''}.`)
  }
  const { run: found, custom = null } = parsed.output
  if (found.at > LONGEST_RUN) return no(`This ${what} holds a run longer than half an hour, which would take too long to replay.`)
  if (custom) {
    if (custom.id !== found.scenario) return no(`This ${what} names one scenario and carries another.`)
    const wrong = checkScenario(custom)
    if (wrong) return no(`This ${what} cannot be opened. ${wrong}`)
  } else if (!scenarioById(found.scenario)) return no(`This ${what} names seed ${found.seed} of a scenario that is not here.`)
  const warning =
    found.engine === ENGINE_VERSION
      ? ''
      : `This run was made with version ${found.engine} of the engine; here is ${ENGINE_VERSION}. It may go differently.`
  const actions = found.actions.map((a) => ({ ...a, action: asAction(a.action) }))
  return { ok: true, recording: { run: { ...found, actions }, custom }, warning }
}
