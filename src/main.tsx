import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './ui/app/App.tsx'
import { keepOffline } from './ui/app/offline.ts'
import { applyTheme } from './ui/design/theme.ts'
import { setting } from './ui/store/keep.ts'
import './ui/design/tokens.css'
import './ui/design/base.css'

const theme = setting('theme')
applyTheme(theme === 'light' || theme === 'dark' ? theme : 'system')
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
keepOffline()
