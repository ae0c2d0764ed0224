import { describe, expect, it } from 'vitest'
import type { ProcessId } from '../core/process.ts'
import { MS, SEC } from '../core/time.ts'
import { forget, meet, replicate, startManualFailover, type FailoverMode } from './bus.ts'
import { NOBODY, peerOf } from './peers.ts'
import { slotOwner } from './slots-config.ts'
import { bareNode, layout, rig, type Rig } from './testing/bare-node.ts'

const QUICK = { 'cluster-node-timeout': '1000', 'repl-diskless-sync-delay': '0' }

const crash = (r: Rig, id: ProcessId): void => {
  r.sim.beginAction()
  r.sim.crash(r.sim.process(id)!)
}
const start = (r: Rig, id: ProcessId, empty = false): void => {
  r.sim.beginAction()
  r.sim.start(r.sim.process(id)!, empty)
}
/** Does something inside a node, as a command would. */
const inside = <T>(r: Rig, id: ProcessId, what: (state: ReturnType<Rig['node']>) => T): T => {
  r.sim.beginAction()
  let out: T
  const act = bareNode.act!
  bareNode.act = (state) => {
    out = what(state)
  }
  r.sim.act(r.sim.process(id)!, { type: 'failover', process: id })
  bareNode.act = act
  return out!
}
const failover = (r: Rig, id: ProcessId, mode: FailoverMode): string | null => inside(r, id, (s) => startManualFailover(s, mode, r.sim))
const me = (r: Rig, id: ProcessId) => r.node(id).cluster!.peers[0]
const cutOff = (r: Rig, who: ProcessId[]): void => {
  const others = [...r.sim.world.processes.keys()].filter((id) => !who.includes(id))
  r.sim.beginAction()
  r.sim.cut(who, others, true)
}
const agree = (r: Rig): void => {
  const views = [...r.sim.world.processes.values()]
    .filter((p) => p.status === 'up')
    .map((p) => {
      const s = r.node(p.id)
      return [0, 5000, 10000, 16383].map((slot) => s.cluster!.peers[slotOwner(s, slot)]?.process).join()
    })
  expect(new Set(views).size).toBe(1)
}

describe('a settled cluster', () => {
  it('serves from the first moment and stays quiet', () => {
    const r = rig(layout(3, 1), 1, QUICK)
    expect(r.node('n1').cluster!.state).toBe('ok')
    r.run(20_000)
    expect(r.facts).toEqual([])
    expect(r.node('n4').repl.linkState).toBe('connected')
    expect(r.node('n4').repl.offset).toBe(r.node('n1').repl.offset)
    expect(r.node('n2').cluster!.peers.every((_, i) => i === 0 || r.node('n2').cluster!.linkUp[i] === 1)).toBe(true)
  })

  it('is the same twice, and after a restore', () => {
    const once = (restore: boolean): string => {
      const r = rig(layout(3, 1), 5, QUICK)
      r.run(2_000)
      crash(r, 'n2')
      r.run(700)
      if (restore) {
        const w = r.sim.snapshot()
        r.run(3_000)
        r.sim.restore(w)
      }
      r.run(2_500)
      return r.sim.digest()
    }
    expect(once(false)).toBe(once(false))
    expect(once(true)).toBe(once(false))
  })
})

describe('CLUSTER MEET', () => {
  it('with an address where nobody lives: the handshake ends by itself', () => {
    const r = rig(layout(3, 0), 1, QUICK)
    inside(r, 'n1', (s) => meet(s, '10.0.0.99', 6379, 16379, r.sim))
    r.run(5_000)
    expect(r.node('n1').cluster!.peers.filter((p) => !p.gone)).toHaveLength(3)
    expect(r.node('n1').cluster!.state).toBe('ok')
  })
})

describe('automatic failover', () => {
  it('goes from silence to promotion, each fact naming the one before', () => {
    const r = rig(layout(3, 1), 2, QUICK)
    r.run(3_000)
    crash(r, 'n1')
    const promoted = r.until('failover.promoted', () => true)
    expect(promoted).toMatchObject({ process: 'n4', data: { from: 'n1', slots: 5461, epoch: 4, manual: false } })
    const chain: string[] = []
    for (let f = promoted as (typeof r.facts)[number] | undefined; f !== undefined; f = r.facts.find((x) => x.id === f!.because[0]))
      chain.push(f.type)
    expect(chain.slice(0, 4)).toEqual(['failover.promoted', 'election.won', 'election.counted', 'election.granted'])
    expect(chain).toContain('election.started')
    expect(chain).toContain('election.scheduled')
    expect(chain.at(-1)).toBe('node.pfail')
    r.run(200)
    agree(r)
  })

  it('the old primary returns as a replica of the new one', () => {
    const r = rig(layout(3, 1), 3, QUICK)
    r.run(3_000)
    crash(r, 'n1')
    r.run(4_000)
    start(r, 'n1', true)
    r.run(3_000)
    expect(me(r, 'n1')).toMatchObject({ primary: false, numSlots: 0 })
    expect(r.node('n1').repl).toMatchObject({ role: 'replica', primary: 'n4', linkState: 'connected' })
    expect(r.node('n2').cluster!.peers.some((p) => p.fail || p.pfail)).toBe(false)
    agree(r)
  })

  it('a sibling follows the new primary by continuing its history', () => {
    const r = rig(layout(3, 2), 4, QUICK)
    r.run(3_000)
    crash(r, 'n1')
    const { process } = r.until('failover.promoted', () => true)
    const sibling = process === 'n4' ? 'n7' : 'n4'
    r.run(3_000)
    expect(r.node(sibling).repl).toMatchObject({ primary: process, linkState: 'connected' })
    expect(r.of('replication.syncStarted').filter((f) => f.process === sibling)).toEqual([])
  })

  it('without a majority of primaries nobody is elected', () => {
    const r = rig(layout(3, 1), 5, QUICK)
    r.run(3_000)
    crash(r, 'n1')
    crash(r, 'n2')
    r.run(20_000)
    expect(r.of('election.won')).toEqual([])
    expect(r.node('n3').cluster!.state).toBe('fail')
  })

  it('a candidate whose votes do not come tries again only after the retry window', () => {
    const r = rig(layout(3, 1), 6, QUICK)
    r.run(3_000)
    crash(r, 'n1')
    r.until('election.scheduled', () => true)
    crash(r, 'n2')
    crash(r, 'n3')
    const first = r.until('election.started', () => true)
    r.until('election.expired', () => true)
    const second = r.until('election.scheduled', (f) => f.id > first.id)
    expect(second.at - first.at).toBeGreaterThan(3_900 * MS)
    expect(r.of('election.cannot').map((f) => f.data.reason)).toEqual(expect.arrayContaining(['waiting-delay', 'waiting-votes', 'expired']))
  })
})

describe('a minority', () => {
  it('the isolated primary stops within 1.5 timeouts, and waits its rejoin delay after healing', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const r = rig(layout(3, 1), seed, { ...QUICK, 'cluster-node-timeout': '2000' })
      r.run(3_000)
      const cut = r.sim.world.now
      cutOff(r, ['n1'])
      const stopped = r.until('cluster.state', (f) => f.process === 'n1' && f.data.state === 'fail')
      expect(stopped.at - cut).toBeGreaterThan(2 * SEC)
      expect(stopped.at - cut).toBeLessThan(3_200 * MS)
      r.until('failover.promoted', (f) => f.process === 'n4')
      r.run(3_000)
      const healed = r.sim.world.now
      r.sim.beginAction()
      r.sim.heal()
      r.run(8_000)
      expect(me(r, 'n1').primary).toBe(false)
      expect(r.node('n1').repl.linkState).toBe('connected')
      expect(healed).toBeGreaterThan(0)
      agree(r)
    }
  })

  it('a short partition without a failover: writes resume the node timeout after the majority is back', () => {
    const r = rig(layout(3, 0), 3, { ...QUICK, 'cluster-node-timeout': '2000' })
    r.run(3_000)
    cutOff(r, ['n1'])
    r.until('cluster.state', (f) => f.process === 'n1' && f.data.state === 'fail')
    r.run(500)
    const healed = r.sim.world.now
    r.sim.beginAction()
    r.sim.heal()
    const ok = r.until('cluster.state', (f) => f.process === 'n1' && f.data.state === 'ok')
    expect(ok.at - healed).toBeGreaterThan(1_800 * MS)
    expect(ok.at - healed).toBeLessThan(4_500 * MS)
  })

  it('what was written before a partition on a link since replaced is never heard', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const r = rig(layout(3, 1), seed, { ...QUICK, 'cluster-node-timeout': '2000' })
      r.run(3_000)
      cutOff(r, ['n1'])
      r.run(8_000)
      r.sim.beginAction()
      r.sim.heal()
      r.run(3_000)
      expect(me(r, 'n1').primary).toBe(false)
      // the kernel of n1 still repeats pings it wrote as a primary; nobody takes it for one again
      for (let i = 0; i < 150; i++) {
        r.run(100)
        for (const id of ['n2', 'n3', 'n4', 'n5', 'n6'])
          expect(r.node(id).cluster!.peers.find((p) => p.process === 'n1')!.primary, `${id}, seed ${seed}`).toBe(false)
      }
    }
  })

  it('for a while both sides may take writes: rare at 5 s, as recorded (1 in 17)', () => {
    let overlaps = 0
    for (let seed = 1; seed <= 40; seed++) {
      const r = rig(layout(3, 1), seed, { ...QUICK, 'cluster-node-timeout': '5000' })
      r.run(3_000 + seed * 7)
      const cut = r.sim.world.now
      cutOff(r, ['n1'])
      r.run(13_000)
      const stopped = r.of('cluster.state').find((f) => f.process === 'n1' && f.data.state === 'fail')!
      const promoted = r.of('failover.promoted')[0]
      expect(stopped.at - cut).toBeLessThan(7_700 * MS)
      if (stopped.at > promoted.at) overlaps++
    }
    expect(overlaps).toBeGreaterThan(0)
    expect(overlaps / 40).toBeLessThan(0.29)
  })
})

describe('manual failover', () => {
  it('plain: pause, catch up, elect without delay; a few milliseconds', () => {
    const r = rig(layout(3, 1), 7, QUICK)
    r.run(3_000)
    const t = r.sim.world.now
    expect(failover(r, 'n4', 'plain')).toBeNull()
    const promoted = r.until('failover.promoted', () => true, 1000)
    expect(promoted.data.manual).toBe(true)
    expect(promoted.at - t).toBeLessThan(10 * MS)
    expect(r.of('failover.manual').map((f) => f.data.phase)).toEqual(['asked', 'paused', 'caughtUp'])
    r.run(1_000)
    expect(me(r, 'n1').primary).toBe(false)
    expect(r.node('n1').repl).toMatchObject({ primary: 'n4', linkState: 'connected' })
    expect(r.of('replication.syncStarted')).toEqual([])
  })

  it('again within the retry window it waits', () => {
    const r = rig(layout(3, 1), 8, QUICK)
    r.run(3_000)
    failover(r, 'n4', 'plain')
    r.run(500)
    failover(r, 'n1', 'plain')
    r.run(500)
    expect(failover(r, 'n4', 'plain')).toBeNull()
    const back = r.until('failover.promoted', (f) => f.process === 'n4' && f.data.epoch > 5)
    expect(back.at).toBeGreaterThan(r.of('election.scheduled')[0].at + 4 * SEC)
  })

  it('refused while the primary is down, unless forced; takeover needs nobody', () => {
    const r = rig(layout(3, 1), 9, QUICK)
    r.run(3_000)
    for (const id of ['n1', 'n2', 'n3']) crash(r, id)
    r.run(500)
    expect(failover(r, 'n4', 'plain')).toBe('ERR Master is down or failed, please use CLUSTER FAILOVER FORCE')
    expect(failover(r, 'n4', 'force')).toBeNull()
    r.until('failover.manual', (f) => f.data.phase === 'aborted')
    expect(r.of('failover.promoted')).toEqual([])
    expect(failover(r, 'n4', 'takeover')).toBeNull()
    // two forced attempts took epochs 4 and 5
    expect(me(r, 'n4')).toMatchObject({ primary: true, numSlots: 5461, configEpoch: 6 })
  })
})

describe('joining and leaving', () => {
  it('MEET makes strangers known to everybody; REPLICATE and FORGET', () => {
    const r = rig(layout(3, 0), 10, QUICK)
    r.run(2_000)
    r.sim.beginAction()
    r.sim.spawn('n4', 'node')
    r.run(100)
    inside(r, 'n4', (s) => meet(s, '10.0.0.1', 6379, 16379, r.sim))
    r.run(3_000)
    for (const id of ['n1', 'n2', 'n3', 'n4']) {
      for (const other of ['n1', 'n2', 'n3', 'n4']) expect(peerOf(r.node(id).cluster!, r.node(other).id)).toBeGreaterThanOrEqual(0)
      expect(r.node(id).cluster!.known).toBe(4)
    }
    expect(inside(r, 'n4', (s) => replicate(s, r.node('n1').id, r.sim))).toBeNull()
    r.run(2_000)
    expect(r.node('n4').repl.linkState).toBe('connected')
    expect(r.node('n2').cluster!.peers.find((p) => p.process === 'n4')).toMatchObject({ primary: false })
    const id = r.node('n4').id
    expect(inside(r, 'n4', (s) => forget(s, r.node('n1').id, r.sim))).toBe("ERR Can't forget my master!")
    for (const other of ['n1', 'n2', 'n3']) expect(inside(r, other, (s) => forget(s, id, r.sim))).toBeNull()
    r.sim.beginAction()
    crash(r, 'n4')
    r.run(2_000)
    for (const other of ['n1', 'n2', 'n3']) expect(peerOf(r.node(other).cluster!, id)).toBe(NOBODY)
  })

  it('who forgets alone hears of the node again from the others, but not for 60 s', () => {
    const r = rig(layout(3, 1), 12, QUICK)
    r.run(2_000)
    const id = r.node('n6').id
    const knows = () => peerOf(r.node('n2').cluster!, id) !== NOBODY
    expect(inside(r, 'n2', (s) => forget(s, id, r.sim))).toBeNull()
    r.run(59_000)
    expect(knows()).toBe(false)
    r.run(5_000)
    expect(knows()).toBe(true)
  })

  it('two primaries with one configEpoch: the smaller id takes a new one', () => {
    const conf = layout(3, 0)
    for (const n of conf.nodes) n.configEpoch = 3
    const r = rig(conf, 11, QUICK)
    r.run(5_000)
    const epochs = ['n1', 'n2', 'n3'].map((id) => me(r, id))
    expect(new Set(epochs.map((p) => p.configEpoch)).size).toBe(3)
    const greatest = epochs.reduce((a, b) => (a.id > b.id ? a : b))
    expect(greatest.configEpoch).toBe(3)
  })
})

describe('replica migration', () => {
  it('a spare replica moves to a primary that lost its own, after 5 s', () => {
    const r = rig(layout(3, 2), 12, { ...QUICK, 'cluster-node-timeout': '2000' })
    r.run(3_000)
    const t = r.sim.world.now
    crash(r, 'n4')
    crash(r, 'n7')
    const moved = r.until('role.changed', (f) => f.data.of === 'n1')
    const orphaned = Math.max(
      ...r.facts.filter((f) => f.process === moved.process && (f.type === 'node.fail' || f.type === 'node.failHeard')).map((f) => f.at),
    )
    expect(orphaned - t).toBeGreaterThan(2_000 * MS)
    expect(moved.at - orphaned).toBeGreaterThan(5_000 * MS)
    expect(moved.at - orphaned).toBeLessThan(5_250 * MS)
    const spare = ['n5', 'n6', 'n8', 'n9'].map((id) => r.node(id)).sort((a, b) => (a.id < b.id ? -1 : 1))[0]
    expect(moved.process).toBe(spare.self)
  })
})
