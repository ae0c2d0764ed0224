import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Action } from '../action.ts'
import type { Fact, FactOf, FactType } from '../core/fact.ts'
import { freezeAnswers } from '../core/flow.ts'
import type { Behaviour } from '../core/process.ts'
import { Simulation } from '../core/simulation.ts'
import { MS, SEC } from '../core/time.ts'
import { ipOf, nodeIdOf, processAt } from '../redis/address.ts'
import type { Reply } from '../redis/reply.ts'
import { settings } from '../testing/fake-cluster.ts'
import { adminBehaviour, reshardOf, type AdminState } from './admin.ts'
import { consoleBehaviour } from './console.ts'
import { retire } from './reshard.ts'
import { planAdd, planRemove, readNodes, type Member } from './survey.ts'

beforeAll(() => freezeAnswers(true))
afterAll(() => freezeAnswers(false))

const member = (process: string, ranges: [number, number][], more: Partial<Member> = {}): Member => ({
  process,
  id: nodeIdOf(process),
  myself: false,
  primary: true,
  replicaOf: '-',
  down: false,
  handshake: false,
  ranges,
  open: [],
  slots: ranges.reduce((s, [a, b]) => s + b - a + 1, 0),
  ...more,
})

describe('plans', () => {
  const three = [member('n1', [[0, 5460]]), member('n2', [[5461, 10922]]), member('n3', [[10923, 16383]]), member('n4', [])]

  test('a newcomer gets an even share, lowest slots first, from all in proportion', () => {
    const moves = planAdd(three, 'n4')
    expect(moves.length).toBeGreaterThanOrEqual(4095)
    expect(moves.length).toBeLessThanOrEqual(4096)
    const by = (from: string) => moves.filter((m) => m.from === from)
    for (const id of ['n1', 'n2', 'n3']) expect(Math.abs(by(id).length - 4096 / 3)).toBeLessThan(2)
    expect(by('n1')[0].slot).toBe(0)
    expect(by('n3')[0].slot).toBe(10923)
    expect(new Set(moves.map((m) => m.slot)).size).toBe(moves.length)
  })

  test('a leaving primary’s slots go evenly to the others', () => {
    const moves = planRemove(three, 'n2')
    expect(moves.length).toBe(5462)
    for (const id of ['n1', 'n3']) expect(moves.filter((m) => m.to === id).length).toBe(2731)
    expect(moves.some((m) => m.to === 'n4')).toBe(false)
  })

  test('CLUSTER NODES is read: flags, ranges, single and open slots', () => {
    const [a, b] = readNodes(
      'aa 10.0.0.1:6379@16379 myself,master - 0 0 1 connected 0-5 7 [9->-bb] [11-<-bb]\nbb 10.0.0.2:6379@16379 slave,fail aa 0 0 1 connected\n',
    )
    expect(a).toMatchObject({
      process: 'n1',
      myself: true,
      primary: true,
      ranges: [
        [0, 5],
        [7, 7],
      ],
      slots: 7,
      open: [9, 11],
      down: false,
    })
    expect(b).toMatchObject({ process: 'n2', primary: false, replicaOf: 'aa', down: true, slots: 0 })
  })
})

test('a leaving node whose replica sees no other primary: the replica stays, and the reason is said', () => {
  const row = (id: string, rest: string): string => `${nodeIdOf(id)} ${ipOf(id)}:6379@16379 ${rest}\n`
  const view =
    row('n3', 'master - 0 0 3 connected') +
    row('n6', `myself,slave ${nodeIdOf('n3')} 0 0 3 connected`) +
    row('n1', 'master,fail? - 0 0 1 connected 0-8191') +
    row('n2', 'master,fail? - 0 0 2 connected 8192-16383')
  const flow = retire(['n6'], 'n3')
  const said: string[] = []
  const run = (): void => {
    for (let step = flow.next(); step.done !== true;) {
      const { calls } = step.value as { calls?: { argv: readonly string[] }[] }
      for (const { argv } of calls ?? []) said.push(argv.join(' '))
      step = flow.next(calls?.map(() => view) ?? null)
    }
  }
  expect(run).toThrow(expect.objectContaining({ reason: 'n6 finds no other primary to follow.' }))
  expect(new Set(said)).toEqual(new Set(['CLUSTER NODES']))
})

/** What the operator needs of a cluster, with one shared truth in place of gossip. */
interface Truth {
  owner: string[]
  members: Set<string>
  replicaOf: Map<string, string>
  keys: Map<number, Set<string>>
  open: Map<string, Map<number, string>>
  /** commands answered with an error once, by their first words. */
  trouble: Map<string, string>
  log: string[]
}

const build = (nodes = 3) => {
  const truth: Truth = {
    owner: Array.from({ length: 16384 }, (_, s) => `n${Math.floor((s * nodes) / 16384) + 1}`),
    members: new Set(Array.from({ length: nodes }, (_, i) => `n${i + 1}`)),
    replicaOf: new Map(),
    keys: new Map(),
    open: new Map(),
    trouble: new Map(),
    log: [],
  }
  const table = (self: string): string => {
    const lines: string[] = []
    for (const id of truth.members.has(self) ? truth.members : [self]) {
      const ranges: string[] = []
      for (let s = 0, from = 0; s <= 16384; s++)
        if (s === 16384 || truth.owner[s] !== truth.owner[from]) {
          if (truth.owner[from] === id) ranges.push(s - 1 === from ? `${from}` : `${from}-${s - 1}`)
          from = s
        }
      const open = id === self ? [...(truth.open.get(id) ?? [])].map(([s, w]) => `[${s}${w}x]`) : []
      const primary = truth.replicaOf.get(id)
      lines.push(
        `${nodeIdOf(id)} ${ipOf(id)}:6379@16379 ${id === self ? 'myself,' : ''}${primary ? 'slave' : 'master'} ${primary ? nodeIdOf(primary) : '-'} 0 0 1 connected ${[...ranges, ...open].join(' ')}`,
      )
    }
    return lines.join('\n') + '\n'
  }
  const named = (id: string): string => [...truth.members, 'n4', 'n5'].find((p) => nodeIdOf(p) === id)!
  const run = (self: string, argv: readonly string[]): Reply => {
    const words = argv.slice(0, 4).join(' ')
    for (const [start, error] of truth.trouble)
      if (words.startsWith(start)) {
        truth.trouble.delete(start)
        return { error }
      }
    truth.log.push(`${self} ${words}`)
    const slot = Number(argv[2])
    const open = truth.open.get(self) ?? truth.open.set(self, new Map()).get(self)!
    switch (argv[0] === 'CLUSTER' ? argv[1] : argv[0]) {
      case 'NODES':
        return table(self)
      case 'MEET':
        truth.members.add(self)
        break
      case 'REPLICATE':
        truth.replicaOf.set(self, named(argv[2]))
        break
      case 'FORGET':
        truth.members.delete(named(argv[2]))
        break
      case 'GETKEYSINSLOT':
        return self === truth.owner[slot] ? [...(truth.keys.get(slot) ?? [])].slice(0, 10) : []
      case 'MIGRATE':
        for (const keys of truth.keys.values()) for (const k of argv.slice(argv.indexOf('KEYS') + 1)) keys.delete(k)
        expect(processAt(argv[1])).not.toBe(self)
        break
      case 'SETSLOT':
        if (argv[3] === 'IMPORTING') open.set(slot, '-<-')
        if (argv[3] === 'MIGRATING') open.set(slot, '->-')
        if (argv[3] === 'STABLE') open.delete(slot)
        if (argv[3] === 'NODE') {
          open.delete(slot)
          truth.owner[slot] = named(argv[4])
        }
    }
    return { simple: 'OK' }
  }
  const node: Behaviour = {
    boot: () => ({}),
    persist: () => null,
    cost: () => 10,
    message: {
      command(_s, m: { argv: readonly string[] }, conn, ctx) {
        if (m.argv[0] === 'SHUTDOWN') return ctx.exit()
        ctx.send(conn, { type: 'reply', reply: run(ctx.self, m.argv) } as never)
      },
    },
    timer: {},
  }
  const sim = new Simulation({ node, admin: adminBehaviour, console: consoleBehaviour } as never, settings({}), 1)
  const facts: Fact[] = []
  sim.observe({ onFact: (f) => void facts.push(f) })
  for (let i = 1; i <= nodes; i++) sim.spawn(`n${i}`, 'node')
  sim.spawn('admin', 'admin')
  sim.spawn('cli', 'console')
  const act = (to: string, action: Action) => {
    sim.beginAction()
    sim.act(sim.process(to)!, action)
  }
  const of = <T extends FactType>(type: T) => facts.filter((f) => f.type === type) as unknown as FactOf<T>[]
  return { sim, truth, facts, act, of, state: () => sim.process('admin')!.state as AdminState }
}

const count = (truth: Truth, id: string) => truth.owner.filter((o) => o === id).length

describe('the operator', () => {
  test('adds a primary with a replica: meets, replicates, moves an even share at 1–3 ms a slot', () => {
    const { sim, truth, act, of, state } = build()
    truth.keys.set(0, new Set(Array.from({ length: 25 }, (_, i) => `k${i}`)))
    sim.spawn('n4', 'node')
    sim.spawn('n5', 'node')
    act('admin', { type: 'addNode', replica: true, nodes: ['n4', 'n5'] })
    sim.runUntil(SEC)
    expect(reshardOf(state())).toMatchObject({ kind: 'add', node: 'n4', total: of('reshard.started')[0].data.slots })
    expect(reshardOf(state())!.done).toBeGreaterThan(100)
    sim.runUntil(30 * SEC)
    const [finished] = of('reshard.finished')
    expect(finished.data).toMatchObject({ kind: 'add', node: 'n4', cancelled: false })
    expect(finished.data.took / finished.data.moved).toBeGreaterThan(MS)
    expect(finished.data.took / finished.data.moved).toBeLessThan(3 * MS)
    expect(Math.abs(count(truth, 'n4') - 4096)).toBeLessThan(2)
    expect(truth.replicaOf.get('n5')).toBe('n4')
    expect(truth.keys.get(0)!.size).toBe(0)
    expect([...truth.open.values()].every((o) => o.size === 0)).toBe(true)
    const first = truth.log.filter((l) => l.includes('SETSLOT 0 ') || l.includes('GETKEYSINSLOT 0') || l.includes('MIGRATE'))
    expect(first.slice(0, 2)).toEqual(['n4 CLUSTER SETSLOT 0 IMPORTING', 'n1 CLUSTER SETSLOT 0 MIGRATING'])
    expect(first.filter((l) => l.includes('MIGRATE'))).toHaveLength(3)
    expect(first.findLastIndex((l) => l.startsWith('n1 MIGRATE'))).toBeLessThan(first.indexOf('n4 CLUSTER SETSLOT 0 NODE'))
    expect(first.indexOf('n4 CLUSTER SETSLOT 0 NODE')).toBeLessThan(first.indexOf('n1 CLUSTER SETSLOT 0 NODE'))
  })

  test('removes a primary: drains it, sends its replica elsewhere, everybody forgets it, it shuts down', () => {
    const { sim, truth, act, of } = build()
    sim.spawn('n4', 'node')
    truth.members.add('n4')
    truth.replicaOf.set('n4', 'n2')
    act('admin', { type: 'removeNode', process: 'n2' })
    sim.runUntil(40 * SEC)
    expect(of('reshard.finished')[0].data).toMatchObject({ kind: 'remove', node: 'n2', cancelled: false })
    expect(count(truth, 'n2')).toBe(0)
    expect(Math.abs(count(truth, 'n1') - 8192)).toBeLessThan(2)
    expect(truth.members.has('n2')).toBe(false)
    expect(truth.replicaOf.get('n4')).not.toBe('n2')
    expect(sim.process('n2')!.retired).toBe(true)
  })

  test('a replica elected while it is being removed is not forgotten: its slots would be lost with it', () => {
    const { sim, truth, act, of } = build()
    sim.spawn('n4', 'node')
    truth.members.add('n4')
    truth.replicaOf.set('n4', 'n2')
    act('admin', { type: 'removeNode', process: 'n4' })
    while (truth.log.length < 3) sim.runUntil(sim.world.now + 100)
    truth.replicaOf.delete('n4')
    truth.owner.fill('n4', 5461, 10923)
    sim.runUntil(40 * SEC)
    expect(truth.members.has('n4')).toBe(true)
    expect(sim.process('n4')!.retired).toBe(false)
    expect(of('reshard.refused')[0].data.reason).toContain('n4 owns 5462 slots')
    expect(of('reshard.finished')).toEqual([])
    expect(truth.log.filter((l) => l.includes('no-failover'))).toHaveLength(2)
  })

  test('cancel finishes the slot in hand and leaves no slot open', () => {
    const { sim, truth, act, of } = build()
    sim.spawn('n4', 'node')
    act('admin', { type: 'addNode', nodes: ['n4'] })
    sim.runUntil(SEC)
    act('admin', { type: 'addNode', nodes: ['n5'] })
    expect(of('reshard.refused')[0].data.reason).toContain('still being added')
    act('admin', { type: 'cancelReshard' })
    sim.runUntil(2 * SEC)
    expect(of('reshard.finished')[0].data.cancelled).toBe(true)
    expect(count(truth, 'n4')).toBe(of('reshard.finished')[0].data.moved)
    expect([...truth.open.values()].every((o) => o.size === 0)).toBe(true)
    act('admin', { type: 'cancelReshard' })
    expect(of('reshard.refused')[1].data.reason).toBe('No resharding is under way.')
  })

  test('trouble on the way: looks again and goes on', () => {
    const { sim, truth, act, of } = build()
    sim.spawn('n4', 'node')
    truth.trouble.set('CLUSTER SETSLOT 7 MIGRATING', "ERR I'm not the owner of hash slot 7")
    truth.trouble.set('CLUSTER SETSLOT 9 NODE', 'CLUSTERDOWN x')
    act('admin', { type: 'addNode', nodes: ['n4'] })
    sim.runUntil(30 * SEC)
    expect(of('reshard.finished')[0].data.cancelled).toBe(false)
    expect(Math.abs(count(truth, 'n4') - 4096)).toBeLessThan(2)
  })

  test('refuses with a reason: the last primary, an open slot, a silent node', () => {
    const one = build(1)
    one.sim.spawn('n2', 'node')
    one.truth.members.add('n2')
    one.act('admin', { type: 'removeNode', process: 'n1' })
    one.sim.runUntil(SEC)
    expect(one.of('reshard.refused')[0].data.reason).toContain('last primary')
    const two = build()
    two.truth.open.set('n2', new Map([[9000, '->-']]))
    two.act('admin', { type: 'removeNode', process: 'n1' })
    two.sim.runUntil(SEC)
    expect(two.of('reshard.refused')[0].data.reason).toContain('Slot 9000 is still open on n2')
    const three = build()
    three.sim.spawn('n4', 'node')
    three.sim.powerOff(three.sim.process('n3')!)
    three.act('admin', { type: 'addNode', nodes: ['n4'] })
    three.sim.runUntil(10 * SEC)
    expect(three.of('reshard.refused')[0].data.reason).toContain('n3 cannot be reached')
    expect(reshardOf(three.state())).toBe(null)
  })

  test('a clone in mid-job goes on identically', () => {
    const { sim, act, facts } = build()
    sim.spawn('n4', 'node')
    act('admin', { type: 'addNode', nodes: ['n4'] })
    sim.runUntil(150 * MS)
    const at = sim.snapshot()
    const from = facts.length
    sim.runUntil(160 * MS)
    const first = facts.slice(from)
    expect(first.length).toBeGreaterThan(3)
    sim.restore(at)
    const again = facts.length
    sim.runUntil(160 * MS)
    expect(facts.slice(again)).toEqual(first)
  })
})

describe('the console', () => {
  test('answers, follows redirects under -c with a note, and says why there is no answer', () => {
    const { sim, truth, act, of } = build()
    truth.trouble.set('GET', 'MOVED 12182 10.0.0.3:6379')
    act('cli', { type: 'command', process: 'n1', argv: ['GET', 'foo'], cluster: true })
    sim.runUntil(SEC)
    expect(of('console.replied')[0].data).toMatchObject({
      node: 'n3',
      argv: ['GET', 'foo'],
      reply: { simple: 'OK' },
      notes: ['-> Redirected to slot [12182] located at 10.0.0.3:6379'],
    })
    sim.crash(sim.process('n1')!)
    sim.powerOff(sim.process('n2')!)
    sim.runUntil(2 * SEC)
    act('cli', { type: 'command', process: 'n1', argv: ['PING'] })
    act('cli', { type: 'command', process: 'n2', argv: ['PING'] })
    sim.runUntil(6 * SEC)
    expect(
      of('console.replied')
        .slice(1)
        .map((f) => f.data.reply),
    ).toEqual([
      { error: 'Could not connect to Redis at 10.0.0.1:6379: Connection refused' },
      { error: 'No answer from 10.0.0.2:6379 within 2 s' },
    ])
    expect(of('console.replied')[2].data.took).toBe(2 * SEC)
  })
})
