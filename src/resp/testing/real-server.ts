import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createServer, connect } from 'node:net'
import { once } from 'node:events'

/** Whether a program is on the PATH. */
export const isInstalled = (program: string): boolean => spawnSync(program, ['--version']).error === undefined

/** A port that was free a moment ago, with room for a bus port 10000 above. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    server.close()
    await once(server, 'close')
    if (port <= 55535) return port
  }
}

/** Starts redis-server from the PATH on a free loopback port, with what a folder holds, keeping nothing. */
export const startRealServer = async (dir = '/tmp', ...options: string[]): Promise<{ port: number; stop: () => void }> => {
  const port = await freePort()
  const child: ChildProcess = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir, ...options],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  let said = ''
  for await (const text of child.stdout!) {
    said += String(text)
    if (said.includes('Ready to accept connections')) break
  }
  return { port, stop: () => void child.kill('SIGKILL') }
}

/** Sends bytes, then ends its side; all bytes that came back until the server closed. */
export const exchange = (port: number, bytes: Buffer): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    let got = ''
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => (got += text))
    socket.on('error', () => undefined)
    socket.on('end', () => socket.end())
    socket.on('close', () => resolve(got))
    socket.end(bytes)
  })
