import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './ui/app/App.tsx'
import { keepOffline } from './ui/app/offline.ts'
import { applyTheme } from './ui/design/theme.ts'
import './ui/design/tokens.css'
import './ui/design/base.css'

applyTheme('system')
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
keepOffline()
