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
