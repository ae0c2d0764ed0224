import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { below, newStream, type Stream } from '../engine/core/random.ts'
import { encodeReply, protocolError } from './replies.ts'
import { LONGEST_LINE, RequestReader, type Request } from './requests.ts'
import { isHarmless, randomInput } from './testing/malformed.ts'
import { exchange, isInstalled, startRealServer } from './testing/real-server.ts'

const latin = (text: string): Buffer => Buffer.from(text, 'latin1')

const readAll = (reader: RequestReader): Request[] => {
  const out: Request[] = []
  for (let r = reader.next(); r !== null; r = reader.next()) out.push(r)
  return out
}
/** What is read when the bytes come at once. */
const read = (bytes: Buffer, needsAuth = false): Request[] => {
  const reader = new RequestReader(() => needsAuth)
  reader.push(bytes)
  return readAll(reader)
}
/** What is read when they come in pieces. */
const readPieces = (bytes: Buffer, s: Stream): Request[] => {
  const reader = new RequestReader()
  const out: Request[] = []
  for (let at = 0; at < bytes.length;) {
    const size = 1 + below(s, 7)
    reader.push(bytes.subarray(at, at + size))
    at += size
    out.push(...readAll(reader))
  }
  return out
}

describe('requests', () => {
  it.each<[string, Request[]]>([
    ['*1\r\n$4\r\nPING\r\n', [{ argv: ['PING'] }]],
    ['*2\r\n$3\r\nGET\r\n$3\r\n\x00\r\n\r\n', [{ argv: ['GET', '\x00\r\n'] }]],
    ['*0\r\n*-1\r\n\r\nPING\r\n', [{ argv: ['PING'] }]],
    ["set a \"b\\x00\\n\" 'c\\'d'\n", [{ argv: ['set', 'a', 'b\x00\n', "c'd"] }]],
    ['*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\r\n', [{ argv: ['PING'] }, { argv: ['PING'] }]],
    ['PING\r\n*x\r\nPING\r\n', [{ argv: ['PING'] }, { error: 'invalid multibulk length' }]],
    ['*2147483648\r\n', [{ error: 'invalid multibulk length' }]],
    ['*01\r\n', [{ error: 'invalid multibulk length' }]],
    ['*1\r\n$-1\r\n', [{ error: 'invalid bulk length' }]],
    ['*1\r\n$536870913\r\n', [{ error: 'invalid bulk length' }]],
    ['*1\r\n*1\r\n', [{ error: "expected '$', got '*'" }]],
    ['*1\r\n\r\n', [{ error: "expected '$', got ' '" }]],
    ['a"b c" ""\n', [{ argv: ['ab c', ''] }]],
    ['"a"b\n', [{ error: 'unbalanced quotes in request' }]],
    ['ECHO "open\r\n', [{ error: 'unbalanced quotes in request' }]],
    ['a'.repeat(LONGEST_LINE + 1), [{ error: 'too big inline request' }]],
    ['*' + '1'.repeat(LONGEST_LINE + 1), [{ error: 'too big mbulk count string' }]],
    ['*1\r\n$' + '1'.repeat(LONGEST_LINE + 1), [{ error: 'too big bulk count string' }]],
  ])('%j', (text, expected) => {
    expect(read(latin(text))).toEqual(expected)
  })

  it('gives little room before a password was given', () => {
    expect(read(latin('*11\r\n'), true)).toEqual([{ error: 'unauthenticated multibulk length' }])
    expect(read(latin('*1\r\n$16385\r\n'), true)).toEqual([{ error: 'unauthenticated bulk length' }])
    expect(read(latin('*10\r\n$16384\r\n'), true)).toEqual([])
  })

  it('joins the pieces of a long string once', () => {
    const reader = new RequestReader()
    reader.push(latin('*1\r\n$20000000\r\n'))
    const piece = Buffer.alloc(1000, 'x')
    for (let i = 0; i < 20_000; i++) {
      expect(reader.next()).toBeNull()
      reader.push(piece)
    }
    reader.push(latin('\r\n'))
    expect((reader.next() as { argv: string[] }).argv[0].length).toBe(20_000_000)
  })
})

describe('replies', () => {
  it('are what each protocol has for them', () => {
    const reply = [
      1,
      'a\r\n',
      null,
      { map: [['k', { double: 1.5 }] as [string, { double: number }]] },
      { bool: true },
      { nullArray: true as const },
    ]
    expect(encodeReply(reply, 2)).toBe('*6\r\n:1\r\n$3\r\na\r\n\r\n$-1\r\n*2\r\n$1\r\nk\r\n$3\r\n1.5\r\n:1\r\n*-1\r\n')
    expect(encodeReply(reply, 3)).toBe('*6\r\n:1\r\n$3\r\na\r\n\r\n_\r\n%1\r\n$1\r\nk\r\n,1.5\r\n#t\r\n_\r\n')
    expect(encodeReply({ push: ['invalidate', ['k']] }, 3)).toBe('>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n')
    expect(encodeReply({ verbatim: 'x' }, 3)).toBe('=5\r\ntxt:x\r\n')
    expect(encodeReply({ error: 'ERR a\r\nb' }, 2)).toBe('-ERR a  b\r\n')
  })
})

// ------------------------------------------------------------------ fuzz

describe('12,000 malformed inputs', () => {
  const s = newStream(7, 'fuzz')
  const inputs = Array.from({ length: 12_000 }, () => randomInput(s))

  it('are read alike at once and in pieces, and nothing comes after an error', () => {
    let errors = 0
    for (const bytes of inputs) {
      const whole = read(bytes)
      expect(readPieces(bytes, s)).toEqual(whole)
      const bad = whole.findIndex((r) => 'error' in r)
      if (bad < 0) continue
      errors++
      expect(bad).toBe(whole.length - 1)
    }
    expect(errors).toBeGreaterThan(3000)
  })

  describe.skipIf(!isInstalled('redis-server'))('beside a real server (skipped when redis-server is not on the PATH)', () => {
    let real: { port: number; stop: () => void }
    beforeAll(async () => void (real = await startRealServer()))
    afterAll(() => real.stop())

    const EXTRA = ['*1\r\n\0\r\n', '*1\r\n\n$4\r\n', 'a'.repeat(70_000), '*' + '1'.repeat(70_000), '*1\r\n$' + '1'.repeat(70_000)].map(
      latin,
    )

    it('get its bytes', async () => {
      const sample = [...EXTRA, ...inputs.filter((bytes) => isHarmless(read(bytes))).slice(0, 1500)]
      const answered = (r: Request): string =>
        'error' in r ? protocolError(r.error) : r.argv.length === 1 ? '+PONG\r\n' : encodeReply(r.argv[1], 2)
      for (let i = 0; i < sample.length; i += 100) {
        const some = sample.slice(i, i + 100)
        const got = await Promise.all(some.map((bytes) => exchange(real.port, bytes)))
        some.forEach((bytes, k) => {
          const input = bytes.toString('latin1').slice(0, 200)
          expect({ input, got: got[k] }).toEqual({ input, got: read(bytes).map(answered).join('') })
        })
      }
    })
  })
})
