import { expect, it } from 'vitest'
import { parseRecording } from '../replay/recording.ts'
import { replay } from '../replay/replay.ts'
import { randomAclScript } from './acl-script.ts'
import { record } from './record.ts'
import { randomClusterScript, randomScript } from './script.ts'
import { redisVersion, startServers } from './servers.ts'
import { compareStreams } from './streams.ts'

it('a script is a value of its seed, and speaks all families', () => {
  expect(randomScript(7, 300)).toEqual(randomScript(7, 300))
  expect(randomScript(8, 300)).not.toEqual(randomScript(7, 300))
  const said = new Set(
    Array.from({ length: 10 }, (_, seed) => randomScript(seed, 400)).flatMap((s) => s.map((x) => x.cmd[0].toUpperCase())),
  )
  for (const name of ['SET', 'BITFIELD', 'HSET', 'LMPOP', 'SINTERCARD', 'ZRANGESTORE', 'SORT', 'EVAL', 'EXEC', 'WATCH', 'SWAPDB', 'BLPOP'])
    expect(said, name).toContain(name)
  expect(randomAclScript(7, 300)).toEqual(randomAclScript(7, 300))
  expect(randomClusterScript(7, 100, 6, 3).every((x) => x.node < 6)).toBe(true)
})

// the same rules as recorded ones: only the one version is compared with
it.skipIf(redisVersion() !== '7.0.15')(
  'a real server and the engine give the same replies to a script neither has seen',
  { timeout: 60_000 },
  async () => {
    const servers = await startServers(0, 0)
    try {
      const text = await record(randomScript(4242, 300), servers, { name: 'random', version: '7.0.15', seed: 4242 })
      const result = replay(parseRecording('random', text))
      expect(result.failures).toEqual([])
      expect(result.passed).toBeGreaterThan(290)
    } finally {
      servers.stop()
    }
  },
)

it.skipIf(redisVersion() !== '7.0.15')('…and tell their replicas the same', { timeout: 60_000 }, async () => {
  const servers = await startServers(0, 0)
  try {
    const { agreed, differences } = await compareStreams(servers.ports[0], [randomScript(4242, 300)])
    expect(differences).toEqual([])
    expect(agreed).toBeGreaterThan(250)
  } finally {
    servers.stop()
  }
})
