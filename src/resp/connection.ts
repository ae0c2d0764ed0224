import type { Socket } from 'node:net'
import type { CloseReason, ConnId } from '../engine/core/network.ts'
import type { ProcessId } from '../engine/core/process.ts'
import { SEC, type Micros } from '../engine/core/time.ts'
import type { Reply } from '../engine/redis/reply.ts'
import { encodeReply, protocolError } from './replies.ts'
import { RequestReader } from './requests.ts'

/** An answer that is not there after this much simulated time is not run after any more. */
const PATIENCE: Micros = 10 * SEC
/** A client with so many unanswered commands is not read any further until half of them are answered. */
const MOST_UNANSWERED = 20_000
/** Frames that answer SUBSCRIBE and its like. */
const CONFIRMATIONS: ReadonlySet<string> = new Set(['subscribe', 'psubscribe', 'ssubscribe', 'unsubscribe', 'punsubscribe', 'sunsubscribe'])
/** What a browser sends when a page tricks it into talking to Redis. */
const ATTACKS: ReadonlySet<string> = new Set(['post', 'host:'])

/** How a connection reaches the simulated node. */
export interface Line {
  send(commands: readonly (readonly string[])[]): void
  hangUp(): void
  now(): Micros
  /** the protocol that its node speaks with it now. */
  resp(): 2 | 3
  /** the node runs, and what it was last asked is not to wait for somebody else (BLPOP). */
  isAtWork(): boolean
  /** so many bytes may wait for a program that does not read; then it is let go (client-output-buffer-limit). */
  mostUnread(): number
  /** a password was asked for and is not given yet. */
  needsAuth(): boolean
}

/** One real socket and the simulated connection behind it. */
export class Connection {
  readonly key: number
  readonly node: ProcessId
  /** its number in the simulation; 0 = not yet. */
  conn: ConnId = 0
  /** the program's own address. */
  readonly source: string
  private readonly socket: Socket
  private readonly line: Line
  private readonly reader: RequestReader
  private resp: 2 | 3 = 2
  private isUp = false
  private isGone = false
  /** the client said all it will say. */
  private hasEnded = false
  /** commands that wait for the simulated connection. */
  private unsent: string[][] = []
  private out = ''
  private unanswered = 0
  private sentAt: Micros = 0
  private replies: 'on' | 'off' | 'skip' = 'on'
  /** so many HELLOs and RESETs are under way, whose answers may change the protocol. */
  private changes = 0
  /** one whose answer CLIENT REPLY keeps back. */
  private changesUnheard = false
  /** the protocol error to end with, once everything before it is answered; and the answer held back because it may be that of our QUIT. */
  private lastWords: string | null = null
  private held: string | null = null

  constructor(key: number, node: ProcessId, socket: Socket, line: Line) {
    this.key = key
    this.node = node
    this.source = `${socket.remoteAddress}:${socket.remotePort}`
    this.socket = socket
    this.line = line
    this.reader = new RequestReader(() => line.needsAuth())
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => this.read(chunk))
    socket.on('end', () => (this.hasEnded = true))
    socket.on('close', () => this.leave())
  }

  /** Waits for an answer that is worth running after. */
  get isWaiting(): boolean {
    return this.unanswered > 0 && this.line.now() < this.sentAt + PATIENCE && this.line.isAtWork()
  }

  private read(chunk: Buffer): void {
    if (this.isGone || this.lastWords !== null) return
    this.reader.push(chunk)
    const commands: string[][] = []
    for (let request = this.reader.next(); request !== null; request = this.reader.next()) {
      if ('error' in request) {
        // QUIT makes the node answer what came before, then hang up
        this.lastWords = protocolError(request.error)
        commands.push(['QUIT'])
        this.unanswered++
        break
      }
      if (ATTACKS.has(request.argv[0].toLowerCase())) return this.leave()
      this.expect(request.argv)
      commands.push(request.argv)
    }
    if (commands.length === 0) return
    this.sentAt = this.line.now()
    if (this.isUp) this.line.send(commands)
    else this.unsent.push(...commands)
    if (this.unanswered > MOST_UNANSWERED) this.socket.pause()
  }

  /** Counts the frames that will answer a command. */
  private expect(argv: readonly string[]): void {
    const name = argv[0].toLowerCase()
    if (name === 'hello' || name === 'reset') {
      if (this.replies === 'on') this.changes++
      else this.changesUnheard = true
    }
    if (name === 'client' && argv[1]?.toLowerCase() === 'reply') {
      const how = (argv[2]?.toLowerCase() ?? 'on') as 'on' | 'off' | 'skip'
      if (how !== 'skip' || this.replies !== 'off') this.replies = how
      if (this.replies !== 'on') return
    } else if (this.replies !== 'on') {
      if (this.replies === 'skip') this.replies = 'on'
      return
    }
    this.unanswered += CONFIRMATIONS.has(name) ? Math.max(1, argv.length - 1) : 1
  }

  /** The simulated connection stands. */
  connected(): void {
    this.isUp = true
    if (this.unsent.length > 0) this.line.send(this.unsent)
    this.unsent = []
  }

  heard(reply: Reply, isPush: boolean): void {
    if (!isPush || CONFIRMATIONS.has(kindOf(reply))) {
      if (this.unanswered > 0) this.unanswered--
      if (this.socket.isPaused() && this.unanswered < MOST_UNANSWERED / 2) this.socket.resume()
    }
    if (this.changesUnheard) {
      this.changesUnheard = false
      this.resp = this.line.resp()
    }
    if (this.changes > 0) this.noticeProtocol(reply)
    const bytes = encodeReply(reply, this.resp)
    if (this.lastWords === null) this.out += bytes
    else {
      this.out += this.held ?? ''
      this.held = bytes
    }
  }

  private noticeProtocol(reply: Reply): void {
    if (typeof reply !== 'object' || reply === null) return
    const fields = Array.isArray(reply) ? reply : 'map' in reply ? reply.map.flat() : []
    if (fields[0] === 'server' && fields[4] === 'proto') this.resp = fields[5] === 3 ? 3 : 2
    else if (!Array.isArray(reply) && 'simple' in reply && reply.simple === 'RESET') this.resp = 2
    else return
    this.changes--
  }

  /** The simulated side is gone. */
  closed(reason: CloseReason): void {
    if (this.isGone) return
    this.isGone = true
    if (this.lastWords !== null && reason === 'closed') this.out += (this.held === '+OK\r\n' ? '' : (this.held ?? '')) + this.lastWords
    this.flush()
    if (reason === 'closed') this.socket.end(() => this.socket.destroy())
    else if (this.isUp) this.socket.resetAndDestroy()
    else this.socket.destroy()
  }

  /** Writes what has arrived; a client that said its last is let go when it has its answers. */
  flush(): void {
    if (this.out !== '') this.socket.write(this.out, 'latin1')
    this.out = ''
    if (this.socket.writableLength > 0 && !this.isGone && this.socket.writableLength > this.line.mostUnread()) {
      this.socket.resetAndDestroy()
      this.leave()
      return
    }
    if (this.hasEnded && !this.isGone && !this.isWaiting && this.lastWords === null) {
      this.socket.end()
      this.leave()
    }
  }

  /** The client is gone. */
  leave(): void {
    this.socket.destroySoon()
    if (this.isGone) return
    this.isGone = true
    this.unanswered = 0
    this.line.hangUp()
  }

  get isOver(): boolean {
    return this.isGone
  }
}

const kindOf = (reply: Reply): string => {
  if (typeof reply !== 'object' || reply === null) return ''
  return String(Array.isArray(reply) ? reply[0] : 'push' in reply ? reply.push[0] : '')
}
