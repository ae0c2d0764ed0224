import { expect, test } from 'vitest'
import { leastShards } from './capacity.ts'
import { rawMemory, usableMemory } from './load.ts'
import { isolatedLoss, isolatedStop } from './loss.ts'

test.each([
  ['six machines of 16 GB, one replica, 1.2, 30 % free', usableMemory(96, 1, 1.2, 0.7), 28],
  ['raw memory for 10 GB', rawMemory(10, 1, 1.2, 0.7), 34.2857],
  ['three primaries: the later of two suspicions', isolatedStop(3, 2).mean, 2.6667],
  ['four: the second of three', isolatedStop(4, 2).mean, 2.5],
  ['lost, at least', isolatedLoss(100, 20, 15, 3).least, 1500],
  ['lost, at most', isolatedLoss(100, 60, 15, 3).most, 2250],
  ['a cut shorter than the timeout', isolatedLoss(100, 4, 5, 3).most, 0],
  ['10 GB and 100,000 reads', leastShards(10, 16, 1.2, 0.7, 100_000, 100_000).shards, 3],
  ['reads decide', leastShards(10, 16, 1.2, 0.7, 450_000, 100_000).shards, 5],
  ['memory decides', leastShards(60, 16, 1.2, 0.7, 50_000, 100_000).shards, 7],
])('%s', (_name, value, check) => expect(value).toBeCloseTo(check, 3))
