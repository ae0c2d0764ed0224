import { SEC } from '../../src/engine/core/time.ts'
import type { Fact } from '../../src/engine/core/fact.ts'
import { Session } from '../../src/lab/session.ts'
import { messagesASecond } from '../../src/cli/fidelity/traffic.ts'
import { RECORDED_TRAFFIC } from '../../src/cli/recorded.data.ts'
import { goal } from '../lib/goal.ts'
import { median } from '../lib/measure.ts'
import { reported, wrong, type Row } from '../lib/row.ts'
import { sixNodes } from '../lib/workload.ts'

/** Median of real outages at a node timeout of 5 s, crash to promotion (golden recordings). */
const REAL_OUTAGE = 7.55

/** A primary is lost under load: wall seconds until its replica is promoted, and the simulated length. */
const outage = (seed: number): { wall: number; simulated: number } | null => {
  const s = new Session(sixNodes(), seed)
  s.advance(3 * SEC)
  const began = performance.now()
  const from = s.now
  s.dispatch({ type: 'crash', process: 'n1' })
  const isOver = (f: Fact): boolean => f.type === 'failover.promoted'
  for (let seen = s.facts.length; s.now < from + 30 * SEC; seen = s.facts.length) {
    s.advance(s.now + SEC / 4)
    const end = s.facts.slice(seen).find(isOver)
    if (end) return { wall: (performance.now() - began) / 1000, simulated: (end.at - from) / SEC }
  }
  return null
}

await goal(({ quick }) => {
  const rows: Row[] = []
  const outages = Array.from({ length: quick ? 5 : 15 }, (_, i) => outage(i + 1))
  if (outages.includes(null)) rows.push(wrong('G4 an outage', '', 'no replica was promoted within 30 s'))
  else {
    const all = outages.filter((o) => o !== null)
    const wall = median(all.map((o) => o.wall))
    rows.push(
      reported(
        'G4 an outage at 5k operations a second',
        `${(wall * 1000).toFixed(0)} ms`,
        `a real one ${REAL_OUTAGE} s`,
        REAL_OUTAGE / wall,
        `aim 150×; simulated median ${median(all.map((o) => o.simulated)).toFixed(2)} s`,
      ),
    )
  }
  for (const { nodes, timeout, messages } of RECORDED_TRAFFIC) {
    const seeds = quick ? 1 : 5
    const ours = Array.from({ length: seeds }, (_, i) => messagesASecond(nodes, timeout, i + 1)).reduce((a, b) => a + b, 0) / seeds
    const share = ours / messages
    const name = `G6 messages a second of ${nodes} nodes at ${timeout / 1000} s`
    const words = `a real cluster ${messages.toFixed(1)}`
    if (Math.abs(share - 1) > 0.2) rows.push(wrong(name, words, `${ours.toFixed(1)} is not within a fifth`))
    else rows.push(reported(name, ours.toFixed(1), words, share, 'within a fifth'))
  }
  return rows
})
