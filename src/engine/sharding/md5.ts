/** The first 32 bits of the fractional parts of |sin 1| … |sin 64| (RFC 1321 §3.4). */
const K = new Int32Array([
  0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1,
  0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453,
  0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942,
  0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05,
  0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d,
  0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
])

/** The block under the hand, and the sum so far: written over by the next call. */
const w = new Int32Array(16)
const sum = new Int32Array(4)

/** Takes the block `w` into the sum: four rounds, each with its function, its order of words and its four rotations. */
const takeBlock = (): void => {
  let a = sum[0]
  let b = sum[1]
  let c = sum[2]
  let d = sum[3]
  for (let i = 0; i < 16; i += 4) {
    a += ((d ^ (b & (c ^ d))) + w[i] + K[i]) | 0
    a = (((a << 7) | (a >>> 25)) + b) | 0
    d += ((c ^ (a & (b ^ c))) + w[i + 1] + K[i + 1]) | 0
    d = (((d << 12) | (d >>> 20)) + a) | 0
    c += ((b ^ (d & (a ^ b))) + w[i + 2] + K[i + 2]) | 0
    c = (((c << 17) | (c >>> 15)) + d) | 0
    b += ((a ^ (c & (d ^ a))) + w[i + 3] + K[i + 3]) | 0
    b = (((b << 22) | (b >>> 10)) + c) | 0
  }
  for (let i = 16, at = 1; i < 32; i += 4, at += 20) {
    a += ((c ^ (d & (b ^ c))) + w[at & 15] + K[i]) | 0
    a = (((a << 5) | (a >>> 27)) + b) | 0
    d += ((b ^ (c & (a ^ b))) + w[(at + 5) & 15] + K[i + 1]) | 0
    d = (((d << 9) | (d >>> 23)) + a) | 0
    c += ((a ^ (b & (d ^ a))) + w[(at + 10) & 15] + K[i + 2]) | 0
    c = (((c << 14) | (c >>> 18)) + d) | 0
    b += ((d ^ (a & (c ^ d))) + w[(at + 15) & 15] + K[i + 3]) | 0
    b = (((b << 20) | (b >>> 12)) + c) | 0
  }
  for (let i = 32, at = 5; i < 48; i += 4, at += 12) {
    a += ((b ^ c ^ d) + w[at & 15] + K[i]) | 0
    a = (((a << 4) | (a >>> 28)) + b) | 0
    d += ((a ^ b ^ c) + w[(at + 3) & 15] + K[i + 1]) | 0
    d = (((d << 11) | (d >>> 21)) + a) | 0
    c += ((d ^ a ^ b) + w[(at + 6) & 15] + K[i + 2]) | 0
    c = (((c << 16) | (c >>> 16)) + d) | 0
    b += ((c ^ d ^ a) + w[(at + 9) & 15] + K[i + 3]) | 0
    b = (((b << 23) | (b >>> 9)) + c) | 0
  }
  for (let i = 48, at = 0; i < 64; i += 4, at += 28) {
    a += ((c ^ (b | ~d)) + w[at & 15] + K[i]) | 0
    a = (((a << 6) | (a >>> 26)) + b) | 0
    d += ((b ^ (a | ~c)) + w[(at + 7) & 15] + K[i + 1]) | 0
    d = (((d << 10) | (d >>> 22)) + a) | 0
    c += ((a ^ (d | ~b)) + w[(at + 14) & 15] + K[i + 2]) | 0
    c = (((c << 15) | (c >>> 17)) + d) | 0
    b += ((d ^ (c | ~a)) + w[(at + 21) & 15] + K[i + 3]) | 0
    b = (((b << 21) | (b >>> 11)) + c) | 0
  }
  sum[0] += a
  sum[1] += b
  sum[2] += c
  sum[3] += d
}

/** MD5 of a byte string (one char a byte) as four little-endian words; the next call writes over them, so that nothing is allocated. */
export const md5Words = (bytes: string): Int32Array => {
  const { length } = bytes
  sum[0] = 0x67452301
  sum[1] = 0xefcdab89
  sum[2] = 0x98badcfe
  sum[3] = 0x10325476
  const last = (length + 8) >> 6
  let at = 0
  for (let block = 0; block <= last; block++) {
    let i = 0
    for (; i < 16 && at + 4 <= length; at += 4)
      w[i++] = bytes.charCodeAt(at) | (bytes.charCodeAt(at + 1) << 8) | (bytes.charCodeAt(at + 2) << 16) | (bytes.charCodeAt(at + 3) << 24)
    if (i < 16) {
      // what is left of the key, a one bit behind it (once), and zeros
      let word = 0
      if (at <= length) {
        word = 0x80 << ((length - at) << 3)
        for (let j = 0; at + j < length; j++) word |= bytes.charCodeAt(at + j) << (j << 3)
        at = length + 1
      }
      w[i++] = word
      while (i < 16) w[i++] = 0
    }
    if (block === last) w[14] = length << 3
    takeBlock()
  }
  return sum
}

/** MD5 of a byte string, in hexadecimal (RFC 1321). */
export const md5 = (bytes: string): string =>
  Array.from(md5Words(bytes), (word) =>
    [0, 8, 16, 24].map((shift) => ((word >>> shift) & 255).toString(16).padStart(2, '0')).join(''),
  ).join('')
