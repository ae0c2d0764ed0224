import { Component, lazy, Suspense, useEffect, useState, type ReactNode } from 'react'
import { Toaster } from 'sonner'
import { Route, Router, Switch, useLocation, useRoute } from 'wouter'
import { useHashLocation } from 'wouter/use-hash-location'
import { listenForKeys } from '../control/keys.ts'
import { applyTheme } from '../design/theme.ts'
import { keepSetting, setting } from '../store/keep.ts'
import { exportRun, startSession } from '../store/session.ts'
import { useStore } from '../store/store.ts'
import { Bar } from './Bar.tsx'
import { PLACES, type Place } from './places.ts'
import s from './app.module.css'

const Dialogs = lazy(() => import('./dialogs.tsx'))

const missing = (): readonly string[] => {
  const out: string[] = []
  if (typeof Worker === 'undefined') out.push('web workers')
  if (typeof ResizeObserver === 'undefined') out.push('ResizeObserver')
  if (!Array.prototype.findLast) out.push('the JavaScript of 2023')
  return out
}

/** A drawing that fails must not take the run with it. */
class Boundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null }
  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }
  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    return (
      <main className={s.sorry}>
        <h1>The page met an error.</h1>
        <p>Your run is not touched: the simulation computes apart from the page.</p>
        <p className="mono">{error.message}</p>
        <p className={s.choices}>
          <button type="button" onClick={() => this.setState({ error: null })}>
            Draw it again
          </button>
          <button type="button" onClick={() => void exportRun()}>
            Export the run
          </button>
          <button type="button" onClick={() => location.reload()}>
            Reload
          </button>
        </p>
      </main>
    )
  }
}

const Banners = () => {
  const banner = useStore((x) => x.banner)
  const trouble = useStore((x) => x.trouble)
  const notice = useStore((x) => x.frame?.notice ?? null)
  const set = useStore((x) => x.set)
  const [read, setRead] = useState<string | null>(null)
  return (
    <div role="alert">
      {trouble && (
        <p className={s.banner}>
          <b>{trouble}</b>
          <button type="button" onClick={() => set({ trouble: null })}>
            Dismiss
          </button>
        </p>
      )}
      {notice && !banner && notice !== read && (
        <p className={s.banner}>
          {notice}
          <button type="button" onClick={() => setRead(notice)}>
            Dismiss
          </button>
        </p>
      )}
      {banner && (
        <p className={s.banner}>
          {banner}
          {banner.includes('Export') && (
            <button type="button" onClick={() => void exportRun()}>
              Export
            </button>
          )}
          <button type="button" onClick={() => set({ banner: null })}>
            Dismiss
          </button>
        </p>
      )}
    </div>
  )
}

const NotHere = () => (
  <main className={s.sorry}>
    <h1>There is no such page.</h1>
    <p>
      <a href="#/">Go to the lab</a>
    </p>
  </main>
)

const matchesPlace = (path: string): Place | undefined =>
  PLACES.find((p) => p.path === path || (p.path.includes('/:') && path.startsWith(p.path.slice(0, p.path.indexOf('/:') + 1))))

const Shell = () => {
  const [path] = useLocation()
  const [home] = useRoute('/')
  const intro = useStore((x) => x.intro) && home
  const theme = useStore((x) => x.theme)
  const place = matchesPlace(path)
  const asked = useStore((x) => x.dialog !== null)

  useEffect(() => {
    applyTheme(theme)
    keepSetting('theme', theme)
  }, [theme])
  useEffect(() => listenForKeys(() => matchesPlace(hashPath())?.lab ?? false), [])

  return (
    <div className={s.shell} data-intro={intro ? '' : undefined}>
      <a
        className={s.skip}
        href="#main"
        onClick={(e) => {
          e.preventDefault()
          document.getElementById('main')?.focus()
        }}
      >
        Skip to the content
      </a>
      <Bar place={place} intro={intro} />
      <Banners />
      <div id="main" className={s.main} tabIndex={-1}>
        <Suspense fallback={<p className={s.loading}>Loading…</p>}>
          <Switch>
            {PLACES.map((p) => (
              <Route key={p.path} path={p.path} component={p.page} />
            ))}
            <Route component={NotHere} />
          </Switch>
        </Suspense>
      </div>
      {asked && (
        <Suspense fallback={null}>
          <Dialogs />
        </Suspense>
      )}
      <Toaster position="bottom-center" theme={theme} toastOptions={{ className: s.toast ?? '' }} offset={16} />
    </div>
  )
}

/** The hash path at this moment, outside of rendering. */
const hashPath = (): string => `/${location.hash.replace(/^#?\/?/, '').split('?')[0] ?? ''}`

/** The hash's own path: what follows a question mark is a run, not a place. */
const useLabLocation = (): [string, (to: string) => void] => {
  const [path, go] = useHashLocation()
  return [path.split('?')[0] || '/', go]
}

const LACKS = missing()

export function App() {
  useEffect(() => {
    if (LACKS.length > 0) return
    const theme = setting('theme')
    if (theme === 'light' || theme === 'dark') useStore.getState().set({ theme })
    void startSession()
  }, [])
  if (LACKS.length > 0)
    return (
      <main className={s.sorry}>
        <h1>This browser cannot run the lab.</h1>
        <p>It lacks {LACKS.join(' and ')}. Any current Firefox, Chrome, Edge or Safari will do.</p>
      </main>
    )
  return (
    <Boundary>
      <Router hook={useLabLocation}>
        <Shell />
      </Router>
    </Boundary>
  )
}
