// Keeps the lab working without a network after the first visit.
// The build fills in the version and the list of files.
const version = 'ab2e00c7afbdb770'
const files = ["./assets/Charts-CMCigYR1.js","./assets/Charts-CmUsNebk.css","./assets/Glyph-CVWoqoct.js","./assets/InterviewPage-xXh5WspC.js","./assets/Lab-Bn7ju5Ro.js","./assets/Lab-CS8FS1ed.css","./assets/LabPage-o04y3QRP.js","./assets/LearnPage-DqHxaSjR.js","./assets/LessonPage-CaSWhoYQ.css","./assets/LessonPage-PYSlMThR.js","./assets/ProgressFile-C0CGZzdX.css","./assets/ProgressFile-Crq3z4mf.js","./assets/QuestionPage-CoBQwldv.js","./assets/address-BQP9AeQD.js","./assets/atkinson-hyperlegible-mono-latin-wght-normal-CoA7y8X5.woff2","./assets/atkinson-hyperlegible-next-latin-wght-normal-BcXVPD7q.woff2","./assets/commands-C-sxlhZo.js","./assets/dialogs-BHsK9Ri1.js","./assets/index-C5Ht0VAZ.css","./assets/index-Dn2G73c3.js","./assets/interview-BqrQAE-J.css","./assets/interview.module-DRMTtSRH.js","./assets/jsx-runtime-DQSlM_4z.js","./assets/keeper-CdEnG_sh.js","./assets/learn-CBWYbprY.css","./assets/learn.module-BZ_gDZFk.js","./assets/menu-CACGlfDk.css","./assets/menu.module-27nBJPbb.js","./assets/random-7dxNt6AU.js","./assets/rolldown-runtime-XKyaHtl9.js","./assets/slots-D2uiqNzw.js","./assets/stampede-E93doUGq.js","./assets/store-CXnQQtxJ.js","./assets/time-hJUmQ4Ed.js","./assets/worker-ZlQD1FNo.js","./fonts-license.txt","./icon.svg","./index.html","./manifest.webmanifest"]
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
