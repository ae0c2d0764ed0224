/**
 * How long a primary cut off from all others goes on acknowledging writes, seconds, with M primaries and node-timeout T. It stops when
 * it no longer reaches a majority, that is when it suspects ⌈M/2⌉ of the M−1 others; each suspicion comes between T and 1.5T, because
 * a ping only starts waiting when the next one is due. (Redis cluster.c: clusterCron, clusterUpdateState.) The mean takes them as uniform.
 */
export const isolatedStop = (primaries: number, timeout: number): { least: number; mean: number; most: number } => ({
  least: timeout,
  mean: timeout + ((timeout / 2) * Math.ceil(primaries / 2)) / primaries,
  most: 1.5 * timeout,
})

/**
 * Acknowledged writes that are lost when a primary is cut off for P seconds together with clients that write w a second. Nothing when
 * the cut is shorter than the node-timeout: nobody was promoted, so nothing was replaced.
 */
export const isolatedLoss = (
  writes: number,
  partition: number,
  timeout: number,
  primaries: number,
): { least: number; mean: number; most: number } => {
  if (partition < timeout) return { least: 0, mean: 0, most: 0 }
  const stop = isolatedStop(primaries, timeout)
  const upTo = (t: number): number => writes * Math.min(partition, t)
  return { least: upTo(stop.least), mean: upTo(stop.mean), most: upTo(stop.most) }
}
