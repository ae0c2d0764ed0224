export function App() {
  return (
    <main style={{ padding: 'var(--s7)' }}>
      <h1>Ringside</h1>
      <p className="prose">The distributed-caching lab. The ring is being set up.</p>
    </main>
  )
}
