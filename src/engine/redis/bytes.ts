const UNITS = ['B', 'K', 'M', 'G', 'T']

/** As Redis writes sizes: 939.26K, in steps of 1024. */
export const bytesText = (bytes: number): string => {
  let unit = 0
  let n = bytes
  while (n >= 1024 && unit < UNITS.length - 1) {
    n /= 1024
    unit++
  }
  return unit === 0 ? `${n}B` : `${n.toFixed(2)}${UNITS[unit]}`
}

/** A whole number's lowest bytes, the lowest first; one char is one byte. */
export const little = (n: number, bytes: number): string => {
  let out = ''
  for (let i = 0; i < bytes; i++) out += String.fromCharCode((n >>> (8 * i)) & 0xff)
  return out
}

/** The same of eight bytes. */
export const littleBig = (n: bigint): string => {
  const low = BigInt.asUintN(64, n)
  return little(Number(low & 0xffffffffn), 4) + little(Number(low >> 32n), 4)
}
