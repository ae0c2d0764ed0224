import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { root } from './peers.ts'

const words = (command: string, args: string[], seconds: number): string | null => {
  try {
    return execFileSync(command, args, { cwd: root, encoding: 'utf8', timeout: seconds * 1000, stdio: ['ignore', 'pipe', 'pipe'] })
  } catch {
    return null
  }
}

/** A peer outside npm: a queue of so many customers; the mean time in the system, and the seconds it took by its own clock. */
export interface SystemPeer {
  name: string
  run(customers: number, seed: number): { w: number; seconds: number }
}

const asPeer = (name: string, command: string, first: string[]): SystemPeer => ({
  name,
  run: (customers, seed) => {
    const [w, seconds] = (words(command, [...first, String(customers), String(seed)], 60) ?? '').trim().split(/\s+/).map(Number)
    return { w, seconds }
  },
})

const folder = `${root}/node_modules/.cache/ringside/bench-native`

/** null when it is not here. */
export const cppPeer = (): SystemPeer | null => {
  const version = words('g++', ['-dumpfullversion'], 5)
  if (version === null) return null
  mkdirSync(folder, { recursive: true })
  const program = `${folder}/mm1`
  if (words('g++', ['-O2', '-std=c++17', '-o', program, 'bench/peers/mm1.cpp'], 60) === null) return null
  return asPeer(`std::priority_queue, g++@${version.trim()}`, program, [])
}

export const simPyPeer = (): SystemPeer | null => {
  const version = words('python3', ['-c', 'import simpy; print(simpy.__version__)'], 10)
  return version === null ? null : asPeer(`SimPy@${version.trim()}`, 'python3', ['bench/peers/mm1.py'])
}

export const ns3Peer = (): SystemPeer | null => {
  const flags =
    words('pkg-config', ['--cflags', '--libs', 'ns3-core'], 5) ?? words('pkg-config', ['--cflags', '--libs', 'libns3.37-core'], 5)
  if (flags === null) return null
  mkdirSync(folder, { recursive: true })
  const program = `${folder}/mm1-ns3`
  const [cflags, libs] = [flags, flags].map((f) => f.trim().split(/\s+/))
  const args = [
    '-O2',
    '-std=c++17',
    ...cflags.filter((f) => !f.startsWith('-l')),
    '-o',
    program,
    'bench/peers/mm1-ns3.cc',
    ...libs.filter((f) => f.startsWith('-l')),
  ]
  return words('g++', args, 120) === null ? null : asPeer('ns-3 Map scheduler', program, [])
}
