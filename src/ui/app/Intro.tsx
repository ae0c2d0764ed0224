import { useState, useEffect } from 'react'
import { Stage } from '../canvas/Stage.tsx'
import { requestRate, TRACES, valueNow } from '../charts/series.ts'
import { span } from '../design/format.ts'
import { useStore } from '../store/store.ts'
import { Spark } from '../timeline/Spark.tsx'
import { Clock, PlayButton, usePace } from '../timeline/Transport.tsx'
import s from './intro.module.css'

/** The figure is read once a second: a headline does not flicker. */
const useRate = (): number | null => {
  const read = () => requestRate(useStore.getState().windows)
  const [rate, setRate] = useState(read)
  useEffect(() => {
    const timer = setInterval(
      () =>
        setRate((before) => {
          const now = read()
          return now !== null && before !== null && Math.abs(now - before) <= before * 0.06 ? before : now
        }),
      1000,
    )
    return () => clearInterval(timer)
  }, [])
  return rate
}

/** The first minute: a cluster at work, one sentence, one node that invites. */
export const Intro = ({ phone }: { phone: boolean }) => {
  const rate = useRate()
  const asked = useStore((x) => x.frame?.load.rate ?? 0)
  const timeout = useStore((x) => x.frame?.nodeTimeout ?? 0)
  const windows = useStore((x) => x.windows)
  const pace = usePace()
  return (
    <main className={s.intro}>
      <h1>
        <span>This cluster is serving {rate ?? asked} requests a second.</span> <b>Kill a primary.</b>
      </h1>
      <div className={s.stage}>
        <Stage tools={false} />
      </div>
      <footer className={s.strip}>
        <div className={s.play}>
          <PlayButton className={s.button} />
          <div>
            <Clock />
            <span className="quiet small">
              {pace.reason}; node-timeout {span(timeout)}
            </span>
          </div>
        </div>
        {TRACES.slice(0, phone ? 2 : 3).map((trace) => (
          <div key={trace.id} className={s.figure}>
            <div>
              <span>{trace.label}</span>
              <b>{trace.show(valueNow(trace, windows))}</b>
            </div>
            <Spark trace={trace} />
          </div>
        ))}
      </footer>
    </main>
  )
}
