import { Command } from 'cmdk'
import { X } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { toast } from 'sonner'
import { useLocation } from 'wouter'
import { SCENARIOS } from '../../content/scenarios/index.ts'
import { ScenarioDialog } from '../control/ScenarioDialog.tsx'
import { SHORTCUTS } from '../control/shortcuts.ts'
import { actionsFor, actionPhrase, faceOf } from '../control/faces.ts'
import menu from '../design/menu.module.css'
import {
  act,
  exportRun,
  importRun,
  openScenario,
  openSeed,
  playPause,
  redo,
  reset,
  setSpeed,
  shareAddress,
  step,
  undo,
} from '../store/session.ts'
import { showPanel } from '../store/panels.ts'
import { useStore, type DialogName, type PanelTab } from '../store/store.ts'
import { nextTheme } from './Bar.tsx'
import { PLACES } from './places.ts'
import s from './app.module.css'

const close = () => useStore.getState().set({ dialog: null })

const Sheet = ({ name, title, children }: { name: DialogName; title: string; children: ReactNode }) => {
  const open = useStore((x) => x.dialog === name)
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && close()}>
      <Dialog.Portal>
        <Dialog.Overlay className={menu.veil} />
        <Dialog.Content className={menu.dialog} aria-describedby={undefined}>
          <Dialog.Title asChild>
            <h2>{title}</h2>
          </Dialog.Title>
          {children}
          <Dialog.Close className={menu.close} aria-label="Close">
            <X size={16} aria-hidden="true" />
          </Dialog.Close>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

const ShortcutSheet = () => (
  <Sheet name="shortcuts" title="Keys">
    <div className={s.sheet} style={{ display: 'block' }}>
      {SHORTCUTS.map((group) => (
        <section key={group.title}>
          <h3>{group.title}</h3>
          {group.rows.map((row) => (
            <div key={row.keys}>
              <span>{row.what}</span>
              <kbd>{row.keys}</kbd>
            </div>
          ))}
        </section>
      ))}
    </div>
  </Sheet>
)

const Address = () => {
  const [address, setAddress] = useState<string | null>('')
  useEffect(() => {
    void shareAddress().then(setAddress)
  }, [])
  if (address === null) return <p>This run has too many acts for an address. Export it as a file.</p>
  return (
    <form
      className={s.address}
      onSubmit={(e) => {
        e.preventDefault()
        navigator.clipboard.writeText(address).then(
          () => toast('The address is copied.'),
          () => toast('The browser does not let the page copy. Select the address and copy it.'),
        )
      }}
    >
      <input readOnly value={address} aria-label="Address of this run" onFocus={(e) => e.currentTarget.select()} />
      <button type="submit" className={s.solid}>
        Copy
      </button>
    </form>
  )
}

const ShareDialog = () => (
  <Sheet name="share" title="Share this run">
    <p className="quiet">
      The address carries the scenario, the seed and your acts. Whoever opens it sees the same run, to the microsecond.
    </p>
    <Address />
    <div className={s.row}>
      <button type="button" className={s.outline} onClick={() => void exportRun()}>
        Export as a file
      </button>
      <label className={s.outline}>
        Import a file
        <input
          type="file"
          accept="application/json,.json"
          className="unseen"
          onChange={(e) => {
            const file = e.target.files?.[0]
            e.target.value = ''
            if (!file) return
            close()
            void importRun(file)
          }}
        />
      </label>
    </div>
  </Sheet>
)

const PANELS: readonly [PanelTab, string][] = [
  ['slots', 'Show the slot map'],
  ['charts', 'Show the charts'],
  ['events', 'Show the events'],
  ['cli', 'Show redis-cli'],
  ['keys', 'Find a key'],
  ['flow', 'Show the flow source'],
  ['knobs', 'Show the knobs'],
]

/** Everything a hand can do, by name. */
const Palette = () => {
  const open = useStore((x) => x.dialog === 'palette')
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && close()}>
      <Dialog.Portal>
        <Dialog.Overlay className={menu.veil} />
        <Dialog.Content className={s.palette} aria-describedby={undefined}>
          <Dialog.Title className="unseen">Commands</Dialog.Title>
          {open && <Commands />}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

const Commands = () => {
  const [, go] = useLocation()
  const [frame] = useState(() => useStore.getState().frame)
  const box = useRef<HTMLDivElement>(null)
  // while filtering, the library leaves this at an option that is gone
  const point = () =>
    requestAnimationFrame(() => {
      const id = box.current?.querySelector('[cmdk-item][aria-selected="true"]')?.id
      for (const part of box.current?.querySelectorAll('[cmdk-input], [cmdk-list]') ?? [])
        if (id) part.setAttribute('aria-activedescendant', id)
        else part.removeAttribute('aria-activedescendant')
    })
  const item = (label: string, run: () => void, hint = '', value = label) => (
    <Command.Item
      key={value}
      value={value}
      className={menu.item}
      onSelect={() => {
        close()
        run()
      }}
    >
      {label}
      {hint && <span className={menu.hint}>{hint}</span>}
    </Command.Item>
  )
  return (
    <Command label="Commands" loop ref={box} onValueChange={point} onKeyUp={point}>
      <Command.Input placeholder="crash n1, charts, seed…" autoFocus />
      <Command.List className={s.list}>
        <Command.Empty className={menu.label}>Nothing of that name.</Command.Empty>
        <Command.Group heading="Time">
          {item('Play or pause', playPause)}
          {item('Step', () => void step())}
          {item('Undo', () => void undo())}
          {item('Redo', () => void redo())}
          {item('Speed: auto', () => setSpeed('auto'))}
          {item('Speed: real time', () => setSpeed(1))}
          {item('Back to the start', () => void reset())}
        </Command.Group>
        <Command.Group heading="Cluster">
          {item('Heal the network', () => void act({ type: 'heal' }))}
          {item('Reset all links', () => void act({ type: 'resetLinks' }))}
          {item('Add a primary', () => void act({ type: 'addNode' }))}
          {item('Add a primary and its replica', () => void act({ type: 'addNode', replica: true }))}
          {item('Expire the hot key', () => void act({ type: 'expireHot' }))}
          {item('Update a row', () => void act({ type: 'updateRow' }))}
          {(frame?.processes ?? [])
            .slice(0, 40)
            .map((p) => item(`Select ${p.id}`, () => useStore.getState().set({ selected: p.id, tab: 'process' })))}
          {(frame?.processes ?? []).slice(0, 40).flatMap((p) =>
            actionsFor(p).map((action) => {
              const phrase = actionPhrase(action)
              return item(
                phrase.charAt(0).toUpperCase() + phrase.slice(1),
                () => void act(action),
                faceOf(action).hint,
                `${p.id} ${phrase}`,
              )
            }),
          )}
        </Command.Group>
        <Command.Group heading="Page">
          {PANELS.map(([tab, label]) => item(label, () => showPanel(tab)))}
          {PLACES.filter((p) => p.label !== null).map((p) => item(`Go to ${p.label}`, () => go(p.path)))}
          {item('Share this run', () => useStore.getState().set({ dialog: 'share' }))}
          {item('Export this run', () => void exportRun())}
          {item('Change the theme', nextTheme)}
          {item('Keyboard shortcuts', () => useStore.getState().set({ dialog: 'shortcuts' }))}
        </Command.Group>
        <Command.Group heading="Scenarios">
          {SCENARIOS.map((x) => item(x.title, () => void openScenario(x.id), x.about, `scenario ${x.title}`))}
          {item('Roll again: the next seed', () => void openSeed(((frame?.seed ?? 0) + 1) % 1_000_000))}
        </Command.Group>
      </Command.List>
    </Command>
  )
}

/** All of them, in a chunk of their own. */
const Dialogs = () => (
  <>
    <ShortcutSheet />
    <Palette />
    <ScenarioDialog />
    <ShareDialog />
  </>
)

export default Dialogs
