import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { GLOSSARY } from './glossary.ts'
import { scenarioById } from './scenarios/index.ts'

const engine = join(import.meta.dirname, '..', 'engine')

it.each(GLOSSARY.map((t) => [t.word, t] as const))('%s: its room and its scenario exist', (_word, term) => {
  expect(existsSync(join(engine, term.room)), term.room).toBe(true)
  if (term.see !== undefined) expect(scenarioById(term.see), term.see).toBeDefined()
})

it('no word stands twice', () => {
  const words = GLOSSARY.map((t) => t.word.toLowerCase())
  expect(new Set(words).size).toBe(words.length)
})
