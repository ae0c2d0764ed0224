// Keeps the lab working without a network after the first visit.
// The build fills in the version and the list of files.
const version = '__VERSION__'
const files = __FILES__
const family = `ringside ${self.registration.scope} `
const shelf = family + version

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(shelf).then((cache) => cache.addAll(files.map((f) => new Request(f, { cache: 'reload' })))))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((n) => n.startsWith(family) && n !== shelf).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  )
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET' || !request.url.startsWith(self.registration.scope)) return
  // The page itself comes from the network while there is one, so that a new release is seen at once.
  // Everything else carries its content's hash in its name and can never be stale: cache first.
  if (request.mode === 'navigate') event.respondWith(fetch(request).catch(() => fromShelf('./index.html')))
  else event.respondWith(fromShelf(request).then((kept) => kept ?? fetch(request)))
})

async function fromShelf(what) {
  const cache = await caches.open(shelf)
  return cache.match(what, { ignoreSearch: true, ignoreVary: true })
}
