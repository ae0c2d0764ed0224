import { createConnection, type Socket } from 'node:net'
import type { Value } from '../replay/recording.ts'

/** A word for a recording: text where it is UTF-8, else bytes in base64. */
export const recorded = (bytes: Buffer): string | { b64: string } => {
  const text = bytes.toString('utf8')
  return Buffer.from(text, 'utf8').equals(bytes) ? text : { b64: bytes.toString('base64') }
}

const CRLF = '\r\n'

/** A connection to a real server that keeps what the wire said: the type of each reply, and how it shows nothing. */
export class Connection {
  private readonly socket: Socket
  private data = Buffer.alloc(0)
  private readonly waiting: { resolve: (v: Value) => void; timer: NodeJS.Timeout }[] = []
  /** frames that came unasked: pushes and messages. */
  readonly unasked: Value[] = []
  private closed = false

  constructor(port: number) {
    this.socket = createConnection({ host: '127.0.0.1', port, noDelay: true })
    this.socket.on('data', (chunk) => {
      this.data = Buffer.concat([this.data, chunk])
      this.read()
    })
    const end = (): void => {
      this.closed = true
      for (const w of this.waiting.splice(0)) {
        clearTimeout(w.timer)
        w.resolve({ type: 'connerror', value: '' })
      }
    }
    this.socket.on('close', end)
    this.socket.on('error', end)
  }

  get isClosed(): boolean {
    return this.closed
  }

  /** Sends one command and waits for its reply; a server that says nothing for ten seconds counts as closed. */
  call(words: readonly string[]): Promise<Value> {
    if (this.closed) return Promise.resolve({ type: 'connerror', value: '' })
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.socket.destroy(), 10_000)
      this.waiting.push({ resolve, timer })
      const parts = words.map((w) => Buffer.from(w, 'utf8'))
      const out = [Buffer.from(`*${parts.length}${CRLF}`)]
      for (const p of parts) out.push(Buffer.from(`$${p.length}${CRLF}`), p, Buffer.from(CRLF))
      this.socket.write(Buffer.concat(out))
    })
  }

  close(): void {
    this.socket.destroy()
  }

  private read(): void {
    for (;;) {
      const got = frame(this.data, 0)
      if (got === null) return
      this.data = this.data.subarray(got.end)
      const next = got.value.type === 'push' ? undefined : this.waiting.shift()
      if (next === undefined) this.unasked.push(got.value)
      else {
        clearTimeout(next.timer)
        next.resolve(got.value)
      }
    }
  }
}

/** One frame of RESP2 or RESP3 at `at`; null while it is not all here. */
const frame = (data: Buffer, at: number): { value: Value; end: number } | null => {
  const eol = data.indexOf(CRLF, at)
  if (eol < 0) return null
  const kind = String.fromCharCode(data[at])
  const line = data.subarray(at + 1, eol)
  const text = line.toString('latin1')
  const after = eol + 2
  const plain = (type: string, value: unknown, wire?: string): { value: Value; end: number } => ({
    value: wire === undefined ? { type, value } : { type, value, wire },
    end: after,
  })
  const many = (type: string, count: number): { value: Value; end: number } | null => {
    const items: Value[] = []
    let end = after
    for (let i = 0; i < count; i++) {
      const item = frame(data, end)
      if (item === null) return null
      items.push(item.value)
      end = item.end
    }
    const pairs = type === 'map' ? items.flatMap((v, i) => (i % 2 === 0 ? [[v, items[i + 1]]] : [])) : items
    return { value: { type, value: pairs }, end }
  }
  switch (kind) {
    case '+':
      return plain('simple', recorded(line))
    case '-':
      return plain('error', recorded(line))
    case ':':
      return plain('int', Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text))
    case ',':
      return plain('double', text)
    case '#':
      return plain('bool', text === 't')
    case '_':
      return plain('nil', null, '_')
    case '$':
    case '=': {
      const length = Number(text)
      if (length < 0) return plain('nil', null)
      if (data.length < after + length + 2) return null
      const value = recorded(data.subarray(after, after + length))
      return { value: { type: kind === '$' ? 'bulk' : 'verbatim', value }, end: after + length + 2 }
    }
    case '*':
      return Number(text) < 0 ? plain('nil', null, '*-1') : many('array', Number(text))
    case '%':
      return many('map', Number(text) * 2)
    case '~':
      return many('set', Number(text))
    case '>':
      return many('push', Number(text))
    default:
      throw new Error(`The server said what no protocol knows: ${JSON.stringify(kind + text)}`)
  }
}
