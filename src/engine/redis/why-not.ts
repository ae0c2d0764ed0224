import type { Micros } from '../core/time.ts'
import { MYSELF } from './peers.ts'
import { whyNoElection } from './failover.ts'
import { quorumOf } from './rules.ts'
import type { NodeState } from './state.ts'

/** Why a node is, or is not, doing something: one headline and its evidence. */
export interface WhyNot {
  headline: string
  evidence: { mark: 'yes' | 'no' | 'wait'; who: string; text: string; figure: string }[]
}

export const whyNot = (state: NodeState, now: Micros): WhyNot | null => {
  const c = state.cluster
  if (c === null) return null
  void now
  void MYSELF
  void whyNoElection
  void quorumOf
  return null
}
