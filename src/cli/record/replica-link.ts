import { createConnection, type Socket } from 'node:net'

const CRLF = '\r\n'
const encode = (words: readonly string[]): string =>
  `*${words.length}${CRLF}` + words.map((w) => `$${Buffer.byteLength(w)}${CRLF}${w}${CRLF}`).join('')

/** A link as a replica has it to a real primary: after PSYNC and the file, every command of the stream, and where it stands. */
export class ReplicaLink {
  private readonly socket: Socket
  private data = Buffer.alloc(0)
  private wake: () => void = () => {}
  /** offset of the last byte read. */
  offset = 0

  private constructor(port: number) {
    this.socket = createConnection({ host: '127.0.0.1', port, noDelay: true })
    this.socket.on('data', (chunk) => {
      this.data = Buffer.concat([this.data, chunk])
      this.wake()
    })
    this.socket.on('error', () => this.wake())
  }

  static async open(port: number): Promise<ReplicaLink> {
    const link = new ReplicaLink(port)
    for (const words of [
      ['REPLCONF', 'listening-port', '1'],
      ['REPLCONF', 'capa', 'psync2'],
      ['PSYNC', '?', '-1'],
    ]) {
      link.socket.write(encode(words))
      const answer = await link.line()
      if (words[0] === 'PSYNC') link.offset = Number(answer.split(' ')[2])
    }
    // empty lines while the file is made
    let size = ''
    while (size === '') size = await link.line()
    await link.bytes(Number(size.slice(1)))
    return link
  }

  /** The commands of the stream up to an offset. */
  async upTo(offset: number): Promise<string[][]> {
    const heard: string[][] = []
    while (this.offset < offset) {
      const count = Number((await this.line()).slice(1))
      const words: Buffer[] = []
      for (let i = 0; i < count; i++) {
        const size = Number((await this.line()).slice(1))
        words.push((await this.bytes(size + 2)).subarray(0, size))
      }
      this.offset += words.reduce((n, w) => n + w.length + String(w.length).length + 5, String(count).length + 3)
      heard.push(words.map((w) => w.toString('latin1')))
    }
    return heard
  }

  close(): void {
    this.socket.destroy()
  }

  private async line(): Promise<string> {
    for (;;) {
      const end = this.data.indexOf(CRLF)
      if (end < 0 && this.data[0] === 10) this.data = this.data.subarray(1)
      else if (end >= 0) {
        const text = this.data.toString('latin1', 0, end).trim()
        this.data = this.data.subarray(end + 2)
        return text
      } else await this.more()
    }
  }

  private async bytes(count: number): Promise<Buffer> {
    while (this.data.length < count) await this.more()
    const taken = this.data.subarray(0, count)
    this.data = this.data.subarray(count)
    return taken
  }

  private more(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('The primary said nothing for ten seconds.')), 10_000)
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
