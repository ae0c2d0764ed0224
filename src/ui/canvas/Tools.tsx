import { DropdownMenu } from 'radix-ui'
import { useReactFlow } from 'reactflow'
import {
  Maximize,
  ZoomIn,
  ZoomOut,
  CircleHelp,
  Ellipsis,
  FilePen,
  Flame,
  HeartPulse,
  MousePointer2,
  Plus,
  Scissors,
  Undo2,
  type LucideIcon,
} from 'lucide-react'
import { act, undo } from '../store/session.ts'
import { useStore } from '../store/store.ts'
import { useStage, useView } from './stage-state.ts'
import styles from './stage.module.css'

const Tool = ({
  icon: Icon,
  label,
  short,
  keys,
  on,
  low,
  run,
}: {
  icon: LucideIcon
  label: string
  short?: string
  keys: string
  on?: boolean
  low?: boolean
  run: () => void
}) => (
  <button
    type="button"
    className={styles.tool}
    data-low={low ? '' : undefined}
    aria-pressed={on}
    aria-keyshortcuts={keys}
    title={`${label} (${keys})`}
    onClick={run}
  >
    <Icon size={16} aria-hidden="true" />
    <span className={styles.toolWord}>{short ?? label}</span>
    <span className="unseen">{short ? label : ''}</span>
    <kbd aria-hidden="true">{keys}</kbd>
  </button>
)

/** What a hand can do on the stage, each with its key. */
export const Tools = () => {
  const tool = useStore((s) => s.tool)
  const set = useStore((s) => s.set)
  const legend = useStage((s) => s.legend)
  const view = useView((f) => ({
    cut: f.partitions.length > 0,
    cluster: f.processes.some((p) => p.node && !p.node.alone && p.status === 'up'),
    origin: f.processes.some((p) => p.kind === 'origin'),
    entry: f.processes.find((p) => p.node && p.status === 'up')?.id ?? 'n1',
  }))
  const toggleLegend = () => useStage.getState().set({ legend: !legend })
  return (
    <div className={styles.tools} role="toolbar" aria-label="Stage tools">
      <Tool icon={MousePointer2} label="Select" keys="V" on={tool === 'select'} run={() => set({ tool: 'select', marked: [] })} />
      <Tool
        icon={Scissors}
        label="Cut a partition"
        short="Cut"
        keys="P"
        on={tool === 'cut'}
        run={() => set({ tool: tool === 'cut' ? 'select' : 'cut' })}
      />
      {view?.cut && <Tool icon={HeartPulse} label="Heal" keys="H" run={() => void act({ type: 'heal' })} />}
      {view?.cluster && (
        <DropdownMenu.Root modal={false}>
          <DropdownMenu.Trigger className={styles.tool} title="Add a node (A)" aria-keyshortcuts="A">
            <Plus size={16} aria-hidden="true" />
            <span className={styles.toolWord}>Add node</span>
            <kbd aria-hidden="true">A</kbd>
          </DropdownMenu.Trigger>
          <DropdownMenu.Portal>
            <DropdownMenu.Content className={styles.menu} align="start" side="top" sideOffset={6} collisionPadding={8}>
              <DropdownMenu.Item className={styles.menuItem} onSelect={() => void act({ type: 'addNode' })}>
                A primary, slots move to it
              </DropdownMenu.Item>
              <DropdownMenu.Item className={styles.menuItem} onSelect={() => void act({ type: 'addNode', replica: true })}>
                A primary and its replica
              </DropdownMenu.Item>
              <DropdownMenu.Separator className={styles.menuLine} />
              {(['rebalance', 'check', 'fix'] as const).map((command) => (
                <DropdownMenu.Item
                  key={command}
                  className={styles.menuItem}
                  onSelect={() => void act({ type: 'redisCli', argv: [command, view.entry] })}
                >
                  redis-cli --cluster {command}
                </DropdownMenu.Item>
              ))}
            </DropdownMenu.Content>
          </DropdownMenu.Portal>
        </DropdownMenu.Root>
      )}
      <Tool icon={Flame} label="Expire the hot key" short="Expire" keys="E" low run={() => void act({ type: 'expireHot' })} />
      {view?.origin && <Tool icon={FilePen} label="Update a row" short="Update" keys="R" low run={() => void act({ type: 'updateRow' })} />}
      <Tool icon={Undo2} label="Undo" keys="Z" run={() => void undo()} />
      <Tool icon={CircleHelp} label="Legend" keys="L" on={legend} low run={toggleLegend} />
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className={`${styles.tool} ${styles.more}`} aria-label="More tools">
          <Ellipsis size={16} aria-hidden="true" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className={styles.menu} align="end" side="top" sideOffset={6} collisionPadding={8}>
            <DropdownMenu.Item className={styles.menuItem} onSelect={() => void act({ type: 'expireHot' })}>
              <Flame size={15} aria-hidden="true" /> Expire the hot key
            </DropdownMenu.Item>
            {view?.origin && (
              <DropdownMenu.Item className={styles.menuItem} onSelect={() => void act({ type: 'updateRow' })}>
                <FilePen size={15} aria-hidden="true" /> Update a row
              </DropdownMenu.Item>
            )}
            <DropdownMenu.Item className={styles.menuItem} onSelect={toggleLegend}>
              <CircleHelp size={15} aria-hidden="true" /> Legend
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      <span className={styles.rest}>
        <Shown inRow />
        <Zoom />
      </span>
    </div>
  )
}

/** Which of the two the lines show. */
export const Shown = ({ inRow = false }: { inRow?: boolean }) => {
  const each = useStore((s) => s.frame?.eachMessage ?? false)
  return (
    <span className={styles.shown} data-row={inRow ? '' : undefined}>
      {each ? 'each message is drawn' : 'flow: too quick to see one by one'}
    </span>
  )
}

const Zoom = () => {
  const flow = useReactFlow()
  const { loose, moved, home, set } = useStage()
  if (!loose && !moved) return null
  return (
    <span className={styles.zoom} role="group" aria-label="Zoom">
      <button
        type="button"
        className={styles.iconButton}
        aria-label="Zoom in"
        onClick={() => void flow.zoomIn().then(() => set({ moved: true }))}
      >
        <ZoomIn size={15} aria-hidden="true" />
      </button>
      <button
        type="button"
        className={styles.iconButton}
        aria-label="Zoom out"
        onClick={() => void flow.zoomOut().then(() => set({ moved: true }))}
      >
        <ZoomOut size={15} aria-hidden="true" />
      </button>
      <button
        type="button"
        className={styles.iconButton}
        aria-label="Whole map"
        onClick={() => {
          home()
          set({ moved: false })
        }}
      >
        <Maximize size={14} aria-hidden="true" />
      </button>
    </span>
  )
}
