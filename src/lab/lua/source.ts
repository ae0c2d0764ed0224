import { numberOfText } from '../../engine/redis/scripting/format.ts'

/**
 * Lua 5.1's text for a compiler of 5.3: escapes that 5.1 takes for the character itself are written as such, what the later
 * compiler would take and 5.1 refuses is found. Every line keeps its number.
 */

const ESCAPE = /[abfnrtv\\"'\n\r\d]/

/** Where a long bracket that opens at `at` ends; −1 = it is none, the whole length = it never ends. */
const longEnd = (source: string, at: number): number => {
  const m = /^\[(=*)\[/.exec(source.slice(at, at + 64))
  if (m === null) return -1
  const end = source.indexOf(`]${m[1]}]`, at + m[0].length)
  return end < 0 ? source.length : end + m[0].length
}

export interface Prepared {
  readonly text: string
  /** what 5.1 refuses here, and in which line; `first` = it is read before anything of the line can be understood. */
  readonly refused: { readonly text: string; readonly line: number; readonly first: boolean } | null
}

export const prepare = (source: string): Prepared => {
  let out = ''
  let refused: Prepared['refused'] = null
  const refuse = (text: string, first: boolean): void => {
    refused ??= { text, line: source.slice(0, i).split('\n').length, first }
  }
  let i = 0
  const copy = (end: number): void => {
    out += source.slice(i, end)
    i = end
  }
  while (i < source.length) {
    const c = source[i]
    if (c === '-' && source[i + 1] === '-') {
      const end = source[i + 2] === '[' ? longEnd(source, i + 2) : -1
      const line = source.indexOf('\n', i)
      copy(end >= 0 ? end : line < 0 ? source.length : line)
    } else if (c === '[') {
      const end = longEnd(source, i)
      copy(end >= 0 ? end : i + 1)
    } else if (c === '"' || c === "'") {
      out += c
      const from = out.length - 1
      for (i++; i < source.length && source[i] !== c && source[i] !== '\n'; i++) {
        if (source[i] !== '\\' || i + 1 >= source.length) out += source[i]
        else {
          const next = source[++i]
          const code = /^\d{1,3}/.exec(source.slice(i, i + 3))
          if (code !== null && Number(code[0]) > 255) refuse(`escape sequence too large near '${out.slice(from)}'`, true)
          out += ESCAPE.test(next) ? `\\${next}` : next
          if (next === '\r' && source[i + 1] === '\n') out += source[++i]
        }
      }
      if (i < source.length) out += source[i++]
    } else if (/[A-Za-z_]/.test(c)) copy(i + /^\w+/.exec(source.slice(i))![0].length)
    else if (/\d/.test(c) || (c === '.' && /\d/.test(source[i + 1] ?? ''))) {
      const [numeral] = /^[\d.]+(?:[eE][+-]?)?\w*/.exec(source.slice(i))!
      if (numberOfText(numeral) === null) refuse(`malformed number near '${numeral}'`, true)
      copy(i + numeral.length)
    } else {
      const m = /^(\/\/|<<|>>|::|[&|]|~(?!=))/.exec(source.slice(i, i + 3))
      if (m !== null) refuse(/^[&|]$/.test(m[0]) ? `'<eof>' expected near '${m[0]}'` : `unexpected symbol near '${m[0][0]}'`, false)
      // a ~ of ~= must not be looked at again
      copy(i + (c === '~' ? 2 : 1))
    }
  }
  return { text: out, refused }
}

/** What 5.3's compiler complains about, in the words of 5.1. */
export const complaint = (text: string): string =>
  text
    .replace(/near <eof>/, "near '<eof>'")
    .replace(/(^|: )<(eof|name)> expected/, "$1'<$2>' expected")
    .replace(/unfinished long (string|comment) \(starting at line \d+\)/, 'unfinished long $1')
    .replace(/<break> at line \d+ not inside a loop.*$/, "no loop to break near '<eof>'")
    .replace(/: syntax error near (?='[=,]')/, ': unexpected symbol near ')
    .replace(/: syntax error near /, ": '=' expected near ")
