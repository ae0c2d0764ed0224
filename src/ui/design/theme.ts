export type ThemeChoice = 'light' | 'dark' | 'system'

const dark = matchMedia('(prefers-color-scheme: dark)')
let choice: ThemeChoice = 'system'

const resolve = () => {
  document.documentElement.dataset['theme'] = choice === 'system' ? (dark.matches ? 'dark' : 'light') : choice
}
dark.addEventListener('change', resolve)

/**
 * Sets `data-theme` on the root. 'system' keeps following the system's setting while the page is open.
 * The tokens are always plain colours there, so that a canvas can read them with getComputedStyle.
 */
export function applyTheme(next: ThemeChoice): void {
  choice = next
  resolve()
}
