import { Menu, Moon, Share2, Sun, SunMoon } from 'lucide-react'
import { Link, useLocation } from 'wouter'
import { SCENARIOS } from '../../content/scenarios/index.ts'
import { useStore } from '../store/store.ts'
import { PLACES, type Place } from './places.ts'
import s from './app.module.css'

export const Logo = () => (
  <svg width={20} height={20} viewBox="0 0 20 20" aria-hidden="true">
    <path d="M15.9 8.2A6.6 6.6 0 1 1 12 3.9" fill="none" stroke="var(--ink)" strokeWidth={2.6} />
    <circle cx={15.4} cy={4.3} r={2.6} fill="var(--signal)" />
  </svg>
)

const NEXT = { system: 'light', light: 'dark', dark: 'system' } as const
const THEME_WORD = { system: 'as the system', light: 'light', dark: 'dark' } as const

export const nextTheme = (): void => {
  const { theme, set } = useStore.getState()
  set({ theme: NEXT[theme] })
}

export const Bar = ({ place, intro }: { place: Place | undefined; intro: boolean }) => {
  const [path] = useLocation()
  const theme = useStore((x) => x.theme)
  const set = useStore((x) => x.set)
  const id = useStore((x) => x.frame?.scenario ?? '')
  const seed = useStore((x) => x.frame?.seed ?? 0)
  const custom = useStore((x) => x.custom)
  const title = (custom ?? SCENARIOS.find((x) => x.id === id))?.title ?? ''
  const Theme = theme === 'light' ? Sun : theme === 'dark' ? Moon : SunMoon
  const named = PLACES.filter((p) => p.label !== null)
  return (
    <header className={s.bar}>
      <Link href="/" className={s.mark} aria-label="Ringside, the lab">
        <Logo /> <span>Ringside</span>
      </Link>
      <nav className={s.nav} aria-label="Places">
        {(named.length > 1 ? named : []).map((p) => (
          <Link
            key={p.path}
            href={p.path}
            aria-current={p.path === path || (p.path !== '/' && path.startsWith(`${p.path}/`)) ? 'page' : undefined}
          >
            {p.label}
          </Link>
        ))}
      </nav>
      <div className={s.right}>
        {place?.lab && !intro && (
          <>
            <button
              type="button"
              className={`${s.run} ${s.wide}`}
              onClick={() => set({ dialog: 'scenario' })}
              title="Choose another cluster"
            >
              {title} <span className="faint">seed {seed}</span>
            </button>
            <button type="button" className={s.wide} onClick={() => set({ dialog: 'share' })}>
              Share
            </button>
            <button type="button" className={`${s.icon} ${s.phoneOnly}`} aria-label="Share" onClick={() => set({ dialog: 'share' })}>
              <Share2 size={18} aria-hidden="true" />
            </button>
          </>
        )}
        <button type="button" className={`${s.icon} ${s.phoneOnly}`} aria-label="Commands" onClick={() => set({ dialog: 'palette' })}>
          <Menu size={18} aria-hidden="true" />
        </button>
        <button
          type="button"
          className={`${s.icon} ${s.wide}`}
          onClick={nextTheme}
          aria-label={`Theme: ${THEME_WORD[theme]}. Change`}
          title={`Theme: ${THEME_WORD[theme]}`}
        >
          <Theme size={16} aria-hidden="true" />
        </button>
        <button type="button" className={s.wide} aria-label="Keyboard shortcuts" onClick={() => set({ dialog: 'shortcuts' })}>
          <kbd>?</kbd>
        </button>
      </div>
    </header>
  )
}
