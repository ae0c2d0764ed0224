/**
 * A reply of a Redis command as plain data.
 * bulk = string (one char a byte), integer = number (bigint past 2^53), null bulk = null, array = array; the rest are tagged.
 */
export type Reply =
  | string
  | number
  | bigint
  | null
  | Reply[]
  | { simple: string }
  | { error: string }
  | { nullArray: true }
  | { map: [Reply, Reply][] }
  | { set: Reply[] }
  | { push: Reply[] }
  | { double: number }
  | { bool: boolean }
  | { verbatim: string }
  /** a whole number of any length, as its digits; RESP3 alone has it. */
  | { bignum: string }
  /** what stands before another reply and is no part of it; RESP3 alone has it. */
  | { attributes: [Reply, Reply][] }
  /** several frames where one reply is counted: what a subscriber hears within EXEC. */
  | { frames: Reply[] }
  /** a file as SYNC sends it: its length, and its bytes without a line end. */
  | { file: string }
  /** no answer is sent (SUBSCRIBE answers by pushes; QUIT closes). */
  | { none: true }

export const OK: Reply = Object.freeze({ simple: 'OK' })
export const QUEUED: Reply = Object.freeze({ simple: 'QUEUED' })
export const err = (text: string): Reply => ({ error: text })
export const isError = (r: Reply): r is { error: string } => typeof r === 'object' && r !== null && !Array.isArray(r) && 'error' in r
/** As C shows a word: to its first NUL. */
export const cString = (word: string): string => (word.includes('\0') ? word.slice(0, word.indexOf('\0')) : word)
/** An error that quotes what a client said (addReplyErrorFormat): its words to their first NUL, and no line ends. */
export const errAbout = (parts: TemplateStringsArray, ...words: string[]): Reply => {
  const text = parts.reduce((before, part, i) => before + cString(words[i - 1]) + part)
  return err(/[\r\n]/.test(text) ? text.replace(/^[\r\n]+|[\r\n]+$/g, '').replace(/[\r\n]/g, ' ') : text)
}
/** An error that is always the same. */
export const fixed = (text: string): Reply => Object.freeze({ error: text })
export const OUT_OF_MEMORY = Object.freeze({ error: "OOM command not allowed when used memory > 'maxmemory'." })
