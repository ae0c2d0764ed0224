import { describe, expect, test } from 'vitest'
import type { Action } from '../../action.ts'
import { applyAction } from '../../apply.ts'
import { buildSimulation } from '../../build.ts'
import type { Fact, FactOf, FactType } from '../../core/fact.ts'
import { MS, SEC } from '../../core/time.ts'
import { DEFAULT_LOAD, DEFAULT_ORIGIN, DEFAULT_POLICY } from '../../defaults.ts'
import { nodeIdOf } from '../../redis/address.ts'
import { slotOwner } from '../../redis/bus.ts'
import { keySlot } from '../../redis/slots.ts'
import type { NodeState } from '../../redis/state.ts'
import type { Scenario } from '../../scenario.ts'
import type { AdminState } from '../admin.ts'

const scenario: Scenario = {
  id: 'test',
  title: '',
  about: '',
  topology: { cluster: true, primaries: 3, replicasPerPrimary: 1, apps: 1 },
  config: { 'cluster-node-timeout': '2000', 'repl-diskless-sync-delay': '0' },
  load: { ...DEFAULT_LOAD, rate: 5, keys: 60 },
  policy: DEFAULT_POLICY,
  origin: DEFAULT_ORIGIN,
  latency: { mean: 250, spread: 100 },
  service: { command: 10, message: 5 },
  scale: 1,
  warm: 1,
  startAt: 0,
  seed: 7,
}

const start = (seed = 7) => {
  const sim = buildSimulation(scenario, seed)
  const facts: Fact[] = []
  sim.observe({ onFact: (f) => void facts.push(f) })
  // a primary serves two seconds after its start
  sim.runUntil(2.5 * SEC)
  const of = <T extends FactType>(type: T) => facts.filter((f) => f.type === type) as unknown as FactOf<T>[]
  const act = (action: Action) => expect(applyAction(sim, action)).toEqual({ accepted: true, reason: '' })
  const job = () => (sim.process('admin')!.state as AdminState).manager!
  const run = (line: string, limit = 60 * SEC) => {
    const from = facts.length
    act({ type: 'redisCli', argv: line.split(' ') })
    const end = sim.world.now + limit
    while (job().exit === null && !job().asking && sim.world.now < end) sim.runUntil(sim.world.now + MS)
    return { exit: job().exit, text: printed(facts.slice(from)) }
  }
  const say = (text: string) => {
    const from = facts.length
    act({ type: 'redisCliInput', text })
    while (job().exit === null && !job().asking) sim.runUntil(sim.world.now + MS)
    return { exit: job().exit, text: printed(facts.slice(from)) }
  }
  const state = (id: string) => sim.process(id)!.state as NodeState
  const owned = (id: string) => Array.from({ length: 16384 }, (_, s) => s).filter((s) => slotOwner(state(id), s) === 0)
  const tell = (process: string, line: string) => {
    act({ type: 'command', process, argv: line.split(' ') })
    sim.runUntil(sim.world.now + 5 * MS)
  }
  return { sim, facts, of, act, run, say, job, state, owned, tell }
}

const printed = (facts: readonly Fact[]): string => facts.map((f) => (f.type === 'redisCli.printed' ? f.data.text : '')).join('')
const [N1, N2, N3, N4, N5] = ['n1', 'n2', 'n3', 'n4', 'n5'].map(nodeIdOf)

describe('check', () => {
  test('each run is a program of its own: a node that lost its power since the last one is connected to anew', () => {
    const { sim, run, act } = start()
    expect(run('check n1').exit).toBe(0)
    act({ type: 'powerOff', process: 'n6' })
    sim.runUntil(sim.world.now + 200 * MS)
    act({ type: 'restart', process: 'n6' })
    sim.runUntil(sim.world.now + 5 * SEC)
    expect(run('check n1').text).not.toContain('Could not connect')
  })

  test('info, nodes, agreement, open slots and coverage, in redis-cli’s words', () => {
    const { run } = start()
    const { exit, text } = run('check n1')
    expect(exit).toBe(0)
    expect(text).toContain(`10.0.0.1:6379 (${N1.slice(0, 8)}...) -> `)
    expect(text).toContain(' | 5461 slots | 1 slaves.\n')
    expect(text).toMatch(
      /\[OK\] \d+ keys in 3 masters\.\n0\.\d\d keys per slot on average\.\n>>> Performing Cluster Check \(using node 10\.0\.0\.1:6379\)\n/,
    )
    expect(text).toContain(`M: ${N2} 10.0.0.2:6379\n   slots:[5461-10922] (5462 slots) master\n   1 additional replica(s)\n`)
    expect(text).toContain(`S: ${N4} 10.0.0.4:6379\n   slots: (0 slots) slave\n   replicates ${N1}\n`)
    expect(
      text.endsWith(
        '[OK] All nodes agree about slots configuration.\n>>> Check for open slots...\n>>> Check slots coverage...\n[OK] All 16384 slots covered.\n',
      ),
    ).toBe(true)
  })

  test('what it is not: an unknown subcommand, a wrong count, an unknown option, nobody there', () => {
    const { run } = start()
    expect(run('nosuch')).toEqual({ exit: 1, text: 'Unknown --cluster subcommand\n' })
    expect(run('del-node n1').text).toBe('[ERR] Wrong number of arguments for specified --cluster sub command\n')
    expect(run('info n1 --cluster-bogus').text).toBe("Unrecognized option or bad number of args for: '--cluster-bogus'\n")
    expect(run('check 10.0.0.99:6379', 70 * SEC).text).toBe('Could not connect to Redis at 10.0.0.99:6379: Connection timed out\n')
    expect(run('check 127.0.0.1').text).toContain('[ERR] Invalid arguments: you need to pass either a valid address')
  })
})

describe('reshard and rebalance', () => {
  test('asks as redis-cli asks, then moves; threshold 2 % lets it be, 1 % moves 101 back', () => {
    const { sim, run, say, owned } = start()
    expect(run('reshard n1').text.endsWith('How many slots do you want to move (from 1 to 16384)? ')).toBe(true)
    expect(say('0').text).toBe('0\nHow many slots do you want to move (from 1 to 16384)? ')
    expect(say('100').text).toBe('100\nWhat is the receiving node ID? ')
    expect(say('xyz').text).toContain('*** The specified node (xyz) is not known or not a master, please retry.\n')
    expect(say(N2).text).toMatch(/Please enter all the source node IDs\.\n.*\n.*\nSource node #1: $/)
    expect(say(N2).text).toContain('*** It is not possible to use the target node as source node.\n')
    expect(say(N1).text).toContain('Source node #2: ')
    const plan = say('done').text
    expect(plan).toContain('\nReady to move 100 slots.\n  Source nodes:\n')
    expect(plan).toContain(`    Moving slot 99 from ${N1}\n`)
    expect(plan.endsWith('Do you want to proceed with the proposed reshard plan (yes/no)? ')).toBe(true)
    const moved = say('yes')
    expect(moved.exit).toBe(0)
    expect(moved.text).toContain('Moving slot 0 from 10.0.0.1:6379 to 10.0.0.2:6379: ')
    expect(owned('n2').length).toBe(5562)
    // the replicas hear of it by the bus
    sim.runUntil(sim.world.now + 2 * SEC)
    expect(run('rebalance n1').text).toContain('*** No rebalancing needed! All nodes are within the 2.00% threshold.\n')
    const dry = run('rebalance n1 --cluster-threshold 1 --cluster-simulate').text
    expect(dry).toContain('>>> Rebalancing across 3 nodes. Total weight = 3.00\nMoving 101 slots from 10.0.0.2:6379 to 10.0.0.1:6379\n')
    expect(owned('n2').length).toBe(5562)
    const back = run('rebalance n1 --cluster-threshold 1')
    expect(back.exit).toBe(0)
    expect(back.text.endsWith(`Moving 101 slots from 10.0.0.2:6379 to 10.0.0.1:6379\n${'#'.repeat(101)}\n`)).toBe(true)
    expect(owned('n1').length).toBe(5462)
  })

  test('weights; a node named by the beginning of its id', () => {
    const { run, owned } = start()
    expect(run('rebalance n1 --cluster-weight foo=3').text).toBe('*** No such master node foo\n')
    expect(run(`rebalance n1 --cluster-weight ${N1.slice(0, 6)}=2`).exit).toBe(0)
    expect(['n1', 'n2', 'n3'].map((id) => owned(id).length)).toEqual([8192, 4096, 4096])
  })
})

describe('stopped, and fixed', () => {
  test('Ctrl-C leaves the slot in hand open; check says so, rebalance refuses, fix brings the keys back to one owner', () => {
    const { sim, run, act, job, of, state } = start()
    act({ type: 'redisCli', argv: ['reshard', 'n1', '--cluster-from', N3, '--cluster-to', N1, '--cluster-slots', '4000', '--cluster-yes'] })
    while (state('n1').cluster!.importing.size === 0 || job().done < 20) sim.runUntil(sim.world.now + 100)
    act({ type: 'redisCliStop' })
    expect(job().exit).toBe(130)
    expect(of('redisCli.finished')[0].data).toMatchObject({ stopped: true, exit: 130 })
    sim.runUntil(sim.world.now + SEC)
    const [slot] = [...state('n1').cluster!.importing.keys()]
    const check = run('check n1')
    expect(check.exit).toBe(1)
    expect(check.text).toContain(`[WARNING] Node 10.0.0.1:6379 has slots in importing state ${slot}.\n`)
    expect(check.text).toContain(`[WARNING] The following slots are open: ${slot}.\n`)
    expect(run('rebalance n1').text.endsWith('*** Please fix your cluster problems before rebalancing\n')).toBe(true)
    const fix = run('fix n1')
    expect(fix.exit).toBe(0)
    expect(fix.text).toContain(`>>> Fixing open slot ${slot}\n`)
    expect(run('check n2').exit).toBe(0)
  })

  test('open on both sides with keys on both: the one with most keys becomes the owner (case 2)', () => {
    const { sim, run, tell, state } = start()
    const slot = keySlot('foo')
    for (let i = 0; i < 5; i++) tell('n3', `SET {foo}${i} v`)
    tell('n1', `CLUSTER SETSLOT ${slot} IMPORTING ${N3}`)
    tell('n3', `CLUSTER SETSLOT ${slot} MIGRATING ${N1}`)
    tell('n3', 'MIGRATE 10.0.0.1 6379 {foo}0 0 1000')
    const { exit, text } = run('fix n1')
    expect(exit).toBe(0)
    expect(text).toContain(
      `>>> Fixing open slot ${slot}\n*** Found keys about slot ${slot} in non-owner node 10.0.0.1:6379!\nSet as migrating in: 10.0.0.3:6379\nSet as importing in: 10.0.0.1:6379\n` +
        `>>> No single clear owner for the slot, selecting an owner by # of keys...\n*** Configuring 10.0.0.3:6379 as the slot owner\n` +
        `>>> Case 2: Moving all the ${slot} slot keys to its owner 10.0.0.3:6379\nMoving slot ${slot} from 10.0.0.1:6379 to 10.0.0.3:6379: .\n>>> Setting ${slot} as STABLE in 10.0.0.1:6379\n`,
    )
    expect(state('n3').cluster!.migrating.size + state('n1').cluster!.importing.size).toBe(0)
    sim.runUntil(sim.world.now + 2 * SEC)
    expect(run('check n1').exit).toBe(0)
  })

  test('open without keys on the target: case 1 finishes the move; open on the source alone: case 4 closes it', () => {
    const { run, tell } = start()
    tell('n1', `CLUSTER SETSLOT 12182 IMPORTING ${N3}`)
    tell('n3', `CLUSTER SETSLOT 12182 MIGRATING ${N1}`)
    expect(run('fix n1').text).toContain('>>> Case 1: Moving slot 12182 from 10.0.0.3:6379 to 10.0.0.1:6379\n')
    tell('n3', `CLUSTER SETSLOT 12183 MIGRATING ${N1}`)
    expect(run('fix n1').text).toContain('>>> Case 4: Closing slot 12183 on 10.0.0.3:6379\n')
    expect(run('check n1').exit).toBe(0)
  })

  test('a slot without an owner is covered when the answer is yes', () => {
    const { run, say, tell } = start()
    for (const id of ['n1', 'n2', 'n3']) tell(id, 'CLUSTER DELSLOTS 5')
    const asked = run('fix n2')
    expect(asked.text).toContain('[ERR] Not all 16384 slots are covered by nodes.\n\n>>> Fixing slots coverage...\n')
    const question =
      "The following uncovered slots have no keys across the cluster:\n[5]\nFix these slots by covering with a random node? (type 'yes' to accept): "
    expect(asked.text.endsWith(question) || asked.text.includes('keys in just one node')).toBe(true)
    expect(say('yes').text).toMatch(/>>> Covering slot 5 with 10\.0\.0\.\d:6379\n/)
  })

  test('an unreachable primary: fix will not guess', () => {
    const { sim, run, act } = start()
    act({ type: 'crash', process: 'n2' })
    act({ type: 'crash', process: 'n5' })
    sim.runUntil(sim.world.now + 8 * SEC)
    const { exit, text } = run('fix n1')
    expect(exit).toBe(1)
    expect(text).toContain('*** Fixing slots coverage with 1 unreachable masters is dangerous')
  })
})

describe('add-node and del-node', () => {
  test('a replica goes to the primary with fewest; a full node is not deleted, an empty one is reset', () => {
    const { run, sim, of, state } = start()
    expect(run(`del-node n1 ${N2}`)).toEqual({
      exit: 1,
      text: `>>> Removing node ${N2} from cluster 10.0.0.1:6379\n[ERR] Node 10.0.0.2:6379 is not empty! Reshard data away and try again.\n`,
    })
    expect(run(`del-node n1 ${N5}`)).toEqual({
      exit: 0,
      text: `>>> Removing node ${N5} from cluster 10.0.0.1:6379\n>>> Sending CLUSTER FORGET messages to the cluster...\n>>> Sending CLUSTER RESET SOFT to the deleted node.\n`,
    })
    sim.runUntil(sim.world.now + 2 * SEC)
    expect(state('n5').cluster!.peers.filter((p) => !p.gone)).toHaveLength(1)
    // "CLUSTER FORGET bans re-adding for 60 s": the replica may come back when the ban is over
    sim.runUntil(sim.world.now + 61 * SEC)
    const { exit, text } = run('add-node n5 n1 --cluster-slave')
    expect(text).toContain(
      'Automatically selected master 10.0.0.2:6379\n>>> Send CLUSTER MEET to node 10.0.0.5:6379 to make it join the cluster.\nWaiting for the cluster to join\n',
    )
    expect(text.endsWith('>>> Configure node as replica of 10.0.0.2:6379.\n[OK] New node added correctly.\n')).toBe(true)
    expect(exit).toBe(0)
    expect(of('redisCli.finished').at(-1)!.data.took).toBeGreaterThan(SEC)
  })
})

describe('on the network', () => {
  test('a target that loses power in the middle: the command fails and the slot stays open', () => {
    const { sim, act, job, state } = start()
    act({
      type: 'redisCli',
      argv: [
        'reshard',
        'n1',
        '--cluster-from',
        N3,
        '--cluster-to',
        N1,
        '--cluster-slots',
        '4000',
        '--cluster-yes',
        '--cluster-timeout',
        '1000',
      ],
    })
    while (job().done < 20) sim.runUntil(sim.world.now + MS)
    act({ type: 'powerOff', process: 'n1' })
    while (job().exit === null) sim.runUntil(sim.world.now + 100 * MS)
    expect(job().exit).toBe(1)
    expect(job().screen.join('\n')).toContain('clusterManagerMoveSlot failed: ')
    expect(state('n3').cluster!.migrating.size).toBeLessThan(2)
  })

  test('a clone in the middle goes on identically', () => {
    const { sim, act, facts } = start()
    act({
      type: 'redisCli',
      argv: ['reshard', 'n1', '--cluster-from', 'all', '--cluster-to', N1, '--cluster-slots', '50', '--cluster-yes'],
    })
    sim.runUntil(sim.world.now + 40 * MS)
    const at = sim.snapshot()
    const from = facts.length
    const end = sim.world.now + 30 * MS
    sim.runUntil(end)
    const first = facts.slice(from)
    expect(first.length).toBeGreaterThan(5)
    sim.restore(at)
    const again = facts.length
    sim.runUntil(end)
    expect(facts.slice(again)).toEqual(first)
  })
})
