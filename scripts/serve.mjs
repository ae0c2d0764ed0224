/** `node scripts/serve.mjs PORT`: serves the build as it stands, for the browser tests. It ends when whoever started it has ended. */
import { dist } from './lib/house.mjs'
import { serve } from './lib/server.mjs'

const parent = process.ppid
setInterval(() => {
  if (process.ppid !== parent) process.exit()
}, 1000).unref()

const { url } = await serve(dist, { port: Number(process.argv[2] ?? 4173) })
console.log(`serving ${url}`)
