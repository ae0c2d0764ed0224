import { exp, log, nearest } from './math.ts'

/** State of one named stream (sfc32, Chris Doty-Humphrey's small fast counter generator). */
export interface Stream {
  a: number
  b: number
  c: number
  d: number
}

/** 32-bit FNV-1a of the text, finished by murmur3's mixer. */
export const hash32 = (text: string, seed = 0): number => {
  let h = (0x811c9dc5 ^ seed) | 0
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** A stream seeded from (seed, name): two names never share their numbers, whatever else changes. */
export const newStream = (seed: number, name: string): Stream => {
  const s = { a: hash32(name, seed) | 0, b: hash32(name, seed ^ 0x9e3779b9) | 0, c: seed | 0, d: 1 }
  for (let i = 0; i < 15; i++) next32(s)
  return s
}

const next32 = (s: Stream): number => {
  const t = (((s.a + s.b) | 0) + s.d) | 0
  s.d = (s.d + 1) | 0
  s.a = s.b ^ (s.b >>> 9)
  s.b = (s.c + (s.c << 3)) | 0
  s.c = (((s.c << 21) | (s.c >>> 11)) + t) | 0
  return t >>> 0
}

/** Uniform in [0, 1), 32 bits. */
export const uniform = (s: Stream): number => next32(s) / 4294967296

/** Uniform integer in [0, n). */
export const below = (s: Stream, n: number): number => Math.floor((next32(s) / 4294967296) * n)

/** The next so many of `below(s, n)`, into a list: one after another, but with the stream's words at hand. */
export const manyBelow = (s: Stream, n: number, out: Int32Array, count: number): void => {
  let { a, b, c, d } = s
  for (let i = 0; i < count; i++) {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + t) | 0
    out[i] = ((t >>> 0) / 4294967296) * n
  }
  s.a = a
  s.b = b
  s.c = c
  s.d = d
}

/**
 * The exponential density cut into 256 layers of equal area (Marsaglia and Tsang, "The ziggurat method", 2000), three times
 * quicker than a logarithm a draw: nearly always the low 8 bits choose a layer and the high 24 a place well inside it.
 */
const LAYERS = 256
const PLACES = 16777216
const inside = new Int32Array(LAYERS)
const width = new Float64Array(LAYERS)
const height = new Float64Array(LAYERS)
const TAIL = 7.697117470131487
const AREA = 0.003949659822581572
{
  let x = TAIL
  let above = x
  const base = AREA / exp(-x)
  inside[0] = Math.floor((x / base) * PLACES)
  inside[1] = 0
  width[0] = base / PLACES
  width[LAYERS - 1] = x / PLACES
  height[0] = 1
  height[LAYERS - 1] = exp(-x)
  for (let i = LAYERS - 2; i >= 1; i--) {
    x = -log(AREA / x + exp(-x))
    inside[i + 1] = Math.floor((x / above) * PLACES)
    above = x
    height[i] = exp(-x)
    width[i] = x / PLACES
  }
}

/** Exponential with the given mean. */
export const exponential = (s: Stream, mean: number): number => {
  for (;;) {
    const bits = next32(s)
    const layer = bits & 255
    const place = bits >>> 8
    const x = place * width[layer]
    if (place < inside[layer]) return mean * x
    if (layer === 0) return mean * (TAIL - log(1 - uniform(s)))
    if (height[layer] + uniform(s) * (height[layer - 1] - height[layer]) < exp(-x)) return mean * x
  }
}

/** The same to the nearest whole number: a length of time. */
export const exponentialWhole = (s: Stream, mean: number): number => nearest(exponential(s, mean))
