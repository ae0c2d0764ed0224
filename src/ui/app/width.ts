import { useSyncExternalStore } from 'react'

export type Width = 'phone' | 'middle' | 'wide'

const phone = matchMedia('(max-width: 719px)')
const wide = matchMedia('(min-width: 1100px)')

const subscribe = (changed: () => void): (() => void) => {
  phone.addEventListener('change', changed)
  wide.addEventListener('change', changed)
  return () => {
    phone.removeEventListener('change', changed)
    wide.removeEventListener('change', changed)
  }
}

/** Which of the three layouts the page has room for. */
export const useWidth = (): Width => useSyncExternalStore(subscribe, () => (phone.matches ? 'phone' : wide.matches ? 'wide' : 'middle'))
