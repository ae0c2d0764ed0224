import { below, newStream } from '../../engine/core/random.ts'
import { REDIS_ROWS } from '../../engine/redis/commands/redis-table.ts'
import type { ScriptStep } from './script.ts'

/** What the command table says of itself: every row of it once, then the keys of random lines of every command, right and wrong. */
export const randomCommandsScript = (seed: number, steps: number): ScriptStep[] => {
  const s = newStream(seed, 'commands script')
  const names = [...REDIS_ROWS.keys()]
  const ask = (...cmd: string[]): ScriptStep => ({ node: 0, cmd: ['COMMAND', ...cmd], unordered: 'nested' })
  const script = [{ node: 0, cmd: ['HELLO', seed % 2 === 0 ? '3' : '2'], volatile: true }, ...names.map((name) => ask('INFO', name))]
  const odd = ['2', '0', '-1', 'KEYS', 'STORE', 'STREAMS', 'GET', 'set', '']
  while (script.length <= names.length + steps) {
    const words = Array.from({ length: below(s, 9) }, (_, i) => (below(s, 3) > 0 ? `k${i}` : odd[below(s, odd.length)]))
    const name = names[below(s, names.length)].split('|')
    script.push(ask(below(s, 3) === 0 ? 'GETKEYS' : 'GETKEYSANDFLAGS', ...name, ...words))
  }
  return script
}
