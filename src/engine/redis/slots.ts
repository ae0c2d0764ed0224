/** Number of hash slots (cluster-spec: "the key space is split into 16384 slots"). */
export const SLOTS = 16384

/** CRC16/XMODEM: polynomial 0x1021, start 0, not reflected, no final xor; check("123456789") = 0x31C3. */
const TABLE = /* @__PURE__ */ Uint16Array.from({ length: 256 }, (_, i) => {
  let crc = i << 8
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff
  return crc
})

/** CRC16 of the bytes from `start` to before `end` of a byte string. */
export const crc16 = (bytes: string, start = 0, end = bytes.length): number => {
  let crc = 0
  for (let i = start; i < end; i++) crc = ((crc << 8) & 0xffff) ^ TABLE[((crc >>> 8) ^ bytes.charCodeAt(i)) & 0xff]
  return crc
}

/**
 * Slot of a key. "If the key contains a {...} pattern only the substring between { and } is hashed": the first {, the first } after
 * it, and at least one byte between; otherwise the whole key.
 */
export const keySlot = (key: string): number => {
  const open = key.indexOf('{')
  if (open >= 0) {
    const close = key.indexOf('}', open + 1)
    if (close > open + 1) return crc16(key, open + 1, close) & (SLOTS - 1)
  }
  return crc16(key) & (SLOTS - 1)
}

/** What of the key is hashed: the tag, or the whole key. */
export const hashedPart = (key: string): string => {
  const open = key.indexOf('{')
  const close = open < 0 ? -1 : key.indexOf('}', open + 1)
  return close > open + 1 ? key.slice(open + 1, close) : key
}
