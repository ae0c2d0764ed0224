/** Redis's glob (util.c stringmatchlen): * ? [a-z] [^…] and \x. */
export const globMatches = (pattern: string, text: string): boolean => match(pattern, 0, text, 0)

const match = (p: string, pi: number, t: string, ti: number): boolean => {
  while (pi < p.length && ti < t.length) {
    const c = p[pi]
    if (c === '*') {
      while (p[pi + 1] === '*') pi++
      if (pi + 1 === p.length) return true
      for (; ti <= t.length; ti++) if (match(p, pi + 1, t, ti)) return true
      return false
    }
    if (c === '[') {
      const end = classEnd(p, pi)
      if (!inClass(p.slice(pi + 1, end), t[ti])) return false
      pi = end
    } else if (c !== '?') {
      if (c === '\\' && pi + 1 < p.length) pi++
      if (p[pi] !== t[ti]) return false
    }
    pi++
    ti++
  }
  if (ti === t.length) while (p[pi] === '*') pi++
  return pi >= p.length && ti === t.length
}

/** Where the class that opens at `from` closes; the last character when it never does. */
const classEnd = (p: string, from: number): number => {
  let i = from + 1
  for (; i < p.length; i++) {
    if (p[i] === '\\') i++
    else if (p[i] === ']') return i
  }
  return p.length
}

const inClass = (body: string, c: string): boolean => {
  const not = body[0] === '^'
  let found = false
  for (let i = not ? 1 : 0; i < body.length; i++) {
    if (body[i] === '\\' && i + 1 < body.length) {
      if (body[++i] === c) found = true
    } else if (body[i + 1] === '-' && i + 2 < body.length) {
      const [from, to] = body[i] <= body[i + 2] ? [body[i], body[i + 2]] : [body[i + 2], body[i]]
      if (c >= from && c <= to) found = true
      i += 2
    } else if (body[i] === c) found = true
  }
  return found !== not
}
