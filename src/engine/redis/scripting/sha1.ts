/** SHA-1 of a byte string, in hexadecimal: the name of a script. */
export const sha1 = (bytes: string): string => {
  const length = bytes.length
  const blocks = ((length + 8) >> 6) + 1
  const words = new Int32Array(blocks * 16)
  for (let i = 0; i < length; i++) words[i >> 2] |= bytes.charCodeAt(i) << (24 - (i & 3) * 8)
  words[length >> 2] |= 0x80 << (24 - (length & 3) * 8)
  words[blocks * 16 - 1] = length * 8
  let [a, b, c, d, e] = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0]
  const w = new Int32Array(80)
  const turn = (x: number, n: number): number => (x << n) | (x >>> (32 - n))
  for (let block = 0; block < blocks; block++) {
    const before = [a, b, c, d, e]
    for (let i = 0; i < 80; i++) {
      w[i] = i < 16 ? words[block * 16 + i] : turn(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1)
      const mixed =
        i < 20
          ? ((b & c) | (~b & d)) + 0x5a827999
          : i < 40
            ? (b ^ c ^ d) + 0x6ed9eba1
            : i < 60
              ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
              : (b ^ c ^ d) + 0xca62c1d6
      const next = (turn(a, 5) + mixed + e + w[i]) | 0
      e = d
      d = c
      c = turn(b, 30)
      b = a
      a = next
    }
    a = (a + before[0]) | 0
    b = (b + before[1]) | 0
    c = (c + before[2]) | 0
    d = (d + before[3]) | 0
    e = (e + before[4]) | 0
  }
  return [a, b, c, d, e].map((x) => (x >>> 0).toString(16).padStart(8, '0')).join('')
}
