/** Lua 5.1, read into a tree. Everything of its grammar; what a script may call is in library.ts. */

export type Expr =
  | { kind: 'nil' | 'true' | 'false' | 'dots' }
  | { kind: 'number'; value: number }
  | { kind: 'string'; value: string }
  | { kind: 'name'; name: string; line: number }
  | { kind: 'index'; of: Expr; key: Expr; line: number }
  | { kind: 'call'; callee: Expr; method: string | null; args: Expr[]; line: number }
  | { kind: 'function'; params: string[]; dots: boolean; body: Stat[] }
  | { kind: 'unary'; op: string; value: Expr; line: number }
  | { kind: 'binary'; op: string; left: Expr; right: Expr; line: number }
  | { kind: 'table'; items: { key: Expr | null; value: Expr }[] }
  | { kind: 'paren'; value: Expr }

export type Stat =
  | { kind: 'local'; names: string[]; values: Expr[] }
  | { kind: 'assign'; targets: Expr[]; values: Expr[]; line: number }
  | { kind: 'call'; call: Expr }
  | { kind: 'do'; body: Stat[] }
  | { kind: 'while'; test: Expr; body: Stat[] }
  | { kind: 'repeat'; test: Expr; body: Stat[] }
  | { kind: 'if'; tests: Expr[]; bodies: Stat[][] }
  | { kind: 'for'; name: string; from: Expr; to: Expr; step: Expr | null; body: Stat[]; line: number }
  | { kind: 'forIn'; names: string[]; values: Expr[]; body: Stat[]; line: number }
  | { kind: 'localFunction'; name: string; value: Expr }
  | { kind: 'return'; values: Expr[] }
  | { kind: 'break' }

/** Text that is no Lua; the message as Lua words it, after the place. */
export class LuaSyntax extends Error {}

interface Token {
  kind: 'name' | 'number' | 'string' | 'word' | 'end'
  text: string
  /** as it stands in the script, for messages. */
  shown: string
  line: number
}

const WORDS = new Set([
  'and',
  'break',
  'do',
  'else',
  'elseif',
  'end',
  'false',
  'for',
  'function',
  'if',
  'in',
  'local',
  'nil',
  'not',
  'or',
  'repeat',
  'return',
  'then',
  'true',
  'until',
  'while',
])
const SIGNS = /^(\.\.\.|\.\.|==|~=|<=|>=|[+\-*/%^#<>=(){}[\];:,.])/
const NUMBER = /^(0[xX][0-9a-fA-F]+|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)/
const ESCAPES: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

const fail = (line: number, what: string): never => {
  throw new LuaSyntax(`user_script:${line}: ${what}`)
}

const longBracket = (source: string, at: number): { level: number; from: number } | null => {
  const m = /^\[(=*)\[/.exec(source.slice(at, at + 20))
  return m === null ? null : { level: m[1].length, from: at + m[0].length }
}

const tokens = (source: string): Token[] => {
  const out: Token[] = []
  let line = 1
  let i = 0
  const longText = (open: { level: number; from: number }): string => {
    const close = `]${'='.repeat(open.level)}]`
    const end = source.indexOf(close, open.from)
    if (end < 0) fail(line, "unfinished long string (starting at line 1) near '<eof>'")
    const text = source.slice(open.from, end).replace(/^\r?\n/, '')
    line += source.slice(i, end).split('\n').length - 1
    i = end + close.length
    return text
  }
  while (i < source.length) {
    const c = source[i]
    if (c === '\n') line++
    if (/\s/.test(c)) {
      i++
      continue
    }
    if (source.startsWith('--', i)) {
      const open = longBracket(source, i + 2)
      if (open !== null) longText(open)
      else {
        const end = source.indexOf('\n', i)
        i = end < 0 ? source.length : end
      }
      continue
    }
    const open = c === '[' ? longBracket(source, i) : null
    if (open !== null) {
      const from = i
      const text = longText(open)
      out.push({ kind: 'string', text, shown: source.slice(from, i), line })
      continue
    }
    const rest = source.slice(i, i + 200)
    const name = /^[A-Za-z_]\w*/.exec(rest)?.[0]
    if (name !== undefined) {
      const whole = /^\w*/.exec(source.slice(i))![0]
      out.push({ kind: WORDS.has(whole) ? 'word' : 'name', text: whole, shown: whole, line })
      i += whole.length
      continue
    }
    const number = NUMBER.exec(rest)?.[0]
    if (number !== undefined && /[\d.]/.test(c)) {
      const whole = /^[\w.]*/.exec(rest.slice(number.length))![0]
      if (whole !== '') fail(line, `malformed number near '${number}${whole}'`)
      out.push({ kind: 'number', text: number, shown: number, line })
      i += number.length
      continue
    }
    if (c === '"' || c === "'") {
      const from = i
      let text = ''
      for (i++; source[i] !== c; i++) {
        if (i >= source.length) fail(line, "unfinished string near '<eof>'")
        if (source[i] === '\n') fail(line, `unfinished string near '${source.slice(from, i)}'`)
        if (source[i] !== '\\') {
          text += source[i]
          continue
        }
        const code = /^\d{1,3}/.exec(source.slice(i + 1, i + 4))?.[0]
        if (code !== undefined) {
          if (Number(code) > 255) fail(line, `escape sequence too large near '\\${code}'`)
          text += String.fromCharCode(Number(code))
          i += code.length
        } else {
          const e = source[++i]
          if (e === '\n') line++
          text += ESCAPES[e] ?? e ?? ''
        }
      }
      i++
      out.push({ kind: 'string', text, shown: source.slice(from, i), line })
      continue
    }
    const sign = SIGNS.exec(rest)?.[0] ?? fail(line, `unexpected symbol near '${c}'`)
    out.push({ kind: 'word', text: sign, shown: sign, line })
    i += sign.length
  }
  out.push({ kind: 'end', text: '<eof>', shown: '<eof>', line })
  return out
}

/** How tightly operators bind: left and right; `..` and `^` lean to the right. */
const BINDING: Record<string, [number, number]> = {
  or: [1, 1],
  and: [2, 2],
  '<': [3, 3],
  '>': [3, 3],
  '<=': [3, 3],
  '>=': [3, 3],
  '~=': [3, 3],
  '==': [3, 3],
  '..': [5, 4],
  '+': [6, 6],
  '-': [6, 6],
  '*': [7, 7],
  '/': [7, 7],
  '%': [7, 7],
  '^': [10, 9],
}
const UNARY = 8

export const parseLua = (source: string): Stat[] => {
  const list = tokens(source)
  let at = 0
  const look = (): Token => list[at]
  const is = (text: string): boolean => list[at].kind === 'word' && list[at].text === text
  const take = (text: string): boolean => is(text) && ++at > 0
  const near = (what: string): never => fail(look().line, `${what} near '${look().shown}'`)
  const expect = (text: string): void => {
    if (!take(text)) near(`'${text}' expected`)
  }
  const nameHere = (): string => (look().kind === 'name' ? list[at++].text : near("'<name>' expected"))

  const block = (): Stat[] => {
    const body: Stat[] = []
    while (look().kind !== 'end' && !['end', 'else', 'elseif', 'until'].some(is)) {
      const stat = statement()
      take(';')
      if (stat === null) continue
      body.push(stat)
      if (stat.kind === 'return' || stat.kind === 'break') break
    }
    return body
  }
  const expressions = (): Expr[] => {
    const out = [expression(0)]
    while (take(',')) out.push(expression(0))
    return out
  }
  const names = (first: string): string[] => {
    const out = [first]
    while (take(',')) out.push(nameHere())
    return out
  }
  const body = (method: boolean): Expr => {
    const params = method ? ['self'] : []
    let dots = false
    expect('(')
    if (!is(')'))
      do {
        if (take('...')) {
          dots = true
          break
        }
        params.push(nameHere())
      } while (take(','))
    expect(')')
    const inner = block()
    expect('end')
    return { kind: 'function', params, dots, body: inner }
  }

  const statement = (): Stat | null => {
    const { line } = look()
    if (take('if')) {
      const tests = [expression(0)]
      expect('then')
      const bodies = [block()]
      while (take('elseif')) {
        tests.push(expression(0))
        expect('then')
        bodies.push(block())
      }
      if (take('else')) bodies.push(block())
      expect('end')
      return { kind: 'if', tests, bodies }
    }
    if (take('while')) {
      const test = expression(0)
      expect('do')
      const inner = block()
      expect('end')
      return { kind: 'while', test, body: inner }
    }
    if (take('do')) {
      const inner = block()
      expect('end')
      return { kind: 'do', body: inner }
    }
    if (take('repeat')) {
      const inner = block()
      expect('until')
      return { kind: 'repeat', body: inner, test: expression(0) }
    }
    if (take('for')) return loop(line)
    if (take('function')) {
      let target: Expr = { kind: 'name', name: nameHere(), line }
      let method = false
      while (is('.') || is(':')) {
        method = list[at++].text === ':'
        target = { kind: 'index', of: target, key: { kind: 'string', value: nameHere() }, line }
        if (method) break
      }
      return { kind: 'assign', targets: [target], values: [body(method)], line }
    }
    if (take('local')) {
      if (take('function')) return { kind: 'localFunction', name: nameHere(), value: body(false) }
      const found = names(nameHere())
      return { kind: 'local', names: found, values: take('=') ? expressions() : [] }
    }
    if (take('return')) {
      const isOver = look().kind === 'end' || ['end', 'else', 'elseif', 'until', ';'].some(is)
      return { kind: 'return', values: isOver ? [] : expressions() }
    }
    if (take('break')) return { kind: 'break' }
    const first = suffixed()
    if (first.kind === 'call') return { kind: 'call', call: first }
    const targets: Expr[] = [first]
    while (take(',')) targets.push(suffixed())
    if (!is('=') || targets.some((t) => t.kind !== 'name' && t.kind !== 'index')) near("'=' expected")
    at++
    return { kind: 'assign', targets, values: expressions(), line }
  }

  const loop = (line: number): Stat => {
    const first = nameHere()
    if (take('=')) {
      const from = expression(0)
      expect(',')
      const to = expression(0)
      const step = take(',') ? expression(0) : null
      expect('do')
      const inner = block()
      expect('end')
      return { kind: 'for', name: first, from, to, step, body: inner, line }
    }
    if (!is(',') && !is('in')) near("'=' or 'in' expected")
    const found = names(first)
    expect('in')
    const values = expressions()
    expect('do')
    const inner = block()
    expect('end')
    return { kind: 'forIn', names: found, values, body: inner, line }
  }

  const primary = (): Expr => {
    const t = look()
    if (t.kind === 'name') {
      at++
      return { kind: 'name', name: t.text, line: t.line }
    }
    if (take('(')) {
      const value = expression(0)
      expect(')')
      return { kind: 'paren', value }
    }
    return near('unexpected symbol')
  }

  const suffixed = (): Expr => {
    let e = primary()
    for (;;) {
      const { line, kind } = look()
      if (take('.')) e = { kind: 'index', of: e, key: { kind: 'string', value: nameHere() }, line }
      else if (take('[')) {
        e = { kind: 'index', of: e, key: expression(0), line }
        expect(']')
      } else if (take(':')) e = { kind: 'call', callee: e, method: nameHere(), args: args(), line }
      else if (kind === 'string' || is('(') || is('{')) e = { kind: 'call', callee: e, method: null, args: args(), line }
      else return e
    }
  }

  const args = (): Expr[] => {
    const t = look()
    if (t.kind === 'string') {
      at++
      return [{ kind: 'string', value: t.text }]
    }
    if (is('{')) return [table()]
    if (!take('(')) near('function arguments expected')
    if (take(')')) return []
    const out = expressions()
    expect(')')
    return out
  }

  const table = (): Expr => {
    const items: { key: Expr | null; value: Expr }[] = []
    expect('{')
    while (!is('}')) {
      if (take('[')) {
        const key = expression(0)
        expect(']')
        expect('=')
        items.push({ key, value: expression(0) })
      } else if (look().kind === 'name' && list[at + 1].kind === 'word' && list[at + 1].text === '=') {
        const key: Expr = { kind: 'string', value: nameHere() }
        at++
        items.push({ key, value: expression(0) })
      } else items.push({ key: null, value: expression(0) })
      if (!take(',') && !take(';')) break
    }
    expect('}')
    return { kind: 'table', items }
  }

  const simple = (): Expr => {
    const t = look()
    if (t.kind === 'number' || t.kind === 'string') {
      at++
      return t.kind === 'number' ? { kind: 'number', value: Number(t.text) } : { kind: 'string', value: t.text }
    }
    if (take('nil')) return { kind: 'nil' }
    if (take('true')) return { kind: 'true' }
    if (take('false')) return { kind: 'false' }
    if (take('...')) return { kind: 'dots' }
    if (take('function')) return body(false)
    if (is('{')) return table()
    return suffixed()
  }

  const expression = (limit: number): Expr => {
    const { line } = look()
    let left: Expr
    if (is('not') || is('-') || is('#')) {
      const op = list[at++].text
      left = { kind: 'unary', op, value: expression(UNARY), line }
    } else left = simple()
    for (;;) {
      const t = look()
      const binding = t.kind === 'word' ? BINDING[t.text] : undefined
      if (binding === undefined || binding[0] <= limit) return left
      at++
      left = { kind: 'binary', op: t.text, left, right: expression(binding[1]), line: t.line }
    }
  }

  const program = block()
  if (look().kind !== 'end') near("'<eof>' expected")
  return program
}
