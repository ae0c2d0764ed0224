/** After the first visit the lab works without a network. Only the built site does this, and only where it may. */
export function keepOffline(): void {
  if (!import.meta.env.PROD || !window.isSecureContext || !location.protocol.startsWith('http')) return
  if (!('serviceWorker' in navigator)) return
  addEventListener('load', () => {
    // A browser may refuse (private window, full disk, policy). The lab then simply needs the network next time.
    navigator.serviceWorker.register('./sw.js').catch(() => undefined)
  })
}
