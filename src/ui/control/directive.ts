import type { RecordedAction } from '../../engine/action.ts'
import type { Scenario } from '../../engine/scenario.ts'
import { SCENARIOS } from '../../content/scenarios/index.ts'

/**
 * A directive of all nodes as the learner set it last; the frame does not carry it, so the last word is in the actions. Where there is
 * one node, what redis-cli told it counts as well.
 */
export const directiveOf = (
  x: { custom: Scenario | null; frame: { scenario: string; actions: readonly RecordedAction[] } | null },
  name: string,
  otherwise: string,
): string => {
  const scenario = x.custom ?? SCENARIOS.find((one) => one.id === x.frame?.scenario)
  const isAlone = scenario?.topology.primaries === 1 && scenario.topology.replicasPerPrimary === 0
  let value = scenario?.config[name] ?? otherwise
  for (const { action } of x.frame?.actions ?? [])
    if (action.type === 'config' && action.process === '*' && action.directive === name) value = action.value
    else if (action.type === 'command' && isAlone && isConfigSet(action.argv, name)) value = action.argv[3] ?? value
  return value
}

const isConfigSet = ([command, verb, directive]: readonly string[], name: string): boolean =>
  command?.toLowerCase() === 'config' && verb?.toLowerCase() === 'set' && directive?.toLowerCase() === name
