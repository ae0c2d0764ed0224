const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })

Object.assign(window, {
  sameRun: () =>
    new Promise((done, failed) => {
      worker.onmessage = (event) => done(event.data)
      worker.onerror = (event) => failed(new Error(event.message))
      worker.postMessage('run')
    }),
})
