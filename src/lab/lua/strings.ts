import lstring from 'fengari/src/lstring.js'
import type { State, TString } from 'fengari/src/types'

/**
 * fengari's strings, each with its text of one char a byte, which is also their key and their order: its own key confuses
 * "\1\35" with "\18\3". The lexer takes the function as it is loaded, so this file is imported before anything else of fengari.
 */

export const bytesOf = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

export const textOfBytes = (bytes: Uint8Array): string => {
  let text = ''
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return text
}

export const textOf = (ts: TString): string => (ts.text ??= textOfBytes(ts.realstring))

export const newString = (L: State, text: string): TString => {
  const ts = lstring.luaS_bless(L, bytesOf(text))
  ts.text = text
  return ts
}

lstring.luaS_hash = textOfBytes
Object.defineProperty(lstring.TString.prototype, 'hash', {
  get(this: TString) {
    return textOf(this)
  },
  set() {},
})
