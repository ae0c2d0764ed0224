/**
 * `npm test`: everything that must hold, on a machine that has only Node.
 * The closing line is `N passed, N failed`: types, lint and build count one each, then every unit and browser test.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { install } from './lib/install.mjs'
import { findBrowser } from './lib/browser.mjs'
import { buildArgs, buildStamp, stampBuild } from './lib/build.mjs'
import { binOf, node, notes, readJson, say } from './lib/house.mjs'

const began = Date.now()
const elapsed = () => (Date.now() - began) / 1000
let passed = 0
let failed = 0
const lines = []

/** Adds one line to the summary; says what went wrong as soon as it is known. */
function count(name, result, good, bad, remark = '') {
  passed += good
  failed += bad
  const verdict = bad ? 'FAILED' : 'ok'
  const late = result.late ? ' (out of time)' : ''
  lines.push(
    `  ${name.padEnd(10)} ${verdict.padEnd(7)} ${String(good).padStart(5)} passed ${String(bad).padStart(4)} failed ${result.seconds.toFixed(1).padStart(7)} s${late}${remark}`,
  )
  if (bad) console.log(`\n──── ${name} ────${late}\n${result.words.trimEnd()}\n`)
  else say(`${name} ok (${result.seconds.toFixed(1)} s)${remark}`)
}

function close() {
  console.log(`\n${lines.join('\n')}\n  ${elapsed().toFixed(0)} s in all\n`)
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed ? 1 : 0)
}

try {
  await install()
  await findBrowser()
} catch (error) {
  count('set-up', { seconds: elapsed(), words: error.message }, 0, 1)
  close()
}

// About six minutes on two idle cores; a busy machine gets its time, a hung run does not go on for ever.
const deadline = Math.max(1500, elapsed() + 900)
const within = (seconds) => Math.max(5, Math.min(seconds, deadline - elapsed()))
const once = (name, args, seconds) =>
  node(args, { quiet: true, seconds: within(seconds) }).then((result) => {
    count(name, result, result.ok ? 1 : 0, result.ok ? 0 : 1)
    return result
  })

const stamp = buildStamp()
const [, , built] = await Promise.all([
  once('types', [binOf('typescript', 'tsc'), '-b'], 120),
  once('lint', [binOf('oxlint')], 60),
  once('build', buildArgs(), 120),
])
if (built.ok) stampBuild(stamp)

{
  const file = join(notes, 'unit.json')
  rmSync(file, { force: true })
  const args = [binOf('vitest'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const result = await node(args, { quiet: true, seconds: within(700), env: { NO_COLOR: '1' } })
  const report = readJson(file)
  const good = report?.numPassedTests ?? 0
  let bad = report?.numFailedTests ?? 0
  // A file that does not even load holds no failed test, and still failed.
  for (const suite of report?.testResults ?? [])
    if (suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed')) bad++
  if ((!result.ok || !good) && !bad) bad = 1
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0)
  count('unit', result, good, bad, skipped ? `, ${skipped} skipped` : '')
}

if (built.ok) {
  const file = join(notes, 'e2e.json')
  rmSync(file, { force: true })
  const args = [binOf('@playwright/test', 'playwright'), 'test', '--reporter=line,json']
  const result = await node(args, {
    quiet: true,
    seconds: within(700),
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file, NO_COLOR: '1', FORCE_COLOR: undefined },
  })
  const report = readJson(file)
  const good = (report?.stats.expected ?? 0) + (report?.stats.flaky ?? 0)
  const second = report?.stats.flaky ?? 0
  let bad = report?.stats.unexpected ?? 0
  if ((!result.ok || !good) && !bad) bad = 1
  const skipped = report?.stats.skipped ?? 0
  count('browser', result, good, bad, (skipped ? `, ${skipped} skipped` : '') + (second ? `, ${second} on the second try` : ''))
} else count('browser', { seconds: 0, words: 'Not run: there is no build.' }, 0, 1)

close()
