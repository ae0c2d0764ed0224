import type { AppPolicy, Load, OriginSettings } from './action.ts'
import type { Micros } from './core/time.ts'

/** What of the scenario the processes read as configuration; actions change it. */
export interface Settings {
  cluster: boolean
  config: Record<string, string>
  load: Load
  policy: AppPolicy
  origin: OriginSettings
  latency: { mean: Micros; spread: Micros }
  service: { command: Micros; message: Micros }
  warm: number
  /** processes at addresses of their own: `ip:port` to process. Others are known by their place (redis/address.ts). */
  addresses?: Record<string, string>
  /** where connections of real programs come from, as `ip:port`, by number. */
  sources?: Record<number, string>
}
