/** Recordings say which engine made them: a run is only equal under the same rules. */
export const ENGINE_VERSION = '1'
