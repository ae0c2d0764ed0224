import { sameRun } from '../lib/same-run.ts'

const port = self as unknown as { onmessage: (() => void) | null; postMessage(message: unknown): void }
port.onmessage = () => port.postMessage(sameRun())
