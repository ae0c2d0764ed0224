import {
  Cable,
  CircleX,
  Crown,
  Database,
  DoorOpen,
  Ear,
  FilePen,
  Flame,
  HeartPulse,
  Minus,
  Pause,
  Play,
  Plus,
  Power,
  PowerOff,
  RotateCcw,
  Scissors,
  SlidersHorizontal,
  Snail,
  Terminal,
  Undo2,
  Unplug,
  Users,
  VenetianMask,
  Wrench,
  X,
  type LucideIcon,
} from 'lucide-react'
import type { Action, ActionType } from '../../engine/action.ts'
import type { ProcessFace } from '../../lab/frame.ts'

export interface Face {
  label: string
  icon: LucideIcon
  /** one key, acting on the selected process where the action names one. */
  shortcut?: string
  /** what it means in life, in one short sentence. */
  hint: string
}

/** Every action has a label, an icon and a sentence; one without does not compile. */
export const FACES = {
  crash: {
    label: 'Crash',
    icon: X,
    shortcut: 'K',
    hint: 'The process dies; its kernel resets every connection at once.',
  },
  powerOff: { label: 'Power off', icon: PowerOff, hint: 'Silence: nobody gets a reset, peers find out by timeout.' },
  pause: { label: 'Pause', icon: Pause, hint: 'SIGSTOP: connections stay open, nothing answers.' },
  resume: { label: 'Resume', icon: Play, hint: 'SIGCONT: it wakes and believes no time has passed.' },
  restart: { label: 'Restart', icon: Power, hint: 'Starts again with the keys from its disk.' },
  restartEmpty: { label: 'Restart empty', icon: RotateCcw, hint: 'Starts again with nodes.conf but without its keys.' },
  slow: { label: 'Slow down ×10', icon: Snail, hint: 'Every command and heartbeat takes longer on its one thread.' },
  failover: {
    label: 'Fail over',
    icon: Crown,
    shortcut: 'F',
    hint: 'CLUSTER FAILOVER: the replica takes over, losing no write.',
  },
  partition: {
    label: 'Cut off',
    icon: Scissors,
    shortcut: 'C',
    hint: 'Inside and outside lose each other, both ways.',
  },
  cut: { label: 'Cut one way', icon: Unplug, hint: 'What one side sends no longer reaches the other.' },
  heal: { label: 'Heal', icon: HeartPulse, shortcut: 'H', hint: 'Removes every partition and cut.' },
  link: { label: 'Link…', icon: Cable, hint: 'Latency and loss of the link between two processes.' },
  resetLinks: { label: 'Reset links', icon: Undo2, hint: 'Every link back to the latency of the scenario.' },
  command: { label: 'Run a command', icon: Terminal, hint: 'redis-cli on this node.' },
  config: { label: 'Set a directive', icon: Wrench, hint: 'CONFIG SET while it runs.' },
  addNode: {
    label: 'Add node',
    icon: Plus,
    shortcut: 'A',
    hint: 'A node joins by CLUSTER MEET; a primary then gets its share of slots.',
  },
  removeNode: { label: 'Remove node', icon: Minus, hint: 'Its slots move away first, then every node forgets it.' },
  cancelReshard: { label: 'Cancel reshard', icon: CircleX, hint: 'Stops after the slot that is moving now.' },
  redisCli: { label: 'redis-cli --cluster', icon: Terminal, hint: 'The operator runs a redis-cli --cluster command.' },
  redisCliInput: { label: 'Answer redis-cli', icon: Terminal, hint: 'A line for the question that redis-cli asks.' },
  redisCliStop: { label: 'Stop redis-cli', icon: CircleX, hint: 'Ctrl-C: a slot that is moving stays open on both sides.' },
  expireHot: {
    label: 'Expire hot key',
    icon: Flame,
    shortcut: 'E',
    hint: 'DEL of item:hot on its owner: who asks the origin next?',
  },
  updateRow: {
    label: 'Update a row',
    icon: FilePen,
    shortcut: 'R',
    hint: 'Writes the origin, deletes the cached copy, publishes the invalidation.',
  },
  subscription: {
    label: 'Cut subscription',
    icon: Unplug,
    hint: 'The application no longer hears invalidations; its L1 keeps old values.',
  },
  load: { label: 'Load', icon: Users, hint: 'Requests a second, reads, key popularity.' },
  policy: {
    label: 'Client policy',
    icon: SlidersHorizontal,
    hint: 'How applications retry, refresh, fill and expire.',
  },
  listen: { label: 'Listen here', icon: Ear, hint: 'Somebody gets a copy of all that comes to this process and leaves it.' },
  knock: { label: 'Ask from outside', icon: DoorOpen, hint: 'A stranger on the network says a command to this node.' },
  forge: { label: 'Forge a message', icon: VenetianMask, hint: 'The bus knows a sender by his id alone.' },
  origin: { label: 'Origin', icon: Database, hint: 'Workers, service time and queue of the database.' },
} satisfies Record<ActionType, Face>

/** The face of this very action: the words change with what it would do. */
export const faceOf = (action: Action): Face => {
  const face: Face = FACES[action.type]
  if (action.type === 'slow' && action.factor <= 1) return { ...face, label: 'Full speed', hint: 'Service times back to normal.' }
  if (action.type === 'slow') return { ...face, label: `Slow down ×${action.factor}` }
  if (action.type === 'subscription' && action.on)
    return {
      ...face,
      icon: Cable,
      label: 'Restore subscription',
      hint: 'It subscribes again; what was published meanwhile is lost.',
    }
  if (action.type === 'failover' && action.mode === 'force')
    return {
      label: 'Force a failover',
      icon: Crown,
      hint: 'CLUSTER FAILOVER FORCE: asks for votes without the primary’s consent. A living primary goes on writing meanwhile: those writes are lost.',
    }
  if (action.type === 'failover' && action.mode === 'takeover')
    return {
      label: 'Take over',
      icon: Crown,
      hint: 'CLUSTER FAILOVER TAKEOVER: no votes at all, it just takes a new epoch. For when the majority is gone.',
    }
  if (action.type === 'command' && action.argv[1] === 'FAILOVER')
    return { ...face, icon: Crown, label: 'Fail over', hint: 'SENTINEL FAILOVER: it leads one at once, without asking the others.' }
  if (action.type === 'addNode') return { ...face, label: action.replica ? 'Add a replica' : 'Add a primary' }
  return face
}

/** What can be done to this process now, most likely first. */
export const actionsFor = (face: ProcessFace): Action[] => {
  const process = face.id
  if (face.kind === 'admin' || face.kind === 'console' || face.kind === 'intruder') return []
  if (face.kind === 'app') {
    return [
      { type: 'subscription', process, on: !face.app?.subscribed },
      { type: 'partition', inside: [process] },
    ]
  }
  const down = face.status === 'crashed' || face.status === 'off'
  if (down) return [{ type: 'restart', process }, ...(face.kind === 'node' ? [{ type: 'restartEmpty', process } as const] : [])]
  const actions: Action[] = []
  if (face.status === 'paused') actions.push({ type: 'resume', process })
  actions.push({ type: 'crash', process }, { type: 'powerOff', process })
  if (face.status === 'up') actions.push({ type: 'pause', process })
  actions.push({ type: 'slow', process, factor: face.slow > 1 ? 1 : 10 })
  if (face.node?.role === 'replica' && !face.node.alone)
    actions.push(
      { type: 'failover', process },
      { type: 'failover', process, mode: 'force' },
      { type: 'failover', process, mode: 'takeover' },
    )
  if (face.kind === 'sentinel' && face.status === 'up')
    actions.push({ type: 'command', process, argv: ['SENTINEL', 'FAILOVER', 'mymaster'] })
  actions.push({ type: 'partition', inside: [process] })
  if (face.node && !face.node.alone && face.status === 'up') actions.push({ type: 'removeNode', process })
  return actions
}

const list = (ids: readonly string[]) => ids.join(', ')
const percent = (x: number) => `${Math.round(x * 100)} %`

/** A whole library or script would fill the list. */
export const shortened = (line: string): string => (line.length > 60 ? `${line.slice(0, 58)}…` : line)

/** What an action was, as said in the event list: 'crash n1'. */
export const actionPhrase = (action: Action): string => {
  switch (action.type) {
    case 'crash':
      return `crash ${action.process}`
    case 'powerOff':
      return `power off ${action.process}`
    case 'pause':
      return `pause ${action.process}`
    case 'resume':
      return `resume ${action.process}`
    case 'restart':
      return `restart ${action.process}`
    case 'restartEmpty':
      return `restart ${action.process} empty`
    case 'slow':
      return action.factor > 1 ? `slow ${action.process} down ×${action.factor}` : `let ${action.process} run at full speed`
    case 'failover':
      return action.mode === undefined
        ? `ask ${action.process} to fail over`
        : `have ${action.process} ${action.mode === 'force' ? 'force a failover' : 'take over without votes'}`
    case 'partition':
      return `cut off ${list(action.inside)}`
    case 'cut':
      return `cut what ${list(action.from)} send${action.from.length > 1 ? '' : 's'}${action.to.length === 1 ? ` to ${action.to[0]}` : ''}`
    case 'heal':
      return 'heal the network'
    case 'link':
      return `set ${action.a} to ${action.b}: ${Math.round(action.latency / 100) / 10} ms${action.loss > 0 ? `, ${percent(action.loss)} loss` : ''}${action.bandwidth === undefined ? '' : `, ${Math.round(action.bandwidth / 1000)} kB/s`}`
    case 'resetLinks':
      return 'reset all links'
    case 'command':
      return shortened(action.argv.join(' '))
    case 'config':
      return `set ${action.directive} ${action.value}${action.process === '*' ? '' : ` on ${action.process}`}`
    case 'addNode':
      return action.replica ? 'add a replica' : 'add a primary'
    case 'removeNode':
      return `remove ${action.process}`
    case 'cancelReshard':
      return 'cancel the reshard'
    case 'redisCli':
      return `redis-cli --cluster ${action.argv.join(' ')}`
    case 'redisCliInput':
      return `answer ${action.text}`
    case 'redisCliStop':
      return 'stop redis-cli'
    case 'expireHot':
      return 'expire the hot key'
    case 'updateRow':
      return action.key ? `update row ${action.key}` : 'update a row'
    case 'subscription':
      return `${action.on ? 'restore' : 'cut'} the subscription of ${action.process}`
    case 'listen':
      return `${action.on ? 'listen' : 'stop listening'} at ${action.process}`
    case 'knock':
      return `ask ${action.process} from outside: ${action.argv.join(' ')}`
    case 'forge':
      return action.what === 'fail' ? `forge the failure of ${action.process}` : `forge new owners for the slots of ${action.process}`
    case 'load':
      return `change the load${changes(action.set)}`
    case 'policy':
      return `change the policy${action.process === '*' ? '' : ` of ${action.process}`}${changes(action.set)}`
    case 'origin':
      return `change the origin${changes(action.set)}`
  }
}

const changes = (set: object): string => {
  const pairs = Object.entries(set).map(([name, value]) => `${name} ${String(value)}`)
  return pairs.length > 0 ? `: ${pairs.join(', ')}` : ''
}
