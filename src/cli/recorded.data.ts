/**
 * Recordings of Redis 7.0.15 on one machine (two cores, loopback), as numbers: what a simulated run is held beside.
 * Milliseconds unless named otherwise.
 */

/** Sixty failovers of six nodes, 15 a setting. Columns as FAILOVER_COLUMNS names them; `stalled`: it sat out the retry window of an earlier election. */
export const FAILOVER_COLUMNS = [
  'firstPfail',
  'pfailToFail',
  'failToScheduled',
  'drawnDelay',
  'cronSlack',
  'wonAfterStart',
  'clientAfterWon',
  'total',
  'stalled',
] as const

export const RECORDED_FAILOVERS: Readonly<Record<string, readonly (readonly number[])[]>> = {
  'kill9 1000': [
    [1083, 227, 74, 675, 29, 2, 49, 2139, 0],
    [1029, 331, 97, 873, 31, 10, 46, 2417, 0],
    [1008, 339, 65, 800, 7, 1, 53, 2273, 0],
    [1110, 569, 35, 922, 82, 1, 56, 2775, 0],
    [1083, 249, 53, 997, 9, 1, 45, 2437, 0],
    [1091, 394, 10, 827, 81, 4, 13, 2420, 0],
    [1193, 337, 99, 909, 98, 1, 50, 2687, 0],
    [1143, 383, 71, 654, 53, 2, 10, 2316, 0],
    [1324, 530, 4, 742, 62, 1, 53, 2716, 0],
    [1029, 202, 17, 736, 71, 1, 12, 2068, 0],
    [1161, 431, 96, 798, 6, 1, 53, 2546, 0],
    [1215, 546, 91, 655, 50, 1, 52, 2610, 0],
    [1013, 493, 72, 518, 86, 2, 51, 2235, 0],
    [1287, 246, 32, 642, 63, 2, 19, 2291, 0],
    [1018, 449, 52, 538, 65, 2, 47, 2171, 0],
  ],
  'kill9 5000': [
    [5193, 2010, 83, 502, 1, 2, 34, 7825, 0],
    [5258, 929, 76, 813, 90, 2, 52, 7220, 0],
    [5391, 2121, 91, 722, 80, 2, 5, 8412, 0],
    [5053, 2787, 101, 668, 35, 2, 6, 8652, 0],
    [5186, 1958, 100, 520, 82, 1, 9, 7856, 0],
    [6179, 214, 87, 836, 69, 2, 50, 7437, 0],
    [5085, 1557, 51, 767, 38, 1, 47, 7546, 0],
    [5137, 605, 13, 647, 57, 2, 50, 6511, 0],
    [6107, 1607, 0, 795, 10, 2, 9, 8530, 0],
    [5267, 1723, 68, 851, 54, 1, 52, 8016, 0],
    [5182, 2017, 22, 733, 72, 1, 52, 8079, 0],
    [5283, 2322, 101, 869, 35, 5, 7, 8622, 0],
    [5199, 947, 61, 753, 52, 6, 56, 7074, 0],
    [5968, 201, 51, 957, 48, 2, 8, 7235, 0],
    [6018, 1394, 50, 533, 70, 2, 49, 8116, 0],
  ],
  'sigstop 1000': [
    [1127, 111, 91, 768, 37, 1, 50, 2185, 0],
    [1349, 177, 25, 579, 24, 2, 47, 2203, 0],
    [1247, 107, 1, 747, 58, 1, 51, 2212, 0],
    [1006, 504, 62, 724, 82, 3, 20, 2401, 0],
    [1037, 303, 91, 645, 59, 1, 52, 2188, 0],
    [1199, 380, 22, 997, 8, 2, 56, 2664, 0],
    [1010, 418, 81, 889, 18, 2, 50, 2468, 0],
    [1024, 103, 16, 712, 94, 1, 53, 2003, 0],
    [1156, 361, 42, 564, 41, 1, 8, 2173, 0],
    [1205, 380, 55, 987, 19, 3, 6, 2655, 0],
    [1195, 331, 71, 593, 11, 1, 12, 2214, 0],
    [1140, 450, 13, 896, 12, 1, 51, 2563, 0],
    [1144, 419, 40, 838, 68, 2, 50, 2561, 0],
    [1029, 249, 68, 793, 12, 2, 52, 2205, 0],
    [1177, 217, 85, 946, 59, 2, 7, 2493, 0],
  ],
  'sigstop 5000': [
    [5937, 1794, 33, 623, 79, 1, 47, 8514, 0],
    [5372, 2587, 83, 999, 4, 3, 13, 9061, 0],
    [5539, 1592, 88, 766, 37, 2, 11, 8035, 0],
    [5361, 1109, 2604, 907, 100, 1, 60, 10142, 1],
    [5620, 1005, 50, 719, 84, 2, 49, 7529, 0],
    [6524, 2487, 25, 793, 10, 2, 9, 9850, 0],
    [6270, 592, 76, 715, 88, 2, 56, 7799, 0],
    [6005, 702, 18, 526, 77, 1, 47, 7376, 0],
    [5814, 1150, 54, 556, 46, 1, 52, 7673, 0],
    [5206, 1163, 26, 898, 5, 2, 7, 7307, 0],
    [5357, 2262, 80, 631, 72, 1, 49, 8452, 0],
    [5711, 915, 64, 891, 13, 2, 48, 7644, 0],
    [5485, 1034, 99, 728, 74, 1, 51, 7472, 0],
    [5634, 2067, 26, 900, 3, 2, 52, 8684, 0],
    [5230, 502, 64, 859, 44, 2, 11, 6712, 0],
  ],
}

/**
 * Seventeen partitions. `alone`: a primary cut off by itself; `pair`: with its replica.
 * lastAck: the last write the cut-off primary took, after the cut; promoted: its replica elsewhere; firstAck: the first write that took; doomed: writes
 * taken on the losing side; fell: when a third primary saw the cluster fail.
 */
export interface RecordedPartition {
  timeout: number
  inside: 'alone' | 'pair'
  lastAck: number
  promoted: number | null
  firstAck: number | null
  doomed: number
  fell: number
}

export const RECORDED_PARTITIONS: readonly RecordedPartition[] = [
  { timeout: 2000, inside: 'alone', lastAck: 2397, promoted: 3173, firstAck: 3178, doomed: 548, fell: 2411 },
  { timeout: 2000, inside: 'alone', lastAck: 2824, promoted: 4567, firstAck: 4568, doomed: 646, fell: 3641 },
  { timeout: 2000, inside: 'alone', lastAck: 2578, promoted: 4362, firstAck: 4364, doomed: 586, fell: 3456 },
  { timeout: 2000, inside: 'alone', lastAck: 2484, promoted: 3443, firstAck: 3445, doomed: 572, fell: 2622 },
  { timeout: 2000, inside: 'alone', lastAck: 2190, promoted: 3961, firstAck: 3965, doomed: 495, fell: 3049 },
  { timeout: 2000, inside: 'alone', lastAck: 2948, promoted: 4241, firstAck: 4245, doomed: 605, fell: 3307 },
  { timeout: 2000, inside: 'pair', lastAck: 2784, promoted: null, firstAck: null, doomed: 626, fell: 2956 },
  { timeout: 2000, inside: 'pair', lastAck: 2985, promoted: null, firstAck: null, doomed: 681, fell: 2519 },
  { timeout: 5000, inside: 'alone', lastAck: 5346, promoted: 8037, firstAck: 8041, doomed: 1239, fell: 7336 },
  { timeout: 5000, inside: 'alone', lastAck: 6936, promoted: 7579, firstAck: 7581, doomed: 1587, fell: 6835 },
  { timeout: 5000, inside: 'alone', lastAck: 7254, promoted: 6609, firstAck: 6613, doomed: 1642, fell: 5868 },
  { timeout: 5000, inside: 'alone', lastAck: 7012, promoted: 7238, firstAck: 7244, doomed: 1604, fell: 6337 },
  { timeout: 5000, inside: 'alone', lastAck: 6996, promoted: 7886, firstAck: 7890, doomed: 1591, fell: 7241 },
  { timeout: 5000, inside: 'alone', lastAck: 6812, promoted: 8754, firstAck: 8758, doomed: 1571, fell: 7898 },
  { timeout: 5000, inside: 'alone', lastAck: 6723, promoted: 7517, firstAck: 7520, doomed: 1497, fell: 6816 },
  { timeout: 5000, inside: 'alone', lastAck: 6649, promoted: 7179, firstAck: 7180, doomed: 1500, fell: 6443 },
  { timeout: 5000, inside: 'alone', lastAck: 5662, promoted: 6920, firstAck: 6922, doomed: 1281, fell: 6074 },
  { timeout: 5000, inside: 'alone', lastAck: 6328, promoted: 7547, firstAck: 7552, doomed: 1300, fell: 6599 },
  { timeout: 5000, inside: 'alone', lastAck: 7385, promoted: 9028, firstAck: 9030, doomed: 1661, fell: 8329 },
  { timeout: 5000, inside: 'alone', lastAck: 6508, promoted: 6993, firstAck: 6997, doomed: 1476, fell: 6318 },
]

/** Messages a second on the bus of a settled cluster, all nodes together. */
export const RECORDED_TRAFFIC = [
  { nodes: 6, timeout: 15_000, messages: 12.0 },
  { nodes: 6, timeout: 5000, messages: 20.7 },
  { nodes: 6, timeout: 1000, messages: 118.9 },
  { nodes: 10, timeout: 5000, messages: 58.2 },
] as const
