import { specOf } from '../../engine/redis/commands.ts'
import { keysOf } from '../../engine/redis/redirection.ts'
import type { Value } from './recording.ts'

/** Commands that look at the whole keyspace, or at a slot of it. */
const WHOLE = new Set(['dbsize', 'keys', 'scan', 'randomkey', 'info', 'swapdb', 'sort'])
/** What makes a key anew, whatever stood there. */
const RENEWS = new Set(['set', 'setex', 'psetex', 'mset', 'del', 'unlink', 'getdel'])
const CLEARS = new Set(['flushall', 'flushdb'])

/**
 * Keys whose value the simulation cannot know, since a command that it does not simulate made or changed them.
 * What depends on them cannot be judged.
 */
export class Suspects {
  private readonly keys = new Set<string>()
  private readonly queued = new Map<string, (readonly string[])[]>()

  private static keysIn(argv: readonly string[]): readonly string[] {
    const command = specOf(argv)
    return command === undefined ? [] : keysOf(command, argv)
  }

  touches(connection: string, argv: readonly string[]): boolean {
    if (this.keys.size === 0) return false
    const name = argv[0].toLowerCase()
    if (name === 'exec') return (this.queued.get(connection) ?? []).some((words) => this.touchesOne(words))
    return this.touchesOne(argv)
  }

  private touchesOne(argv: readonly string[]): boolean {
    const name = argv[0].toLowerCase()
    const ofSlot = name === 'cluster' && /^(countkeysinslot|getkeysinslot)$/i.test(argv[1] ?? '')
    return WHOLE.has(name) || ofSlot || Suspects.keysIn(argv).some((key) => this.keys.has(key))
  }

  /**
   * After a command: what it leaves behind. `expected` is what Redis answered, `differs` that the simulation answered otherwise
   * where a value stood that it cannot know.
   */
  learn(connection: string, argv: readonly string[], expected: Value | undefined, unsupported: boolean, differs: boolean): void {
    const name = argv[0].toLowerCase()
    if (name === 'exec' || name === 'discard') {
      const words = this.queued.get(connection) ?? []
      this.queued.delete(connection)
      if (name === 'exec' && expected?.type === 'array')
        words.forEach((w, i) => this.learnOne(w, (expected.value as Value[])[i], true, differs && this.touchesOne(w)))
      return
    }
    if (expected?.type === 'simple' && expected.value === 'QUEUED') {
      this.queued.set(connection, [...(this.queued.get(connection) ?? []), [...argv]])
      return
    }
    this.learnOne(argv, expected, unsupported, differs)
  }

  private learnOne(argv: readonly string[], expected: Value | undefined, unsupported: boolean, differs: boolean): void {
    const command = specOf(argv)
    if (command === undefined) return
    const { name } = command
    const failed = expected?.type === 'error'
    if (CLEARS.has(name) && !failed) return this.keys.clear()
    const keys = keysOf(command, argv)
    if (unsupported && !command.simulated) {
      if (!failed && !command.flags.includes('readonly')) for (const key of keys) this.keys.add(key)
      return
    }
    // an option may have kept SET from setting: only a plain answer says that it did
    const renews = RENEWS.has(name) && !failed && (name !== 'set' || expected?.type === 'simple')
    if (renews) for (const key of keys) this.keys.delete(key)
    else if (!failed && (name === 'rename' || name === 'renamenx' || name === 'copy') && (name === 'rename' || expected?.value === 1)) {
      const [from, to] = keys
      if (this.keys.has(from)) this.keys.add(to)
      else this.keys.delete(to)
    } else if (differs && command.isWrite) for (const key of keys) this.keys.add(key)
  }
}
