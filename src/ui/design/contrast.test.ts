import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

// WCAG 2.2: text needs 4.5 : 1 against what is behind it, the lines of a graphic 3 : 1.

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8')

function theme(name: 'light' | 'dark'): Map<string, string> {
  const block = css.slice(css.indexOf(`[data-theme='${name}']`)).split('}')[0] ?? ''
  return new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, token, colour]) => [token!, colour!]))
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (high! + 0.05) / (low! + 0.05)
}

const shards = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H']
const text: [string, string][] = [
  ...['ink', 'ink2', 'ink3', 'signal'].flatMap((t): [string, string][] => [
    [t, 'bg'],
    [t, 'stage'],
  ]),
  ['ink', 'sunk'],
  ['ink2', 'sunk'],
  ['ink', 'signal-wash'],
  ['on-ink', 'ink'],
  ['on-signal', 'signal'],
]
const graphic = ['edge', ...shards].flatMap((t): [string, string][] => [
  [t, 'bg'],
  [t, 'stage'],
])

describe.each(['light', 'dark'] as const)('contrast in the %s theme', (name) => {
  const tokens = theme(name)
  const of = (a: string, b: string) => contrast(tokens.get(a)!, tokens.get(b)!)

  it.each(text)('text: %s on %s', (a, b) => expect(of(a, b)).toBeGreaterThanOrEqual(4.5))
  it.each(graphic)('graphic: %s on %s', (a, b) => expect(of(a, b)).toBeGreaterThanOrEqual(3))
  it.each(shards)('the letter on shard %s', (shard) =>
    expect(of(tokens.has(`on-${shard}`) ? `on-${shard}` : 'on-shard', shard)).toBeGreaterThanOrEqual(4.5),
  )
})
