import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { Malformed, parseRecording, readRecordings } from './replay/recording.ts'
import { replay } from './replay/replay.ts'

const folder = join(import.meta.dirname, 'golden')

/** What the engine knows and does not simulate; anything else that is unsupported is a mistake. */
const ALLOWED = new Set(['measuring scripts and outside programs', 'XADD', 'XRANGE', 'PFADD', 'GEOADD'])

describe('recordings of Redis 7.0.15', () => {
  const recordings = readRecordings(folder)

  it.each(recordings.map((r) => [r.file, r] as const))('%s', { timeout: 60_000 }, (_file, recording) => {
    const result = replay(recording)
    expect(result.failures).toEqual([])
    expect(result.passed + result.unsupported).toBe(result.total)
    const surprising = [...result.missing.keys()].filter(
      (what) => !ALLOWED.has(what) && !what.endsWith('(depends on a value that is not simulated)'),
    )
    expect(surprising).toEqual([])
  })

  it('are scored step by step', () => {
    const scored = Object.fromEntries(
      recordings.map((r) => [
        r.file,
        r.rows.length + r.lines.filter((l) => l.script || (l.score && !l.volatile && (l.reply ?? l.linesMyself) !== null)).length,
      ]),
    )
    expect(scored).toEqual({
      '01_keyslot.jsonl': 1400,
      '02_redirects.jsonl': 318,
      '03_migration.jsonl': 670,
      '05_clusterdown_fullcoverage_yes.jsonl': 243,
      '05_minority_master.jsonl': 6,
      '14_create_allocation.jsonl': 14,
      '14_rebalance.jsonl': 14,
      '19_found_by_comparison.jsonl': 38,
      '19_random_cluster.jsonl': 300,
      '19_random_single.jsonl': 600,
      '20_acl.jsonl': 549,
      '21_lua.jsonl': 812,
      '22_commands.jsonl': 138,
      '23_functions.jsonl': 189,
      '24_functions_cluster.jsonl': 140,
      '25_counts.jsonl': 53,
    })
  })
})

const HEADER = '{"header":true,"kind":"replies","mode":"standalone","nodes":["7000"]}'
const lines = (...rows: string[]): string => [HEADER, ...rows].join('\n') + '\n'

describe('a replay', () => {
  it('sees a wrong reply, and says what came instead', () => {
    const { failures } = replay(
      parseRecording('a.jsonl', lines('{"step":1,"node":"7000","cmd":["PING"],"reply":{"type":"simple","value":"PANG"}}')),
    )
    expect(failures).toEqual([{ file: 'a.jsonl', line: 2, step: 1, command: 'PING', expected: 'simple "PANG"', got: 'simple "PONG"' }])
  })

  it('tells a null array from nothing at all', () => {
    const wire = (w: string) => lines(`{"node":"7000","cmd":["GET","k"],"reply":{"type":"nil","value":null${w}}}`)
    expect(replay(parseRecording('a.jsonl', wire(''))).passed).toBe(1)
    expect(replay(parseRecording('a.jsonl', wire(',"wire":"*-1"'))).failures).toHaveLength(1)
  })

  it('counts what is not simulated and what hangs on it, and nothing else', () => {
    const result = replay(
      parseRecording(
        'a.jsonl',
        lines(
          '{"node":"7000","cmd":["PFADD","l","a"],"reply":{"type":"int","value":1}}',
          '{"node":"7000","cmd":["TYPE","l"],"reply":{"type":"simple","value":"string"}}',
          '{"node":"7000","cmd":["SET","k","v"],"reply":{"type":"simple","value":"OK"}}',
          '{"node":"7000","cmd":["DEL","l"],"reply":{"type":"int","value":1}}',
          '{"node":"7000","cmd":["EXISTS","l"],"reply":{"type":"int","value":0}}',
        ),
      ),
    )
    expect([result.passed, result.total, result.unsupported, result.failures]).toEqual([2, 5, 3, []])
    expect([...result.missing.keys()]).toEqual([
      'PFADD',
      'TYPE (depends on a value that is not simulated)',
      'DEL (depends on a value that is not simulated)',
    ])
  })

  it('lets time pass only where the recording does', () => {
    const result = replay(
      parseRecording(
        'a.jsonl',
        lines(
          '{"node":"7000","cmd":["SET","k","v","PX","100"],"reply":{"type":"simple","value":"OK"}}',
          '{"node":"7000","cmd":["EXISTS","k"],"reply":{"type":"int","value":1},"sleep_ms_before":99}',
          '{"node":"7000","cmd":["EXISTS","k"],"reply":{"type":"int","value":0},"sleep_ms_before":1}',
        ),
      ),
    )
    expect(result.failures).toEqual([])
  })
})

test('a folder or file that is no recording is refused in one sentence', () => {
  expect(() => readRecordings(join(folder, 'nowhere'))).toThrow(Malformed)
  const empty = mkdtempSync(join(tmpdir(), 'golden-'))
  expect(() => readRecordings(empty)).toThrow('holds no .jsonl file')
  writeFileSync(join(empty, 'x.jsonl'), '{"kind":"replies"')
  expect(() => readRecordings(empty)).toThrow('x.jsonl:1 is not JSON.')
  rmSync(empty, { recursive: true })
  expect(() => parseRecording('y.jsonl', lines('{"node":"7001","cmd":["PING"],"reply":{"type":"simple","value":"PONG"}}'))).toThrow(
    'y.jsonl:2 speaks to the node 7001',
  )
  expect(() => parseRecording('y.jsonl', lines('{"do":[{"explode":["7000"]}]}'))).toThrow('y.jsonl:2 has a "do" that is not understood.')
})
