import { useRef, useState } from 'react'
import { joinProgress, LARGEST_FILE, NOT_SAVED, progressFromFile, progressToFile, TOO_LARGE } from '../../lab/progress.ts'
import { progressKeeper, useSaved } from './keeper.ts'
import s from './progress.module.css'

const download = (text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = 'ringside-progress.json'
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** Progress as a file, out and in. */
export const ProgressFile = () => {
  const input = useRef<HTMLInputElement>(null)
  const saved = useSaved()
  const [said, setSaid] = useState('')

  const take = async (file: File): Promise<void> => {
    if (file.size > LARGEST_FILE) return setSaid(TOO_LARGE)
    const read = progressFromFile(await file.text())
    if (!read.ok) return setSaid(read.sentence)
    progressKeeper().change((p) => joinProgress(p, read.progress))
    setSaid('Imported. Where both had something, the better one stays.')
  }

  return (
    <section className={s.file} aria-label="Your progress">
      {!saved && <p className={s.warning}>{NOT_SAVED}</p>}
      <div>
        <button
          type="button"
          onClick={() => {
            download(progressToFile(progressKeeper().progress))
            setSaid('Exported as ringside-progress.json.')
          }}
        >
          Export progress
        </button>
        <button type="button" onClick={() => input.current?.click()}>
          Import progress
        </button>
        <input
          ref={input}
          type="file"
          accept=".json,application/json"
          aria-label="Progress file"
          tabIndex={-1}
          hidden
          onChange={(e) => {
            const file = e.target.files?.[0]
            e.target.value = ''
            if (file) void take(file).catch(() => setSaid('The browser cannot read this file. Your progress is unchanged.'))
          }}
        />
      </div>
      <p role="status">{said}</p>
    </section>
  )
}
