import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { below, newStream } from '../core/random.ts'
import { md5 } from './md5.ts'

/** RFC 1321, A.5 "Test suite". */
const SUITE: [string, string][] = [
  ['', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['a', '0cc175b9c0f1b6a831c399e269772661'],
  ['abc', '900150983cd24fb0d6963f7d28e17f72'],
  ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
  ['abcdefghijklmnopqrstuvwxyz', 'c3fcd3d76192e4007dfb496cca67e13b'],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', 'd174ab98d277d9f5a5611c2c9f419d9f'],
  ['12345678901234567890123456789012345678901234567890123456789012345678901234567890', '57edf4a22be3c955ac49da2e2107b67a'],
]

test.each(SUITE)('MD5 ("%s") = %s', (text, sum) => {
  expect(md5(text)).toBe(sum)
})

const theirs = (bytes: string): string => createHash('md5').update(Buffer.from(bytes, 'latin1')).digest('hex')

test('byte strings of every length to 200, and keys beyond ASCII as UTF-8', () => {
  const stream = newStream(1, 'bytes')
  for (let length = 0; length <= 200; length++)
    for (let i = 0; i < 5; i++) {
      const bytes = String.fromCharCode(...Array.from({ length }, () => below(stream, 256)))
      expect(md5(bytes)).toBe(theirs(bytes))
    }
  for (const key of ['Zürich', 'ключ:1', '鍵', '🔑'.repeat(40)])
    expect(md5(Buffer.from(key).toString('latin1'))).toBe(createHash('md5').update(key).digest('hex'))
})
