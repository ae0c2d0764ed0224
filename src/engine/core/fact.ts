import type { Micros } from './time.ts'
import type { ProcessId } from './process.ts'
import type { Facts } from '../facts.ts'

export type FactType = keyof Facts

/**
 * A past-tense thing that happened. `id` is (event number × 1024 + ordinal within that event): it never depends on observers.
 * `because` names earlier facts that this one follows from where a timer or a state carried the cause;
 * where it is absent the cause is the delivery (event number = floor(id / 1024)).
 */
export type Fact = { [T in FactType]: FactOf<T> }[FactType]

export interface FactOf<T extends FactType> {
  id: number
  at: Micros
  process: ProcessId
  type: T
  data: Facts[T]
  because: readonly number[]
}

export const FACTS_PER_EVENT = 1024
export const eventOf = (factId: number): number => Math.floor(factId / FACTS_PER_EVENT)
