import { describe, expect, it } from 'vitest'
import { globMatches } from './glob.ts'
import { addInt64, addLongDouble, parseInt64, parseLongDouble, printLongDouble } from './numbers.ts'

describe('64-bit integers', () => {
  it.each([
    ['0', 0],
    ['-1', -1],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
  ])('%s', (text, n) => expect(parseInt64(text)).toBe(n))
  it.each([
    '',
    '-',
    '-0',
    '00',
    '01',
    '+1',
    ' 1',
    '1 ',
    '1.0',
    'a',
    '9223372036854775808',
    '-9223372036854775809',
    '123456789012345678901',
  ])('not %j', (text) => expect(parseInt64(text)).toBe(null))
  it('are exact, and know their ends', () => {
    expect(addInt64(9007199254740991, 2)).toBe(9007199254740993n)
    expect(addInt64(9223372036854775807n, -9223372036854775807n)).toBe(0)
    expect(addInt64(9223372036854775807n, 1)).toBe(null)
    expect(addInt64(-9223372036854775808n, -1)).toBe(null)
  })
})

describe('long doubles, as INCRBYFLOAT prints them', () => {
  const sum = (a: string, b: string): string => printLongDouble(addLongDouble(parseLongDouble(a)!, parseLongDouble(b)!)!)
  it.each([
    ['0.1', '0.2', '0.3'],
    ['10.50', '0.1', '10.6'],
    ['5.0e3', '2.0e2', '5200'],
    ['0', '-5', '-5'],
    ['1', '-1', '0'],
    ['3', '0.00000000000000001', '3.00000000000000001'],
    ['1e20', '1', '100000000000000000000'],
    ['1e30', '1', '1000000000000000000024696061952'],
    ['-0.1', '0.1', '0'],
  ])('%s + %s = %s', (a, b, c) => expect(sum(a, b)).toBe(c))
  it.each(['', ' 1', '1 ', 'abc', '.', 'e5', '1e', 'nan'])('not %j', (text) => expect(parseLongDouble(text)).toBe(null))
})

describe('patterns', () => {
  it.each([
    ['*', '', true],
    ['h?llo', 'hello', true],
    ['h?llo', 'hllo', false],
    ['h*llo', 'heeeello', true],
    ['h[ae]llo', 'hallo', true],
    ['h[ae]llo', 'hillo', false],
    ['h[^e]llo', 'hallo', true],
    ['h[^e]llo', 'hello', false],
    ['h[a-b]llo', 'hbllo', true],
    ['h[b-a]llo', 'hallo', true],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a**', 'a', true],
    ['[', 'a', false],
    ['', 'a', false],
  ])('%s matches %s: %s', (pattern, text, yes) => expect(globMatches(pattern, text)).toBe(yes))
})
