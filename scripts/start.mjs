/** `npm start`: install, build, serve. PORT chooses where to begin looking for a free port. */
import { install } from './lib/install.mjs'
import { build } from './lib/build.mjs'
import { dist } from './lib/house.mjs'
import { serve } from './lib/server.mjs'

try {
  await install()
  await build()
  const { url } = await serve(dist, { port: Number(process.env.PORT) || 4173, next: true })
  process.removeAllListeners('SIGINT')
  process.on('SIGINT', () => process.exit(0)) // stopping it is how it ends well
  console.log(`\n  Ringside is at ${url}\n  Ctrl-C stops it.\n`)
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
