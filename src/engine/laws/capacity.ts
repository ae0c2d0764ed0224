/**
 * Least number of shards, each a primary and one replica on machines of their own, that hold the data and carry the reads when any one
 * machine is down. A shard with one machine left serves its reads alone: so the primaries by themselves must be enough. A cluster
 * needs three primaries at least, or a failed one cannot be outvoted. (Cluster specification: majority of the primaries.)
 * @param data bytes of the data set
 * @param memory bytes a machine has
 * @param fragmentation resident bytes a stored byte
 * @param head share of a machine that may be used
 * @param reads reads a second, in all
 * @param each reads a second one machine carries
 */
export const leastShards = (
  data: number,
  memory: number,
  fragmentation: number,
  head: number,
  reads: number,
  each: number,
): { memory: number; reads: number; shards: number } => {
  const forMemory = Math.ceil((data * fragmentation) / head / memory)
  const forReads = Math.ceil(reads / each)
  return { memory: forMemory, reads: forReads, shards: Math.max(3, forMemory, forReads) }
}
