import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** A recorded value of a reply. */
export interface Value {
  type: string
  value: unknown
  wire?: string
}

export interface Header {
  kind: string
  name: string
  mode: 'cluster' | 'standalone'
  nodes: string[]
  roles: Record<string, string[]>
  slots: Record<string, string[]> | null
  config: Record<string, string>
  resp: 2 | 3
  justCreated: boolean
  volatileKeys: ReadonlySet<string>
}

export type Change =
  | { kill: string[] }
  | { restart: string[] }
  | { stop: string[] }
  | { cont: string[] }
  | { close: string[] }
  | { wait_ms: number }
  | { until: { node: string; about: string; flag: string } }
  | { settle: true }

/** One line after the header. */
export interface Line {
  /** in the file, from 1. */
  number: number
  step: number | null
  node: string
  client: string | null
  resp: 2 | 3 | null
  cmd: string[] | null
  reply: Value | null
  replies: Value[] | null
  pushes: Value[] | null
  pushesBefore: Value[] | null
  messages: Value[] | null
  replyMap: Record<string, string> | null
  linesMyself: string[] | null
  changes: Change[] | null
  later: boolean
  score: boolean
  script: boolean
  volatile: boolean
  unordered: boolean | 'nested'
  sleepMs: number
}

export interface Recording {
  file: string
  header: Header
  lines: Line[]
  /** kind redis-cli: its lines as they are. */
  rows: { row: Record<string, unknown>; number: number }[]
}

/** A folder or file that is no recording: one sentence for the user. */
export class Malformed extends Error {}

const textual = new TextEncoder()

/** A word as recorded (text, or bytes in base64) as one character a byte. */
export const bytesOf = (word: unknown): string | null => {
  if (typeof word === 'string') {
    let out = ''
    for (const byte of textual.encode(word)) out += String.fromCharCode(byte)
    return out
  }
  if (typeof word === 'object' && word !== null && typeof (word as { b64?: unknown }).b64 === 'string')
    return Buffer.from((word as { b64: string }).b64, 'base64').toString('latin1')
  return null
}

type Json = Record<string, unknown>
const isObject = (v: unknown): v is Json => typeof v === 'object' && v !== null && !Array.isArray(v)
const isWords = (v: unknown): v is string[] => Array.isArray(v) && v.every((w) => typeof w === 'string')
const isValue = (v: unknown): v is Value => isObject(v) && typeof v['type'] === 'string' && 'value' in v
const CHANGES = new Set(['kill', 'restart', 'stop', 'cont', 'close', 'wait_ms', 'until', 'settle'])
const NODE_CHANGES = ['kill', 'restart', 'stop', 'cont', 'close']

const parse = (text: string, file: string, number: number): Json => {
  let json: unknown
  try {
    // whole numbers beyond 2^53 are kept as their digits
    json = JSON.parse(text.replace(/((?<!\\)"value": ?)(-?\d{16,})(?=[,}])/g, '$1"$2"'))
  } catch {
    throw new Malformed(`${file}:${number} is not JSON.`)
  }
  if (!isObject(json)) throw new Malformed(`${file}:${number} is not a JSON object.`)
  return json
}

const headerOf = (json: Json, file: string): Header => {
  const wrong = (what: string): never => {
    throw new Malformed(`${file}:1 ${what}.`)
  }
  if (typeof json['kind'] !== 'string') wrong('has no "kind", so it is not the header of a recording')
  const kind = json['kind'] as string
  const blank: Header = {
    kind,
    name: file,
    mode: 'cluster',
    nodes: [],
    roles: {},
    slots: null,
    config: {},
    resp: 2,
    justCreated: false,
    volatileKeys: new Set(),
  }
  if (kind !== 'replies') return blank
  if (json['mode'] !== 'cluster' && json['mode'] !== 'standalone') wrong('needs "mode": cluster or standalone')
  if (!isWords(json['nodes']) || json['nodes'].length === 0 || !json['nodes'].every((p) => /^\d{1,5}$/.test(p)))
    wrong('needs "nodes", a list of ports')
  const nodes = json['nodes'] as string[]
  const lists = (name: string): Record<string, string[]> | null => {
    const v = json[name]
    if (v === undefined || v === null) return null
    if (!isObject(v)) return wrong(`has "${name}" that is no object`)
    for (const [port, list] of Object.entries(v))
      if (!nodes.includes(port) || !isWords(list)) wrong(`has "${name}" with ${port}, which is no list of a known node`)
    return v as Record<string, string[]>
  }
  const roles = lists('roles') ?? {}
  for (const replica of Object.values(roles).flat())
    if (!nodes.includes(replica)) wrong(`gives a role to ${replica}, which is not in "nodes"`)
  const slots = lists('slots')
  for (const range of Object.values(slots ?? {}).flat()) if (!/^\d{1,5}(-\d{1,5})?$/.test(range)) wrong(`has the slot range ${range}`)
  const config: Record<string, string> = {}
  if (isObject(json['config'])) for (const [name, value] of Object.entries(json['config'])) config[name] = String(value)
  return {
    ...blank,
    name: typeof json['name'] === 'string' ? json['name'] : file,
    mode: json['mode'] as Header['mode'],
    nodes,
    roles,
    slots,
    config,
    resp: json['resp'] === 3 ? 3 : 2,
    justCreated: json['just_created'] === true,
    volatileKeys: new Set(isWords(json['volatile_keys']) ? json['volatile_keys'] : []),
  }
}

const lineOf = (json: Json, file: string, number: number, header: Header): Line => {
  const wrong = (what: string): never => {
    throw new Malformed(`${file}:${number} ${what}.`)
  }
  const values = (name: string): Value[] | null => {
    const v = json[name]
    if (v === undefined) return null
    return Array.isArray(v) && v.every(isValue) ? v : wrong(`has "${name}" that is no list of replies`)
  }
  const script = json['kind'] === 'script' || json['kind'] === 'redis-cli'
  let cmd: string[] | null = null
  if (json['cmd'] !== undefined && !script) {
    const words = Array.isArray(json['cmd']) ? json['cmd'].map(bytesOf) : []
    if (words.length === 0 || words.includes(null)) wrong('has a "cmd" that is no list of words')
    cmd = words as string[]
  }
  const changes = json['do']
  if (changes !== undefined) {
    const known = (c: unknown): boolean => {
      if (!isObject(c)) return false
      const [[name, v]] = Object.entries(c).concat([['', null]])
      if (!CHANGES.has(name)) return false
      if (NODE_CHANGES.includes(name)) return isWords(v) && v.every((at) => header.nodes.includes(at.split('/')[0]))
      if (name === 'until') return isObject(v) && header.nodes.includes(String(v['node'])) && header.nodes.includes(String(v['about']))
      return name === 'settle' || typeof v === 'number'
    }
    if (!Array.isArray(changes) || !changes.every(known)) wrong('has a "do" that is not understood')
  }
  const replyLike = cmd !== null || ['reply', 'pushes', 'messages_received'].some((k) => json[k] !== undefined)
  const node = json['node'] === undefined && header.nodes.length === 1 ? header.nodes[0] : json['node']
  if (replyLike && !script && !header.nodes.includes(String(node))) wrong(`speaks to the node ${String(node)}, which is not in "nodes"`)
  if (json['reply'] !== undefined && !script && !isValue(json['reply'])) wrong('has a "reply" that is none')
  return {
    number,
    step: typeof json['step'] === 'number' ? json['step'] : null,
    node: String(node ?? ''),
    client: typeof json['client'] === 'string' ? json['client'] : null,
    resp: json['resp'] === 3 ? 3 : json['resp'] === 2 ? 2 : null,
    cmd,
    reply: script ? null : ((json['reply'] as Value | undefined) ?? null),
    replies: script ? null : values('replies'),
    pushes: script ? null : values('pushes'),
    pushesBefore: script ? null : values('pushes_before_reply'),
    messages: script ? null : values('messages_received'),
    replyMap: isObject(json['reply_map']) ? (json['reply_map'] as Record<string, string>) : null,
    linesMyself: isWords(json['lines_myself']) ? json['lines_myself'] : null,
    changes: (changes as Change[] | undefined) ?? null,
    later: json['later'] === true,
    score: json['score'] !== false,
    script,
    volatile: json['volatile'] === true,
    unordered: json['unordered'] === 'nested' ? 'nested' : json['unordered'] === true,
    sleepMs: typeof json['sleep_ms_before'] === 'number' ? json['sleep_ms_before'] : 0,
  }
}

export const parseRecording = (file: string, text: string): Recording => {
  const rows = text.split('\n')
  if (rows.at(-1) === '') rows.pop()
  if (rows.length === 0) throw new Malformed(`${file} is empty.`)
  const header = headerOf(parse(rows[0], file, 1), file)
  const lines: Line[] = []
  if (header.kind === 'replies')
    rows.slice(1).forEach((row, i) => {
      if (row.trim() !== '') lines.push(lineOf(parse(row, file, i + 2), file, i + 2, header))
    })
  const cli = header.kind === 'redis-cli' ? rows.slice(1) : []
  return {
    file,
    header,
    lines,
    rows: cli.flatMap((row, i) => (row.trim() === '' ? [] : [{ row: parse(row, file, i + 2), number: i + 2 }])),
  }
}

/** Every .jsonl file of a folder, by name. */
export const readRecordings = (folder: string): Recording[] => {
  let names: string[]
  try {
    names = readdirSync(folder)
      .filter((n) => n.endsWith('.jsonl'))
      .sort((a, b) => (a < b ? -1 : 1))
  } catch (error) {
    throw new Malformed(`cannot read the folder ${folder}: ${(error as NodeJS.ErrnoException).code ?? 'error'}.`)
  }
  if (names.length === 0) throw new Malformed(`${folder} holds no .jsonl file.`)
  return names.map((name) => {
    let text: string
    try {
      text = readFileSync(join(folder, name), 'utf8')
    } catch (error) {
      throw new Malformed(`cannot read ${name}: ${(error as NodeJS.ErrnoException).code ?? 'error'}.`)
    }
    return parseRecording(name, text)
  })
}
