/** A line of redis-cli --cluster as its parts, with redis-cli's own complaints. */
export interface Options {
  command: string
  args: string[]
  replicas: number
  from: string | null
  to: string | null
  slots: number
  yes: boolean
  weights: string[]
  useEmpty: boolean
  threshold: number
  simulate: boolean
  pipeline: number
  /** milliseconds, as MIGRATE takes it. */
  timeout: number
  replace: boolean
  asReplica: boolean
  primaryId: string | null
  onlyPrimaries: boolean
  onlyReplicas: boolean
  multipleOwners: boolean
  withUnreachable: boolean
}

/** Each subcommand with the number of arguments it needs (negative: at least), in the order of redis-cli's help. */
export const SUBCOMMANDS: Readonly<Record<string, { arity: number; args: string; options: string }>> = {
  create: { arity: -2, args: 'host1:port1 ... hostN:portN', options: 'replicas <arg>' },
  check: { arity: -1, args: '<host:port> or <host> <port> - separated by either colon or space', options: 'search-multiple-owners' },
  info: { arity: -1, args: '<host:port> or <host> <port> - separated by either colon or space', options: '' },
  fix: {
    arity: -1,
    args: '<host:port> or <host> <port> - separated by either colon or space',
    options: 'search-multiple-owners,fix-with-unreachable-masters',
  },
  reshard: {
    arity: -1,
    args: '<host:port> or <host> <port> - separated by either colon or space',
    options: 'from <arg>,to <arg>,slots <arg>,yes,timeout <arg>,pipeline <arg>,replace',
  },
  rebalance: {
    arity: -1,
    args: '<host:port> or <host> <port> - separated by either colon or space',
    options: 'weight <node1=w1...nodeN=wN>,use-empty-masters,timeout <arg>,simulate,pipeline <arg>,threshold <arg>,replace',
  },
  'add-node': { arity: 2, args: 'new_host:new_port existing_host:existing_port', options: 'slave,master-id <arg>' },
  'del-node': { arity: 2, args: 'host:port node_id', options: '' },
  call: { arity: -2, args: 'host:port command arg arg .. arg', options: 'only-masters,only-replicas' },
  help: { arity: 0, args: '', options: '' },
}

export const HELP_TEXT: string =
  'Cluster Manager Commands:\n' +
  Object.entries(SUBCOMMANDS)
    .map(([name, s]) => {
      const options =
        s.options === ''
          ? ''
          : `\n${s.options
              .split(',')
              .map((o) => `${' '.repeat(17)}--cluster-${o}`)
              .join('\n')}`
      return `  ${`${name.padEnd(15)}${s.args}`.trimEnd()}${options}`
    })
    .join('\n') +
  '\n\nFor check, fix, reshard, del-node, info, rebalance, call you can specify the host and port of any working node in the cluster.\n'

const WRONG_COUNT = '[ERR] Wrong number of arguments for specified --cluster sub command'

/** What follows `--cluster`; a text says what is wrong with it. */
export const parseOptions = (argv: readonly string[]): Options | string => {
  const o: Options = {
    command: argv[0] ?? '',
    args: [],
    replicas: 0,
    from: null,
    to: null,
    slots: 0,
    yes: false,
    weights: [],
    useEmpty: false,
    threshold: 2,
    simulate: false,
    pipeline: 10,
    timeout: 60_000,
    replace: false,
    asReplica: false,
    primaryId: null,
    onlyPrimaries: false,
    onlyReplicas: false,
    multipleOwners: false,
    withUnreachable: false,
  }
  const whole = (text: string): number => {
    const n = parseInt(text, 10)
    return Number.isNaN(n) ? 0 : n
  }
  const decimal = (text: string): number => {
    const n = parseFloat(text)
    return Number.isNaN(n) ? 0 : n
  }
  let i = 1
  while (i < argv.length && !argv[i].startsWith('--')) o.args.push(argv[i++])
  for (; i < argv.length; i++) {
    const word = argv[i]
    const next: string | undefined = argv[i + 1]
    const flag = (set: () => void): true => (set(), true)
    const value = (set: (text: string) => void): boolean => {
      if (next === undefined) return false
      i++
      set(next)
      return true
    }
    let known = false
    if (word === '--cluster-yes') known = flag(() => (o.yes = true))
    else if (word === '--cluster-use-empty-masters') known = flag(() => (o.useEmpty = true))
    else if (word === '--cluster-simulate') known = flag(() => (o.simulate = true))
    else if (word === '--cluster-replace') known = flag(() => (o.replace = true))
    else if (word === '--cluster-slave') known = flag(() => (o.asReplica = true))
    else if (word === '--cluster-only-masters') known = flag(() => (o.onlyPrimaries = true))
    else if (word === '--cluster-only-replicas') known = flag(() => (o.onlyReplicas = true))
    else if (word === '--cluster-search-multiple-owners') known = flag(() => (o.multipleOwners = true))
    else if (word === '--cluster-fix-with-unreachable-masters') known = flag(() => (o.withUnreachable = true))
    else if (word === '--cluster-replicas') known = value((t) => (o.replicas = whole(t)))
    else if (word === '--cluster-from') known = value((t) => (o.from = t))
    else if (word === '--cluster-to') known = value((t) => (o.to = t))
    else if (word === '--cluster-slots') known = value((t) => (o.slots = whole(t)))
    else if (word === '--cluster-threshold') known = value((t) => (o.threshold = decimal(t)))
    else if (word === '--cluster-pipeline') known = value((t) => (o.pipeline = whole(t)))
    else if (word === '--cluster-timeout') known = value((t) => (o.timeout = whole(t)))
    else if (word === '--cluster-master-id') known = value((t) => (o.primaryId = t))
    else if (word === '--cluster-weight') {
      if (o.weights.length > 0)
        return 'WARNING: you cannot use --cluster-weight more than once.\nYou can set more weights by adding them as a space-separated list, ie:\n--cluster-weight n1=w n2=w'
      known = true
      while (argv[i + 1] !== undefined && !argv[i + 1].startsWith('-') && argv[i + 1].includes('=')) o.weights.push(argv[++i])
    }
    if (!known) return `Unrecognized option or bad number of args for: '${word}'`
  }
  const subcommand = Object.hasOwn(SUBCOMMANDS, o.command) ? SUBCOMMANDS[o.command] : undefined
  if (subcommand === undefined) return 'Unknown --cluster subcommand'
  const { arity } = subcommand
  if (arity > 0 ? o.args.length !== arity : o.args.length < -arity) return WRONG_COUNT
  return o
}
