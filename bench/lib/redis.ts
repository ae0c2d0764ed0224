import { execFile, execFileSync, spawn } from 'node:child_process'
import { createServer, connect } from 'node:net'

const freePort = (): Promise<number> =>
  new Promise((done, failed) => {
    const probe = createServer()
    probe.on('error', failed)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (address !== null && typeof address === 'object' ? done(address.port) : failed(new Error('no port'))))
    })
  })

const answers = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.setTimeout(500, () => socket.destroy())
    socket.on('data', () => socket.destroy())
    socket.on('error', () => done(false))
    socket.on('close', () => done(socket.bytesRead > 0))
  })

export const redisVersion = (): string | null => {
  try {
    execFileSync('redis-benchmark', ['--version'], { timeout: 3000, stdio: 'pipe' })
    return /v=([\d.]+)/.exec(execFileSync('redis-server', ['--version'], { timeout: 3000, encoding: 'utf8' }))?.[1] ?? null
  } catch {
    return null
  }
}

export interface RealRedis {
  /** operations a second of one run of `n` commands, 50 connections, one command in flight on each: 95 % GET, 5 % SET. */
  round(n: number): Promise<number>
  stop(): Promise<void>
}

const LONGEST_SECONDS = 120

export const startRedis = async (): Promise<RealRedis> => {
  const port = await freePort()
  const server = spawn(
    'timeout',
    ['-k', '2', String(LONGEST_SECONDS), 'redis-server', '--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    { stdio: 'ignore' },
  )
  const gone = new Promise<void>((done) => server.on('exit', () => done()))
  process.on('exit', () => server.kill('SIGTERM'))
  for (let i = 0; ; i++) {
    if (await answers(port)) break
    if (i === 50) {
      server.kill('SIGTERM')
      throw new Error('redis-server does not answer')
    }
    await new Promise((done) => setTimeout(done, 100))
  }
  const rates = (test: string, n: number): Promise<number> =>
    new Promise((done, failed) => {
      const args = [
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-c',
        '50',
        '-P',
        '1',
        '-n',
        String(n),
        '-r',
        '10000',
        '-d',
        '32',
        '-t',
        test,
        '--csv',
      ]
      execFile('redis-benchmark', args, { timeout: 30_000 }, (error, out) => {
        const rate = Number(/^"[GS]ET[^"]*","([\d.]+)"/m.exec(out)?.[1])
        if (error || !(rate > 0)) failed(error ?? new Error('redis-benchmark said nothing'))
        else done(rate)
      })
    })
  return {
    round: async (n) => {
      const get = await rates('get', Math.round(n * 0.95))
      const set = await rates('set', Math.max(1000, Math.round(n * 0.05)))
      return 1 / (0.95 / get + 0.05 / set)
    },
    stop: () => {
      server.kill('SIGTERM')
      return gone
    },
  }
}
