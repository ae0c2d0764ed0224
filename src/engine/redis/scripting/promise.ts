import type { CommandSpec } from '../commands/spec.ts'
import type { NodeState } from '../state.ts'
import { functionNamed } from './libraries.ts'
import { flagsOf, type ScriptFlags } from './shebang.ts'

/**
 * What a script says it will do, by its first line or by its function's flags: that counts in place of its command's own flags
 * (scriptFlagsToCmdFlags). null = it says nothing, or there is no such script.
 */
const promiseOf = (state: NodeState, { name }: CommandSpec, argv: readonly string[]): ScriptFlags | null => {
  if (name.startsWith('fcall')) return functionNamed(state, argv[1])?.[1].flags ?? null
  const source = name.startsWith('evalsha') ? state.scripts.get(argv[1].toLowerCase()) : argv[1]
  const flags = source === undefined ? null : flagsOf(source)
  return typeof flags === 'string' ? null : flags
}

/** What a command may do. */
export type Abilities = Pick<CommandSpec, 'isWrite' | 'isDenyOom' | 'isStale' | 'waitsOnPause'>

/** What a command may do, as the table has it or as its script promises. */
export const abilitiesOf = (state: NodeState, command: CommandSpec, argv: readonly string[]): Abilities => {
  const promise = command.runsScript ? promiseOf(state, command, argv) : null
  if (promise === null) return command
  const isWrite = !promise.noWrites
  return { isWrite, isDenyOom: isWrite && !promise.allowOom, isStale: promise.allowStale, waitsOnPause: isWrite }
}
