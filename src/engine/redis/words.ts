const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' }
const isBlank = (c: string) => c === ' ' || c === '\n' || c === '\r' || c === '\t' || c === '\0' || c === '\v' || c === '\f'

/** A line in bytes, one char each, as its words (sdssplitargs): an inline command, or the first line of a library. null: the quotes do not balance. */
export const splitWords = (text: string): string[] | null => {
  const args: string[] = []
  let i = 0
  for (;;) {
    while (i < text.length && isBlank(text[i])) i++
    if (i >= text.length) return args
    let arg = ''
    let quote: '"' | "'" | null = null
    for (; ; i++) {
      const c = text[i]
      if (quote === null) {
        if (c === undefined || isBlank(c)) break
        if (c === '"' || c === "'") quote = c
        else arg += c
        continue
      }
      if (c === undefined) return null
      if (c === quote) {
        i++
        if (i < text.length && !isBlank(text[i])) return null
        break
      }
      if (c !== '\\') arg += c
      else if (quote === "'") {
        if (text[i + 1] === "'") {
          arg += "'"
          i++
        } else arg += c
      } else {
        const hex = /^x([0-9a-fA-F]{2})/.exec(text.slice(i + 1, i + 4))
        if (hex) {
          arg += String.fromCharCode(parseInt(hex[1], 16))
          i += 3
        } else if (i + 1 < text.length) {
          arg += ESCAPES[text[i + 1]] ?? text[i + 1]
          i++
        } else arg += c
      }
    }
    args.push(arg)
  }
}
