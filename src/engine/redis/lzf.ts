/** LZF as in Redis's lzf_c.c and lzf_d.c (HLOG 16, VERY_FAST): one char is one byte. */

const LOG = 16
const MOST_LITERALS = 32
const MOST_BACK = 8192
const LONGEST = 264

/** The compressed text, or null where it would not be at least four bytes shorter. */
export const compress = (text: string): string | null => {
  const most = text.length - 4
  if (most <= 0) return null
  const seen = new Map<number, number>()
  const byte = (i: number): number => text.charCodeAt(i)
  const placeOf = (i: number): number => {
    const h = (byte(i) << 16) | (byte(i + 1) << 8) | byte(i + 2)
    return ((h >>> (24 - LOG)) - h * 5) & ((1 << LOG) - 1)
  }
  const out: number[] = [0]
  const end = text.length
  let literals = 0
  let i = 0
  const literal = (): void => {
    literals++
    out.push(byte(i++))
    if (literals !== MOST_LITERALS) return
    out[out.length - literals - 1] = literals - 1
    literals = 0
    out.push(0)
  }
  while (i < end - 2) {
    const place = placeOf(i)
    const from = seen.get(place) ?? -1
    seen.set(place, i)
    const back = i - from - 1
    const matches =
      from > 0 && back < MOST_BACK && byte(from) === byte(i) && byte(from + 1) === byte(i + 1) && byte(from + 2) === byte(i + 2)
    if (!matches) {
      if (out.length >= most) return null
      literal()
      continue
    }
    if (out.length - (literals === 0 ? 1 : 0) + 4 >= most) return null
    if (literals === 0) out.pop()
    else out[out.length - literals - 1] = literals - 1
    const longest = Math.min(end - i - 2, LONGEST)
    let length = 2
    do length++
    while (length < longest && byte(from + length) === byte(i + length))
    length -= 2
    if (length < 7) out.push((back >> 8) + (length << 5))
    else out.push((back >> 8) + 224, length - 7)
    out.push(back & 0xff)
    literals = 0
    out.push(0)
    i += length + 2
    if (i >= end - 2) break
    // the last two places of the match are remembered
    seen.set(placeOf(i - 2), i - 2)
    seen.set(placeOf(i - 1), i - 1)
  }
  if (out.length + 3 > most) return null
  while (i < end) literal()
  if (literals === 0) out.pop()
  else out[out.length - literals - 1] = literals - 1
  let packed = ''
  for (let at = 0; at < out.length; at += 8192) packed += String.fromCharCode(...out.slice(at, at + 8192))
  return packed
}

/** The text that was compressed to this; null = it was not. */
export const decompress = (packed: string, length: number): string | null => {
  const out: number[] = []
  let i = 0
  while (i < packed.length) {
    const control = packed.charCodeAt(i++)
    if (control < MOST_LITERALS) {
      if (i + control + 1 > packed.length) return null
      for (let n = 0; n <= control; n++) out.push(packed.charCodeAt(i++))
    } else {
      let more = control >> 5
      if (more === 7) more += packed.charCodeAt(i++)
      const from = out.length - ((control & 0x1f) << 8) - packed.charCodeAt(i++) - 1
      // NaN where the packed text ends too early
      if (!(from >= 0)) return null
      for (let n = 0; n < more + 2; n++) out.push(out[from + n])
    }
    if (out.length > length) return null
  }
  if (out.length !== length) return null
  let text = ''
  for (let at = 0; at < out.length; at += 8192) text += String.fromCharCode(...out.slice(at, at + 8192))
  return text
}
