/** What the console completes and explains. */
export interface CommandHelp {
  name: string
  arity: number
  summary: string
  since: string
  group: string
}

let table: readonly CommandHelp[] = []

export const setCommands = (commands: readonly CommandHelp[]): void => {
  table = commands
}

const LOCAL = [
  'help',
  'clear',
  'connect',
  ...['create', 'check', 'info', 'fix', 'reshard', 'rebalance', 'add-node', 'del-node', 'call', 'help'].map(
    (c) => `redis-cli --cluster ${c}`,
  ),
]

/** Full names that begin like the typed text, in the case it was typed in. */
export const complete = (typed: string): string[] => {
  const lower = typed.toLowerCase().trimStart()
  const small = typed === typed.toLowerCase()
  const names = [...table.map((c) => c.name), ...LOCAL].map((n) => n.replaceAll('|', ' '))
  return [...new Set(names)]
    .filter((name) => name.toLowerCase().startsWith(lower))
    .map((name) => (small ? name.toLowerCase() : name.toUpperCase()))
    .sort((a, b) => (a < b ? -1 : 1))
}

export const helpOf = (words: string): string => {
  const wanted = words.toLowerCase()
  const found = table.filter((c) => c.name.replaceAll('|', ' ').toLowerCase() === wanted)
  const some =
    found.length > 0
      ? found
      : table.filter((c) => c.name.toLowerCase().startsWith(wanted) || c.group.toLowerCase() === wanted.replace(/^@/, ''))
  if (some.length === 0) return `No command of this lab is called ${words}.`
  return some
    .slice(0, 12)
    .map((c) => `${c.name.replaceAll('|', ' ').toUpperCase()}\n  summary: ${c.summary}\n  since: ${c.since}\n  group: ${c.group}`)
    .join('\n')
}
