import { log } from './math.ts'

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
  const s = { a: hash32(name, seed), b: hash32(name, seed ^ 0x9e3779b9), c: seed | 0, d: 1 }
  for (let i = 0; i < 15; i++) next32(s)
  return s
}

const next32 = (s: Stream): number => {
  const t = (((s.a + s.b) | 0) + s.d) | 0
  s.d = (s.d + 1) | 0
  s.a = s.b ^ (s.b >>> 9)
  s.b = (s.c + (s.c << 3)) | 0
  s.c = ((s.c << 21) | (s.c >>> 11)) + t | 0
  return t >>> 0
}

/** Uniform in [0, 1), 32 bits. */
export const uniform = (s: Stream): number => next32(s) / 4294967296

/** Uniform integer in [0, n). */
export const below = (s: Stream, n: number): number => Math.floor((next32(s) / 4294967296) * n)

/** Exponential with the given mean. */
export const exponential = (s: Stream, mean: number): number => -mean * log(1 - uniform(s))
