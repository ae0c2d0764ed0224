/** What the lab uses of fengari, a Lua virtual machine; its modules are plain CommonJS. */

declare module 'fengari/src/types' {
  export interface TString {
    realstring: Uint8Array
    text?: string
    place?: number
    getstr(): Uint8Array
  }
  export interface TValue {
    type: number
    value: unknown
    ttisnil(): boolean
    setfrom(other: TValue): void
    setsvalue(ts: TString): void
    setfltvalue(x: number): void
    setnilvalue(): void
  }
  export interface Instruction {
    opcode: number
    B: number
    C: number
  }
  export interface CallInfo {
    funcOff: number
    callstatus: number
    previous: CallInfo | null
    l_code: Instruction[]
    l_savedpc: number
    func: TValue
  }
  export interface State {
    stack: TValue[]
    top: number
    ci: CallInfo
    base_ci: CallInfo
    status: number
    hookcount: number
    nCcalls: number
    errorJmp: object | null
    l_G: {
      id_counter: number
      mainthread: State
      atnativeerror: CFunction | null
      mt: (object | null | undefined)[]
      l_registry: TValue
    }
  }
  export interface Debug {
    name: Uint8Array | null
    namewhat: Uint8Array
    source: Uint8Array
    short_src: Uint8Array
    currentline: number
  }
  export type CFunction = (L: State) => number
}

declare module 'fengari/src/defs.js' {
  import type { Debug } from 'fengari/src/types'
  const defs: { lua_Debug: new () => Debug }
  export default defs
}
declare module 'fengari/src/lobject.js' {
  import type { State, TString, TValue } from 'fengari/src/types'
  const lobject: {
    TValue: { new (type: number, value: unknown): TValue; prototype: Record<string, unknown> }
    luaO_str2num(s: Uint8Array, o: TValue): number
    luaO_tostring(L: State, o: TValue): void
    luaO_pushfstring(L: State, fmt: Uint8Array, ...args: unknown[]): Uint8Array
    luaO_pushvfstring(L: State, fmt: Uint8Array, args: unknown[]): Uint8Array
  }
  export default lobject
}
declare module 'fengari/src/lfunc.js' {
  const lfunc: { Proto: { prototype: object } }
  export default lfunc
}
declare module 'fengari/src/lstring.js' {
  import type { State, TString } from 'fengari/src/types'
  const lstring: { TString: { prototype: TString }; luaS_hash(bytes: Uint8Array): string; luaS_bless(L: State, bytes: Uint8Array): TString }
  export default lstring
}
declare module 'fengari/src/ltable.js' {
  const ltable: Record<string, unknown>
  export default ltable
}
declare module 'fengari/src/ltm.js' {
  const ltm: { TMS: Record<string, number>; fasttm(l: unknown, et: unknown, e: number): unknown }
  export default ltm
}
declare module 'fengari/src/lvm.js' {
  import type { State, TValue } from 'fengari/src/types'
  const lvm: { luaV_lessthan(L: State, a: TValue, b: TValue): number }
  export default lvm
}
declare module 'fengari/src/ldebug.js' {
  import type { CallInfo, Debug, State } from 'fengari/src/types'
  const ldebug: {
    luaG_runerror(L: State, fmt: Uint8Array, ...args: unknown[]): never
    lua_getinfo(L: State, what: Uint8Array, ar: Debug & { i_ci?: CallInfo }): number
    lua_sethook(L: State, hook: ((L: State) => void) | null, mask: number, count: number): void
  }
  export default ldebug
}
declare module 'fengari/src/ldo.js' {
  import type { State } from 'fengari/src/types'
  const ldo: {
    luaD_checkstack(L: State, n: number): void
    lua_resume(L: State, from: State, nargs: number): number
    lua_yieldk(L: State, n: number, ctx: number, k: null): number
  }
  export default ldo
}
declare module 'fengari/src/lstate.js' {
  import type { State } from 'fengari/src/types'
  const lstate: { lua_newstate(): State; lua_newthread(L: State): State }
  export default lstate
}
declare module 'fengari/src/lapi.js' {
  import type { State } from 'fengari/src/types'
  const lapi: {
    lua_load(L: State, reader: (L: State, data: unknown) => Uint8Array | null, data: unknown, name: Uint8Array, mode: null): number
    lua_pcallk(L: State, nargs: number, nresults: number, errfunc: number, ctx: number, k: null): number
    lua_callk(L: State, nargs: number, nresults: number, ctx: number, k: null): void
    lua_error(L: State): never
  }
  export default lapi
}
