import { parseDouble } from '../numbers.ts'
import { pow } from '../../core/math.ts'
import type { Expr, Stat } from './parse.ts'

/** Runs a script's tree. Its values live only while it runs: nothing of them is part of the node's state. */

export type Value = undefined | boolean | number | string | Table | LuaFunction

/** Keys as Lua has them: a number and the string that looks like it are two. */
export class Table {
  readonly hash = new Map<Exclude<Value, undefined>, Exclude<Value, undefined>>()
  private locked = false

  /** Libraries cannot be changed by scripts. */
  lock(): this {
    this.locked = true
    return this
  }
  get isLocked(): boolean {
    return this.locked
  }
  get(key: Value): Value {
    return key === undefined ? undefined : this.hash.get(key)
  }
  set(key: Exclude<Value, undefined>, value: Value): void {
    if (value === undefined) this.hash.delete(key)
    else this.hash.set(key, value)
  }
  /** The border of the array part. */
  get length(): number {
    let n = 0
    while (this.hash.has(n + 1)) n++
    return n
  }
}

export interface LuaFunction {
  readonly call: (args: Value[], line: number) => Value[]
}

/** error(): any value; `line` is where. */
export class LuaError extends Error {
  constructor(
    readonly value: Value,
    readonly line: number,
  ) {
    super()
  }
}

/** The script asks for something the lab does not have. */
export class NotSimulated extends Error {}

export const fail = (line: number, text: string): never => {
  throw new LuaError(`user_script:${line}: ${text}`, line)
}

export const typeOf = (v: Value): string =>
  v === undefined ? 'nil' : typeof v === 'object' ? (v instanceof Table ? 'table' : 'function') : typeof v

/** %.14g. */
export const textOfNumber = (n: number): string => {
  if (Number.isNaN(n)) return '-nan'
  if (!Number.isFinite(n)) return n > 0 ? 'inf' : '-inf'
  const [digits, power] = n.toExponential(13).split('e')
  const e = Number(power)
  const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
  if (e < -4 || e >= 14) return `${trimmed(digits)}e${e < 0 ? '-' : '+'}${String(Math.abs(e)).padStart(2, '0')}`
  return trimmed(n.toFixed(Math.max(0, 13 - e)))
}

export const asText = (v: Value): string | null => (typeof v === 'string' ? v : typeof v === 'number' ? textOfNumber(v) : null)

export const asNumber = (v: Value): number | null => {
  if (typeof v === 'number') return v
  if (typeof v !== 'string') return null
  const text = v.trim()
  return /^0[xX][0-9a-fA-F]+$/.test(text) ? Number(text) : parseDouble(text)
}

interface Scope {
  readonly vars: Map<string, Value>
  readonly up: Scope | null
  readonly dots: Value[]
}

/** What a block ends with: null = it ran to its end. */
type End = { kind: 'return'; values: Value[] } | { kind: 'break' } | null
const BREAK: End = { kind: 'break' }

/** A lab has no time for endless loops. */
const MOST_STEPS = 2_000_000

export class Script {
  private steps = 0

  constructor(private readonly globals: Map<string, Value>) {}

  run(program: readonly Stat[]): Value[] {
    const end = this.block(program, { vars: new Map(), up: null, dots: [] })
    return end !== null && end.kind === 'return' ? end.values : []
  }

  private block(body: readonly Stat[], scope: Scope): End {
    for (const stat of body) {
      if (++this.steps > MOST_STEPS) throw new NotSimulated('a script of so many steps')
      const end = this.statement(stat, scope)
      if (end !== null) return end
    }
    return null
  }

  private inner(up: Scope): Scope {
    return { vars: new Map(), up, dots: up.dots }
  }

  private statement(stat: Stat, scope: Scope): End {
    switch (stat.kind) {
      case 'local': {
        const values = this.list(stat.values, scope)
        stat.names.forEach((name, i) => scope.vars.set(name, values[i]))
        return null
      }
      case 'localFunction':
        scope.vars.set(stat.name, undefined)
        scope.vars.set(stat.name, this.eval(stat.value, scope))
        return null
      case 'assign': {
        const values = this.list(stat.values, scope)
        stat.targets.forEach((target, i) => this.assign(target, values[i], scope))
        return null
      }
      case 'call':
        this.all(stat.call, scope)
        return null
      case 'return':
        return { kind: 'return', values: this.list(stat.values, scope) }
      case 'break':
        return BREAK
      case 'do':
        return this.block(stat.body, this.inner(scope))
      case 'if': {
        const i = stat.tests.findIndex((test) => isTrue(this.eval(test, scope)))
        const body = i >= 0 ? stat.bodies[i] : stat.bodies[stat.tests.length]
        return body === undefined ? null : this.block(body, this.inner(scope))
      }
      case 'while':
        while (isTrue(this.eval(stat.test, scope))) {
          const end = this.turn(stat.body, this.inner(scope))
          if (end !== null) return end.kind === 'break' ? null : end
        }
        return null
      case 'repeat':
        for (;;) {
          const inside = this.inner(scope)
          const end = this.turn(stat.body, inside)
          if (end !== null) return end.kind === 'break' ? null : end
          if (isTrue(this.eval(stat.test, inside))) return null
        }
      case 'for':
        return this.count(stat, scope)
      case 'forIn':
        return this.iterate(stat, scope)
    }
  }

  /** One turn of a loop, which counts even when its body is empty. */
  private turn(body: readonly Stat[], scope: Scope): End {
    if (++this.steps > MOST_STEPS) throw new NotSimulated('a script of so many steps')
    return this.block(body, scope)
  }

  private count(stat: Extract<Stat, { kind: 'for' }>, scope: Scope): End {
    const bound = (e: Expr | null, what: string): number => {
      const n = e === null ? 1 : asNumber(this.eval(e, scope))
      return n ?? fail(stat.line, `'for' ${what} must be a number`)
    }
    const from = bound(stat.from, 'initial value')
    const to = bound(stat.to, 'limit')
    const step = bound(stat.step, 'step')
    for (let i = from; step > 0 ? i <= to : i >= to; i += step) {
      const inside = this.inner(scope)
      inside.vars.set(stat.name, i)
      const end = this.turn(stat.body, inside)
      if (end !== null) return end.kind === 'break' ? null : end
    }
    return null
  }

  private iterate(stat: Extract<Stat, { kind: 'forIn' }>, scope: Scope): End {
    const [next, subject, start] = this.list(stat.values, scope)
    let control = start
    for (;;) {
      const values = this.call(next, [subject, control], stat.line, '')
      if (values[0] === undefined) return null
      control = values[0]
      const inside = this.inner(scope)
      stat.names.forEach((name, i) => inside.vars.set(name, values[i]))
      const end = this.turn(stat.body, inside)
      if (end !== null) return end.kind === 'break' ? null : end
    }
  }

  private assign(target: Expr, value: Value, scope: Scope): void {
    if (target.kind === 'name') {
      for (let s: Scope | null = scope; s !== null; s = s.up)
        if (s.vars.has(target.name)) {
          s.vars.set(target.name, value)
          return
        }
      return fail(target.line, 'Attempt to modify a readonly table')
    }
    if (target.kind !== 'index') return
    const table = this.eval(target.of, scope)
    const key = this.eval(target.key, scope)
    if (!(table instanceof Table)) return fail(target.line, `attempt to index ${this.named(target.of)}a ${typeOf(table)} value`)
    if (table.isLocked) return fail(target.line, 'Attempt to modify a readonly table')
    if (key === undefined || Number.isNaN(key)) return fail(target.line, `table index is ${key === undefined ? 'nil' : 'NaN'}`)
    table.set(key, value)
  }

  /** Values of several expressions: the last one gives all it has. */
  private list(exprs: readonly Expr[], scope: Scope): Value[] {
    const out: Value[] = []
    for (let i = 0; i < exprs.length; i++) {
      if (i === exprs.length - 1) out.push(...this.all(exprs[i], scope))
      else out.push(this.eval(exprs[i], scope))
    }
    return out
  }

  private all(e: Expr, scope: Scope): Value[] {
    if (e.kind === 'dots') return scope.dots
    if (e.kind !== 'call') return [this.eval(e, scope)]
    if (e.method === null) return this.call(this.eval(e.callee, scope), this.list(e.args, scope), e.line, this.named(e.callee))
    const self = this.eval(e.callee, scope)
    const method = this.index(self, e.method, e.line, this.named(e.callee))
    return this.call(method, [self, ...this.list(e.args, scope)], e.line, `method '${e.method}' `)
  }

  call(f: Value, args: Value[], line: number, name: string): Value[] {
    if (typeof f === 'object' && !(f instanceof Table)) return f.call(args, line)
    return fail(line, name === '' ? `attempt to call a ${typeOf(f)} value` : `attempt to call ${name}(a ${typeOf(f)} value)`)
  }

  private index(of: Value, key: Value, line: number, name: string): Value {
    if (of instanceof Table) return of.get(key)
    if (typeof of === 'string') {
      const library = this.globals.get('string')
      return library instanceof Table ? library.get(key) : undefined
    }
    return fail(line, name === '' ? `attempt to index a ${typeOf(of)} value` : `attempt to index ${name}(a ${typeOf(of)} value)`)
  }

  /** How messages name what an expression stands for. */
  private named(e: Expr): string {
    if (e.kind === 'name') return this.globals.has(e.name) ? `global '${e.name}' ` : `local '${e.name}' `
    return e.kind === 'index' && e.key.kind === 'string' ? `field '${e.key.value}' ` : ''
  }

  eval(e: Expr, scope: Scope): Value {
    switch (e.kind) {
      case 'nil':
        return undefined
      case 'true':
        return true
      case 'false':
        return false
      case 'number':
      case 'string':
        return e.value
      case 'dots':
        return scope.dots[0]
      case 'paren':
        return this.eval(e.value, scope)
      case 'name':
        return this.lookUp(e.name, e.line, scope)
      case 'index':
        return this.index(this.eval(e.of, scope), this.eval(e.key, scope), e.line, this.named(e.of))
      case 'call':
        return this.all(e, scope)[0]
      case 'function':
        return this.closure(e, scope)
      case 'table': {
        const table = new Table()
        let n = 1
        e.items.forEach((item, i) => {
          if (item.key !== null) {
            const key = this.eval(item.key, scope)
            if (key !== undefined) table.set(key, this.eval(item.value, scope))
          } else if (i === e.items.length - 1) for (const v of this.all(item.value, scope)) table.set(n++, v)
          else table.set(n++, this.eval(item.value, scope))
        })
        return table
      }
      case 'unary':
        return this.unary(e, scope)
      case 'binary':
        return this.binary(e, scope)
    }
  }

  private lookUp(name: string, line: number, scope: Scope): Value {
    for (let s: Scope | null = scope; s !== null; s = s.up) if (s.vars.has(name)) return s.vars.get(name)
    if (!this.globals.has(name)) return fail(line, `Script attempted to access nonexistent global variable '${name}'`)
    const value = this.globals.get(name)
    if (value === undefined) throw new NotSimulated(name)
    return value
  }

  private closure(e: Extract<Expr, { kind: 'function' }>, up: Scope): LuaFunction {
    return {
      call: (args) => {
        const scope: Scope = { vars: new Map(), up, dots: e.dots ? args.slice(e.params.length) : [] }
        e.params.forEach((name, i) => scope.vars.set(name, args[i]))
        const end = this.block(e.body, scope)
        return end !== null && end.kind === 'return' ? end.values : []
      },
    }
  }

  private unary(e: Extract<Expr, { kind: 'unary' }>, scope: Scope): Value {
    const v = this.eval(e.value, scope)
    if (e.op === 'not') return !isTrue(v)
    if (e.op === '-') {
      const n = asNumber(v)
      return n === null ? fail(e.line, `attempt to perform arithmetic on ${this.subject(e.value, v)}`) : -n
    }
    if (typeof v === 'string') return v.length
    return v instanceof Table ? v.length : fail(e.line, `attempt to get length of ${this.subject(e.value, v)}`)
  }

  private subject(e: Expr, v: Value): string {
    const name = this.named(e)
    return name === '' ? `a ${typeOf(v)} value` : `${name}(a ${typeOf(v)} value)`
  }

  private binary(e: Extract<Expr, { kind: 'binary' }>, scope: Scope): Value {
    const left = this.eval(e.left, scope)
    if (e.op === 'and') return isTrue(left) ? this.eval(e.right, scope) : left
    if (e.op === 'or') return isTrue(left) ? left : this.eval(e.right, scope)
    const right = this.eval(e.right, scope)
    switch (e.op) {
      case '==':
        return left === right
      case '~=':
        return left !== right
      case '<':
      case '>':
      case '<=':
      case '>=':
        return this.compare(e.op, left, right, e.line)
      case '..': {
        const [a, b] = [asText(left), asText(right)]
        if (a === null || b === null)
          return fail(e.line, `attempt to concatenate ${a === null ? this.subject(e.left, left) : this.subject(e.right, right)}`)
        return a + b
      }
    }
    const [a, b] = [asNumber(left), asNumber(right)]
    if (a === null || b === null)
      return fail(e.line, `attempt to perform arithmetic on ${a === null ? this.subject(e.left, left) : this.subject(e.right, right)}`)
    switch (e.op) {
      case '+':
        return a + b
      case '-':
        return a - b
      case '*':
        return a * b
      case '/':
        return a / b
      case '%':
        return a - Math.floor(a / b) * b
      default:
        return power(a, b)
    }
  }

  private compare(op: string, left: Value, right: Value, line: number): boolean {
    const alike = typeof left === typeof right && (typeof left === 'number' || typeof left === 'string')
    if (!alike) {
      const [a, b] = [typeOf(left), typeOf(right)]
      return fail(line, a === b ? `attempt to compare two ${a} values` : `attempt to compare ${a} with ${b}`)
    }
    const [a, b] = [left as number, right as number]
    return op === '<' ? a < b : op === '>' ? a > b : op === '<=' ? a <= b : a >= b
  }
}

/** Whole powers by multiplication, so that they are exact where a double is. */
const power = (x: number, y: number): number => {
  if (!Number.isInteger(y) || Math.abs(y) > 1024) return pow(x, y)
  let out = 1
  for (let i = 0; i < Math.abs(y); i++) out *= x
  return y < 0 ? 1 / out : out
}

export const isTrue = (v: Value): boolean => v !== undefined && v !== false
