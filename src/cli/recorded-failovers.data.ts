/** Sixty failovers of Redis 7.0.15 on one machine, 15 a setting: least, median, greatest, in ms. */
export const RECORDED = {
  'kill9 1000': {
    firstPfail: [1008, 1091, 1324], pfailToFail: [202, 383, 569], failToScheduled: [4, 65, 99], drawnDelay: [518, 742, 997],
    cronSlack: [6, 62, 98], wonAfterStart: [1, 1, 10], clientAfterWon: [10, 49, 56], total: [2068, 2417, 2775],
  },
  'kill9 5000': {
    firstPfail: [5053, 5258, 6179], pfailToFail: [201, 1607, 2787], failToScheduled: [0, 68, 101], drawnDelay: [502, 753, 957],
    cronSlack: [1, 54, 90], wonAfterStart: [1, 2, 6], clientAfterWon: [5, 47, 56], total: [6511, 7856, 8652],
  },
  'sigstop 1000': {
    firstPfail: [1006, 1144, 1349], pfailToFail: [103, 331, 504], failToScheduled: [1, 55, 91], drawnDelay: [564, 768, 997],
    cronSlack: [8, 37, 94], wonAfterStart: [1, 2, 3], clientAfterWon: [6, 50, 56], total: [2003, 2214, 2664],
  },
  'sigstop 5000': {
    firstPfail: [5206, 5620, 6524], pfailToFail: [502, 1150, 2587], failToScheduled: [18, 64, 2604], drawnDelay: [526, 766, 999],
    cronSlack: [3, 46, 100], wonAfterStart: [1, 2, 3], clientAfterWon: [7, 48, 60], total: [6712, 7799, 10142],
  },
} as const
