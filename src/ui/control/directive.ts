import type { RecordedAction } from '../../engine/action.ts'
import type { Scenario } from '../../engine/scenario.ts'
import { SCENARIOS } from '../../content/scenarios/index.ts'

/** A directive of all nodes as the learner set it last; the frame does not carry it, so the last word is in the actions. */
export const directiveOf = (
  x: { custom: Scenario | null; frame: { scenario: string; actions: readonly RecordedAction[] } | null },
  name: string,
  otherwise: string,
): string => {
  const scenario = x.custom ?? SCENARIOS.find((one) => one.id === x.frame?.scenario)
  let value = scenario?.config[name] ?? otherwise
  for (const { action } of x.frame?.actions ?? [])
    if (action.type === 'config' && action.process === '*' && action.directive === name) value = action.value
  return value
}
