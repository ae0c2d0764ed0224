import type { ProcessId } from '../core/process.ts'
import { hash32 } from '../core/random.ts'

/** Replication ids: 40 hex digits from whatever makes a history unique; '' stands for no history, which Redis writes as zeros. */
export const newHistory = (name: string): string => {
  if (name === '') return '0'.repeat(40)
  let id = ''
  for (let i = 0; i < 5; i++)
    id += hash32(name, 0x1b873593 + i)
      .toString(16)
      .padStart(8, '0')
  return id
}

/** The settled world's history of a shard: its primary's first one. */
export const firstHistory = (primary: ProcessId): string => newHistory(`${primary} history 0`)
