/**
 * What the built page may do. Ringside talks to nobody: no connections, no evaluated code, no foreign scripts.
 * Styles may be inline because the chart and graph libraries position things that way.
 */
const rules = (connect) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self'",
    "img-src 'self' data: blob:",
    `connect-src ${connect}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')

/** For the page and its worker: a <meta> in the built page, and a header from our own server. */
export const pagePolicy = rules("'none'")

/** For the offline service worker, whose work is to fetch the page's own files. It is a context of its own. */
export const offlinePolicy = rules("'self'")
