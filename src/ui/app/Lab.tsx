import { Tabs } from 'radix-ui'
import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react'
import { Knobs, ScenarioHead } from '../control/Knobs.tsx'
import { Stage } from '../canvas/Stage.tsx'
import { FindKey } from '../slots/FindKey.tsx'
import { SlotMap } from '../slots/SlotMap.tsx'
import { Console } from '../inspect/Console.tsx'
import { Events } from '../inspect/Events.tsx'
import { Flow } from '../inspect/Flow.tsx'
import { Inspector } from '../inspect/Inspector.tsx'
import { OutageChain, OutagePrompt, useOutage } from '../inspect/OutageChain.tsx'
import { useAlone, useStore, type PanelTab } from '../store/store.ts'
import { Tape } from '../timeline/Tape.tsx'
import { PhoneTransport, Transport } from '../timeline/Transport.tsx'
import { Intro } from './Intro.tsx'
import { useWidth } from './width.ts'
import s from './lab.module.css'

const Charts = lazy(() => import('../charts/Charts.tsx'))
const Lazy = ({ children }: { children: ReactNode }) => <Suspense fallback={<p className={s.wait}>Loading…</p>}>{children}</Suspense>

export interface LabProps {
  /** a lesson's column; free play shows the scenario and its knobs. */
  lesson?: ReactNode
  /** what takes the stage's place, as a lesson's explanation does. */
  stage?: ReactNode
}

/** The lab around whatever leads it: free play, or a lesson in its left column. */
export const Lab = ({ lesson, stage }: LabProps) => {
  const width = useWidth()
  const ready = useStore((x) => x.frame !== null)
  const intro = useStore((x) => x.intro) && lesson === undefined
  if (!ready)
    return (
      <main className={s.starting} aria-busy="true">
        <p>Starting a cluster…</p>
      </main>
    )
  if (intro) return <Intro phone={width === 'phone'} />
  if (width === 'phone') return <Phone lesson={lesson} stage={stage} />
  return width === 'wide' ? <Wide lesson={lesson} stage={stage} /> : <Middle lesson={lesson} stage={stage} />
}

// ------------------------------------------------------------------ parts

const Outage = () => {
  const outage = useOutage()
  const open = useStore((x) => x.outageOpen)
  if (!outage) return null
  return open ? <OutageChain outage={outage} /> : <OutagePrompt outage={outage} />
}

const Free = () => (
  <div className={s.free}>
    <Outage />
    <ScenarioHead />
    <Knobs />
  </div>
)

/** The left column: the lesson, with the knobs behind it; or free play. */
const Left = ({ lesson }: { lesson: ReactNode }) => (
  <section className={s.left} aria-label={lesson ? 'Lesson' : 'Scenario and knobs'}>
    {lesson ?? <Free />}
  </section>
)

const Lower = () => {
  const alone = useAlone()
  const lower = useStore((x) => (alone ? 'charts' : x.lower))
  const set = useStore((x) => x.set)
  return (
    <Tabs.Root className={s.lower} value={lower} onValueChange={(v) => set({ lower: v as 'slots' | 'charts' })}>
      <Tabs.List className={s.tabs} aria-label="Below the stage">
        {!alone && <Tabs.Trigger value="slots">Slots</Tabs.Trigger>}
        <Tabs.Trigger value="charts">Charts</Tabs.Trigger>
      </Tabs.List>
      <Tabs.Content value="slots" className={s.panel} tabIndex={-1}>
        <SlotMap />
      </Tabs.Content>
      <Tabs.Content value="charts" className={s.panel} tabIndex={-1}>
        <Lazy>
          <Charts />
        </Lazy>
      </Tabs.Content>
    </Tabs.Root>
  )
}

const Corner = () => {
  const corner = useStore((x) => x.corner)
  const set = useStore((x) => x.set)
  return (
    <Tabs.Root className={s.corner} value={corner} onValueChange={(v) => set({ corner: v as 'cli' | 'keys' | 'flow' })}>
      <Tabs.List className={s.tabs} aria-label="Tools">
        <Tabs.Trigger value="cli">redis-cli</Tabs.Trigger>
        <Tabs.Trigger value="flow">Flow source</Tabs.Trigger>
        <Tabs.Trigger value="keys">Find a key</Tabs.Trigger>
      </Tabs.List>
      <Tabs.Content value="cli" className={s.panel} tabIndex={-1}>
        <Console />
      </Tabs.Content>
      <Tabs.Content value="flow" className={s.panel} tabIndex={-1}>
        <Flow />
      </Tabs.Content>
      <Tabs.Content value="keys" className={s.panel} tabIndex={-1}>
        <FindKey />
      </Tabs.Content>
    </Tabs.Root>
  )
}

// ------------------------------------------------------------------ layouts

const Side = () => {
  const why = useStore((x) => x.litFact !== null && x.causes !== null)
  return (
    <aside className={s.side} data-why={why || undefined} aria-label="Inspector and events">
      <Inspector />
      <Events />
    </aside>
  )
}

const Wide = ({ lesson, stage }: LabProps) => (
  <main className={s.wide}>
    <Left lesson={lesson} />
    <div className={s.centre}>
      {stage ?? (
        <>
          <div className={s.stage}>
            <Stage />
          </div>
          <Lower />
        </>
      )}
    </div>
    <Side />
    <div className={s.transport}>
      <Transport />
    </div>
    <section className={s.tape} aria-label="Timeline">
      <Tape />
    </section>
    <div className={s.cli}>
      <Corner />
    </div>
  </main>
)

const MIDDLE: readonly [PanelTab, string][] = [
  ['process', 'Process'],
  ['events', 'Events'],
  ['cli', 'CLI'],
  ['keys', 'Key'],
]

const Middle = ({ lesson, stage }: LabProps) => {
  const { tab, list, set } = useTab(
    [...(lesson ? [['lesson', 'Lesson'] as const] : []), ['knobs', 'Knobs'], ...MIDDLE],
    lesson ? 'lesson' : 'knobs',
  )
  return (
    <main className={s.middle}>
      <div className={s.columnFrame}>
        {!lesson && <OutageAbove />}
        <Tabs.Root className={s.column} value={tab} onValueChange={set}>
          <TabRow list={list} />
          {list.map(([id]) => (
            <Tabs.Content key={id} value={id} className={s.columnPanel} tabIndex={-1}>
              <Panel id={id} lesson={lesson} />
            </Tabs.Content>
          ))}
        </Tabs.Root>
      </div>
      <div className={s.centre}>
        {stage ?? (
          <>
            <div className={s.stage}>
              <Stage />
            </div>
            <Lower />
          </>
        )}
      </div>
      <div className={s.transport}>
        <Transport />
      </div>
      <section className={s.tape} aria-label="Timeline">
        <Tape />
      </section>
    </main>
  )
}

const PHONE: readonly [PanelTab, string][] = [
  ['process', 'Process'],
  ['slots', 'Slots'],
  ['events', 'Events'],
  ['charts', 'Charts'],
  ['cli', 'CLI'],
  ['keys', 'Key'],
  ['flow', 'Flow'],
]

const Phone = ({ lesson, stage }: LabProps) => {
  const { tab, list, set } = useTab([lesson ? ['lesson', 'Lesson'] : ['knobs', 'Knobs'], ...PHONE], 'process')
  const [tall, setTall] = useState(false)
  return (
    <main className={s.phone} data-tall={tall ? '' : undefined}>
      <div className={s.phoneStage}>{stage ?? <Stage tools={false} />}</div>
      <section className={s.phoneTape} aria-label="Timeline">
        <Tape small />
      </section>
      <PhoneTransport />
      <section className={s.sheet} aria-label="Details">
        <button
          type="button"
          className={s.grab}
          aria-label={tall ? 'Lower the sheet' : 'Raise the sheet'}
          aria-expanded={tall}
          onClick={() => setTall(!tall)}
        >
          <i />
        </button>
        {!lesson && <OutageAbove />}
        <Tabs.Root className={s.column} value={tab} onValueChange={set}>
          <TabRow list={list} />
          {list.map(([id]) => (
            <Tabs.Content key={id} value={id} className={s.columnPanel} tabIndex={-1}>
              <Panel id={id} lesson={lesson} phone />
            </Tabs.Content>
          ))}
        </Tabs.Root>
      </section>
    </main>
  )
}

/** Where the left column has no room for it, the outage speaks above the tabs. */
const OutageAbove = () => {
  const outage = useOutage()
  const open = useStore((x) => x.outageOpen)
  if (!outage) return null
  return (
    <div className={s.outage} data-open={open ? '' : undefined}>
      {open ? <OutageChain outage={outage} /> : <OutagePrompt outage={outage} />}
    </div>
  )
}

const useTab = (list: readonly (readonly [PanelTab, string])[], first: PanelTab) => {
  const tab = useStore((x) => x.tab)
  const store = useStore((x) => x.set)
  const known = list.some(([id]) => id === tab)
  useEffect(() => {
    if (!known) store({ tab: first })
  }, [known, first, store])
  return { tab: known ? tab : first, list, set: (next: string) => store({ tab: next as PanelTab }) }
}

const TabRow = ({ list }: { list: readonly (readonly [PanelTab, string])[] }) => {
  const selected = useStore((x) => x.selected)
  const alarm = useStore((x) => x.frame?.processes.some((p) => (p.app?.wrongSlots ?? 0) > 0) ?? false)
  return (
    <Tabs.List className={s.tabs} aria-label="Panels">
      {list.map(([id, label]) => (
        <Tabs.Trigger key={id} value={id}>
          {id === 'process' ? (selected ?? label) : label}
          {id === 'slots' && alarm && (
            <i>
              <span className="unseen">, slot maps differ</span>
            </i>
          )}
        </Tabs.Trigger>
      ))}
    </Tabs.List>
  )
}

const Panel = ({ id, lesson, phone = false }: { id: PanelTab; lesson: ReactNode; phone?: boolean }) => {
  switch (id) {
    case 'lesson':
      return <div className={s.padded}>{lesson}</div>
    case 'knobs':
      return (
        <div className={s.padded}>
          <div className={s.free}>
            <ScenarioHead />
            <Knobs />
          </div>
        </div>
      )
    case 'process':
      return <Inspector phone={phone} />
    case 'events':
      return <Events />
    case 'slots':
      return <SlotMap />
    case 'charts':
      return (
        <Lazy>
          <Charts />
        </Lazy>
      )
    case 'cli':
      return (
        <div className={s.padded}>
          <Console />
        </div>
      )
    case 'keys':
      return (
        <div className={s.padded}>
          <FindKey />
        </div>
      )
    case 'flow':
      return (
        <div className={s.padded}>
          <Flow />
        </div>
      )
  }
}
