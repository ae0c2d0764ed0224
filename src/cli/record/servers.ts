import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Connection } from './connection.ts'

/** Real servers on loopback, for as long as a recording takes. */
export interface Servers {
  ports: number[]
  ids: Map<string, string>
  /** replica port to primary port. */
  primaryOf: Map<number, number>
  slots: Record<string, string[]>
  /** directives that a recording must know of. */
  config: Record<string, string>
  stop(): void
}

/** The version of the redis-server on the PATH; null when there is none. */
export const redisVersion = (): string | null => {
  try {
    return /v=(\S+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))?.[1] ?? null
  } catch {
    return null
  }
}

/** A free port whose bus port, 10000 above, can be had too. */
const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const s = createServer()
    s.once('error', reject)
    s.listen(0, '127.0.0.1', () => {
      const { port } = s.address() as { port: number }
      s.close(() => (port > 45_000 ? resolve(freePort()) : resolve(port)))
    })
  })

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** Asks until the answer fits; at most twenty seconds. */
const until = async (what: string, fits: () => Promise<boolean>): Promise<void> => {
  const end = Date.now() + 20_000
  while (!(await fits())) {
    if (Date.now() > end) throw new Error(`The real servers did not come to this in 20 s: ${what}.`)
    await pause(20)
  }
}

const text = async (c: Connection, ...words: string[]): Promise<string> => String((await c.call(words)).value)

export const startServers = async (primaries: number, replicas: number, config: Record<string, string> = {}): Promise<Servers> => {
  const count = primaries === 0 ? 1 : primaries * (1 + replicas)
  const dir = mkdtempSync(join(tmpdir(), 'ringside-record-'))
  const children: ChildProcess[] = []
  const stop = (): void => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  }
  process.once('exit', stop)
  try {
    const ports: number[] = []
    while (ports.length < count) {
      const port = await freePort()
      if (!ports.includes(port)) ports.push(port)
    }
    ports.sort((a, b) => a - b)
    const directives: Record<string, string> = { save: '', appendonly: 'no', 'repl-diskless-sync-delay': '0', ...config }
    if (primaries > 0) directives['cluster-enabled'] = 'yes'
    for (const port of ports) {
      const args = [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--dir',
        dir,
        '--cluster-config-file',
        `nodes-${port}.conf`,
        '--dbfilename',
        `${port}.rdb`,
      ]
      for (const [name, value] of Object.entries(directives)) args.push(`--${name}`, value)
      children.push(spawn('redis-server', args, { stdio: 'ignore' }))
    }
    const admin = new Map<number, Connection>()
    for (const port of ports)
      await until(`the server at ${port} answers`, async () => {
        const c = new Connection(port)
        if ((await c.call(['PING'])).type !== 'simple') return false
        admin.set(port, c)
        return true
      })
    const ids = new Map<string, string>()
    const primaryOf = new Map<number, number>()
    const slots: Record<string, string[]> = {}
    if (primaries > 0) {
      for (const [i, port] of ports.entries()) {
        const c = admin.get(port)!
        ids.set(await text(c, 'CLUSTER', 'MYID'), `<id:${port}>`)
        await c.call(['CLUSTER', 'SET-CONFIG-EPOCH', String(i + 1)])
        if (i < primaries) {
          const from = Math.floor((16384 * i) / primaries)
          const to = Math.floor((16384 * (i + 1)) / primaries) - 1
          slots[port] = [`${from}-${to}`]
          await c.call(['CLUSTER', 'ADDSLOTSRANGE', String(from), String(to)])
        }
        if (i > 0) await c.call(['CLUSTER', 'MEET', '127.0.0.1', String(ports[0])])
      }
      await until('all know all', async () => {
        for (const c of admin.values())
          if ((await text(c, 'CLUSTER', 'NODES')).split('\n').filter((l) => l.includes(' connected')).length !== count) return false
        return true
      })
      for (const [i, port] of ports.entries()) {
        if (i < primaries) continue
        const primary = ports[(i - primaries) % primaries]
        primaryOf.set(port, primary)
        const id = [...ids].find(([, name]) => name === `<id:${primary}>`)![0]
        await admin.get(port)!.call(['CLUSTER', 'REPLICATE', id])
      }
      await until('every node is ok and every replica in step', async () => {
        for (const [port, c] of admin) {
          if (!(await text(c, 'CLUSTER', 'INFO')).includes('cluster_state:ok')) return false
          if (primaryOf.has(port) && !(await text(c, 'INFO', 'replication')).includes('master_link_status:up')) return false
          if ((await text(c, 'CLUSTER', 'NODES')).split('\n').filter((l) => /[ ,]slave [0-9a-f]{40}/.test(l)).length !== primaryOf.size)
            return false
        }
        return true
      })
    }
    for (const c of admin.values()) c.close()
    return { ports, ids, primaryOf, slots, config, stop }
  } catch (error) {
    stop()
    throw error
  }
}
