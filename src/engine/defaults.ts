import type { AppPolicy, Load, OriginSettings } from './action.ts'
import { MS, SEC } from './core/time.ts'

export const DEFAULT_POLICY: AppPolicy = {
  refresh: 'moved',
  refreshEvery: 60 * SEC,
  timeout: 500 * MS,
  retries: 3,
  backoff: 20 * MS,
  redirects: 5,
  readFrom: 'primary',
  fill: 'none',
  ttl: 600 * SEC,
  l1Ttl: 0,
  l1Size: 200,
  beta: 1,
  lockTtl: 5 * SEC,
}

export const DEFAULT_LOAD: Load = { rate: 400, reads: 0.95, keys: 2000, zipf: 0.9, hot: 0 }

export const DEFAULT_ORIGIN: OriginSettings = { workers: 16, service: 36 * MS, fixed: true, queue: 200, timeout: 1 * SEC }
