import { below, type Stream } from '../../engine/core/random.ts'
import type { Request } from '../requests.ts'

const PARTS = [
  ...[
    '*1\r\n$4\r\nPING\r\n',
    '*2\r\n$4\r\nECHO\r\n$5\r\nhe\r\no\r\n',
    'PING\r\n',
    'ECHO "a b"\r\n',
    "ECHO 'a\\'b'\n",
    '\r\n',
    '\n',
    ' \r\n',
  ],
  ...['*', '$', '*1\r\n', '*3\r\n', '*0\r\n', '*-1\r\n', '$0\r\n\r\n', '$-1\r\n', '$3\r\nabc', '\r', '*2147483647\r\n', '*99999999999\r\n'],
  ...[
    '$4\r\nPING\r\n',
    '$536870912\r\n',
    '$9223372036854775808\r\n',
    '*1\r\n*1\r\n*1\r\n',
    '>1\r\n',
    '%1\r\n',
    '"',
    "'",
    '\\x',
    '\0',
    '\xff',
    '-',
    '+1',
  ],
]

/** Bytes as a broken or hostile client might send them. */
export const randomInput = (s: Stream): Buffer => {
  let text = ''
  for (let n = 1 + below(s, 6); n > 0; n--) text += PARTS[below(s, PARTS.length)]
  const bytes = Buffer.from(text, 'latin1')
  // a byte changed, a byte lost, the end lost
  if (bytes.length > 0 && below(s, 3) === 0) bytes[below(s, bytes.length)] = below(s, 256)
  const cut = below(s, 4) === 0 ? below(s, bytes.length + 1) : bytes.length
  return bytes.subarray(0, cut)
}

/** Nobody's commands but these are meant to be run. */
export const isHarmless = (requests: readonly Request[]): boolean =>
  requests.every((r) => 'error' in r || (/^(ping|echo)$/i.test(r.argv[0]) && r.argv.length === (/ping/i.test(r.argv[0]) ? 1 : 2)))
