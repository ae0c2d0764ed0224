/** `node scripts/serve.mjs PORT`: serves the build as it stands, for the browser tests. */
import { dist } from './lib/house.mjs'
import { serve } from './lib/server.mjs'

const { url } = await serve(dist, { port: Number(process.argv[2] ?? 4173) })
console.log(`serving ${url}`)
