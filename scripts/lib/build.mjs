/** Builds the lab, unless the last build is of these very sources. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { binOf, dist, fingerprint, node, notes, readJson, say, writeJson } from './house.mjs'

const sources = [
  'src',
  'public',
  'index.html',
  'vite.config.ts',
  'package-lock.json',
  'scripts/lib/policy.mjs',
  'scripts/lib/service-worker.js',
]
// Not in the build's own folder: a host serves all that is there.
const stampFile = join(notes, `build${dist.replaceAll(/[^\w]+/g, '-')}.json`)

export const buildArgs = () => [binOf('vite'), 'build']
export const stampBuild = (stamp) => writeJson(stampFile, { stamp })
export const buildStamp = () => fingerprint(sources)

export async function build() {
  const stamp = buildStamp()
  if (existsSync(join(dist, 'index.html')) && readJson(stampFile)?.stamp === stamp) return
  say('building the lab')
  const result = await node(buildArgs(), { seconds: 180, quiet: true })
  if (!result.ok) throw new Error(`The build failed:\n${result.words}`)
  stampBuild(stamp)
}
